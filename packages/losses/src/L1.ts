/**
 * Absolute error.
 *
 *     loss = mean over rows of  |d|,   d = score - target,   d/ds = sign(d)
 *
 * as PyTorch's `L1Loss`. Its minimiser is the conditional median, so a few wild targets do not move it.
 *
 * *Gotcha*: at `d = 0` there is no derivative. The subgradient is 0, the mean of the one-sided derivatives -1 and 1: a
 * row that is fitted exactly stays where it is. Elsewhere its size is constant, so a fixed learning rate ends in a
 * jitter around the optimum; {@link Huber} does not have that.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const loss = L1.definition.make({ reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(1, 5), Float64Array.of(1, 2), gradient) // => 1.5
 * gradient // => Float64Array [0, 0.5]
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({ reduction: Reduction })

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "L1.loss",
  accepts: ["regression"],
  options: Options,
  summary: "Absolute error: the mean of |score - target|",
  terms: () => (scores, targets, values, slopes) => {
    for (let i = 0; i < targets.length; i++) {
      const d = scores[i]! - targets[i]!
      values[i] = Math.abs(d)
      slopes[i] = Math.sign(d)
    }
  },
  tensor: () => (scores, targets, tf) => {
    const residuals = tf.sub(scores, targets)
    // Not tf.abs: its gradient at 0 is -1 in tfjs, that of relu is 0.
    return tf.add(tf.relu(residuals), tf.relu(tf.neg(residuals)))
  }
})

/** Appends absolute error to a pipeline that has a head. Regression tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
