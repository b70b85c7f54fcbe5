/**
 * How the terms of the rows become one number, in kernels and on tensors: side by side, because the two must agree.
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import type { Floats, Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"

/** Their weighted mean (the default), or their weighted sum. */
export const Reduction = OptionSchema.withDefault(
  Schema.Literals(["mean", "sum"]),
  "mean",
  "How the rows of a batch become one number"
)
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

/** The same reduction on tensors. */
export const reduce = (
  terms: tf.Tensor1D,
  weights: tf.Tensor1D | undefined,
  reduction: Reduction,
  tf: Tf
): tf.Scalar => {
  const weighted = weights === undefined ? terms : tf.mul(terms, weights)
  if (reduction === "sum") return tf.sum(weighted)
  return weights === undefined ? tf.mean(weighted) : tf.div(tf.sum(weighted), oneIfZero(tf.sum(weights), tf))
}

// tf.divNoNan will not do here: its gradient at a zero divisor is NaN.
export const oneIfZero = (divisor: tf.Scalar, tf: Tf): tf.Scalar =>
  tf.add(divisor, tf.cast(tf.equal(divisor, 0), "float32"))

/** Scores of a network with one output, as a vector. */
export const column = (scores: tf.Tensor2D, tf: Tf): tf.Tensor1D => tf.reshape(scores, [-1])
