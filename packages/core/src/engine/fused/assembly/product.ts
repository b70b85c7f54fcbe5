/**
 * Matrix products.
 *
 * `product` finds the entry (i, p) of its left factor at `a + rows[i] + inner[p]`, with offsets in bytes from tables. So
 * one kernel serves a linear layer, its weight gradient (the two tables change places), and a convolution of either kind:
 * the patch of an output is its place plus the offsets of the kernel's entries, and no patch is ever copied.
 *
 * Loads may reach up to 32 bytes beyond a row of the right factor: what they find there is computed with and not stored.
 */
import { madd, storeLanes } from "./vector"

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
