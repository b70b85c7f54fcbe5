/**
 * From the digits of a decimal to the nearest double, without making a string of them.
 */

/** The powers of ten that are exact. */
const powers = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** Places behind the point that one exact division takes away. */
export const mostPlaces = powers.length - 1

/** Whole numbers below this are exact, and stay so with one more digit. */
export const mostHigh = 2 ** 53 / 10 - 1

/** Digits in the lower part of a number. */
export const mostLow = 6

/** What a product of doubles lacks to be exact (Dekker 1971). */
const lacking = (a: number, b: number, product: number): number => {
  const [sa, sb] = [134217729 * a, 134217729 * b]
  const [ah, bh] = [sa - (sa - a), sb - (sb - b)]
  const [al, bl] = [a - ah, b - bh]
  return al * bl - (product - ah * bh - al * bh - ah * bl)
}

/**
 * The double nearest to (high·10^digits + low) / 10^places: by one division where `high` is all of it, else to twice the
 * precision. NaN where that does not tell which of two neighbours is nearer, which happens about once in 10¹² numbers.
 *
 * `high` is a whole number below 2⁵³, `low` one of at most `mostLow` digits, `places` at most `mostPlaces`.
 *
 * @example
 * nearest(123456789012345, 67, 2, 17) // => 0.12345678901234567
 */
export const nearest = (high: number, low: number, digits: number, places: number): number => {
  const divisor = powers[places]!
  if (digits === 0) return high / divisor
  const power = powers[digits]!
  const product = high * power
  const rest = low + lacking(high, power, product)
  const sum = product + rest
  const quotient = sum / divisor
  const back = quotient * divisor
  const correction = (sum - back - lacking(quotient, divisor, back) + (rest - (sum - product))) / divisor
  const margin = Math.abs(correction) * 2 ** -48 + quotient * 2 ** -100
  const value = quotient + (correction - margin)
  return value === quotient + (correction + margin) ? value : Number.NaN
}
