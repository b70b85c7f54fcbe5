import type { Tf } from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"

/** Computes from `x` what counts as constant in differentiation: sorting has no gradient in tfjs. */
export const constant = <T extends tf.Tensor>(x: tf.Tensor1D, f: (x: tf.Tensor1D) => T, tf: Tf): T =>
  tf.customGrad((y) => ({
    value: f(y as tf.Tensor1D),
    gradFunc: () => tf.zerosLike(x)
  }))(x) as T
