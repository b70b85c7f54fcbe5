/**
 * Class labels in tensor operations: targets are 1 for positives and 0 for negatives.
 */
import type { Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"

/** +1 for positives, -1 for negatives. */
export const signs = (targets: tf.Tensor1D, tf: Tf): tf.Tensor1D => tf.sub(tf.mul(targets, 2), 1)

/** `ifPositive` for positives, `ifNegative` for negatives. */
export const perClass = (targets: tf.Tensor1D, ifPositive: number, ifNegative: number, tf: Tf): tf.Tensor1D =>
  tf.add(tf.mul(targets, ifPositive - ifNegative), ifNegative)
