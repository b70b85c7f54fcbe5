import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * All-pairs square loss in two linear passes.
 *
 * A mean over pairs of `(margin - p + q)^2`, with positives `p` and negatives `q` drawn independently, is a squared
 * mean plus two variances:
 *
 *     value = gap^2 + var(p) + var(q),  gap = margin - mean(p) + mean(q)
 *     d/dp_i = -2 (w_i / P) (margin - p_i + mean(q))
 *     d/dq_j =  2 (w_j / Q) (margin - mean(p) + q_j)
 *
 * where `P`, `Q` are the total weights. With `leads` "enough" a gap below 0 counts as 0, in value and gradient: the means
 * may be further apart than the margin. That is the loss of `Aucm.ts`. The variances come from centred scores: expanding the square instead would
 * subtract large, almost equal numbers when all scores are far from zero.
 */
export const allPairsSquare = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  margin: number,
  leads: "exactly" | "enough"
): number => {
  const rows = targets.length
  let positives = 0
  let negatives = 0
  let positiveSum = 0
  let negativeSum = 0
  for (let i = 0; i < rows; i++) {
    const w = weights === undefined ? 1 : weights[i]!
    if (targets[i] === 1) {
      positives += w
      positiveSum += w * scores[i]!
    } else {
      negatives += w
      negativeSum += w * scores[i]!
    }
  }
  if (!(positives > 0 && negatives > 0)) {
    gradient.fill(0, 0, rows)
    return 0
  }
  const positiveMean = positiveSum / positives
  const negativeMean = negativeSum / negatives
  const wanted = margin - positiveMean + negativeMean
  const gap = leads === "enough" ? Math.max(0, wanted) : wanted
  let value = gap * gap
  for (let i = 0; i < rows; i++) {
    const w = weights === undefined ? 1 : weights[i]!
    if (targets[i] === 1) {
      const share = w / positives
      const centred = scores[i]! - positiveMean
      value += share * centred * centred
      gradient[i] = -2 * share * (gap - centred)
    } else {
      const share = w / negatives
      const centred = scores[i]! - negativeMean
      value += share * centred * centred
      gradient[i] = 2 * share * (gap + centred)
    }
  }
  return value
}
