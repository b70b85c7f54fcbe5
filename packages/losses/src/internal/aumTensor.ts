/**
 * Binary and multi-class AUM of tensor operations, for automatic differentiation.
 *
 * AUM is piecewise linear: with the scores in descending order s_1 ≥ … ≥ s_n and M_k = min(FPR, FNR) between s_k and
 * s_(k+1), it is Σ s_k (M_k − M_(k−1)), and the factors depend on the order only. They are therefore constants to
 * automatic differentiation, and its gradient is exactly these factors: at ties, in whatever order the sort left them,
 * a subgradient.
 */
import type { Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import type { Denominator } from "./aumOptions.ts"
import type { Variant } from "./aumRows.ts"
import { perClass } from "./classes.ts"
import { constant } from "./constant.ts"

const oneIfZero = (x: tf.Tensor, tf: Tf): tf.Tensor => tf.add(x, tf.cast(tf.equal(x, 0), "float32"))

const share = (mass: tf.Tensor, denominator: Denominator, tf: Tf): tf.Tensor =>
  denominator === "rate" ? tf.div(mass, oneIfZero(tf.sum(mass), tf)) : mass

const factors = (
  scores: tf.Tensor1D,
  labels: tf.Tensor1D,
  denominator: Denominator,
  weights: tf.Tensor1D | undefined,
  tf: Tf
): tf.Tensor1D => {
  const n = scores.size
  const order: tf.Tensor1D = tf.topk(scores, n, true).indices
  const mass: tf.Tensor1D = weights === undefined ? tf.onesLike(labels) : weights
  const positive = tf.gather(share(tf.mul(labels, mass), denominator, tf), order)
  const negative = tf.gather(share(tf.mul(tf.sub(1, labels), mass), denominator, tf), order)
  const falsePositives: tf.Tensor1D = tf.cumsum(negative)
  const falseNegatives = tf.cumsum(positive, 0, true, true)
  // Above the first and below the last score one of the two is 0 but for rounding: these areas are none.
  const between = tf.slice1d(tf.minimum(falsePositives, falseNegatives), 0, n - 1)
  const steps = tf.sub(tf.pad1d(between as tf.Tensor1D, [0, 1]), tf.pad1d(between as tf.Tensor1D, [1, 0]))
  return tf.scatterND(tf.expandDims(order, 1), steps, [n]) as tf.Tensor1D
}

/**
 * Computes the binary AUM of any number of predictions, as `Aum.tensor` documents.
 */
export const binary = (
  predictions: tf.Tensor,
  labels: tf.Tensor,
  { denominator, margin }: Variant,
  weights: tf.Tensor | undefined,
  tf: Tf
): tf.Scalar => {
  const truth: tf.Tensor1D = tf.cast(tf.reshape(labels, [-1]), "float32")
  const scores: tf.Tensor1D = tf.add(tf.reshape(predictions, [-1]), perClass(truth, -margin / 2, margin / 2, tf))
  const mass: tf.Tensor1D | undefined = weights === undefined ? undefined : tf.reshape(weights, [-1])
  const slopes = constant(scores, (s) => factors(s, truth, denominator, mass, tf), tf)
  // The factors sum to 0: taking off the mean changes nothing but the rounding of scores far from 0.
  const centre = constant(scores, (s) => tf.mean(s), tf)
  return tf.sum(tf.mul(slopes, tf.sub(scores, centre)))
}

/**
 * Computes the mean of the one-vs-rest problems ("macro") or the one problem of all entries ("micro"); scores [n, k].
 */
export const multiclass = (
  scores: tf.Tensor2D,
  targets: tf.Tensor1D,
  variant: Variant,
  average: "macro" | "micro",
  weights: tf.Tensor1D | undefined,
  tf: Tf
): tf.Scalar => {
  const [rows, classes] = scores.shape
  const truth: tf.Tensor2D = tf.cast(tf.oneHot(tf.cast(targets, "int32"), classes), "float32") as tf.Tensor2D
  if (average === "micro") {
    const mass = weights === undefined ? undefined : tf.tile(tf.reshape(weights, [rows, 1]), [1, classes])
    return binary(scores, truth, variant, mass, tf)
  }
  const values = Array.from({ length: classes }, (_, k) =>
    binary(tf.slice(scores, [0, k], [rows, 1]), tf.slice(truth, [0, k], [rows, 1]), variant, weights, tf)
  )
  return tf.div(tf.addN(values), classes)
}
