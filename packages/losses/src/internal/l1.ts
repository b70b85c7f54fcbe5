import type { Floats } from "@rocflow/core/pipeline/Loss"

/** Absolute error `|d|` of `d = score - target`, and its subgradient `sign(d)`, which is 0 at the kink. */
export const l1 = (
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
    value += w * Math.abs(d)
    gradient[i] = w * Math.sign(d)
  }
  return value
}
