/**
 * The map of a column to the shares of its own distribution.
 */
import { countAtMost, countBelow, valueAt } from "./quantiles.ts"
import * as Normal from "../../../Normal.ts"

/** Quantiles of ascending values at so many evenly spread shares from 0 to 1. */
export const quantilesOf = (ascending: Float64Array, count: number): Float64Array => {
  // Multiplied first: a place that is a whole number is met without rounding, and so are values that repeat.
  const quantiles = Float64Array.from({ length: count }, (_, i) =>
    valueAt(ascending, (i * (ascending.length - 1)) / (count - 1))
  )
  // Rounding of the interpolation may break the order by one bit.
  for (let i = 1; i < count; i++) quantiles[i] = Math.max(quantiles[i]!, quantiles[i - 1]!)
  return quantiles
}

/**
 * The share of values below x, in [0, 1]: linear between the quantiles, 0 from the first down and 1 from the last up. Where
 * several quantiles are x, the middle of their shares. Where all quantiles are one number, 1/2 for any x.
 */
export const shareBelow = (quantiles: ArrayLike<number>, x: number): number => {
  const last = quantiles.length - 1
  if (quantiles[0] === quantiles[last]) return 0.5
  if (x <= quantiles[0]!) return 0
  if (x >= quantiles[last]!) return 1
  const first = countBelow(quantiles, x)
  const after = countAtMost(quantiles, x)
  if (after > first) return (first + after - 1) / 2 / last
  const low = quantiles[first - 1]!
  return (first - 1 + (x - low) / (quantiles[first]! - low)) / last
}

/** No x is farther from 0 than the quantiles of 10⁻⁷ and 1 − 10⁻⁷ of the normal distribution, about 5.2. */
const margin = 1e-7

/**
 * The quantile of the standard normal distribution at `shareBelow`, within about ±5.2. What is above the least quantile by
 * however little is not at the end: a distance that were as good as none would depend on the unit of the column.
 */
export const normalScore = (quantiles: ArrayLike<number>, x: number): number => {
  if (quantiles[0] === quantiles[quantiles.length - 1]) return 0
  return Normal.quantile(Math.min(1 - margin, Math.max(margin, shareBelow(quantiles, x))))
}
