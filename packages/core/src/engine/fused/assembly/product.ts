/**
 * Matrix products.
 *
 * `product` finds the entry (i, p) of its left factor at `a + rows[i] + inner[p]`, with offsets in bytes from tables. So
 * one kernel serves a linear layer, its weight gradient (the two tables change places), and a convolution of either kind:
 * the patch of an output is its place plus the offsets of the kernel's entries, and no patch is ever copied.
 *
 * Loads may reach up to 32 bytes beyond a row of the right factor: what they find there is computed with and not stored.
 */
import { firstLanes, madd, storeLanes, sums4 } from "./vector"

/** How entries begin: at what is there, at the bias of their column, or else at 0. */
const ADD: i32 = 1
const BIAS: i32 = 2

/** So many inner entries at a time: the rows of the right factor that they need stay in the fastest cache. */
const BLOCK: i32 = 256

function begin(how: i32, c: usize, bias: usize): v128 {
  if (how == ADD) return v128.load(c)
  return how == BIAS ? v128.load(bias) : f32x4.splat(0)
}

/** Four rows of eight columns; `count` rows and `columns` of them are stored. */
function tile4x8(
  k: i32,
  a: usize,
  rows: usize,
  count: i32,
  inner: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  columns: i32,
  how: i32,
  bias: usize
): void {
  const a0 = a + load<u32>(rows)
  const a1 = a + load<u32>(rows + ((<usize>min(1, count - 1)) << 2))
  const a2 = a + load<u32>(rows + ((<usize>min(2, count - 1)) << 2))
  const a3 = a + load<u32>(rows + ((<usize>min(3, count - 1)) << 2))
  const r1 = c + cStride
  const r2 = r1 + cStride
  const r3 = r2 + cStride
  let c00 = begin(how, c, bias)
  let c01 = begin(how, c + 16, bias + 16)
  let c10 = count > 1 ? begin(how, r1, bias) : c00
  let c11 = count > 1 ? begin(how, r1 + 16, bias + 16) : c01
  let c20 = count > 2 ? begin(how, r2, bias) : c00
  let c21 = count > 2 ? begin(how, r2 + 16, bias + 16) : c01
  let c30 = count > 3 ? begin(how, r3, bias) : c00
  let c31 = count > 3 ? begin(how, r3 + 16, bias + 16) : c01
  const end = inner + ((<usize>k) << 2)
  while (inner < end) {
    const offset = load<u32>(inner)
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const x0 = v128.load32_splat(a0 + offset)
    c00 = madd(x0, b0, c00)
    c01 = madd(x0, b1, c01)
    const x1 = v128.load32_splat(a1 + offset)
    c10 = madd(x1, b0, c10)
    c11 = madd(x1, b1, c11)
    const x2 = v128.load32_splat(a2 + offset)
    c20 = madd(x2, b0, c20)
    c21 = madd(x2, b1, c21)
    const x3 = v128.load32_splat(a3 + offset)
    c30 = madd(x3, b0, c30)
    c31 = madd(x3, b1, c31)
    b += bStride
    inner += 4
  }
  const last = columns - 4
  v128.store(c, c00)
  storeLanes(c + 16, c01, last)
  if (count > 1) {
    v128.store(r1, c10)
    storeLanes(r1 + 16, c11, last)
  }
  if (count > 2) {
    v128.store(r2, c20)
    storeLanes(r2 + 16, c21, last)
  }
  if (count > 3) {
    v128.store(r3, c30)
    storeLanes(r3 + 16, c31, last)
  }
}

