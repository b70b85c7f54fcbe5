/**
 * Passes over one block of rows for the binary AUM.
 *
 * `half` is half the margin: it is added to the scores of negatives and taken from those of positives. Nothing is
 * written for that: passes that need the order of the scores shift them as they read them.
 *
 * The host writes scores and labels (of one type T, single or double precision; a label above 0 is positive), calls a
 * pass, and reads what it says to have written. See ../README.md.
 */

/** The most rows of a block, a multiple of 16: passes may write that far. */
export const capacity: i32 = 16384
/** About so many rows say what the range of the scores is: what lies beyond falls in an outer bin. */
const mostRange: i32 = 256
/** The last bin there can be: twice a bin, plus the label, is a byte. */
export const lastBin: i32 = 127

export const scores: usize = memory.data(8 * 16384, 16)
export const labels: usize = memory.data(8 * 16384, 16)
export const gradient: usize = memory.data(8 * 16384, 16)
/** All that histogram and gradient need to know of each row (u8): 2·bin + label. */
export const codes: usize = memory.data(16384, 16)
/** Numbers of the rows found by `collect` (i32). */
export const rows: usize = memory.data(4 * 16384, 16)
/** How many rows have each code (i32). Twice, for rows of even and of odd number, so that ties wait for each other less. */
export const histogram: usize = memory.data(4 * 256, 16)
const oddHistogram: usize = memory.data(4 * 256, 16)
/** The derivative of the rows with each code (f64). */
const slopes: usize = memory.data(8 * 256, 16)
/** The extremes that `range` finds (f64). */
export const extremes: usize = memory.data(8 * 2, 16)

// Addresses are immediate operands of loads and stores: that saves an addition each.

function score2<T>(offset: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(offset, scores)) : v128.load(offset, scores)
}

function label2<T>(offset: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(offset, labels)) : v128.load(offset, labels)
}

function range<T>(n: i32, half: f64): void {
  const end = <usize>n * sizeof<T>()
  const step = <usize>(2 * ((n + mostRange - 1) / mostRange)) * sizeof<T>()
  const half2 = f64x2.splat(half)
  const margin2 = f64x2.splat(2 * half)
  // The other half of a last pair repeats it.
  if (n & 1) {
    store<T>(scores + end, load<T>(scores + end - sizeof<T>()))
    store<T>(labels + end, load<T>(labels + end - sizeof<T>()))
  }
  let low = f64x2.splat(Infinity)
  let high = f64x2.splat(-Infinity)
  for (let offset: usize = 0; offset < end; offset += step) {
    const positive = f64x2.gt(label2<T>(offset), f64x2.splat(0))
    const s = f64x2.add(score2<T>(offset), f64x2.sub(half2, v128.and(positive, margin2)))
    low = f64x2.pmin(low, s)
    high = f64x2.pmax(high, s)
  }
  store<f64>(extremes, min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1)))
  store<f64>(extremes + 8, max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1)))
}

/**
 * Adding 1.5·2²³ to a small number rounds it to an integer, in the low bits of the sum. The bits of sums that are not
 * negative are in the order of the sums, and those of negative ones are negative, as integers.
 *
 * It is loaded from memory as V8 would make a constant anew in every turn of a loop.
 */
const toInteger: usize = memory.data<f32>([12582912])

/** (s ± half − low)·scale of two rows, in single precision. */
function place2(offset: usize, positive: v128, half: v128, margin: v128, low: v128, scale: v128): v128 {
  const shifted = f64x2.add(v128.load(offset, scores), f64x2.sub(half, v128.and(positive, margin)))
  return f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(shifted, low), scale))
}

/** Twice the bin, plus 1 for a positive, of the places of four rows; `positive` is all ones for a positive. */
function codes4(place: v128, positive: v128, first: v128, last: v128): v128 {
  const bin = i32x4.sub(i32x4.min_s(i32x4.max_s(f32x4.add(place, first), first), last), first)
  return i32x4.sub(i32x4.add(bin, bin), positive)
}

