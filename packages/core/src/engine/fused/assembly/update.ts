/**
 * Updates of parameters: the chain of clip, L2 penalty, moments, decoupled decay and rate in one pass.
 */
import { madd } from "./vector"

/** The sum of squares of n numbers, in double precision. */
export function squares(n: i32, x: usize): f64 {
  let sum = f64x2.splat(0)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const v = v128.load(x + o)
    const low = f64x2.promote_low_f32x4(v)
    const high = f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 0, 1))
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** w ← w − rate·(factor·g + penalty·w). */
export function descend(n: i32, w: usize, g: usize, factor: f32, penalty: f32, rate: f32): void {
  const f = f32x4.splat(-rate * factor)
  const keep = f32x4.splat(-rate * penalty)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    v128.store(w + o, madd(f, v128.load(g + o), madd(keep, x, x)))
  }
}

/** u = factor·g + penalty·w, v ← momentum·v + u, and w ← w − rate·(v, or u + momentum·v with Nesterov, plus decay·w). */
export function momentum(
  n: i32,
  w: usize,
  g: usize,
  v: usize,
  factor: f32,
  penalty: f32,
  mu: f32,
  nesterov: i32,
  decay: f32,
  rate: f32
): void {
  const f = f32x4.splat(factor)
  const l2 = f32x4.splat(penalty)
  const m = f32x4.splat(mu)
  const keep = f32x4.splat(-rate * decay)
  const down = f32x4.splat(-rate)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    const u = madd(l2, x, f32x4.mul(f, v128.load(g + o)))
    const velocity = madd(m, v128.load(v + o), u)
    v128.store(v + o, velocity)
    const step = nesterov ? madd(m, velocity, u) : velocity
    v128.store(w + o, madd(down, step, madd(keep, x, x)))
  }
}

/**
 * u = factor·g + penalty·w, running moments m and v of u, and w ← w − size·m / (√v·root + epsilon) − rate·decay·w, where
 * `size` is the rate divided by the correction of the first moment, and `root` 1 divided by the root of that of the second.
 */
export function adam(
  n: i32,
  w: usize,
  g: usize,
  first: usize,
  second: usize,
  factor: f32,
  penalty: f32,
  beta1: f32,
  beta2: f32,
  rest1: f32,
  rest2: f32,
  epsilon: f32,
  size: f32,
  root: f32,
  shrink: f32
): void {
  const f = f32x4.splat(factor)
  const l2 = f32x4.splat(penalty)
  const b1 = f32x4.splat(beta1)
  const b2 = f32x4.splat(beta2)
  const r1 = f32x4.splat(rest1)
  const r2 = f32x4.splat(rest2)
  const e = f32x4.splat(epsilon)
  const s = f32x4.splat(-size)
  const c = f32x4.splat(root)
  const keep = f32x4.splat(-shrink)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    const u = madd(l2, x, f32x4.mul(f, v128.load(g + o)))
    const m = madd(b1, v128.load(first + o), f32x4.mul(r1, u))
    const v = madd(b2, v128.load(second + o), f32x4.mul(r2, f32x4.mul(u, u)))
    v128.store(first + o, m)
    v128.store(second + o, v)
    const step = f32x4.div(m, madd(f32x4.sqrt(v), c, e))
    v128.store(w + o, madd(s, step, madd(keep, x, x)))
  }
}

/**
 * u = factor·g + penalty·w, a running square s of u, and w ← w − rate·(b + decay·w) with b = u / (√(s − m²) + epsilon), where
 * m is a running mean of u if `mean` is not 0, else 0; if `velocity` is not 0, b ← mu·b before + that.
 */
export function rmsprop(
  n: i32,
  w: usize,
  g: usize,
  square: usize,
  mean: usize,
  velocity: usize,
  factor: f32,
  penalty: f32,
  alpha: f32,
  rest: f32,
  epsilon: f32,
  mu: f32,
  nesterov: i32,
  decay: f32,
  rate: f32
): void {
  const f = f32x4.splat(factor)
  const l2 = f32x4.splat(penalty)
  const a = f32x4.splat(alpha)
  const r = f32x4.splat(rest)
  const e = f32x4.splat(epsilon)
  const m = f32x4.splat(mu)
  const keep = f32x4.splat(-rate * decay)
  const down = f32x4.splat(-rate)
  const zero = f32x4.splat(0)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    const u = madd(l2, x, f32x4.mul(f, v128.load(g + o)))
    let s = madd(a, v128.load(square + o), f32x4.mul(r, f32x4.mul(u, u)))
    v128.store(square + o, s)
    if (mean) {
      const c = madd(a, v128.load(mean + o), f32x4.mul(r, u))
      v128.store(mean + o, c)
      s = f32x4.max(zero, f32x4.sub(s, f32x4.mul(c, c)))
    }
    let step = f32x4.div(u, f32x4.add(f32x4.sqrt(s), e))
    if (velocity) {
      const v = madd(m, v128.load(velocity + o), step)
      v128.store(velocity + o, v)
      step = nesterov ? madd(m, v, step) : v
    }
    v128.store(w + o, madd(down, step, madd(keep, x, x)))
  }
}

/** u = factor·g + penalty·w, s ← s + u², and w ← w − rate·(u / (√s + epsilon) + decay·w). */
export function adagrad(
  n: i32,
  w: usize,
  g: usize,
  sum: usize,
  factor: f32,
  penalty: f32,
  epsilon: f32,
  decay: f32,
  rate: f32
): void {
  const f = f32x4.splat(factor)
  const l2 = f32x4.splat(penalty)
  const e = f32x4.splat(epsilon)
  const keep = f32x4.splat(-rate * decay)
  const down = f32x4.splat(-rate)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    const u = madd(l2, x, f32x4.mul(f, v128.load(g + o)))
    const s = madd(u, u, v128.load(sum + o))
    v128.store(sum + o, s)
    v128.store(w + o, madd(down, f32x4.div(u, f32x4.add(f32x4.sqrt(s), e)), madd(keep, x, x)))
  }
}

/** u = factor·g + penalty·w, w ← w − rate·(sign(beta1·m + rest1·u) + decay·w), and m ← beta2·m + rest2·u. */
export function lion(
  n: i32,
  w: usize,
  g: usize,
  mean: usize,
  factor: f32,
  penalty: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  decay: f32,
  rate: f32
): void {
  const f = f32x4.splat(factor)
  const l2 = f32x4.splat(penalty)
  const b1 = f32x4.splat(beta1)
  const r1 = f32x4.splat(rest1)
  const b2 = f32x4.splat(beta2)
  const r2 = f32x4.splat(rest2)
  const keep = f32x4.splat(-rate * decay)
  const down = f32x4.splat(-rate)
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  const end = (<usize>n) << 2
  for (let o: usize = 0; o < end; o += 16) {
    const x = v128.load(w + o)
    const u = madd(l2, x, f32x4.mul(f, v128.load(g + o)))
    const m = v128.load(mean + o)
    const c = madd(b1, m, f32x4.mul(r1, u))
    v128.store(mean + o, madd(b2, m, f32x4.mul(r2, u)))
    const sign = f32x4.sub(v128.and(f32x4.gt(c, zero), one), v128.and(f32x4.lt(c, zero), one))
    v128.store(w + o, madd(down, sign, madd(keep, x, x)))
  }
}