/** Six whole rows of eight columns; `columns` of them are stored. Twelve sums at once hide how long each addition takes. */
function tile6x8(
  k: i32,
  a: usize,
  rows: usize,
  inner: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  columns: i32,
  how: i32,
  bias: usize
): void {
  const a0 = a + load<u32>(rows)
  const a1 = a + load<u32>(rows, 4)
  const a2 = a + load<u32>(rows, 8)
  const a3 = a + load<u32>(rows, 12)
  const a4 = a + load<u32>(rows, 16)
  const a5 = a + load<u32>(rows, 20)
  const r1 = c + cStride
  const r2 = r1 + cStride
  const r3 = r2 + cStride
  const r4 = r3 + cStride
  const r5 = r4 + cStride
  let c00 = begin(how, c, bias)
  let c01 = begin(how, c + 16, bias + 16)
  let c10 = begin(how, r1, bias)
  let c11 = begin(how, r1 + 16, bias + 16)
  let c20 = begin(how, r2, bias)
  let c21 = begin(how, r2 + 16, bias + 16)
  let c30 = begin(how, r3, bias)
  let c31 = begin(how, r3 + 16, bias + 16)
  let c40 = begin(how, r4, bias)
  let c41 = begin(how, r4 + 16, bias + 16)
  let c50 = begin(how, r5, bias)
  let c51 = begin(how, r5 + 16, bias + 16)
  const end = inner + ((<usize>k) << 2)
  while (inner < end) {
    const offset = load<u32>(inner)
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const x0 = v128.load32_splat(a0 + offset)
    c00 = madd(x0, b0, c00)
    c01 = madd(x0, b1, c01)
    const x1 = v128.load32_splat(a1 + offset)
    c10 = madd(x1, b0, c10)
    c11 = madd(x1, b1, c11)
    const x2 = v128.load32_splat(a2 + offset)
    c20 = madd(x2, b0, c20)
    c21 = madd(x2, b1, c21)
    const x3 = v128.load32_splat(a3 + offset)
    c30 = madd(x3, b0, c30)
    c31 = madd(x3, b1, c31)
    const x4 = v128.load32_splat(a4 + offset)
    c40 = madd(x4, b0, c40)
    c41 = madd(x4, b1, c41)
    const x5 = v128.load32_splat(a5 + offset)
    c50 = madd(x5, b0, c50)
    c51 = madd(x5, b1, c51)
    b += bStride
    inner += 4
  }
  const last = columns - 4
  v128.store(c, c00)
  storeLanes(c + 16, c01, last)
  v128.store(r1, c10)
  storeLanes(r1 + 16, c11, last)
  v128.store(r2, c20)
  storeLanes(r2 + 16, c21, last)
  v128.store(r3, c30)
  storeLanes(r3 + 16, c31, last)
  v128.store(r4, c40)
  storeLanes(r4 + 16, c41, last)
  v128.store(r5, c50)
  storeLanes(r5 + 16, c51, last)
}

/** Eight rows of four columns; the offsets of the rows are at `rows`, and `count` of them are stored. */
function tile8x4(
  k: i32,
  a: usize,
  rows: usize,
  count: i32,
  inner: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  columns: i32,
  how: i32,
  bias: usize
): void {
  const last = count - 1
  const a0 = a + load<u32>(rows)
  const a1 = a + load<u32>(rows + ((<usize>min(1, last)) << 2))
  const a2 = a + load<u32>(rows + ((<usize>min(2, last)) << 2))
  const a3 = a + load<u32>(rows + ((<usize>min(3, last)) << 2))
  const a4 = a + load<u32>(rows + ((<usize>min(4, last)) << 2))
  const a5 = a + load<u32>(rows + ((<usize>min(5, last)) << 2))
  const a6 = a + load<u32>(rows + ((<usize>min(6, last)) << 2))
  const a7 = a + load<u32>(rows + ((<usize>min(7, last)) << 2))
  let c0 = begin(how, c, bias)
  let c1 = begin(how, c + <usize>min(1, last) * cStride, bias)
  let c2 = begin(how, c + <usize>min(2, last) * cStride, bias)
  let c3 = begin(how, c + <usize>min(3, last) * cStride, bias)
  let c4 = begin(how, c + <usize>min(4, last) * cStride, bias)
  let c5 = begin(how, c + <usize>min(5, last) * cStride, bias)
  let c6 = begin(how, c + <usize>min(6, last) * cStride, bias)
  let c7 = begin(how, c + <usize>min(7, last) * cStride, bias)
  const end = inner + ((<usize>k) << 2)
  while (inner < end) {
    const offset = load<u32>(inner)
    const x = v128.load(b)
    c0 = madd(v128.load32_splat(a0 + offset), x, c0)
    c1 = madd(v128.load32_splat(a1 + offset), x, c1)
    c2 = madd(v128.load32_splat(a2 + offset), x, c2)
    c3 = madd(v128.load32_splat(a3 + offset), x, c3)
    c4 = madd(v128.load32_splat(a4 + offset), x, c4)
    c5 = madd(v128.load32_splat(a5 + offset), x, c5)
    c6 = madd(v128.load32_splat(a6 + offset), x, c6)
    c7 = madd(v128.load32_splat(a7 + offset), x, c7)
    b += bStride
    inner += 4
  }
  storeLanes(c, c0, columns)
  if (last > 0) storeLanes(c + cStride, c1, columns)
  if (last > 1) storeLanes(c + 2 * cStride, c2, columns)
  if (last > 2) storeLanes(c + 3 * cStride, c3, columns)
  if (last > 3) storeLanes(c + 4 * cStride, c4, columns)
  if (last > 4) storeLanes(c + 5 * cStride, c5, columns)
  if (last > 5) storeLanes(c + 6 * cStride, c6, columns)
  if (last > 6) storeLanes(c + 7 * cStride, c7, columns)
}

