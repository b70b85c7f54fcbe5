import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Binary cross-entropy of logits, and its derivative.
 *
 * With the margin `z = s` for a positive and `z = -s` for a negative row, both classes share
 * `softplus(-z) = max(-z, 0) + log1p(exp(-|z|))` and `sigmoid(-z)`. The exponent is never positive, so nothing
 * overflows, and a confident right answer keeps its relative precision instead of rounding to zero.
 */
export const bce = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  scale: number,
  posWeight: number
): number => {
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    const positive = targets[i] === 1
    const z = positive ? scores[i]! : -scores[i]!
    const e = Math.exp(-Math.abs(z))
    const wrong = (z >= 0 ? e : 1) / (1 + e)
    const w = scale * (positive ? posWeight : 1) * (weights === undefined ? 1 : weights[i]!)
    value += w * (Math.max(-z, 0) + Math.log1p(e))
    gradient[i] = positive ? -w * wrong : w * wrong
  }
  return value
}
