/**
 * Squared error.
 *
 *     loss = mean over rows of  d^2,   d = score - target,   d/ds = 2 d
 *
 * as PyTorch's `MSELoss`: without the factor 1/2 that some texts have. Its minimiser is the conditional mean.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const loss = Mse.definition.make({ reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(1, 5), Float64Array.of(1, 2), gradient) // => 4.5
 * gradient // => Float64Array [0, 3]
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
  id: "Mse.loss",
  accepts: ["regression"],
  options: Options,
  summary: "Squared error: the mean of (score - target)^2",
  terms: () => (scores, targets, values, slopes) => {
    for (let i = 0; i < targets.length; i++) {
      const d = scores[i]! - targets[i]!
      values[i] = d * d
      slopes[i] = 2 * d
    }
  },
  formula: ({ reduction }) => ({ terms: "squaredError", reduction }),
  tensor: () => (scores, targets, tf) => tf.square(tf.sub(scores, targets))
})

/** Appends squared error to a pipeline that has a head. Regression tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
