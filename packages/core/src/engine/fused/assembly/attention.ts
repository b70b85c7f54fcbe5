/**
 * The softmax of rows, as attention needs it: exp(s·x − largest) divided by the sum of these in the row.
 */
import { choose, exp4, inside, max4, storeLanes, sum4 } from "./vector"

/** The rows of y are the softmax of those of x times `scale`. Vectors of y are written whole, so y is another array than x. */
export function softmax(rows: i32, width: i32, scale: f32, x: usize, y: usize): void {
  const scale4 = f32x4.splat(scale)
  for (let i = 0; i < rows; i++) {
    let highest = v128.load32_splat(x)
    for (let j = 0; j < width; j += 4) {
      highest = f32x4.max(highest, choose(inside(width - j), v128.load(x + ((<usize>j) << 2)), highest))
    }
    const top = f32x4.mul(f32x4.splat(max4(highest)), scale4)
    let sum = f32x4.splat(0)
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const e = v128.and(exp4(f32x4.sub(f32x4.mul(v128.load(x + o), scale4), top)), inside(width - j))
      v128.store(y + o, e)
      sum = f32x4.add(sum, e)
    }
    const share = f32x4.splat(1 / sum4(sum))
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      v128.store(y + o, f32x4.mul(v128.load(y + o), share))
    }
    x += (<usize>width) << 2
    y += (<usize>width) << 2
  }
}

/** With the rows y of a softmax: dx = scale·y·(dy − Σ y·dy); dx may be dy. */
export function softmaxBack(rows: i32, width: i32, scale: f32, y: usize, dy: usize, dx: usize): void {
  const scale4 = f32x4.splat(scale)
  for (let i = 0; i < rows; i++) {
    let sum = f32x4.splat(0)
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      sum = f32x4.add(sum, v128.and(f32x4.mul(v128.load(y + o), v128.load(dy + o)), inside(width - j)))
    }
    const along = f32x4.splat(sum4(sum))
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const change = f32x4.mul(v128.load(y + o), f32x4.sub(v128.load(dy + o), along))
      storeLanes(dx + o, f32x4.mul(change, scale4), min(4, width - j))
    }
    y += (<usize>width) << 2
    dy += (<usize>width) << 2
    dx += (<usize>width) << 2
  }
}
