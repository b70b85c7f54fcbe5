/**
 * Functions of four numbers at once, within a few units in the last place of single precision.
 *
 * NaN comes out as NaN. Series are those of the textbook, taken so far that what is left out is below rounding.
 */

/** a·b + c. The relaxed build rounds once where the processor can; the strict one rounds twice, everywhere. */
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}

/** a where the mask is set, else b. */
export function choose(mask: v128, a: v128, b: v128): v128 {
  return v128.bitselect(a, b, mask)
}

/** The sum of the four. */
export function sum4(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1))
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1)
}

/** The largest of the four; NaN if one is. */
export function max4(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1))
  return max<f32>(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1))
}

/** The sums of a, b, c and d. */
export function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 2, 6), v128.shuffle<i32>(a, b, 1, 5, 3, 7))
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 2, 6), v128.shuffle<i32>(c, d, 1, 5, 3, 7))
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7))
}

const lanes: usize = memory.data<i32>([-1, -1, -1, -1, 0, 0, 0])

/** All ones in the first `n` of four lanes, n = 1 … 4. */
export function firstLanes(n: i32): v128 {
  return v128.load(lanes + ((<usize>(4 - n)) << 2))
}

/** All ones in the lanes of a row of which `left` entries, at least one, are left. */
export function inside(left: i32): v128 {
  return firstLanes(min(4, left))
}

/** Stores the first `n` of four lanes, n = 1 … 4. */
export function storeLanes(to: usize, x: v128, n: i32): void {
  if (n == 4) {
    v128.store(to, x)
    return
  }
  v128.store32_lane(to, x, 0)
  if (n > 1) v128.store32_lane(to, x, 1, 4)
  if (n > 2) v128.store32_lane(to, x, 2, 8)
}

const LOG2E: f32 = <f32>Math.LOG2E
/** ln 2 in two parts; the first has few bits, so that a whole number times it is exact. */
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -0.00021219444005469057

/** eˣ: x = n·ln 2 + r with |r| ≤ ln(2)/2, and the series of eʳ to r⁷. Below −87.3 and above 88.3 as at these. */
export function exp4(given: v128): v128 {
  const x = f32x4.min(f32x4.max(given, f32x4.splat(-87.3)), f32x4.splat(88.3))
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2E)))
  const r = madd(n, f32x4.splat(-LN2_LOW), madd(n, f32x4.splat(-LN2_HIGH), x))
  let p = f32x4.splat(1.0 / 5040)
  p = madd(p, r, f32x4.splat(1.0 / 720))
  p = madd(p, r, f32x4.splat(1.0 / 120))
  p = madd(p, r, f32x4.splat(1.0 / 24))
  p = madd(p, r, f32x4.splat(1.0 / 6))
  p = madd(p, r, f32x4.splat(0.5))
  p = madd(f32x4.mul(p, r), r, r)
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(f32x4.add(p, f32x4.splat(1)), scale)
}

/** eˣ − 1, with relative precision near 0. */
export function expm14(x: v128): v128 {
  let p = f32x4.splat(1.0 / 40320)
  p = madd(p, x, f32x4.splat(1.0 / 5040))
  p = madd(p, x, f32x4.splat(1.0 / 720))
  p = madd(p, x, f32x4.splat(1.0 / 120))
  p = madd(p, x, f32x4.splat(1.0 / 24))
  p = madd(p, x, f32x4.splat(1.0 / 6))
  p = madd(p, x, f32x4.splat(0.5))
  const near = madd(f32x4.mul(p, x), x, x)
  const far = f32x4.sub(exp4(x), f32x4.splat(1))
  return choose(f32x4.lt(f32x4.abs(x), f32x4.splat(0.4)), near, far)
}

/** ln x for normal x > 0: x = 2ⁿ·m with m between √½ and √2, and ln m = 2·artanh((m − 1)/(m + 1)). */
export function log4(x: v128): v128 {
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3))
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23))
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3))
  const one = f32x4.splat(1)
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one))
  const z = f32x4.mul(s, s)
  let p = f32x4.splat(2.0 / 9)
  p = madd(p, z, f32x4.splat(2.0 / 7))
  p = madd(p, z, f32x4.splat(2.0 / 5))
  p = madd(p, z, f32x4.splat(2.0 / 3))
  const series = madd(f32x4.mul(p, z), s, f32x4.add(s, s))
  return madd(n, f32x4.splat(LN2_HIGH), madd(n, f32x4.splat(LN2_LOW), series))
}

