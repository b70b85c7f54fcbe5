/**
 * Maps from scores to probabilities, learned on rows whose class is known.
 */
import * as Schema from "effect/Schema"
import { log1pExp, logistic, sigmoid } from "./logistic.ts"

const Line = Schema.Struct({ type: Schema.Literal("line"), slope: Schema.Finite, intercept: Schema.Finite })
const Beta = Schema.Struct({ type: Schema.Literal("beta"), a: Schema.Finite, b: Schema.Finite, c: Schema.Finite })
const Steps = Schema.Struct({
  type: Schema.Literal("steps"),
  scores: Schema.Array(Schema.Finite),
  shares: Schema.Array(Schema.Finite)
})

/** The schema of a map from a score, the logit of a probability, to the probability. */
export const Map = Schema.Union([Line, Beta, Steps])

/** A map from a score to a probability. */
export type Map = typeof Map.Type

/** How a map is learned: of two classes each. */
export type Method = "platt" | "isotonic" | "beta"

/** The logarithm of a probability; of less than 1e-15 that of 1e-15, so that it is finite. */
export const logOf = (p: number): number => Math.log(Math.max(1e-15, p))

/** Rows that a map is learned on: their scores, whether they are positive, what they weigh. */
export interface Rows {
  readonly scores: ArrayLike<number>
  readonly positive: ArrayLike<boolean>
  readonly weights: ArrayLike<number>
}

/**
 * What stands in the place of 1 and 0: (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2), so that a slope is finite for classes that do not
 * overlap (Platt 1999).
 */
const targetsOf = ({ positive, weights }: Rows): Float64Array => {
  let [positives, negatives] = [0, 0]
  for (let i = 0; i < weights.length; i++) {
    if (positive[i]!) positives += weights[i]!
    else negatives += weights[i]!
  }
  return Float64Array.from(weights, (_, i) => (positive[i]! ? (positives + 1) / (positives + 2) : 1 / (negatives + 2)))
}

/**
 * p = 1/(1 + exp(−(slope·s + intercept))).
 *
 * Platt (1999), Probabilistic outputs for support vector machines; Lin, Lin and Weng (2007), A note on Platt's probabilistic
 * outputs for support vector machines, Machine Learning 68.
 */
const platt = (rows: Rows): Map => {
  const ones = new Float64Array(rows.scores.length).fill(1)
  const [slope, intercept] = logistic([rows.scores, ones], targetsOf(rows), rows.weights)
  // A ranking that is the wrong way round is left as it is: the map is constant.
  return slope! > 0
    ? { type: "line", slope: slope!, intercept: intercept! }
    : { type: "line", slope: 0, intercept: logistic([ones], targetsOf(rows), rows.weights)[0]! }
}

/**
 * p = 1/(1 + exp(−(a·ln q − b·ln(1 − q) + c))) of a probability q, a and b at least 0: one that is below is 0, and the others are
 * learned without it.
 *
 * Kull, Silva Filho and Flach (2017), Beta calibration: a well-founded and easily implemented improvement on logistic
 * calibration for binary classifiers, AISTATS.
 */
const beta = (rows: Rows): Map => {
  const log = Float64Array.from(rows.scores, (score) => -log1pExp(-score))
  const logOther = Float64Array.from(rows.scores, (score) => log1pExp(score))
  const ones = new Float64Array(rows.scores.length).fill(1)
  const targets = targetsOf(rows)
  const fit = (...columns: ReadonlyArray<Float64Array>) => logistic(columns, targets, rows.weights)
  const [a, b, c] = fit(log, logOther, ones)
  if (a! >= 0 && b! >= 0) return { type: "beta", a: a!, b: b!, c: c! }
  const [one, at] = a! < 0 ? fit(logOther, ones) : fit(log, ones)
  if (one! < 0) return { type: "beta", a: 0, b: 0, c: fit(ones)[0]! }
  return a! < 0 ? { type: "beta", a: 0, b: one!, c: at! } : { type: "beta", a: one!, b: 0, c: at! }
}

/**
 * The shares of positives that never fall with the score and are nearest to the classes in the mean square, by pooling
 * neighbours that fall; rows of one score have one share. Between scores that were seen in proportion, as in scikit-learn.
 *
 * Zadrozny and Elkan (2002), Transforming classifier scores into accurate multiclass probability estimates, KDD.
 */
