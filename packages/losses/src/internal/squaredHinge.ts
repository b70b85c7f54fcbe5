import type { Floats } from "@rocflow/core/pipeline/Loss"

/**
 * Squared hinge `h^2` of the shortfall `h = max(0, margin - y s)` with `y` = +1 or -1, and its derivative `-2 y h`,
 * which is continuous: at `y s = margin` it is 0 from both sides.
 */
export const squaredHinge = (
  scores: Floats,
  targets: Floats,
  gradient: Floats,
  weights: Floats | undefined,
  scale: number,
  margin: number
): number => {
  let value = 0
  for (let i = 0; i < targets.length; i++) {
    const sign = targets[i] === 1 ? 1 : -1
    const shortfall = Math.max(0, margin - sign * scores[i]!)
    const w = scale * (weights === undefined ? 1 : weights[i]!)
    value += w * shortfall * shortfall
    gradient[i] = -2 * w * sign * shortfall
  }
  return value
}
