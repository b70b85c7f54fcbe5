/**
 * Passes over one block of rows for the binary AUM, two rows at a time, all arithmetic in double precision.
 *
 * The host writes scores and labels (of one type T, single or double precision; a label above 0 is positive), calls a
 * pass, and reads the gradient, the candidates and `result`. See ../README.md.
 */

/** The most rows of a block. Even, so that the last row can be paired. */
export const capacity: i32 = 16384
/** The most bins of a histogram. */
export const mostBins: i32 = 2048

export const scores: usize = memory.data(8 * 16384, 16)
export const labels: usize = memory.data(8 * 16384, 16)
export const gradient: usize = memory.data(8 * 16384, 16)
/** Scores (f64) of the rows in the bin of the crossing, and what they belong to: 2·row + label (i32). */
export const candidates: usize = memory.data(8 * 16384, 16)
export const codes: usize = memory.data(4 * 16384, 16)
/** Numbers of rows (i32): negatives of bin b at 2·b, positives at 2·b + 1. */
export const histogram: usize = memory.data(8 * (2048 + 1), 16)
/** What the pass found, f64; see each pass. */
export const result: usize = memory.data(8 * 3, 16)

/** Adding 2⁵² to 0 ≤ x < 2³¹ rounds it to an integer, in the low bits of the sum. */
const toInteger: f64 = 4503599627370496

// Addresses are immediate operands of loads and stores: that saves an addition each.

function score2<T>(offset: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(offset, scores)) : v128.load(offset, scores)
}

function positive2<T>(offset: usize): v128 {
  return sizeof<T>() == 4
    ? i64x2.extend_low_i32x4_s(f32x4.gt(v128.load64_zero(offset, labels), f32x4.splat(0)))
    : f64x2.gt(v128.load(offset, labels), f64x2.splat(0))
}

function setGradient2<T>(offset: usize, pair: v128): void {
  if (sizeof<T>() == 4) v128.store64_lane(offset, f32x4.demote_f64x2_zero(pair), 0, gradient)
  else v128.store(offset, pair, gradient)
}

function sum2(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

function range<T>(n: i32): void {
  const end = <usize>n * sizeof<T>()
  // The other half of a last pair repeats it.
  if (n & 1) store<T>(scores + end, load<T>(scores + end - sizeof<T>()))
  let low = f64x2.splat(Infinity)
  let high = f64x2.splat(-Infinity)
  for (let offset: usize = 0; offset < end; offset += 2 * sizeof<T>()) {
    const s = score2<T>(offset)
    low = f64x2.pmin(low, s)
    high = f64x2.pmax(high, s)
  }
  store<f64>(result, min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1)))
  store<f64>(result + 8, max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1)))
}

function increment(offset: i32): void {
  store<i32>(offset, load<i32>(offset, histogram) + 1, histogram)
}

/** (s − low)·scale, rounded, in the low bits. */
function bin2(s: v128, low: v128, scale: v128): v128 {
  return f64x2.add(f64x2.mul(f64x2.sub(s, low), scale), f64x2.splat(toInteger))
}

function countBins<T>(n: i32, low: f64, scale: f64, last: i32): void {
  const end = <usize>n * sizeof<T>()
  if (n & 1) {
    store<T>(scores + end, <T>0)
    store<T>(labels + end, <T>0)
  }
  const low2 = f64x2.splat(low)
  const scale2 = f64x2.splat(scale)
  const first2 = f64x2.splat(toInteger)
  const last2 = f64x2.splat(toInteger + <f64>last)
  let positives = i64x2.splat(0)
  let finite = f64x2.splat(0)
  let at = i64x2.splat(0)
  for (let offset: usize = 0; offset < end; offset += 2 * sizeof<T>()) {
    const s = score2<T>(offset)
    const isPositive = positive2<T>(offset)
    positives = i64x2.sub(positives, isPositive)
    finite = f64x2.add(finite, f64x2.sub(s, s))
    // In this order of the arguments NaN goes to the first bin.
    const bin = f64x2.pmin(last2, f64x2.pmax(first2, bin2(s, low2, scale2)))
    // Eight bytes a bin, the positives in the upper four.
    at = v128.or(i64x2.shl(bin, 3), v128.and(isPositive, i64x2.splat(4)))
    increment(i32x4.extract_lane(at, 0))
    increment(i32x4.extract_lane(at, 2))
  }
  if (n & 1) {
    const padded = histogram + <usize>i32x4.extract_lane(at, 2)
    store<i32>(padded, load<i32>(padded) - 1)
  }
  store<f64>(result, <f64>(i64x2.extract_lane(positives, 0) + i64x2.extract_lane(positives, 1)))
  store<f64>(result + 8, sum2(finite))
}

