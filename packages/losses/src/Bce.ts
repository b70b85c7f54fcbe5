/**
 * Binary cross-entropy on logits.
 *
 *     loss = mean over rows of  c softplus(-z),   z = s for a positive row (c = posWeight), -s for a negative one (c = 1)
 *
 * the negative log-likelihood of `P(positive) = sigmoid(s)`. It is the formula of PyTorch's `BCEWithLogitsLoss`, also
 * in that `posWeight` multiplies the positives' terms and leaves the divisor of the mean alone.
 *
 * With `labelSmoothing` ε a row has the target 1 − ε/2 of its own class and ε/2 of the other one, as Keras and, with two
 * scores, PyTorch smooth labels. That adds `c z ε / 2` to a term, whose least value is then at the margin
 * `z = log(2/ε − 1)`. `posWeight` and row weights stay those of the row, whatever its targets.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const loss = Bce.definition.make({ posWeight: 1, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * loss.evaluate(Float64Array.of(0, 0), Float64Array.of(1, 0), gradient) // => 0.6931471805599453
 * gradient // => Float64Array [-0.25, 0.25]
 *
 * @see Szegedy et al., Rethinking the Inception architecture for computer vision, CVPR 2016, section 7, for smoothing
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import { perClass, signs } from "./internal/classes.ts"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `posWeight`: factor of the positives' terms, above 0, default 1. The number of negatives divided by the number of
 *   positives balances the classes.
 * - `labelSmoothing`: share ε of a row's target that is spread evenly over both classes, in [0, 1); none unless given. It bounds
 *   the scores; probabilities are then drawn towards 0.5 on purpose, so leave it at 0 where they or the AUC decide.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  posWeight: OptionSchema.withDefault(OptionSchema.positive, 1, "The weight of the positives"),
  labelSmoothing: OptionSchema.optional(
    OptionSchema.fraction,
    "The share of a target that goes to both classes alike; default: none",
    0.1
  ),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "Bce.loss",
  accepts: ["binary"],
  options: Options,
  summary: "Binary cross-entropy of logits: the mean of softplus(-z), positives times posWeight",
  terms:
    ({ labelSmoothing = 0, posWeight }) =>
    (scores, targets, values, slopes) => {
      // With the margin z = s for a positive and -s for a negative row both classes share softplus(-z) and sigmoid(-z). The
      // exponent is never positive, so nothing overflows, and a confident right answer keeps its relative precision.
      const other = labelSmoothing / 2
      for (let i = 0; i < targets.length; i++) {
        const positive = targets[i] === 1
        const z = positive ? scores[i]! : -scores[i]!
        const e = Math.exp(-Math.abs(z))
        const wrong = (z >= 0 ? e : 1) / (1 + e)
        const c = positive ? posWeight : 1
        values[i] = c * (Math.max(-z, 0) + Math.log1p(e) + other * z)
        slopes[i] = positive ? c * (other - wrong) : c * (wrong - other)
      }
    },
  formula: ({ labelSmoothing = 0, posWeight, reduction }) => ({
    terms: "binaryCrossEntropy",
    positive: posWeight,
    smoothing: labelSmoothing,
    reduction
  }),
  tensor:
    ({ labelSmoothing = 0, posWeight }) =>
    (scores, targets, tf) => {
      const margins: tf.Tensor1D = tf.mul(signs(targets, tf), scores)
      const terms = tf.add(tf.softplus(tf.neg(margins)), tf.mul(margins, labelSmoothing / 2))
      return tf.mul(perClass(targets, posWeight, 1, tf), terms)
    }
})

/** Appends binary cross-entropy to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
