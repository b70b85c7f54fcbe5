/**
 * What boosting minimises, with its first and second derivatives by the scores.
 */

/** A loss of scores; those of output `k` of `n` rows are `scores[k n] … scores[k n + n − 1]`. */
export interface Objective {
  /** The number of scores a row. */
  readonly outputs: number
  /** The weights of the rows; undefined where all are 1. */
  readonly weights: Float64Array | undefined
  /** The best constant scores. */
  readonly baseline: Float64Array
  /** Writes the derivatives of the weighted losses of some rows. `h` stays as it is where it is constant. */
  readonly derivatives: (scores: Float64Array, rows: Int32Array, g: Float64Array, h: Float64Array) => void
  /** Whether the second derivative is 1 in every row. */
  readonly constantHessian: boolean
  /** The weighted mean loss of some rows. */
  readonly loss: (scores: Float64Array, rows: Int32Array) => number
}

/** Targets: values, 1 for the positive class and 0 for the other, or class codes. */
export interface Targets {
  readonly y: Float64Array
  readonly weights: Float64Array | undefined
  /** The rows that are trained on. */
  readonly rows: Int32Array
}

/** A class without rows has this share of them, so that its score is a number. */
const smallestShare = 2 ** -52

const weightedMean = ({ rows, weights }: Targets, of: (row: number) => number): number => {
  let sum = 0
  let total = 0
  for (const row of rows) {
    const weight = weights?.[row] ?? 1
    sum += weight * of(row)
    total += weight
  }
  return sum / total
}

/** `½ (y − s)²`, whose mean is half the mean squared error. */
export const squared = (targets: Targets): Objective => {
  const { weights, y } = targets
  return {
    outputs: 1,
    weights,
    baseline: Float64Array.of(weightedMean(targets, (row) => y[row]!)),
    constantHessian: weights === undefined,
    derivatives: (scores, rows, g, h) => {
      for (const row of rows) {
        const weight = weights === undefined ? 1 : weights[row]!
        g[row] = weight * (scores[row]! - y[row]!)
        h[row] = weight
      }
    },
    loss: (scores, rows) => weightedMean({ ...targets, rows }, (row) => 0.5 * (y[row]! - scores[row]!) ** 2)
  }
}

/** `log(1 + eˢ) − y s`, the negative log-likelihood of the log-odds `s` of the positive class. */
export const logistic = (targets: Targets): Objective => {
  const { weights, y } = targets
  const share = weightedMean(targets, (row) => y[row]!)
  const clipped = Math.min(Math.max(share, smallestShare), 1 - smallestShare)
  return {
    outputs: 1,
    weights,
    baseline: Float64Array.of(Math.log(clipped / (1 - clipped))),
    constantHessian: false,
    derivatives: (scores, rows, g, h) => {
      for (const row of rows) {
        const weight = weights === undefined ? 1 : weights[row]!
        const p = 1 / (1 + Math.exp(-scores[row]!))
        g[row] = weight * (p - y[row]!)
        h[row] = weight * p * (1 - p)
      }
    },
    loss: (scores, rows) =>
      weightedMean({ ...targets, rows }, (row) => {
        const signed = y[row] === 1 ? -scores[row]! : scores[row]!
        return Math.max(signed, 0) + Math.log1p(Math.exp(-Math.abs(signed)))
      })
  }
}

/** `log Σ_k e^{s_k} − s_y`, the negative log-likelihood of the softmax. */
export const softmax = (targets: Targets, classes: number): Objective => {
  const { weights, y } = targets
  const n = y.length
  const baseline = Float64Array.from({ length: classes }, (_, k) =>
    Math.log(
      Math.max(
        weightedMean(targets, (row) => (y[row] === k ? 1 : 0)),
        smallestShare
      )
    )
  )
  const mean = baseline.reduce((sum, score) => sum + score, 0) / classes
  const own = new Float64Array(classes)
  /** The largest score of the row. */
  let top = 0
  /** Writes the exponentials of a row's scores less the largest, and gives their sum. */
  const exponentials = (scores: Float64Array, row: number): number => {
    top = -Infinity
    for (let k = 0; k < classes; k++) top = Math.max(top, scores[k * n + row]!)
    let sum = 0
    for (let k = 0; k < classes; k++) sum += own[k] = Math.exp(scores[k * n + row]! - top)
    return sum
  }
  return {
    outputs: classes,
    weights,
    baseline: baseline.map((score) => score - mean),
    constantHessian: false,
    derivatives: (scores, rows, g, h) => {
      for (const row of rows) {
        const weight = weights === undefined ? 1 : weights[row]!
        const sum = exponentials(scores, row)
        for (let k = 0; k < classes; k++) {
          const p = own[k]! / sum
          g[k * n + row] = weight * (p - (y[row] === k ? 1 : 0))
          h[k * n + row] = weight * p * (1 - p)
        }
      }
    },
    loss: (scores, rows) =>
      weightedMean({ ...targets, rows }, (row) => {
        const sum = exponentials(scores, row)
        // Not by the exponential, which is 0 where the score is far below the largest.
        return Math.log(sum) + top - scores[y[row]! * n + row]!
      })
  }
}
