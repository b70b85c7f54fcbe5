/**
 * Squared hinge: the square of what is missing to the margin.
 *
 *     loss = mean over rows of  max(0, margin - y s)^2,   y = +1 for a positive, -1 for a negative row
 *     d/ds = -2 y max(0, margin - y s)
 *
 * Unlike the plain hinge it has a derivative everywhere: 0 at `y s = margin`. It is the loss of scikit-learn's
 * `LinearSVC(loss="squared_hinge")` before its regularisation.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const loss = SquaredHinge.definition.make({ margin: 1, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(0.5, 0), Float64Array.of(1, 0), gradient) // => 0.625
 * gradient // => Float64Array [-0.5, 1]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { signs } from "./internal/classes.ts"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `margin`: score, with the right sign, from which a row costs nothing; at least 0, default 1.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  margin: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "By how much scores should be on their side of 0"),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "SquaredHinge.loss",
  accepts: ["binary"],
  options: Options,
  summary: "Squared hinge: the mean of max(0, margin - y s)^2 with y = +1 or -1",
  terms:
    ({ margin }) =>
    (scores, targets, values, slopes) => {
      for (let i = 0; i < targets.length; i++) {
        const sign = targets[i] === 1 ? 1 : -1
        const shortfall = Math.max(0, margin - sign * scores[i]!)
        values[i] = shortfall * shortfall
        slopes[i] = -2 * sign * shortfall
      }
    },
  tensor:
    ({ margin }) =>
    (scores, targets, tf) =>
      tf.square(tf.relu(tf.sub(margin, tf.mul(signs(targets, tf), scores))))
})

/** Appends squared hinge to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
