/**
 * Order statistics of numbers, some of which may be missing.
 */

/** The values that are there, ascending; a new array. */
export const ascending = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value)).sort()

/**
 * The quantile of a share in [0, 1] of ascending values: linear between the two values next to (n − 1)·share, type 7 of
 * Hyndman and Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996), as numpy and R have it.
 * NaN of no values.
 *
 * ```ts
 * quantile(Float64Array.of(1, 2, 4, 8), 0.5) // => 3
 * ```
 */
export const quantile = (values: Float64Array, share: number): number => valueAt(values, (values.length - 1) * share)

/** The value at a place among ascending values, from 0, linear between two of them. NaN of no values. */
export const valueAt = (values: Float64Array, place: number): number => {
  if (values.length === 0) return Number.NaN
  const below = Math.floor(place)
  const low = values[below]!
  const high = values[Math.min(below + 1, values.length - 1)]!
  const part = place - below
  // From the nearer side: so both ends are met exactly.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
}

/** How many of ascending values are at most x. */
export const countAtMost = (values: ArrayLike<number>, x: number): number => {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! <= x) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of ascending values are below x. */
export const countBelow = (values: ArrayLike<number>, x: number): number => {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! < x) low = middle + 1
    else high = middle
  }
  return low
}
