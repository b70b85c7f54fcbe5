/**
 * The all-pairs losses as tensor operations, for automatic differentiation.
 */
import type { TensorLoss, Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import { column, oneIfZero } from "./reduction.ts"

/** The weight of every row in its own class: zero for the rows of the other. */
export const classWeights = (targets: tf.Tensor1D, weights: tf.Tensor1D | undefined, tf: Tf) => {
  const mass = weights ?? tf.onesLike(targets)
  const positive: tf.Tensor1D = tf.mul(targets, mass)
  const negative: tf.Tensor1D = tf.sub(mass, positive)
  return { positive, negative }
}

/**
 * max(0, margin − (sᵢ − sⱼ))² of all rows i and j: rows by rows of memory, which is fine for batches; explicit kernels are
 * those for large data.
 */
export const shortfalls = (scores: tf.Tensor2D, margin: number, tf: Tf): tf.Tensor2D => {
  const column2d: tf.Tensor2D = tf.reshape(scores, [-1, 1])
  return tf.square(tf.relu(tf.add(tf.sub(tf.transpose(column2d), column2d), margin)))
}

export const allPairsSquaredHingeTensor =
  (margin: number): TensorLoss =>
  (scores, targets, weights, tf) => {
    const { negative, positive } = classWeights(targets, weights, tf)
    const pairs: tf.Scalar = tf.mul(tf.sum(positive), tf.sum(negative))
    return tf.div(sumOfPairs(shortfalls(scores, margin, tf), positive, negative, tf), oneIfZero(pairs, tf))
  }

/** The sum over pairs of a positive i and a negative j of entries [i, j] times the masses of both rows. */
export const sumOfPairs = (entries: tf.Tensor2D, positive: tf.Tensor1D, negative: tf.Tensor1D, tf: Tf): tf.Scalar => {
  const pairs = tf.mul(tf.reshape(positive, [-1, 1]), tf.reshape(negative, [1, -1]))
  return tf.sum(tf.mul(pairs, entries))
}

export const allPairsSquareTensor =
  (margin: number, leads: "exactly" | "enough"): TensorLoss =>
  (scores, targets, weights, tf) => {
    const { negative, positive } = classWeights(targets, weights, tf)
    const s = column(scores, tf)
    const moments = (mass: tf.Tensor1D) => {
      const shares = tf.div(mass, oneIfZero(tf.sum(mass), tf))
      const mean = tf.sum(tf.mul(shares, s))
      return { mean, variance: tf.sum(tf.mul(shares, tf.square(tf.sub(s, mean)))) }
    }
    const p = moments(positive)
    const q = moments(negative)
    const wanted = tf.add(tf.sub(q.mean, p.mean), margin)
    const gap = leads === "enough" ? tf.relu(wanted) : wanted
    const pairsExist = tf.step(tf.mul(tf.sum(positive), tf.sum(negative)))
    return tf.mul(pairsExist, tf.add(tf.square(gap), tf.add(p.variance, q.variance)))
  }
