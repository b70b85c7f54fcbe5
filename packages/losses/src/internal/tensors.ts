/**
 * The losses as tensor operations, for automatic differentiation, and the reduction of rows to one number in both
 * forms: side by side, because explicit kernel and tensor version must agree on it. Kernels get the factor as an
 * argument, so that they know neither tensors nor options.
 */
import * as tf from "@tensorflow/tfjs-core"
import type { Floats } from "@rocflow/core/pipeline/Loss"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** How the terms of the rows become one number: their weighted mean (the default), or their weighted sum. */
export const Reduction = Schema.Literals(["mean", "sum"]).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed("mean" as const))
)

/** How the terms of the rows become one number. */
export type Reduction = typeof Reduction.Type

/**
 * Returns the factor of every row's weighted term in a kernel: 1 for "sum", 1 / total weight for "mean".
 *
 * A batch whose total weight is 0 says nothing: its factor is 0, so value and gradient are 0 and not NaN.
 */
export const factor = (reduction: Reduction, rows: number, weights: Floats | undefined): number => {
  if (reduction === "sum") return 1
  if (weights === undefined) return rows > 0 ? 1 / rows : 0
  let total = 0
  for (let i = 0; i < rows; i++) total += weights[i]!
  return total > 0 ? 1 / total : 0
}

type TensorLoss = (scores: tf.Tensor2D, targets: tf.Tensor1D, weights?: tf.Tensor1D) => tf.Scalar

/** The same reduction on tensors. */
const reduce = (terms: tf.Tensor1D, weights: tf.Tensor1D | undefined, reduction: Reduction): tf.Scalar => {
  const weighted = weights === undefined ? terms : tf.mul(terms, weights)
  if (reduction === "sum") return tf.sum(weighted)
  return weights === undefined ? tf.mean(weighted) : tf.div(tf.sum(weighted), oneIfZero(tf.sum(weights)))
}

// tf.divNoNan will not do here: its gradient at a zero divisor is NaN.
const oneIfZero = (divisor: tf.Scalar): tf.Scalar => tf.add(divisor, tf.cast(tf.equal(divisor, 0), "float32"))

/** Scores of a network with one output, as a vector. */
const column = (scores: tf.Tensor2D): tf.Tensor1D => tf.reshape(scores, [-1])

/** +1 for positives, -1 for negatives. */
const signs = (targets: tf.Tensor1D): tf.Tensor1D => tf.sub(tf.mul(targets, 2), 1)

/** `ifPositive` for positives, `ifNegative` for negatives. */
const perClass = (targets: tf.Tensor1D, ifPositive: number, ifNegative: number): tf.Tensor1D =>
  tf.add(tf.mul(targets, ifPositive - ifNegative), ifNegative)

export const bceTensor =
  (reduction: Reduction, posWeight: number): TensorLoss =>
  (scores, targets, weights) => {
    const margins = tf.mul(signs(targets), column(scores))
    const terms: tf.Tensor1D = tf.mul(perClass(targets, posWeight, 1), tf.softplus(tf.neg(margins)))
    return reduce(terms, weights, reduction)
  }

export const focalTensor =
  (reduction: Reduction, gamma: number, alpha: number): TensorLoss =>
  (scores, targets, weights) => {
    const margins: tf.Tensor1D = tf.mul(signs(targets), column(scores))
    // (1 - p_t)^gamma as exp(-gamma softplus(z)): the gradient of a power is NaN where its base rounds to 0.
    const focus = tf.exp(tf.mul(tf.softplus(margins), -gamma))
    const terms: tf.Tensor1D = tf.mul(tf.mul(perClass(targets, alpha, 1 - alpha), focus), tf.softplus(tf.neg(margins)))
    return reduce(terms, weights, reduction)
  }

export const crossEntropyTensor =
  (reduction: Reduction): TensorLoss =>
  (scores, targets, weights) => {
    const truth = tf.oneHot(tf.cast(targets, "int32"), scores.shape[1])
    const terms: tf.Tensor1D = tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(scores)), 1))
    return reduce(terms, weights, reduction)
  }

export const mseTensor =
  (reduction: Reduction): TensorLoss =>
  (scores, targets, weights) =>
    reduce(tf.square(tf.sub(column(scores), targets)), weights, reduction)

export const l1Tensor =
  (reduction: Reduction): TensorLoss =>
  (scores, targets, weights) => {
    const residuals = tf.sub(column(scores), targets)
    // Not tf.abs: its gradient at 0 is -1 in tfjs, that of relu is 0.
    return reduce(tf.add(tf.relu(residuals), tf.relu(tf.neg(residuals))), weights, reduction)
  }

export const huberTensor =
  (reduction: Reduction, delta: number): TensorLoss =>
  (scores, targets, weights) => {
    const residuals: tf.Tensor1D = tf.sub(column(scores), targets)
    const clipped = tf.clipByValue(residuals, -delta, delta)
    const terms: tf.Tensor1D = tf.mul(clipped, tf.sub(residuals, tf.div(clipped, 2)))
    return reduce(terms, weights, reduction)
  }

export const squaredHingeTensor =
  (reduction: Reduction, margin: number): TensorLoss =>
  (scores, targets, weights) => {
    const margins = tf.mul(signs(targets), column(scores))
    const terms: tf.Tensor1D = tf.square(tf.relu(tf.sub(margin, margins)))
    return reduce(terms, weights, reduction)
  }

/** The weight of every row in its own class: zero for the rows of the other. */
const classWeights = (targets: tf.Tensor1D, weights: tf.Tensor1D | undefined) => {
  const mass = weights ?? tf.onesLike(targets)
  const positive: tf.Tensor1D = tf.mul(targets, mass)
  const negative: tf.Tensor1D = tf.sub(mass, positive)
  return { positive, negative }
}

/** Rows by rows of memory: fine for batches; the explicit kernel is the one for large data. */
export const allPairsSquaredHingeTensor =
  (margin: number): TensorLoss =>
  (scores, targets, weights) => {
    const { negative, positive } = classWeights(targets, weights)
    const column2d: tf.Tensor2D = tf.reshape(scores, [-1, 1])
    const shortfall = tf.relu(tf.add(tf.sub(tf.transpose(column2d), column2d), margin))
    const pairs = tf.mul(tf.reshape(positive, [-1, 1]), tf.reshape(negative, [1, -1]))
    return tf.div(tf.sum(tf.mul(pairs, tf.square(shortfall))), oneIfZero(tf.mul(tf.sum(positive), tf.sum(negative))))
  }

export const allPairsSquareTensor =
  (margin: number): TensorLoss =>
  (scores, targets, weights) => {
    const { negative, positive } = classWeights(targets, weights)
    const s = column(scores)
    const moments = (mass: tf.Tensor1D) => {
      const shares = tf.div(mass, oneIfZero(tf.sum(mass)))
      const mean = tf.sum(tf.mul(shares, s))
      return { mean, variance: tf.sum(tf.mul(shares, tf.square(tf.sub(s, mean)))) }
    }
    const p = moments(positive)
    const q = moments(negative)
    const gap = tf.add(tf.sub(q.mean, p.mean), margin)
    const pairsExist = tf.step(tf.mul(tf.sum(positive), tf.sum(negative)))
    return tf.mul(pairsExist, tf.add(tf.square(gap), tf.add(p.variance, q.variance)))
  }
