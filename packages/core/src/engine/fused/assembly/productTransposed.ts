/**
 * The product with a transposed factor: both rows are read along, four numbers at a time.
 */
import { firstLanes, madd, storeLanes, sums4 } from "./vector"

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
