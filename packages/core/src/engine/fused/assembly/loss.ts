/**
 * Losses whose formula is known: the value, and the gradient with respect to the scores. Sums are in double precision.
 *
 * A row has the weight `scale`, times its own where there are weights (`weights` is 0 where there are none).
 */
import { choose, exp4, firstLanes, inside, log1p4 } from "./vector"

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

/** Makes the gradient of a row of its exponentials, and gives what smoothing adds to its loss. */
function settle(
  classes: i32,
  scores: usize,
  gradient: usize,
  truth: usize,
  weight: f32,
  share: f32,
  smoothing: f32
): f64 {
  const end = (<usize>classes) << 2
  for (let o: usize = 0; o < end; o += 4) store<f32>(gradient + o, load<f32>(gradient + o) * share)
  const added = smoothing > 0 ? smooth(classes, scores, gradient, truth, weight * smoothing) : 0
  store<f32>(gradient + truth, load<f32>(gradient + truth) - weight)
  return added
}

/** The numbers at four addresses. */
function gathered(a: usize, b: usize, c: usize, d: usize): v128 {
  const x = v128.load32_lane(b, v128.load32_zero(a), 1)
  return v128.load32_lane(d, v128.load32_lane(c, x, 2), 3)
}

/**
 * ln Σₖ exp(sₖ) − (1 − smoothing)·s of the true class − smoothing·(mean of s). Four rows side by side, so that neither
 * classes nor sums lie across a vector; where fewer are left, the last one stands for the others too.
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
  const scale4 = f32x4.splat(scale)
  let value = f64x2.splat(0)
  let smoothed: f64 = 0
  for (let i = 0; i < n; i += 4) {
    const last = min(3, n - i - 1)
    const second = <usize>min(1, last) * bytes
    const third = <usize>min(2, last) * bytes
    const fourth = <usize>last * bytes
    const s0 = scores + <usize>i * bytes
    const s1 = s0 + second
    const s2 = s0 + third
    const s3 = s0 + fourth
    const g0 = gradient + <usize>i * bytes
    const g1 = g0 + second
    const g2 = g0 + third
    const g3 = g0 + fourth
    let top = gathered(s0, s1, s2, s3)
    for (let o: usize = 4; o < bytes; o += 4) top = f32x4.max(top, gathered(s0 + o, s1 + o, s2 + o, s3 + o))
    let sum = f32x4.splat(0)
    for (let o: usize = 0; o < bytes; o += 4) {
      const e = exp4(f32x4.sub(gathered(s0 + o, s1 + o, s2 + o, s3 + o), top))
      v128.store32_lane(g0 + o, e, 0)
      v128.store32_lane(g1 + o, e, 1)
      v128.store32_lane(g2 + o, e, 2)
      v128.store32_lane(g3 + o, e, 3)
      sum = f32x4.add(sum, e)
    }
    const at = (<usize>i) << 2
    const weight = weightOf(weights, at, scale4)
    const truth = i32x4.shl(i32x4.trunc_sat_f32x4_s(v128.load(targets + at)), 2)
    const t0 = <usize>i32x4.extract_lane(truth, 0)
    const t1 = <usize>(last > 0 ? i32x4.extract_lane(truth, 1) : <i32>t0)
    const t2 = <usize>(last > 1 ? i32x4.extract_lane(truth, 2) : <i32>t1)
    const t3 = <usize>(last > 2 ? i32x4.extract_lane(truth, 3) : <i32>t2)
    // The largest exponential is 1, so the logarithm of the others' sum keeps its precision.
    const log = log1p4(f32x4.sub(sum, f32x4.splat(1)))
    const behind = f32x4.sub(top, gathered(s0 + t0, s1 + t1, s2 + t2, s3 + t3))
    value = f64x2.add(value, wide(v128.and(f32x4.mul(weight, f32x4.add(behind, log)), inside(n - i))))
    const share = f32x4.div(weight, sum)
    smoothed += settle(classes, s0, g0, t0, f32x4.extract_lane(weight, 0), f32x4.extract_lane(share, 0), smoothing)
    if (last > 0) {
      smoothed += settle(classes, s1, g1, t1, f32x4.extract_lane(weight, 1), f32x4.extract_lane(share, 1), smoothing)
    }
    if (last > 1) {
      smoothed += settle(classes, s2, g2, t2, f32x4.extract_lane(weight, 2), f32x4.extract_lane(share, 2), smoothing)
    }
    if (last > 2) {
      smoothed += settle(classes, s3, g3, t3, f32x4.extract_lane(weight, 3), f32x4.extract_lane(share, 3), smoothing)
    }
  }
  return total(value) + smoothed
}
