/**
 * The exact step along a direction for binary labels, from labels, scores and direction.
 */
import type { Floats } from "@rocflow/core/pipeline/Loss"
import type { Variant } from "./aumRows.ts"
import { type BinaryLines, type Minimum, minimise } from "./lineSearchConvex.ts"

/** The examples, what one error of each class weighs, and the margin between the classes. */
interface Classes extends Pick<BinaryLines, "positive" | "perNegative" | "perPositive"> {
  readonly margin: number
}

/**
 * The least AUM of scores − s · direction over s ≥ 0. A margin moves the lines and leaves their slopes. Where it is least on an interval, the step is its middle, or its
 * beginning when the interval has no end.
 */
export const minimumAlong = (
  classes: Classes,
  scores: ArrayLike<number>,
  direction: Float64Array
): Minimum & { readonly step: number } => {
  const half = classes.margin / 2
  const intercept = Float64Array.from(scores, (score, i) => (classes.positive[i] === 1 ? half : -half) - score)
  const minimum = minimise({ ...classes, intercept, slope: direction })
  const { first, last } = minimum
  return { ...minimum, step: last < Infinity ? (first + last) / 2 : first }
}

/** The step of `minimumAlong` for targets 1 and 0; 0 for one class, whose AUM does not move. */
export const stepAlong = (
  scores: Floats,
  direction: Floats,
  targets: Floats,
  { denominator, margin }: Variant
): number => {
  const positive = Uint8Array.from(targets)
  const positives = positive.reduce((sum, one) => sum + one, 0)
  const negatives = positive.length - positives
  if (positives === 0 || negatives === 0) return 0
  const [perNegative, perPositive] = denominator === "rate" ? [1 / negatives, 1 / positives] : [1, 1]
  return minimumAlong({ positive, perNegative, perPositive, margin }, scores, Float64Array.from(direction)).step
}
