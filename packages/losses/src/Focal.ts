/**
 * Focal loss on logits: cross-entropy that turns away from the rows that are already right.
 *
 *     loss = mean over rows of  -alpha_t (1 - p_t)^gamma log(p_t)
 *
 * where `p_t` is the probability of the row's true class (`sigmoid(s)` for a positive, `1 - sigmoid(s)` for a negative
 * row), and `alpha_t` is `alpha` for positives and `1 - alpha` for negatives. Formula and defaults follow torchvision's
 * `sigmoid_focal_loss`, except that `reduction` is "mean" by default ("none" there; the paper divides by the number of
 * positive anchors).
 *
 * *Gotcha*: `gamma = 0`, `alpha = 0.5` is half of {@link Bce}, not all of it. The default `alpha = 0.25` weighs positives
 * *down*: it was tuned together with `gamma = 2`, where the easy negatives hardly count any more.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * Source: T.-Y. Lin, P. Goyal, R. Girshick, K. He, P. Dollar (2017), Focal loss for dense object detection, ICCV,
 * equation 5.
 *
 * @example
 * const loss = Focal.definition.make({ gamma: 2, alpha: 0.25, reduction: "mean" })
 * const gradient = new Float64Array(1)
 * loss.evaluate(Float64Array.of(0), Float64Array.of(1), gradient) // => 0.04332169878499658
 * gradient // => Float64Array [-0.07457169878499659]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import { perClass, signs } from "./internal/classes.ts"
import * as Elementwise from "./internal/elementwise.ts"
import { Reduction } from "./internal/reduction.ts"

/**
 * - `gamma`: focusing exponent, at least 0, default 2; 0 is weighted cross-entropy.
 * - `alpha`: weight of the positives' terms, in [0, 1], default 0.25; negatives have `1 - alpha`.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  gamma: OptionSchema.withDefault(
    OptionSchema.nonNegative,
    2,
    "How much less well-classified rows count; 0 is cross-entropy"
  ),
  alpha: OptionSchema.withDefault(
    OptionSchema.proportion,
    0.25,
    "The weight of the positives; the negatives have the rest to 1"
  ),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Elementwise.define({
  id: "Focal.loss",
  accepts: ["binary"],
  options: Options,
  summary: "Focal loss of logits: cross-entropy times (1 - p)^gamma of the true class, positives times alpha",
  terms:
    ({ alpha, gamma }) =>
    (scores, targets, values, slopes) => {
      // With the margin z, wrong = sigmoid(-z) = 1 - p_t and surprise = softplus(-z) = -log p_t:
      //   value = alpha_t wrong^gamma surprise,   d/dz = -alpha_t wrong^gamma (gamma (1 - wrong) surprise + wrong),
      // which divides by nothing, so it needs no case for wrong near 0 or 1.
      for (let i = 0; i < targets.length; i++) {
        const positive = targets[i] === 1
        const z = positive ? scores[i]! : -scores[i]!
        const e = Math.exp(-Math.abs(z))
        const wrong = (z >= 0 ? e : 1) / (1 + e)
        const right = (z >= 0 ? 1 : e) / (1 + e)
        const surprise = Math.max(-z, 0) + Math.log1p(e)
        const focus = (positive ? alpha : 1 - alpha) * wrong ** gamma
        const slope = focus * (gamma * right * surprise + wrong)
        values[i] = focus * surprise
        slopes[i] = positive ? -slope : slope
      }
    },
  tensor:
    ({ alpha, gamma }) =>
    (scores, targets, tf) => {
      const margins: tf.Tensor1D = tf.mul(signs(targets, tf), scores)
      // (1 - p_t)^gamma as exp(-gamma softplus(z)): the gradient of a power is NaN where its base rounds to 0.
      const focus = tf.exp(tf.mul(tf.softplus(margins), -gamma))
      return tf.mul(tf.mul(perClass(targets, alpha, 1 - alpha, tf), focus), tf.softplus(tf.neg(margins)))
    }
})

/** Appends focal loss to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
