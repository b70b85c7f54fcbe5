/**
 * AUM of tensor operations, for losses of one's own that have it as a part: `Aum.tensor`.
 */
import { createRequire } from "node:module"
import type * as tf from "@tensorflow/tfjs-core"
import type { Variant } from "./internal/aumRows.ts"
import * as Tensors from "./internal/aumTensor.ts"

/** TensorFlow.js, which whoever has tensors has loaded: programs without them do not wait for it. */
const operations = (): typeof tf => createRequire(import.meta.url)("@tensorflow/tfjs-core") as typeof tf

/**
 * Computes the binary AUM of tensor operations, differentiable by `tf.grad`.
 *
 * `predictions`: any shape, one number a row; `labels`: 1 = positive, 0 = negative, in the same order; `weights`: not
 * negative, optional; the margin is 0 unless given. The gradient is that of `binary` where AUM is differentiable, and at ties a subgradient, whose
 * entries lie between left and right. One class only: 0.
 *
 * @example
 * Aum.tensor(tf.tensor1d([2, -3.5, -1, 1.5]), tf.tensor1d([0, 0, 1, 1]), { denominator: "rate" }) // => 1.5
 * @category computing
 */
export const tensor = (
  predictions: tf.Tensor,
  labels: tf.Tensor,
  { denominator = "rate", margin = 0, weights }: Partial<Variant> & { readonly weights?: tf.Tensor } = {}
): tf.Scalar => Tensors.binary(predictions, labels, { denominator, margin }, weights, operations())
