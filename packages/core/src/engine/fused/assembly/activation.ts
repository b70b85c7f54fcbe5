/**
 * Functions of each entry by itself: values, and gradients by the chain rule. The kinds are those of `../internal/lowering/activations.ts`.
 *
 * Arrays are read and written in whole vectors; the arena leaves room behind each.
 */
import { choose, erf4, exp4, expm14, madd, sigmoid4, softplus4, storeLanes, tanh4 } from "./vector"

const RELU: i32 = 0
const LEAKY_RELU: i32 = 1
const ELU: i32 = 2
const SIGMOID: i32 = 3
const TANH: i32 = 4
const SILU: i32 = 5
const SOFTPLUS: i32 = 6
const MISH: i32 = 7
const GELU: i32 = 8
const GELU_TANH: i32 = 9

const SQRT_HALF: f32 = <f32>Math.SQRT1_2
const SQRT_2_OVER_PI: f32 = 0.7978845608028654
const INV_SQRT_2PI: f32 = 0.3989422804014327
const CUBIC: f32 = 0.044715

/** The argument of the hyperbolic tangent that stands for the normal distribution. */
function inner(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), f32x4.mul(x, f32x4.splat(CUBIC)))
  return f32x4.mul(f32x4.splat(SQRT_2_OVER_PI), f32x4.add(x, cube))
}

/** f(x); `p` is the slope of leaky units, or α, and `q` the factor of the whole. */
function value(kind: i32, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0)
  const half = f32x4.splat(0.5)
  const one = f32x4.splat(1)
  switch (kind) {
    case RELU:
      return f32x4.max(x, zero)
    case LEAKY_RELU:
      return choose(f32x4.gt(x, zero), x, f32x4.mul(x, p))
    case ELU:
      return f32x4.mul(q, choose(f32x4.gt(x, zero), x, f32x4.mul(p, expm14(f32x4.min(x, zero)))))
    case SIGMOID:
      return sigmoid4(x)
    case TANH:
      return tanh4(x)
    case SILU:
      return f32x4.mul(x, sigmoid4(x))
    case SOFTPLUS:
      return softplus4(x)
    case MISH:
      return f32x4.mul(x, tanh4(softplus4(x)))
    case GELU:
      return f32x4.mul(f32x4.mul(x, half), f32x4.add(one, erf4(f32x4.mul(x, f32x4.splat(SQRT_HALF)))))
    case GELU_TANH:
      return f32x4.mul(f32x4.mul(x, half), f32x4.add(one, tanh4(inner(x))))
    default:
      return x
  }
}

/** f′(x). */
function slope(kind: i32, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0)
  const half = f32x4.splat(0.5)
  const one = f32x4.splat(1)
  switch (kind) {
    case RELU:
      return v128.and(f32x4.gt(x, zero), one)
    case LEAKY_RELU:
      return choose(f32x4.gt(x, zero), one, p)
    case ELU:
      return f32x4.mul(q, choose(f32x4.gt(x, zero), one, f32x4.mul(p, exp4(f32x4.min(x, zero)))))
    case SIGMOID: {
      const s = sigmoid4(x)
      return f32x4.mul(s, f32x4.sub(one, s))
    }
    case TANH: {
      const t = tanh4(x)
      return f32x4.sub(one, f32x4.mul(t, t))
    }
    case SILU: {
      const s = sigmoid4(x)
      return f32x4.mul(s, madd(x, f32x4.sub(one, s), one))
    }
    case SOFTPLUS:
      return sigmoid4(x)
    case MISH: {
      const t = tanh4(softplus4(x))
      return f32x4.add(t, f32x4.mul(f32x4.mul(x, sigmoid4(x)), f32x4.sub(one, f32x4.mul(t, t))))
    }
    case GELU: {
      const phi = f32x4.mul(half, f32x4.add(one, erf4(f32x4.mul(x, f32x4.splat(SQRT_HALF)))))
      const density = f32x4.mul(f32x4.splat(INV_SQRT_2PI), exp4(f32x4.mul(f32x4.splat(-0.5), f32x4.mul(x, x))))
      return madd(x, density, phi)
    }
    case GELU_TANH: {
      const t = tanh4(inner(x))
      const change = f32x4.mul(f32x4.splat(SQRT_2_OVER_PI), madd(f32x4.mul(x, x), f32x4.splat(3 * CUBIC), one))
      const grown = f32x4.mul(f32x4.mul(x, change), f32x4.sub(one, f32x4.mul(t, t)))
      return f32x4.mul(half, f32x4.add(f32x4.add(one, t), grown))
    }
    default:
      return one
  }
}

