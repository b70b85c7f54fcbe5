import type { TensorLoss } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import { classWeights, shortfalls } from "./allPairsTensors.ts"
import { oneIfZero } from "./reduction.ts"

/** The loss of average precision as tensor operations, for automatic differentiation. */
export const averagePrecisionTensor =
  (margin: number): TensorLoss =>
  (scores, targets, weights, tf) => {
    const { negative, positive } = classWeights(targets, weights, tf)
    const hinges = shortfalls(scores, margin, tf)
    const over = (masses: tf.Tensor1D): tf.Tensor1D => tf.reshape(tf.matMul(hinges, tf.expandDims(masses, 1)), [-1])
    const [own, other] = [over(positive), over(negative)]
    // Of the rows that count every sum is above 0; to those of the others 1 is added.
    const wrong = tf.div(other, tf.add(tf.add(own, other), tf.cast(tf.equal(positive, 0), "float32")))
    return tf.div(tf.sum(tf.mul(positive, wrong)), oneIfZero(tf.sum(positive), tf))
  }
