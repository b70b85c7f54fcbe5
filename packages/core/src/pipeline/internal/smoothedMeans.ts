/**
 * The mean of a target in each category, drawn towards the mean of all rows the more the fewer rows the category has.
 */

/** So many rows' worth of the overall mean, or as many as the deviations of the target say. */
export type Smooth = number | "auto"

/**
 * Gives the smoothed mean of `y` in every category of the rows that `counts` has, and their overall mean, which stands for a
 * category without rows.
 *
 * With m rows' worth of the mean: (Σ y + m·ȳ) / (n + m). With `auto` (empirical Bayes, Micci-Barreca 2001): λ·ȳ of the category +
 * (1 − λ)·ȳ, λ = n·τ² / (n·τ² + σ²), where τ² is the variance of y in all rows and σ² that in the category, divisors the
 * numbers of rows.
 */
export const smoothedMeans = (
  codes: Int32Array,
  categories: number,
  y: Float64Array,
  smooth: Smooth,
  counts: (row: number) => boolean
): { readonly means: Float64Array; readonly mean: number } => {
  const n = new Float64Array(categories)
  const sum = new Float64Array(categories)
  let rows = 0
  let total = 0
  for (let row = 0; row < codes.length; row++) {
    if (!counts(row)) continue
    n[codes[row]!]! += 1
    sum[codes[row]!]! += y[row]!
    rows += 1
    total += y[row]!
  }
  const mean = total / rows
  if (smooth !== "auto") {
    return { mean, means: n.map((count, k) => (count === 0 ? mean : (sum[k]! + smooth * mean) / (count + smooth))) }
  }
  const squares = new Float64Array(categories)
  let square = 0
  for (let row = 0; row < codes.length; row++) {
    if (!counts(row)) continue
    const k = codes[row]!
    squares[k]! += (y[row]! - sum[k]! / n[k]!) ** 2
    square += (y[row]! - mean) ** 2
  }
  const means = n.map((count, k) => {
    const between = (count * square) / rows
    const share = between / (between + squares[k]! / count)
    return Number.isNaN(share) ? mean : (share * sum[k]!) / count + (1 - share) * mean
  })
  return { mean, means }
}
