/**
 * Losses whose formula is known: the value, and the gradient with respect to the scores. Sums are in double precision.
 *
 * A row has the weight `scale`, times its own where there are weights (`weights` is 0 where there are none).
 */
import { choose, exp4, firstLanes, inside, log1p4, max4, sum4 } from "./vector"

function weightOf(weights: usize, o: usize, scale: v128): v128 {
  return weights == 0 ? scale : f32x4.mul(scale, v128.load(weights + o))
}

function wide(x: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 0, 1)))
}

function total(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1)
}

/**
 * c·(ln(1 + e^−z) + smoothing/2·z) of the margins z, c = `positive` for a positive row and 1 for a negative one. Without
 * smoothing the second term is a sum with 0.
 */
export function binaryCrossEntropy(
  n: i32,
  scores: usize,
  targets: usize,
  weights: usize,
  gradient: usize,
  positive: f32,
  smoothing: f32,
  scale: f32
): f64 {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  const factor = f32x4.splat(positive)
  const other = f32x4.splat(smoothing / 2)
  const scale4 = f32x4.splat(scale)
  let value = f64x2.splat(0)
  for (let i = 0; i < n; i += 4) {
    const o = (<usize>i) << 2
    const isPositive = f32x4.gt(v128.load(targets + o), f32x4.splat(0.5))
    const s = v128.load(scores + o)
    const z = choose(isPositive, s, f32x4.neg(s))
    const e = exp4(f32x4.neg(f32x4.abs(z)))
    const wrong = f32x4.div(choose(f32x4.ge(z, zero), e, one), f32x4.add(one, e))
    const weight = f32x4.mul(weightOf(weights, o, scale4), choose(isPositive, factor, one))
    const slope = f32x4.mul(weight, f32x4.sub(wrong, other))
    v128.store(gradient + o, choose(isPositive, f32x4.neg(slope), slope))
    const surprise = f32x4.add(f32x4.max(f32x4.neg(z), zero), log1p4(e))
    let term = f32x4.mul(weight, f32x4.add(surprise, f32x4.mul(other, z)))
    if (n - i < 4) term = v128.and(term, firstLanes(n - i))
    value = f64x2.add(value, wide(term))
  }
  return total(value)
}

/** (s − y)². */
export function squaredError(n: i32, scores: usize, targets: usize, weights: usize, gradient: usize, scale: f32): f64 {
  const scale4 = f32x4.splat(scale)
  let value = f64x2.splat(0)
  for (let i = 0; i < n; i += 4) {
    const o = (<usize>i) << 2
    const error = f32x4.sub(v128.load(scores + o), v128.load(targets + o))
    const weighted = f32x4.mul(weightOf(weights, o, scale4), error)
    v128.store(gradient + o, f32x4.add(weighted, weighted))
    let term = f32x4.mul(weighted, error)
    if (n - i < 4) term = v128.and(term, firstLanes(n - i))
    value = f64x2.add(value, wide(term))
  }
  return total(value)
}

/** Adds what `amount` adds to a row: amount·(s of the true class − the mean of s). */
function smooth(classes: i32, scores: usize, gradient: usize, truth: usize, amount: f32): f64 {
  const end = (<usize>classes) << 2
  const part = amount / <f32>classes
  let behind: f64 = 0
  for (let o: usize = 0; o < end; o += 4) {
    behind += <f64>load<f32>(scores + truth) - <f64>load<f32>(scores + o)
    store<f32>(gradient + o, load<f32>(gradient + o) - part)
  }
  store<f32>(gradient + truth, load<f32>(gradient + truth) + amount)
  return <f64>part * behind
}

/**
 * ln Σₖ exp(sₖ) − (1 − smoothing)·s of the true class − smoothing·(mean of s). What lies beyond the classes of a row is
 * masked.
 */
export function crossEntropy(
  n: i32,
  classes: i32,
  scores: usize,
  targets: usize,
  weights: usize,
  gradient: usize,
  smoothing: f32,
  scale: f32
): f64 {
  const bytes = (<usize>classes) << 2
  let value: f64 = 0
  for (let i = 0; i < n; i++) {
    let tops = v128.load32_splat(scores)
    for (let j = 0; j < classes; j += 4) {
      tops = f32x4.max(tops, choose(inside(classes - j), v128.load(scores + ((<usize>j) << 2)), tops))
    }
    const highest = max4(tops)
    const top = f32x4.splat(highest)
    let sum = f32x4.splat(0)
    for (let j = 0; j < classes; j += 4) {
      const o = (<usize>j) << 2
      const e = v128.and(exp4(f32x4.sub(v128.load(scores + o), top)), inside(classes - j))
      v128.store(gradient + o, e)
      sum = f32x4.add(sum, e)
    }
    const all = sum4(sum)
    const truth = (<usize>load<f32>(targets + ((<usize>i) << 2))) << 2
    const weight = weights == 0 ? scale : scale * load<f32>(weights + ((<usize>i) << 2))
    // The largest exponential is 1, so the logarithm of the others' sum keeps its precision.
    const rest = all - 1
    const logarithm = f32x4.extract_lane(log1p4(f32x4.splat(min<f32>(rest, 1))), 0)
    const log: f64 = rest <= 1 ? <f64>logarithm : Math.log(<f64>all)
    value += <f64>weight * (<f64>highest - <f64>load<f32>(scores + truth) + log)
    const share = f32x4.splat(weight / all)
    for (let j = 0; j < classes; j += 4) {
      const o = (<usize>j) << 2
      v128.store(gradient + o, f32x4.mul(v128.load(gradient + o), share))
    }
    if (smoothing > 0) value += smooth(classes, scores, gradient, truth, weight * smoothing)
    store<f32>(gradient + truth, load<f32>(gradient + truth) - weight)
    scores += bytes
    gradient += bytes
  }
  return value
}
