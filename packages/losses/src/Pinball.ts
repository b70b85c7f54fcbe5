/**
 * Pinball loss: the absolute error that weighs the two sides differently, and so predicts a quantile.
 *
 *     loss = mean over rows of  max(q d, (q - 1) d),   d = target - score,   q = quantile
 *     d/ds = -q where d > 0,  1 - q where d < 0
 *
 * Its minimiser is the conditional q-quantile: a share q of the targets lies below. At q = 0.5 it is half of {@link L1}.
 * It is the formula of scikit-learn's `mean_pinball_loss(alpha = q)`.
 *
 * *Gotcha*: at `d = 0` there is no derivative. The subgradient is `1/2 - q`, the mean of the one-sided derivatives.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * Source: R. Koenker, G. Bassett (1978), Regression quantiles, Econometrica 46(1).
 *
 * @example
 * const loss = Pinball.definition.make({ quantile: 0.9, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(1, 5), Float64Array.of(2, 2), gradient) // => 0.6
 * gradient // => Float64Array [-0.45, 0.04999999999999999]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `quantile`: the share of targets to lie below the prediction, above 0 and below 1, default 0.5, the median.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  quantile: OptionSchema.withDefault(
    OptionSchema.share,
    0.5,
    "The share of the targets that should lie below the prediction"
  ),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "Pinball.loss",
  accepts: ["regression"],
  options: Options,
  summary: "Pinball loss of a quantile q: the mean of max(q d, (q - 1) d) of d = target - score",
  terms:
    ({ quantile }) =>
    (scores, targets, values, slopes) => {
      for (let i = 0; i < targets.length; i++) {
        const d = targets[i]! - scores[i]!
        values[i] = Math.max(quantile * d, (quantile - 1) * d)
        slopes[i] = (1 - Math.sign(d)) / 2 - quantile
      }
    },
  tensor:
    ({ quantile }) =>
    (scores, targets, tf) => {
      const below = tf.sub(targets, scores)
      return tf.add(tf.mul(tf.relu(below), quantile), tf.mul(tf.relu(tf.neg(below)), 1 - quantile))
    }
})

/** Appends pinball loss to a pipeline that has a head. Regression tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
