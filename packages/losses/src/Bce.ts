/**
 * Binary cross-entropy on logits.
 *
 *     loss = mean over rows of  c softplus(-z),   z = s for a positive row (c = posWeight), -s for a negative one (c = 1)
 *
 * the negative log-likelihood of `P(positive) = sigmoid(s)`. It is the formula of PyTorch's `BCEWithLogitsLoss`, also
 * in that `posWeight` multiplies the positives' terms and leaves the divisor of the mean alone.
 *
 * Weights multiply the terms, and the mean is the sum of the weighted terms divided by the sum of the weights, so
 * that an integer weight is the same as repeating the row (PyTorch's `weight` divides by the number of rows). A batch
 * without weight has value and gradient 0.
 *
 * @example
 * const kernel = Bce.definition.make({ posWeight: 1, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * kernel.evaluate?.(Float64Array.of(0, 0), Float64Array.of(1, 0), gradient) // => 0.6931471805599453
 * gradient // => Float64Array [-0.25, 0.25]
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { bce } from "./internal/bce.ts"
import { bceTensor, factor, Reduction } from "./internal/tensors.ts"

/**
 * - `posWeight`: factor of the positives' terms, above 0, default 1. The number of negatives divided by the number of
 *   positives balances the classes.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  posWeight: Schema.Finite.check(Schema.isGreaterThan(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(1))),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "Bce.loss",
  accepts: ["binary"],
  weighted: true,
  options: Options,
  summary: "Binary cross-entropy of logits: the mean of softplus(-z), positives times posWeight",
  make: ({ posWeight, reduction }) => ({
    evaluate: (scores, targets, gradient, weights) =>
      bce(scores, targets, gradient, weights, factor(reduction, targets.length, weights), posWeight),
    tensor: bceTensor(reduction, posWeight)
  })
})

/** Appends binary cross-entropy to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