function sweep<T>(
  n: i32,
  low: f64,
  scale: f64,
  last: i32,
  bin: i32,
  lower: f64,
  upper: f64,
  negativeSlope: f64,
  positiveSlope: f64
): void {
  const end = <usize>n * sizeof<T>()
  if (n & 1) {
    // A negative below the crossing counts nowhere.
    store<T>(scores + end, <T>(sizeof<T>() == 4 ? -(<f64>f32.MAX_VALUE) : -f64.MAX_VALUE))
    store<T>(labels + end, <T>0)
  }
  const low2 = f64x2.splat(low)
  const scale2 = f64x2.splat(scale)
  const first2 = f64x2.splat(bin == 0 ? -Infinity : toInteger + <f64>bin)
  const last2 = f64x2.splat(bin == last ? Infinity : toInteger + <f64>bin)
  const lower2 = f64x2.splat(lower)
  const upper2 = f64x2.splat(upper)
  const negativeSlope2 = f64x2.splat(negativeSlope)
  const positiveSlope2 = f64x2.splat(positiveSlope)
  let negativeSum = f64x2.splat(0)
  let positiveSum = f64x2.splat(0)
  let kept: usize = 0
  for (let offset: usize = 0; offset < end; offset += 2 * sizeof<T>()) {
    const s = score2<T>(offset)
    const isPositive = positive2<T>(offset)
    const at = bin2(s, low2, scale2)
    const isAbove = f64x2.gt(at, last2)
    const isBelow = f64x2.lt(at, first2)
    const negativeBeyond = v128.andnot(isAbove, isPositive)
    const positiveBeyond = v128.and(isBelow, isPositive)
    setGradient2<T>(offset, v128.or(v128.and(negativeBeyond, negativeSlope2), v128.and(positiveBeyond, positiveSlope2)))
    negativeSum = f64x2.add(negativeSum, v128.and(negativeBeyond, f64x2.sub(s, upper2)))
    positiveSum = f64x2.add(positiveSum, v128.and(positiveBeyond, f64x2.sub(lower2, s)))
    const outside = i64x2.bitmask(v128.or(isAbove, isBelow))
    if (outside != 3) {
      const code = (<i32>(offset / sizeof<T>())) << 1
      store<f64>(kept << 3, f64x2.extract_lane(s, 0), candidates)
      store<i32>(codes + (kept << 2), code - <i32>i64x2.extract_lane(isPositive, 0))
      kept += ~outside & 1
      store<f64>(kept << 3, f64x2.extract_lane(s, 1), candidates)
      store<i32>(codes + (kept << 2), code + 2 - <i32>i64x2.extract_lane(isPositive, 1))
      kept += 1 - (outside >> 1)
    }
  }
  // Unless the bin has no lower end.
  if (kept > 0 && load<i32>(codes + ((kept - 1) << 2)) == n << 1) kept--
  store<f64>(result, <f64>kept)
  store<f64>(result + 8, sum2(negativeSum))
  store<f64>(result + 16, sum2(positiveSum))
}

/** Writes the lowest and the highest score. */
export function range32(n: i32): void {
  range<f32>(n)
}
export function range64(n: i32): void {
  range<f64>(n)
}

/**
 * Adds the rows to bins 0 to `last`: the integer next to (s − low)·scale, or the first or the last bin. Writes the number
 * of positives, and 0, or NaN if a score is not finite.
 */
export function countBins32(n: i32, low: f64, scale: f64, last: i32): void {
  countBins<f32>(n, low, scale, last)
}
export function countBins64(n: i32, low: f64, scale: f64, last: i32): void {
  countBins<f64>(n, low, scale, last)
}

/**
 * Writes the gradient of the rows outside of bin `bin`, where the crossing is, and 0 for those inside, which become
 * candidates. Writes their number, how far negatives lie above `upper`, the upper end of the bin, in all, and how far
 * positives lie below `lower`.
 */
export function sweep32(
  n: i32,
  low: f64,
  scale: f64,
  last: i32,
  bin: i32,
  lower: f64,
  upper: f64,
  negativeSlope: f64,
  positiveSlope: f64
): void {
  sweep<f32>(n, low, scale, last, bin, lower, upper, negativeSlope, positiveSlope)
}
export function sweep64(
  n: i32,
  low: f64,
  scale: f64,
  last: i32,
  bin: i32,
  lower: f64,
  upper: f64,
  negativeSlope: f64,
  positiveSlope: f64
): void {
  sweep<f64>(n, low, scale, last, bin, lower, upper, negativeSlope, positiveSlope)
}
