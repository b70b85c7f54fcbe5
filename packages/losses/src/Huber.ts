/**
 * Huber loss: squared error near the target, absolute error far from it.
 *
 *     loss = mean over rows of  d^2 / 2                     where |d| <= delta,   d = score - target
 *                               delta (|d| - delta / 2)     beyond
 *     d/ds = d clipped to [-delta, delta]
 *
 * as PyTorch's `HuberLoss`. It is half of {@link Mse} for large `delta`, and divided by `delta` it tends to {@link L1}
 * for small `delta`; its derivative is continuous.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * Source: P. J. Huber (1964), Robust estimation of a location parameter, Annals of Mathematical Statistics 35(1).
 *
 * @example
 * const loss = Huber.definition.make({ delta: 1, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(1, 5), Float64Array.of(0.5, 2), gradient) // => 1.3125
 * gradient // => Float64Array [0.25, 0.5]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `delta`: residual at which the loss turns from quadratic to linear, above 0, in the units of the target, default 1.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  delta: OptionSchema.withDefault(OptionSchema.positive, 1, "The error from which on the loss is linear"),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "Huber.loss",
  accepts: ["regression"],
  options: Options,
  summary: "Huber loss: squared error up to a residual of delta, absolute error beyond",
  terms:
    ({ delta }) =>
    (scores, targets, values, slopes) => {
      // With the residual clipped to c both branches are c (d - c / 2): d^2 / 2 where c = d, delta (|d| - delta / 2) beyond.
      for (let i = 0; i < targets.length; i++) {
        const d = scores[i]! - targets[i]!
        const clipped = Math.max(-delta, Math.min(delta, d))
        values[i] = clipped * (d - clipped / 2)
        slopes[i] = clipped
      }
    },
  tensor:
    ({ delta }) =>
    (scores, targets, tf) => {
      const residuals: tf.Tensor1D = tf.sub(scores, targets)
      const clipped = tf.clipByValue(residuals, -delta, delta)
      return tf.mul(clipped, tf.sub(residuals, tf.div(clipped, 2)))
    }
})

/** Appends Huber loss to a pipeline that has a head. Regression tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
