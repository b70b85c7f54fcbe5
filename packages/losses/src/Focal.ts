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
 * const kernel = Focal.definition.make({ gamma: 2, alpha: 0.25, reduction: "mean" })
 * const gradient = new Float64Array(1)
 * kernel.evaluate?.(Float64Array.of(0), Float64Array.of(1), gradient) // => 0.04332169878499658
 * gradient // => Float64Array [-0.07457169878499659]
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { focal } from "./internal/focal.ts"
import { focalTensor, factor, Reduction } from "./internal/tensors.ts"

/**
 * - `gamma`: focusing exponent, at least 0, default 2; 0 is weighted cross-entropy.
 * - `alpha`: weight of the positives' terms, in [0, 1], default 0.25; negatives have `1 - alpha`.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  gamma: Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(2))),
  alpha: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0.25))
  ),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "Focal.loss",
  accepts: ["binary"],
  weighted: true,
  options: Options,
  summary: "Focal loss of logits: cross-entropy times (1 - p)^gamma of the true class, positives times alpha",
  make: ({ alpha, gamma, reduction }) => ({
    evaluate: (scores, targets, gradient, weights) =>
      focal(scores, targets, gradient, weights, factor(reduction, targets.length, weights), gamma, alpha),
    tensor: focalTensor(reduction, gamma, alpha)
  })
})

/** Appends focal loss to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
