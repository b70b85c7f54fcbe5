import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Focal loss of logits, and its derivative.
 *
 * With the margin `z` (the score, negated for negatives), `wrong = sigmoid(-z) = 1 - p_t` and
 * `surprise = softplus(-z) = -log p_t`:
 *
 *     value = alpha_t wrong^gamma surprise
 *     d/dz  = -alpha_t wrong^gamma (gamma (1 - wrong) surprise + wrong)
 *
 * The derivative in this form divides by nothing, so it needs no case for `wrong` near 0 or 1.
 */
export const focal = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  scale: number,
  gamma: number,
  alpha: number
): number => {
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    const positive = targets[i] === 1
    const z = positive ? scores[i]! : -scores[i]!
    const e = Math.exp(-Math.abs(z))
    const wrong = (z >= 0 ? e : 1) / (1 + e)
    const right = (z >= 0 ? 1 : e) / (1 + e)
    const surprise = Math.max(-z, 0) + Math.log1p(e)
    const focus = scale * (positive ? alpha : 1 - alpha) * (weights === undefined ? 1 : weights[i]!) * wrong ** gamma
    const slope = focus * (gamma * right * surprise + wrong)
    value += focus * surprise
    gradient[i] = positive ? -slope : slope
  }
  return value
}
