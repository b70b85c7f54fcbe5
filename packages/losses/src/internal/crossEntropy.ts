import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Cross-entropy of softmax(scores), and its derivative `softmax - onehot`, row by row; with smoothing ε, `ε onehot - ε/K`
 * is added to the derivative and `ε (s_truth - mean s)` to the value.
 *
 * Sums run over all classes but the largest (`rest`), so `log1p(rest)` and `rest / (1 + rest)` keep their relative
 * precision when the network is almost certain. The gradient row holds the exponentials until their sum is known.
 */
export const crossEntropy = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  smoothing: number,
  scale: number
): number => {
  const rows = targets.length
  const classes = scores.length / rows
  let value = 0
  for (let i = 0; i < rows; i++) {
    const begin = i * classes
    let top = begin
    for (let k = begin + 1; k < begin + classes; k++) if (scores[k]! > scores[top]!) top = k
    const highest = scores[top]!
    let rest = 0
    for (let k = begin; k < begin + classes; k++) {
      const e = Math.exp(scores[k]! - highest)
      if (k !== top) rest += e
      gradient[k] = e
    }
    const truth = begin + targets[i]!
    const w = scale * (weights === undefined ? 1 : weights[i]!)
    value += w * (highest - scores[truth]! + Math.log1p(rest))
    const share = w / (1 + rest)
    for (let k = begin; k < begin + classes; k++) gradient[k] = share * gradient[k]!
    gradient[truth] = truth === top ? -share * rest : gradient[truth]! - w
    if (smoothing === 0) continue
    const part = (w * smoothing) / classes
    for (let k = begin; k < begin + classes; k++) {
      value += part * (scores[truth]! - scores[k]!)
      gradient[k] = gradient[k]! - part
    }
    gradient[truth] = gradient[truth]! + w * smoothing
  }
  return value
}