function code4<T>(offset: usize, half: v128, margin: v128, low: v128, scale: v128, first: v128, last: v128): v128 {
  if (sizeof<T>() == 4) {
    const positive = f32x4.gt(v128.load(offset, labels), f32x4.splat(0))
    const shifted = f32x4.add(v128.load(offset, scores), f32x4.sub(half, v128.and(positive, margin)))
    return codes4(f32x4.mul(f32x4.sub(shifted, low), scale), positive, first, last)
  }
  const positive0 = f64x2.gt(v128.load(offset, labels), f64x2.splat(0))
  const positive1 = f64x2.gt(v128.load(offset, labels + 16), f64x2.splat(0))
  const place0 = place2(offset, positive0, half, margin, low, scale)
  const place1 = place2(offset + 16, positive1, half, margin, low, scale)
  return codes4(
    v128.shuffle<i64>(place0, place1, 0, 2),
    v128.shuffle<i32>(positive0, positive1, 0, 2, 4, 6),
    first,
    last
  )
}

function increment(counts: usize, code: u32): void {
  const at = counts + ((<usize>code) << 2)
  store<i32>(at, load<i32>(at) + 1)
}

function encode<T>(n: i32, half: f64, low: f64, scale: f64, last: i32): void {
  const half4 = sizeof<T>() == 4 ? f32x4.splat(<f32>half) : f64x2.splat(half)
  const margin4 = sizeof<T>() == 4 ? f32x4.splat(<f32>(2 * half)) : f64x2.splat(2 * half)
  const low4 = sizeof<T>() == 4 ? f32x4.splat(<f32>low) : f64x2.splat(low)
  // Finite, as 0 times infinity has no place.
  const scale4 = sizeof<T>() == 4 ? f32x4.splat(<f32>min(scale, <f64>f32.MAX_VALUE)) : f64x2.splat(scale)
  const first4 = v128.load32_splat(toInteger)
  const last4 = i32x4.add(first4, i32x4.splat(last))
  for (let row = 0; row < n; row += 8) {
    const offset = <usize>row * sizeof<T>()
    const code = i16x8.narrow_i32x4_s(
      code4<T>(offset, half4, margin4, low4, scale4, first4, last4),
      code4<T>(offset + 4 * sizeof<T>(), half4, margin4, low4, scale4, first4, last4)
    )
    v128.store64_lane(row, i8x16.narrow_i16x8_u(code, code), 0, codes)
  }
}

function count(n: i32): void {
  const whole = n & ~7
  // Eight loads of a byte are faster than one of all and shifts.
  for (let row = 0; row < whole; row += 8) {
    increment(histogram, load<u8>(row, codes))
    increment(oddHistogram, load<u8>(row, codes + 1))
    increment(histogram, load<u8>(row, codes + 2))
    increment(oddHistogram, load<u8>(row, codes + 3))
    increment(histogram, load<u8>(row, codes + 4))
    increment(oddHistogram, load<u8>(row, codes + 5))
    increment(histogram, load<u8>(row, codes + 6))
    increment(oddHistogram, load<u8>(row, codes + 7))
  }
  for (let row = whole; row < n; row++) increment(histogram, load<u8>(row, codes))
}

/** Empties the histogram. */
export function clear(): void {
  memory.fill(histogram, 0, 4 * 256)
}

/** Adds the half for odd numbers to that for even numbers, empties it, and returns the positives of both. */
function merge(): i32 {
  let both = i32x4.splat(0)
  for (let offset: usize = 0; offset < 4 * 256; offset += 16) {
    const counts = i32x4.add(v128.load(offset, histogram), v128.load(offset, oddHistogram))
    v128.store(offset, counts, histogram)
    v128.store(offset, i32x4.splat(0), oddHistogram)
    both = i32x4.add(both, counts)
  }
  return i32x4.extract_lane(both, 1) + i32x4.extract_lane(both, 3)
}

