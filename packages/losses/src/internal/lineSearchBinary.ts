/**
 * The exact step along a direction for binary labels, from labels, scores and direction.
 */
import type { Floats } from "@rocflow/core/pipeline/Loss"
import { type BinaryLines, type Minimum, minimise } from "./lineSearchConvex.ts"

type Classes = Pick<BinaryLines, "positive" | "perNegative" | "perPositive">

/**
 * The least AUM of scores − s · direction over s ≥ 0. Where it is least on an interval, the step is its middle, or its
 * beginning when the interval has no end.
 */
export const minimumAlong = (
  classes: Classes,
  scores: ArrayLike<number>,
  direction: Float64Array
): Minimum & { readonly step: number } => {
  const intercept = Float64Array.from(scores, (score) => -score)
  const minimum = minimise({ ...classes, intercept, slope: direction })
  const { first, last } = minimum
  return { ...minimum, step: last < Infinity ? (first + last) / 2 : first }
}

/** The step of `minimumAlong` for targets 1 and 0; 0 for one class, whose AUM does not move. */
export const stepAlong = (
  scores: Floats,
  direction: Floats,
  targets: Floats,
  denominator: "rate" | "count"
): number => {
  const positive = Uint8Array.from(targets)
  const positives = positive.reduce((sum, one) => sum + one, 0)
  const negatives = positive.length - positives
  if (positives === 0 || negatives === 0) return 0
  const [perNegative, perPositive] = denominator === "rate" ? [1 / negatives, 1 / positives] : [1, 1]
  return minimumAlong({ positive, perNegative, perPositive }, scores, Float64Array.from(direction)).step
}
