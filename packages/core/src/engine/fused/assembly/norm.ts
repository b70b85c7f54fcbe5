/**
 * Normalisation of rows by themselves (layer norm) and of positions over rows (batch norm): (x − mean)·factor·scale + shift
 * with factor = 1/√(variance + epsilon). Mean and factor of each row, or position, are kept for the way back.
 *
 * `scale` and `shift` are 0 where the layer has none.
 */
import { firstLanes, madd, storeLanes, sum4 } from "./vector"

function masked(x: v128, left: i32): v128 {
  return left < 4 ? v128.and(x, firstLanes(left)) : x
}

export function layerNorm(
  rows: i32,
  width: i32,
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  means: usize,
  factors: usize,
  epsilon: f32
): void {
  for (let i = 0; i < rows; i++) {
    let s = f32x4.splat(0)
    for (let j = 0; j < width; j += 4) s = f32x4.add(s, masked(v128.load(x + ((<usize>j) << 2)), width - j))
    const mean = sum4(s) / <f32>width
    const centre = f32x4.splat(mean)
    s = f32x4.splat(0)
    for (let j = 0; j < width; j += 4) {
      const d = masked(f32x4.sub(v128.load(x + ((<usize>j) << 2)), centre), width - j)
      s = madd(d, d, s)
    }
    const factor: f32 = 1 / sqrt<f32>(sum4(s) / <f32>width + epsilon)
    store<f32>(means + ((<usize>i) << 2), mean)
    store<f32>(factors + ((<usize>i) << 2), factor)
    const f = f32x4.splat(factor)
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      let z = f32x4.mul(f32x4.sub(v128.load(x + o), centre), f)
      if (scale != 0) z = madd(z, v128.load(scale + o), v128.load(shift + o))
      storeLanes(y + o, z, min(4, width - j))
    }
    x += (<usize>width) << 2
    y += (<usize>width) << 2
  }
}

/** With z the normalised rows and d = dy·scale: dx = factor·(d − mean(d) − z·mean(d·z)). */
export function layerNormBack(
  rows: i32,
  width: i32,
  x: usize,
  scale: usize,
  dy: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  means: usize,
  factors: usize
): void {
  if (scale != 0) {
    memory.fill(dScale, 0, (<usize>width) << 2)
    memory.fill(dShift, 0, (<usize>width) << 2)
  }
  const n = f32x4.splat(1 / <f32>width)
  for (let i = 0; i < rows; i++) {
    const mean = v128.load32_splat(means + ((<usize>i) << 2))
    const factor = v128.load32_splat(factors + ((<usize>i) << 2))
    let sums = f32x4.splat(0)
    let products = f32x4.splat(0)
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const left = width - j
      const z = masked(f32x4.mul(f32x4.sub(v128.load(x + o), mean), factor), left)
      let d = masked(v128.load(dy + o), left)
      if (scale != 0) {
        storeLanes(dShift + o, f32x4.add(v128.load(dShift + o), d), min(4, left))
        storeLanes(dScale + o, madd(d, z, v128.load(dScale + o)), min(4, left))
        d = masked(f32x4.mul(d, v128.load(scale + o)), left)
      }
      sums = f32x4.add(sums, d)
      products = madd(d, z, products)
    }
    const meanOf = f32x4.mul(f32x4.splat(sum4(sums)), n)
    const along = f32x4.mul(f32x4.splat(sum4(products)), n)
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const z = f32x4.mul(f32x4.sub(v128.load(x + o), mean), factor)
      let d = v128.load(dy + o)
      if (scale != 0) d = f32x4.mul(d, v128.load(scale + o))
      const centred = f32x4.sub(f32x4.sub(d, meanOf), f32x4.mul(z, along))
      storeLanes(dx + o, f32x4.mul(factor, centred), min(4, width - j))
    }
    x += (<usize>width) << 2
    dy += (<usize>width) << 2
    dx += (<usize>width) << 2
  }
}