/** ln(1 + u) for 0 ≤ u ≤ 1: the rounding of 1 + u is undone by the factor u / ((1 + u) − 1). */
export function log1p4(u: v128): v128 {
  const one = f32x4.splat(1)
  const w = f32x4.add(one, u)
  const rounded = f32x4.sub(w, one)
  const tiny = f32x4.eq(rounded, f32x4.splat(0))
  return choose(tiny, u, f32x4.mul(log4(w), f32x4.div(u, choose(tiny, one, rounded))))
}

/** 1 / (1 + e⁻ˣ); the exponent is never positive, so that nothing overflows. */
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)))
  const one = f32x4.splat(1)
  return f32x4.div(choose(f32x4.ge(x, f32x4.splat(0)), one, e), f32x4.add(one, e))
}

/** The hyperbolic tangent: (e²ˣ − 1)/(e²ˣ + 1) of |x|, with the sign of x. */
export function tanh4(x: v128): v128 {
  const e = expm14(f32x4.mul(f32x4.abs(x), f32x4.splat(2)))
  const size = f32x4.div(e, f32x4.add(e, f32x4.splat(2)))
  const sign = i32x4.splat(0x80000000)
  return v128.or(size, v128.and(x, sign))
}

/** ln(1 + eˣ) = max(0, x) + ln(1 + e^−|x|). */
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))))
}

/** The error function within 1.5e-7 (Abramowitz and Stegun 1964, formula 7.1.26). */
export function erf4(x: v128): v128 {
  const z = f32x4.abs(x)
  const one = f32x4.splat(1)
  const t = f32x4.div(one, madd(z, f32x4.splat(0.3275911), one))
  let p = f32x4.splat(1.061405429)
  p = madd(p, t, f32x4.splat(-1.453152027))
  p = madd(p, t, f32x4.splat(1.421413741))
  p = madd(p, t, f32x4.splat(-0.284496736))
  p = madd(p, t, f32x4.splat(0.254829592))
  const size = f32x4.sub(one, f32x4.mul(f32x4.mul(p, t), exp4(f32x4.neg(f32x4.mul(z, z)))))
  return v128.or(size, v128.and(x, i32x4.splat(0x80000000)))
}

/** sin(2π·s) for |s| ≤ ¼: with the angle θ the series to θ¹³. */
function quarter(s: v128): v128 {
  const angle = f32x4.mul(s, f32x4.splat(<f32>(2 * Math.PI)))
  const z = f32x4.mul(angle, angle)
  let p = f32x4.splat(1.0 / 6227020800)
  p = madd(p, z, f32x4.splat(-1.0 / 39916800))
  p = madd(p, z, f32x4.splat(1.0 / 362880))
  p = madd(p, z, f32x4.splat(-1.0 / 5040))
  p = madd(p, z, f32x4.splat(1.0 / 120))
  p = madd(p, z, f32x4.splat(-1.0 / 6))
  return madd(f32x4.mul(p, z), angle, angle)
}

/** The turns beyond a whole number of them, between −½ and ½. */
function fraction(turns: v128): v128 {
  return f32x4.sub(turns, f32x4.nearest(turns))
}

/** The sine of an angle in turns; sin(π − θ) = sin θ brings it within a quarter. */
export function sin4(turns: v128): v128 {
  const r = fraction(turns)
  const size = f32x4.abs(r)
  const folded = f32x4.min(size, f32x4.sub(f32x4.splat(0.5), size))
  return v128.or(quarter(folded), v128.and(r, i32x4.splat(0x80000000)))
}

/** The cosine of an angle in turns: cos θ = sin(π/2 − |θ|). */
export function cos4(turns: v128): v128 {
  return quarter(f32x4.sub(f32x4.splat(0.25), f32x4.abs(fraction(turns))))
}