/** Whether the next of so many rows are best taken as six; seven and eight are two fours. */
function sixes(rows: i32): bool {
  return rows > 8 || rows == 6
}

/** C[m, n] = A·B, with A[m, k] by tables, the rows of B `bStride` bytes apart, those of C `cStride`. */
export function product(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  rows: usize,
  inner: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize,
  how: i32,
  bias: usize
): void {
  for (let p = 0; p < k; p += BLOCK) {
    const depth = min(BLOCK, k - p)
    const deep = inner + ((<usize>p) << 2)
    const below = b + <usize>p * bStride
    let j = 0
    while (n - j > 4) {
      const right = below + ((<usize>j) << 2)
      const at = c + ((<usize>j) << 2)
      const columns = min(8, n - j)
      let i = 0
      while (i < m) {
        const row = rows + ((<usize>i) << 2)
        const to = at + <usize>i * cStride
        const begins = bias + ((<usize>j) << 2)
        const left = m - i
        if (sixes(left)) {
          tile6x8(depth, a, row, deep, right, bStride, to, cStride, columns, how, begins)
          i += 6
        } else {
          tile4x8(depth, a, row, min(4, left), deep, right, bStride, to, cStride, columns, how, begins)
          i += 4
        }
      }
      j += 8
    }
    if (j < n) {
      const right = below + ((<usize>j) << 2)
      const at = c + ((<usize>j) << 2)
      for (let i = 0; i < m; i += 8) {
        const row = rows + ((<usize>i) << 2)
        tile8x4(
          depth,
          a,
          row,
          min(8, m - i),
          deep,
          right,
          bStride,
          at + <usize>i * cStride,
          cStride,
          n - j,
          how,
          bias + ((<usize>j) << 2)
        )
      }
    }
    how = ADD
  }
}

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

/** C[m, n] = A·Bᵀ for A[m, k] and B[n, k], the rows of each its stride apart. */
export function productTransposed(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  c: usize,
  cStride: usize
): void {
  const whole = (<usize>(k & ~3)) << 2
  const rest = k & 3
  const mask = firstLanes(rest == 0 ? 4 : rest)
  for (let j = 0; j < n; j += 4) {
    const columns = min(4, n - j)
    const b0 = b + <usize>j * bStride
    const b1 = b0 + <usize>min(1, columns - 1) * bStride
    const b2 = b0 + <usize>min(2, columns - 1) * bStride
    const b3 = b0 + <usize>min(3, columns - 1) * bStride
    for (let i = 0; i < m; i += 2) {
      const a0 = a + <usize>i * aStride
      const pair = i + 1 < m
      const a1 = pair ? a0 + aStride : a0
      let s00 = f32x4.splat(0)
      let s01 = s00
      let s02 = s00
      let s03 = s00
      let s10 = s00
      let s11 = s00
      let s12 = s00
      let s13 = s00
      for (let o: usize = 0; o < whole; o += 16) {
        const x0 = v128.load(a0 + o)
        const x1 = v128.load(a1 + o)
        let y = v128.load(b0 + o)
        s00 = madd(x0, y, s00)
        s10 = madd(x1, y, s10)
        y = v128.load(b1 + o)
        s01 = madd(x0, y, s01)
        s11 = madd(x1, y, s11)
        y = v128.load(b2 + o)
        s02 = madd(x0, y, s02)
        s12 = madd(x1, y, s12)
        y = v128.load(b3 + o)
        s03 = madd(x0, y, s03)
        s13 = madd(x1, y, s13)
      }
      if (rest > 0) {
        const x0 = v128.and(v128.load(a0 + whole), mask)
        const x1 = v128.and(v128.load(a1 + whole), mask)
        let y = v128.and(v128.load(b0 + whole), mask)
        s00 = madd(x0, y, s00)
        s10 = madd(x1, y, s10)
        y = v128.and(v128.load(b1 + whole), mask)
        s01 = madd(x0, y, s01)
        s11 = madd(x1, y, s11)
        y = v128.and(v128.load(b2 + whole), mask)
        s02 = madd(x0, y, s02)
        s12 = madd(x1, y, s12)
        y = v128.and(v128.load(b3 + whole), mask)
        s03 = madd(x0, y, s03)
        s13 = madd(x1, y, s13)
      }
      const to = c + <usize>i * cStride + ((<usize>j) << 2)
      storeLanes(to, sums4(s00, s01, s02, s03), columns)
      if (pair) storeLanes(to + cStride, sums4(s10, s11, s12, s13), columns)
    }
  }
}
