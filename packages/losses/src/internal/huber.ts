import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Huber loss, and its derivative: `d` clipped to `[-delta, delta]`.
 *
 * Writing `c` for the clipped residual, both branches are `c (d - c / 2)`: `d^2 / 2` where `c = d`, and
 * `delta (|d| - delta / 2)` beyond.
 */
export const huber = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  scale: number,
  delta: number
): number => {
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    const d = scores[i]! - targets[i]!
    const clipped = Math.max(-delta, Math.min(delta, d))
    const w = scale * (weights === undefined ? 1 : weights[i]!)
    value += w * clipped * (d - clipped / 2)
    gradient[i] = w * clipped
  }
  return value
}
