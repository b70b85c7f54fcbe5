/**
 * Products with one or two units: their rows are as long as the input is wide, and vectors go along them.
 */
import { firstLanes, madd, storeLanes, sums4 } from "./vector"

/** Stores the first `n` of four lanes, `stride` bytes apart. */
function scatterLanes(to: usize, stride: usize, x: v128, n: i32): void {
  if (stride == 4) {
    storeLanes(to, x, n)
    return
  }
  v128.store32_lane(to, x, 0)
  if (n > 1) v128.store32_lane(to + stride, x, 1)
  if (n > 2) v128.store32_lane(to + 2 * stride, x, 2)
  if (n > 3) v128.store32_lane(to + 3 * stride, x, 3)
}

/** Copies n numbers that stand `stride` bytes apart behind each other. */
export function column(n: i32, from: usize, stride: usize, to: usize): void {
  for (let i = 0; i < n; i++, from += stride) store<f32>(to + ((<usize>i) << 2), load<f32>(from))
}

/** The numbers at x under the mask, 0 elsewhere. */
function masked(x: usize, mask: v128): v128 {
  return v128.and(v128.load(x), mask)
}

/** y[m] = X·w, plus `start`. */
function dotsOfOne(m: i32, k: i32, x: usize, xStride: usize, w: usize, y: usize, yStride: usize, start: v128): void {
  const whole = (<usize>(k & ~3)) << 2
  const rest = k & 3
  const mask = firstLanes(rest == 0 ? 4 : rest)
  for (let i = 0; i < m; i += 4) {
    const last = min(3, m - i - 1)
    const x0 = x + <usize>i * xStride
    const x1 = x0 + <usize>min(1, last) * xStride
    const x2 = x0 + <usize>min(2, last) * xStride
    const x3 = x0 + <usize>min(3, last) * xStride
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    for (let o: usize = 0; o < whole; o += 16) {
      const v = v128.load(w + o)
      s0 = madd(v128.load(x0 + o), v, s0)
      s1 = madd(v128.load(x1 + o), v, s1)
      s2 = madd(v128.load(x2 + o), v, s2)
      s3 = madd(v128.load(x3 + o), v, s3)
    }
    if (rest > 0) {
      const v = masked(w + whole, mask)
      s0 = madd(masked(x0 + whole, mask), v, s0)
      s1 = madd(masked(x1 + whole, mask), v, s1)
      s2 = madd(masked(x2 + whole, mask), v, s2)
      s3 = madd(masked(x3 + whole, mask), v, s3)
    }
    scatterLanes(y + <usize>i * yStride, yStride, f32x4.add(sums4(s0, s1, s2, s3), start), last + 1)
  }
}

/** The same for two units, whose weights are `wStride` bytes apart and whose results are neighbours: X is read once. */
function dotsOfTwo(
  m: i32,
  k: i32,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  y: usize,
  yStride: usize,
  start: v128,
  next: v128
): void {
  const whole = (<usize>(k & ~3)) << 2
  const rest = k & 3
  const mask = firstLanes(rest == 0 ? 4 : rest)
  const other = w + wStride
  for (let i = 0; i < m; i += 4) {
    const last = min(3, m - i - 1)
    const x0 = x + <usize>i * xStride
    const x1 = x0 + <usize>min(1, last) * xStride
    const x2 = x0 + <usize>min(2, last) * xStride
    const x3 = x0 + <usize>min(3, last) * xStride
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let t0 = s0
    let t1 = s0
    let t2 = s0
    let t3 = s0
    for (let o: usize = 0; o < whole; o += 16) {
      const v = v128.load(w + o)
      const u = v128.load(other + o)
      let z = v128.load(x0 + o)
      s0 = madd(z, v, s0)
      t0 = madd(z, u, t0)
      z = v128.load(x1 + o)
      s1 = madd(z, v, s1)
      t1 = madd(z, u, t1)
      z = v128.load(x2 + o)
      s2 = madd(z, v, s2)
      t2 = madd(z, u, t2)
      z = v128.load(x3 + o)
      s3 = madd(z, v, s3)
      t3 = madd(z, u, t3)
    }
    if (rest > 0) {
      const v = masked(w + whole, mask)
      const u = masked(other + whole, mask)
      let z = masked(x0 + whole, mask)
      s0 = madd(z, v, s0)
      t0 = madd(z, u, t0)
      z = masked(x1 + whole, mask)
      s1 = madd(z, v, s1)
      t1 = madd(z, u, t1)
      z = masked(x2 + whole, mask)
      s2 = madd(z, v, s2)
      t2 = madd(z, u, t2)
      z = masked(x3 + whole, mask)
      s3 = madd(z, v, s3)
      t3 = madd(z, u, t3)
    }
    const to = y + <usize>i * yStride
    scatterLanes(to, yStride, f32x4.add(sums4(s0, s1, s2, s3), start), last + 1)
    scatterLanes(to + 4, yStride, f32x4.add(sums4(t0, t1, t2, t3), next), last + 1)
  }
}