/** Writes the numbers of the rows in a bin to `rows`, in ascending order, and returns how many there are. */
export function collect(n: i32, bin: i32): i32 {
  const wanted = i8x16.splat(<i8>(2 * bin))
  let found: usize = 0
  for (let first = 0; first < n; first += 16) {
    const bins = v128.and(v128.load(first, codes), i8x16.splat(-2))
    for (let inside = i8x16.bitmask(i8x16.eq(bins, wanted)); inside != 0; inside &= inside - 1) {
      const row = first + ctz(inside)
      if (row >= n) break
      store<i32>(found++ << 2, row, rows)
    }
  }
  return <i32>found
}

/** Sets the derivatives of negatives above a bin and of positives below it; all others are 0. */
export function setSlopes(bin: i32, last: i32, negativeSlope: f64, positiveSlope: f64): void {
  for (let b = 0; b <= last; b++) {
    store<f64>(b << 4, b > bin ? negativeSlope : 0, slopes)
    store<f64>(b << 4, b < bin ? positiveSlope : 0, slopes + 8)
  }
}

function slope2(row: usize): v128 {
  const first = v128.load64_zero((<usize>load<u8>(row, codes)) << 3, slopes)
  return v128.load64_lane((<usize>load<u8>(row, codes + 1)) << 3, first, 1, slopes)
}

function settle2<T>(row: usize, crossing: v128): v128 {
  const offset = row * sizeof<T>()
  const slope = slope2(row)
  if (sizeof<T>() == 4) v128.store64_lane(offset, f32x4.demote_f64x2_zero(slope), 0, gradient)
  else v128.store(offset, slope, gradient)
  return f64x2.mul(slope, f64x2.sub(score2<T>(offset), crossing))
}

function settle<T>(n: i32, bin: i32, crossing: f64): f64 {
  const crossing2 = f64x2.splat(crossing)
  // Rows up to a multiple of four add nothing.
  for (let row = <usize>n; row & 3; row++) {
    store<T>(row * sizeof<T>(), <T>0, scores)
    store<u8>(row, <u8>(2 * bin), codes)
  }
  let even = f64x2.splat(0)
  let odd = f64x2.splat(0)
  for (let row: usize = 0; row < <usize>n; row += 4) {
    even = f64x2.add(even, settle2<T>(row, crossing2))
    odd = f64x2.add(odd, settle2<T>(row + 2, crossing2))
  }
  const sum = f64x2.add(even, odd)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** Writes the extremes of the shifted scores, of more than 256 only of about so many of them. */
export function range32(n: i32, half: f64): void {
  range<f32>(n, half)
}
export function range64(n: i32, half: f64): void {
  range<f64>(n, half)
}

/**
 * Writes the codes of the rows, adds them to the histogram, and returns the positives there are in it. The bin of a
 * shifted score is the integer next to (s − low)·scale, or the first or the last bin; that of NaN is any.
 *
 * It must not part scores that tie when they are shifted in double precision. Scores of single precision are shifted in
 * single precision, which parts none if `half` is of single precision too: a sum of two such numbers either is exact in
 * double precision, or so near to one of the two that it rounds to it.
 */
export function encode32(n: i32, half: f64, low: f64, scale: f64, last: i32): i32 {
  encode<f32>(n, half, low, scale, last)
  count(n)
  return merge()
}
export function encode64(n: i32, half: f64, low: f64, scale: f64, last: i32): i32 {
  encode<f64>(n, half, low, scale, last)
  count(n)
  return merge()
}

/**
 * Writes the gradient of all rows, by their codes, and returns Σ slope·(s − crossing) of the scores as they were given:
 * not finite if a score is not. The slope must be 0 in `bin`.
 */
export function settle32(n: i32, bin: i32, crossing: f64): f64 {
  return settle<f32>(n, bin, crossing)
}
export function settle64(n: i32, bin: i32, crossing: f64): f64 {
  return settle<f64>(n, bin, crossing)
}