const isotonic = ({ positive, scores, weights }: Rows): Map => {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  const blocks: Array<{ first: number; last: number; share: number; weight: number }> = []
  for (const row of order) {
    const share = positive[row]! ? 1 : 0
    const weight = weights[row]!
    if (weight === 0) continue
    const block = { first: scores[row]!, last: scores[row]!, share, weight }
    // Rows of one score are one, and so are blocks that fall.
    const tied = blocks.at(-1)
    if (tied !== undefined && tied.first === tied.last && tied.last === block.first) {
      tied.share = (tied.share * tied.weight + share * weight) / (tied.weight + weight)
      tied.weight += weight
    } else blocks.push(block)
  }
  const pooled: typeof blocks = []
  for (const block of blocks) {
    pooled.push(block)
    for (;;) {
      const [before, last] = [pooled.at(-2), pooled.at(-1)!]
      if (before === undefined || before.share < last.share) break
      const weight = before.weight + last.weight
      const share = (before.share * before.weight + last.share * last.weight) / weight
      pooled.splice(-2, 2, { first: before.first, last: last.last, share, weight })
    }
  }
  const points = pooled.flatMap(({ first, last, share }) =>
    first === last
      ? [[first, share]]
      : [
          [first, share],
          [last, share]
        ]
  )
  return { type: "steps", scores: points.map(([score]) => score!), shares: points.map(([, share]) => share!) }
}

/** Learns a map of two classes, both of which have rows. */
export const learn = (method: Method, rows: Rows): Map => ({ platt, beta, isotonic })[method](rows)

/** The last place in ascending numbers whose number is at most x; −1 where none is. */
const lastAtMost = (ascending: ReadonlyArray<number>, x: number): number => {
  let [low, high] = [-1, ascending.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (ascending[middle]! <= x) low = middle
    else high = middle - 1
  }
  return low
}

/** The probability of a score, and its logit where it is a closed form. */
export const apply = (
  map: Map,
  score: number
): { readonly probability: number; readonly logit: number | undefined } => {
  switch (map.type) {
    case "line": {
      const eta = map.slope * score + map.intercept
      return { probability: sigmoid(eta), logit: eta }
    }
    case "beta": {
      const eta = -map.a * log1pExp(-score) + map.b * log1pExp(score) + map.c
      return { probability: sigmoid(eta), logit: eta }
    }
    case "steps": {
      const { scores, shares } = map
      const i = lastAtMost(scores, score)
      if (i < 0) return { probability: shares[0]!, logit: undefined }
      if (i === scores.length - 1) return { probability: shares[i]!, logit: undefined }
      const part = (score - scores[i]!) / (scores[i + 1]! - scores[i]!)
      return { probability: shares[i]! + part * (shares[i + 1]! - shares[i]!), logit: undefined }
    }
  }
}

/**
 * The temperature T of softmax(z/T) with the least log-loss, of logits z, row-major [rows, classes]; 1/T by Newton's method, as
 * the loss is convex in it, between 1e-3 and 1e3.
 *
 * Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks, ICML.
 */
export const temperature = (
  logits: Float64Array,
  classes: number,
  truth: ArrayLike<number>,
  weights: ArrayLike<number>
): number => {
  /** The slope and the bend of the loss at an inverse temperature. */
  const at = (inverse: number) => {
    let [slope, bend] = [0, 0]
    for (let i = 0; i < truth.length; i++) {
      const own = logits.subarray(i * classes, (i + 1) * classes)
      const top = own.reduce((most, z) => Math.max(most, z), -Infinity)
      let [total, first, second] = [0, 0, 0]
      for (const z of own) {
        const share = Math.exp(inverse * (z - top))
        total += share
        first += share * z
        second += share * z * z
      }
      const mean = first / total
      slope += weights[i]! * (mean - own[truth[i]!]!)
      bend += weights[i]! * (second / total - mean * mean)
    }
    return { slope, bend }
  }
  let [low, high] = [1e-3, 1e3]
  let inverse = 1
  for (let step = 0; step < 200; step++) {
    const { bend, slope } = at(inverse)
    if (slope > 0) high = inverse
    else low = inverse
    const next = bend > 0 ? inverse - slope / bend : Number.NaN
    // Newton's step, where it stays between what is known to be too small and too large.
    const after = next > low && next < high ? next : Math.sqrt(low * high)
    if (Math.abs(after - inverse) < 1e-12 * inverse || high / low < 1 + 1e-12) return 1 / after
    inverse = after
  }
  return 1 / inverse
}
