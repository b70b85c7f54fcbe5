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
 * const kernel = Huber.definition.make({ delta: 1, reduction: "mean" })
 * const gradient = new Float64Array(2)
 * kernel.evaluate?.(Float64Array.of(1, 5), Float64Array.of(0.5, 2), gradient) // => 1.3125
 * gradient // => Float64Array [0.25, 0.5]
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { huber } from "./internal/huber.ts"
import { huberTensor, factor, Reduction } from "./internal/tensors.ts"

/**
 * - `delta`: residual at which the loss turns from quadratic to linear, above 0, in the units of the target, default 1.
 * - `reduction`: "mean" (default) or "sum".
 * @category models
 */
export const Options = Schema.Struct({
  delta: Schema.Finite.check(Schema.isGreaterThan(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(1))),
  reduction: Reduction
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "Huber.loss",
  accepts: ["regression"],
  weighted: true,
  options: Options,
  summary: "Huber loss: squared error up to a residual of delta, absolute error beyond",
  make: ({ delta, reduction }) => ({
    evaluate: (scores, targets, gradient, weights) =>
      huber(scores, targets, gradient, weights, factor(reduction, targets.length, weights), delta),
    tensor: huberTensor(reduction, delta)
  })
})

/** Appends Huber loss to a pipeline that has a head. Regression tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
