/**
 * The all-pairs losses as tensor operations, for automatic differentiation.
 */
import type { TensorLoss } from "@rocflow/core/pipeline/Loss"
import * as tf from "@tensorflow/tfjs-core"
import { column, oneIfZero } from "./reduction.ts"

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
