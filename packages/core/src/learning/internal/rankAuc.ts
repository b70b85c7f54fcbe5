/**
 * The rank statistic of Mann and Whitney: (sum of the positives' ranks − P(P + 1)/2) / (P·N), with average ranks at ties.
 * `Roc.auc` of the losses computes the same; core may not import it. `truth` is 1 for positives.
 * Undefined without positives or without negatives. Scores are finite.
 */
export const rankAuc = (scores: ArrayLike<number>, truth: ArrayLike<number>): number | undefined => {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < order.length;) {
    let end = start
    let tied = 0
    do {
      if (truth[order[end]!] === 1) tied += 1
      end += 1
    } while (end < order.length && scores[order[end]!] === scores[order[start]!])
    positives += tied
    rankSum += (tied * (start + 1 + end)) / 2
    start = end
  }
  const negatives = order.length - positives
  if (positives === 0 || negatives === 0) return undefined
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
