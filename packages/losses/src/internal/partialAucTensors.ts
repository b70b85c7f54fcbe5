/**
 * The losses of partial AUC as tensor operations, for automatic differentiation.
 */
import type { TensorLoss, Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import { classWeights, shortfalls, sumOfPairs } from "./allPairsTensors.ts"
import { constant } from "./constant.ts"
import { column, oneIfZero } from "./reduction.ts"

/** What is left of the masses when only the rows with the highest scores, up to a share of all mass, keep theirs. */
const hardest = (scores: tf.Tensor1D, masses: tf.Tensor1D, share: number, tf: Tf): tf.Tensor1D => {
  const n = scores.size
  const order: tf.Tensor1D = tf.topk(scores, n, true).indices
  const sorted = tf.gather(masses, order)
  const before = tf.sub(tf.cumsum(sorted), sorted)
  const kept = tf.minimum(sorted, tf.relu(tf.sub(tf.mul(tf.sum(masses), share), before)))
  return tf.scatterND(tf.expandDims(order, 1), kept, [n]) as tf.Tensor1D
}

export const cvarTensor =
  (margin: number, maxFpr: number): TensorLoss =>
  (scores, targets, weights, tf) => {
    const { negative, positive } = classWeights(targets, weights, tf)
    const counted = constant(column(scores, tf), (s) => hardest(s, negative, maxFpr, tf), tf)
    const pairs: tf.Scalar = tf.mul(tf.mul(tf.sum(positive), tf.sum(negative)), maxFpr)
    return tf.div(sumOfPairs(shortfalls(scores, margin, tf), positive, counted, tf), oneIfZero(pairs, tf))
  }

export const droTensor =
  (margin: number, lambda: number): TensorLoss =>
  (scores, targets, weights, tf) => {
    const { negative, positive } = classWeights(targets, weights, tf)
    const share: tf.Tensor1D = tf.div(negative, oneIfZero(tf.sum(negative), tf))
    const absent = tf.cast(tf.equal(share, 0), "float32")
    // The logarithm of a share of 0 is a number so low that its exponential is 0.
    const logShare = tf.sub(tf.log(tf.add(share, absent)), tf.mul(absent, 1e30))
    const hardness = tf.add(tf.div(shortfalls(scores, margin, tf), lambda), logShare)
    const terms = tf.mul(tf.logSumExp(hardness, 1), lambda)
    const both = tf.step(tf.mul(tf.sum(positive), tf.sum(negative)))
    // Without negatives every term is lowest, and 0 times it is 0.
    return tf.mul(both, tf.div(tf.sum(tf.mul(positive, terms)), oneIfZero(tf.sum(positive), tf)))
  }
