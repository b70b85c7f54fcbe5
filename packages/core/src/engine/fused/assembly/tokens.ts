/**
 * Numbers that become vectors, one for each feature, and sums over the members of a row.
 */
import { firstLanes, madd, storeLanes, sum4 } from "./vector"

/** y[i, f] = x[i, f]·kernel[f] + bias[f], vectors of `size`. */
export function spread(rows: i32, features: i32, size: i32, x: usize, kernel: usize, bias: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    let at: usize = 0
    for (let f = 0; f < features; f++, at += (<usize>size) << 2) {
      const v = v128.load32_splat(x)
      x += 4
      for (let j = 0; j < size; j += 4) {
        const o = at + ((<usize>j) << 2)
        storeLanes(y + ((<usize>j) << 2), madd(v, v128.load(kernel + o), v128.load(bias + o)), min(4, size - j))
      }
      y += (<usize>size) << 2
    }
  }
}

/** The gradients of `spread`: dKernel is overwritten, dx (unless 0) too; that of the bias is the sum of the rows of dy. */
export function spreadBack(
  rows: i32,
  features: i32,
  size: i32,
  x: usize,
  kernel: usize,
  dy: usize,
  dKernel: usize,
  dx: usize
): void {
  memory.fill(dKernel, 0, (<usize>(features * size)) << 2)
  for (let i = 0; i < rows; i++) {
    let at: usize = 0
    for (let f = 0; f < features; f++, at += (<usize>size) << 2) {
      const v = v128.load32_splat(x)
      x += 4
      let along = f32x4.splat(0)
      for (let j = 0; j < size; j += 4) {
        const o = at + ((<usize>j) << 2)
        const left = min(4, size - j)
        const d = v128.and(v128.load(dy + ((<usize>j) << 2)), firstLanes(left))
        storeLanes(dKernel + o, madd(v, d, v128.load(dKernel + o)), left)
        along = madd(d, v128.and(v128.load(kernel + o), firstLanes(left)), along)
      }
      dy += (<usize>size) << 2
      if (dx != 0) {
        store<f32>(dx, sum4(along))
        dx += 4
      }
    }
  }
}

/** y[i] = the sum of x[i, m] over `count` members, vectors of `width`. */
export function sumMembers(rows: i32, count: i32, width: i32, x: usize, y: usize): void {
  const stride = (<usize>width) << 2
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 4) {
      let sum = f32x4.splat(0)
      let o = (<usize>j) << 2
      for (let m = 0; m < count; m++, o += stride) sum = f32x4.add(sum, v128.load(x + o))
      storeLanes(y + ((<usize>j) << 2), sum, min(4, width - j))
    }
    x += stride * count
    y += stride
  }
}