/** Mean and variance (that divides by the rows) of each position. */
export function moments(rows: i32, width: i32, x: usize, mean: usize, variance: usize): void {
  const stride = (<usize>width) << 2
  const n = f32x4.splat(1 / <f32>rows)
  for (let j = 0; j < width; j += 4) {
    const o = (<usize>j) << 2
    let s = f32x4.splat(0)
    let from = x + o
    for (let i = 0; i < rows; i++, from += stride) s = f32x4.add(s, v128.load(from))
    const centre = f32x4.mul(s, n)
    s = f32x4.splat(0)
    from = x + o
    for (let i = 0; i < rows; i++, from += stride) {
      const d = f32x4.sub(v128.load(from), centre)
      s = madd(d, d, s)
    }
    storeLanes(mean + o, centre, min(4, width - j))
    storeLanes(variance + o, f32x4.mul(s, n), min(4, width - j))
  }
}

/** running ← (1 − momentum)·running + momentum·factor·now. */
export function towards(n: i32, running: usize, now: usize, momentum: f32, factor: f32): void {
  const keep = f32x4.splat(1 - momentum)
  const take = f32x4.splat(momentum * factor)
  for (let j = 0; j < n; j += 4) {
    const o = (<usize>j) << 2
    const next = madd(keep, v128.load(running + o), f32x4.mul(take, v128.load(now + o)))
    storeLanes(running + o, next, min(4, n - j))
  }
}

/** Normalises positions by their mean and variance; `factors` are overwritten by 1/√(variance + epsilon). */
export function normalise(
  rows: i32,
  width: i32,
  x: usize,
  mean: usize,
  variance: usize,
  scale: usize,
  shift: usize,
  y: usize,
  factors: usize,
  epsilon: f32
): void {
  const one = f32x4.splat(1)
  for (let j = 0; j < width; j += 4) {
    const o = (<usize>j) << 2
    const spread = f32x4.sqrt(f32x4.add(v128.load(variance + o), f32x4.splat(epsilon)))
    storeLanes(factors + o, f32x4.div(one, spread), min(4, width - j))
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      let z = f32x4.mul(f32x4.sub(v128.load(x + o), v128.load(mean + o)), v128.load(factors + o))
      if (scale != 0) z = madd(z, v128.load(scale + o), v128.load(shift + o))
      storeLanes(y + o, z, min(4, width - j))
    }
    x += (<usize>width) << 2
    y += (<usize>width) << 2
  }
}

/**
 * The way back of `normalise`. With `own` mean and factor came from these rows, and dx = factor·scale·(dy − mean(dy) −
 * z·mean(dy·z)); else they are constants. dScale and dShift are written in either case: sums of dy·z and dy.
 */
export function normaliseBack(
  rows: i32,
  width: i32,
  x: usize,
  mean: usize,
  factors: usize,
  scale: usize,
  dy: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  own: i32
): void {
  const stride = (<usize>width) << 2
  const n = f32x4.splat(own ? 1 / <f32>rows : 0)
  for (let j = 0; j < width; j += 4) {
    const o = (<usize>j) << 2
    const left = min(4, width - j)
    const centre = v128.load(mean + o)
    const factor = v128.load(factors + o)
    let sums = f32x4.splat(0)
    let products = f32x4.splat(0)
    let at = o
    for (let i = 0; i < rows; i++, at += stride) {
      const d = v128.load(dy + at)
      sums = f32x4.add(sums, d)
      products = madd(d, f32x4.mul(f32x4.sub(v128.load(x + at), centre), factor), products)
    }
    storeLanes(dShift + o, sums, left)
    storeLanes(dScale + o, products, left)
    const size = scale == 0 ? factor : f32x4.mul(factor, v128.load(scale + o))
    const meanOf = f32x4.mul(sums, n)
    const along = f32x4.mul(products, n)
    at = o
    for (let i = 0; i < rows; i++, at += stride) {
      const z = f32x4.mul(f32x4.sub(v128.load(x + at), centre), factor)
      const centred = f32x4.sub(f32x4.sub(v128.load(dy + at), meanOf), f32x4.mul(z, along))
      storeLanes(dx + at, f32x4.mul(size, centred), left)
    }
  }
}