/** y = f(x), n entries. */
export function activate(kind: i32, n: i32, x: usize, y: usize, p: f32, q: f32): void {
  const end = (<usize>n) << 2
  // The usual one without a choice in every turn.
  if (kind == RELU) {
    const zero = f32x4.splat(0)
    for (let o: usize = 0; o < end; o += 16) v128.store(y + o, f32x4.max(v128.load(x + o), zero))
    return
  }
  const p4 = f32x4.splat(p)
  const q4 = f32x4.splat(q)
  for (let o: usize = 0; o < end; o += 16) v128.store(y + o, value(kind, v128.load(x + o), p4, q4))
}

/** dx = dy·f′(x), n entries. */
export function activateBack(kind: i32, n: i32, x: usize, dy: usize, dx: usize, p: f32, q: f32): void {
  const end = (<usize>n) << 2
  if (kind == RELU) {
    const zero = f32x4.splat(0)
    for (let o: usize = 0; o < end; o += 16) {
      v128.store(dx + o, v128.and(v128.load(dy + o), f32x4.gt(v128.load(x + o), zero)))
    }
    return
  }
  const p4 = f32x4.splat(p)
  const q4 = f32x4.splat(q)
  for (let o: usize = 0; o < end; o += 16) {
    v128.store(dx + o, f32x4.mul(v128.load(dy + o), slope(kind, v128.load(x + o), p4, q4)))
  }
}

/** Halves a, b of each row: y = a·f(b); `width` is that of y. */
export function gate(kind: i32, rows: i32, width: i32, x: usize, y: usize): void {
  const zero = f32x4.splat(0)
  const half = (<usize>width) << 2
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const open = value(kind, v128.load(x + half + o), zero, zero)
      storeLanes(y + o, f32x4.mul(v128.load(x + o), open), min(4, width - j))
    }
    x += 2 * half
    y += half
  }
}

/** The gradients of both halves: dy·f(b) and dy·a·f′(b). */
export function gateBack(kind: i32, rows: i32, width: i32, x: usize, dy: usize, dx: usize): void {
  const zero = f32x4.splat(0)
  const half = (<usize>width) << 2
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j += 4) {
      const o = (<usize>j) << 2
      const left = min(4, width - j)
      const b = v128.load(x + half + o)
      const d = v128.load(dy + o)
      storeLanes(dx + o, f32x4.mul(d, value(kind, b, zero, zero)), left)
      const along = f32x4.mul(d, v128.load(x + o))
      storeLanes(dx + half + o, f32x4.mul(along, slope(kind, b, zero, zero)), left)
    }
    x += 2 * half
    dx += 2 * half
    dy += half
  }
}

/** y = x where x > 0, else slope·x; the slope of the entry at place j of a row is at `slopes` + 4·(j mod count). */
export function prelu(rows: i32, width: i32, count: i32, x: usize, slopes: usize, y: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const v = load<f32>(x)
      store<f32>(y, v > 0 ? v : v * load<f32>(slopes + ((<usize>(j % count)) << 2)))
      x += 4
      y += 4
    }
  }
}

/** The gradients of `prelu`; those of the slopes are overwritten. */
export function preluBack(
  rows: i32,
  width: i32,
  count: i32,
  x: usize,
  slopes: usize,
  dy: usize,
  dx: usize,
  dSlopes: usize
): void {
  memory.fill(dSlopes, 0, (<usize>count) << 2)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const v = load<f32>(x)
      const d = load<f32>(dy)
      const at = (<usize>(j % count)) << 2
      store<f32>(dx, v > 0 ? d : d * load<f32>(slopes + at))
      if (v <= 0) store<f32>(dSlopes + at, load<f32>(dSlopes + at) + d * v)
      x += 4
      dx += 4
      dy += 4
    }
  }
}