/**
 * Y[m, units] = X·Wᵀ for one or two units and X[m, k], plus the numbers at `bias` unless that is 0. The rows of X, W and Y are
 * their stride apart.
 */
export function dots(
  units: i32,
  m: i32,
  k: i32,
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  y: usize,
  yStride: usize,
  bias: usize
): void {
  const start = f32x4.splat(bias == 0 ? 0 : load<f32>(bias))
  if (units == 1) {
    dotsOfOne(m, k, x, xStride, w, y, yStride, start)
    return
  }
  dotsOfTwo(m, k, x, xStride, w, wStride, y, yStride, start, f32x4.splat(bias == 0 ? 0 : load<f32>(bias, 4)))
}

/** Four columns of `weightedRows`. */
function weightedFour(m: i32, columns: i32, d: usize, x: usize, xStride: usize, y: usize, yStride: usize): void {
  let s = f32x4.splat(0)
  for (let i = 0; i < m; i++, x += xStride) s = madd(v128.load32_splat(d + ((<usize>i) << 2)), v128.load(x), s)
  scatterLanes(y, yStride, s, columns)
}

/** Sixteen columns of `weightedRows`, of one unit. */
function weightedOfOne(m: i32, d: usize, x: usize, xStride: usize, y: usize, yStride: usize): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let i = 0; i < m; i++, x += xStride) {
    const v = v128.load32_splat(d + ((<usize>i) << 2))
    s0 = madd(v, v128.load(x), s0)
    s1 = madd(v, v128.load(x, 16), s1)
    s2 = madd(v, v128.load(x, 32), s2)
    s3 = madd(v, v128.load(x, 48), s3)
  }
  scatterLanes(y, yStride, s0, 4)
  scatterLanes(y + 4 * yStride, yStride, s1, 4)
  scatterLanes(y + 8 * yStride, yStride, s2, 4)
  scatterLanes(y + 12 * yStride, yStride, s3, 4)
}

/** Sixteen columns of `weightedRows`, of two units. */
function weightedOfTwo(m: i32, d: usize, dStride: usize, x: usize, xStride: usize, y: usize, yStride: usize): void {
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let t0 = s0
  let t1 = s0
  let t2 = s0
  let t3 = s0
  for (let i = 0; i < m; i++, x += xStride) {
    const at = d + ((<usize>i) << 2)
    const v = v128.load32_splat(at)
    const u = v128.load32_splat(at + dStride)
    let z = v128.load(x)
    s0 = madd(v, z, s0)
    t0 = madd(u, z, t0)
    z = v128.load(x, 16)
    s1 = madd(v, z, s1)
    t1 = madd(u, z, t1)
    z = v128.load(x, 32)
    s2 = madd(v, z, s2)
    t2 = madd(u, z, t2)
    z = v128.load(x, 48)
    s3 = madd(v, z, s3)
    t3 = madd(u, z, t3)
  }
  scatterLanes(y, yStride, s0, 4)
  scatterLanes(y + 4 * yStride, yStride, s1, 4)
  scatterLanes(y + 8 * yStride, yStride, s2, 4)
  scatterLanes(y + 12 * yStride, yStride, s3, 4)
  scatterLanes(y + 4, yStride, t0, 4)
  scatterLanes(y + 4 + 4 * yStride, yStride, t1, 4)
  scatterLanes(y + 4 + 8 * yStride, yStride, t2, 4)
  scatterLanes(y + 4 + 12 * yStride, yStride, t3, 4)
}

/**
 * Y[k, units] = Xᵀ·Dᵀ for one or two units, D[units, m] and X[m, k]: the weight gradient of these units. The rows of D, X and Y
 * are their stride apart.
 */
export function weightedRows(
  units: i32,
  m: i32,
  k: i32,
  d: usize,
  dStride: usize,
  x: usize,
  xStride: usize,
  y: usize,
  yStride: usize
): void {
  let p = 0
  for (; p + 16 <= k; p += 16) {
    const from = x + ((<usize>p) << 2)
    const to = y + <usize>p * yStride
    if (units == 1) weightedOfOne(m, d, from, xStride, to, yStride)
    else weightedOfTwo(m, d, dStride, from, xStride, to, yStride)
  }
  for (; p < k; p += 4) {
    const from = x + ((<usize>p) << 2)
    const to = y + <usize>p * yStride
    weightedFour(m, min(4, k - p), d, from, xStride, to, yStride)
    if (units == 2) weightedFour(m, min(4, k - p), d + dStride, from, xStride, to + 4, yStride)
  }
}
