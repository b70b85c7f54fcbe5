/**
 * Sums, products and copies of arrays.
 *
 * Arrays are read and written in whole vectors; the arena leaves room behind each.
 */
import { madd, storeLanes } from "./vector"

/** y = a + b, n entries; y may be a. */
export function add(n: i32, a: usize, b: usize, y: usize): void {
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) v128.store(y + o, f32x4.add(v128.load(a + o), v128.load(b + o)))
}

/** y = a·b, n entries; y may be a. */
export function multiply(n: i32, a: usize, b: usize, y: usize): void {
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) v128.store(y + o, f32x4.mul(v128.load(a + o), v128.load(b + o)))
}

/** Copies rows of `bytes`, whose beginnings are `fromStride` and `toStride` bytes apart. */
export function copyRows(rows: i32, bytes: i32, from: usize, fromStride: usize, to: usize, toStride: usize): void {
  for (let i = 0; i < rows; i++) {
    memory.copy(to, from, bytes)
    from += fromStride
    to += toStride
  }
}

/** y[j] = the sum over rows of x[i, j]: the gradient of a bias. */
export function sumRows(rows: i32, width: i32, x: usize, y: usize): void {
  const stride = (<usize>width) << 2
  for (let j = 0; j < width; j += 4) {
    let s = f32x4.splat(0)
    let from = x + ((<usize>j) << 2)
    for (let i = 0; i < rows; i++, from += stride) s = f32x4.add(s, v128.load(from))
    storeLanes(y + ((<usize>j) << 2), s, min(4, width - j))
  }
}

/** y[i, j] = x[i, j]·v[j] + w[j], with w = 0 where `shift` is 0; y may be x. */
export function scaleRows(rows: i32, width: i32, x: usize, scale: usize, shift: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const v = v128.load(scale + o)
      const w = shift == 0 ? f32x4.splat(0) : v128.load(shift + o)
      storeLanes(y + o, madd(v128.load(x + o), v, w), min(4, width - j))
    }
    x += (<usize>width) << 2
    y += (<usize>width) << 2
  }
}

/** s[j] = the sum over rows of a[i, j]·b[i, j]: the gradient of a scale. */
export function sumProducts(rows: i32, width: i32, a: usize, b: usize, s: usize): void {
  const stride = (<usize>width) << 2
  for (let j = 0; j < width; j += 4) {
    let sum = f32x4.splat(0)
    let o = (<usize>j) << 2
    for (let i = 0; i < rows; i++, o += stride) sum = madd(v128.load(a + o), v128.load(b + o), sum)
    storeLanes(s + ((<usize>j) << 2), sum, min(4, width - j))
  }
}

/** Rows of a table by code: y[i] = table[offsets[j] + x[i]] for entry i = … + j of `columns` codes a row. */
export function gather(n: i32, columns: i32, width: i32, codes: usize, offsets: usize, table: usize, y: usize): void {
  const bytes = (<usize>width) << 2
  for (let i = 0; i < n; i++) {
    const row = load<i32>(offsets + ((<usize>(i % columns)) << 2)) + <i32>load<f32>(codes + ((<usize>i) << 2))
    memory.copy(y, table + <usize>row * bytes, bytes)
    y += bytes
  }
}

/** Adds the gradients of gathered rows to those of the table, whose `size` entries are set to 0 first. */
export function gatherBack(
  n: i32,
  columns: i32,
  width: i32,
  codes: usize,
  offsets: usize,
  dy: usize,
  dTable: usize,
  size: i32
): void {
  memory.fill(dTable, 0, (<usize>size) << 2)
  const bytes = (<usize>width) << 2
  for (let i = 0; i < n; i++) {
    const row = load<i32>(offsets + ((<usize>(i % columns)) << 2)) + <i32>load<f32>(codes + ((<usize>i) << 2))
    const to = dTable + <usize>row * bytes
    for (let o: usize = 0; o < bytes; o += 4) store<f32>(to + o, load<f32>(to + o) + load<f32>(dy + o))
    dy += bytes
  }
}
