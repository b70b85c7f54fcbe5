import type { Floats } from "@rocflow/core/pipeline/Loss"

/** Squared error `d^2` of `d = score - target`, and its derivative `2 d`. */
export const mse = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  scale: number
): number => {
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    const d = scores[i]! - targets[i]!
    const w = scale * (weights === undefined ? 1 : weights[i]!)
    value += w * d * d
    gradient[i] = 2 * w * d
  }
  return value
}
