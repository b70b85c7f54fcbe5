/**
 * The mean and the spread of numbers that weigh differently.
 */

/** Both in the unit of the numbers. @category models */
export interface Moments {
  readonly mean: number
  /** The standard deviation, with the weights as divisor: 0 of equal numbers. */
  readonly sd: number
}

/**
 * Computes mean = Σ wᵢ xᵢ / Σ wᵢ and sd = √(Σ wᵢ (xᵢ − mean)² / Σ wᵢ) in one pass, without the loss of digits that squares of
 * large numbers bring (West, 1979). Both are 0 where nothing weighs anything.
 *
 * `values`: none of them NaN; `weights`: one a value, those of 0 or less do not count; without them all weigh the same.
 *
 * @example
 * Moments.of([1, 3, 100], [1, 1, 0]) // => { mean: 2, sd: 1 }
 * @see West, Updating mean and variance estimates: an improved method, CACM 22(9), 1979
 * @category computing
 */
export const of = (values: ArrayLike<number>, weights?: ArrayLike<number>): Moments => {
  let [mean, squares, total] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const weight = weights?.[i] ?? 1
    if (weight <= 0) continue
    total += weight
    const off = values[i]! - mean
    mean += (weight / total) * off
    squares += weight * off * (values[i]! - mean)
  }
  return { mean, sd: total > 0 ? Math.sqrt(squares / total) : 0 }
}
