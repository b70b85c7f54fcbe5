/**
 * Losses of all (positive, negative) pairs: convex stand-ins for 1 - AUC, in log-linear and in linear time.
 *
 *     squaredHinge:  mean over pairs of  max(0, margin - (p - q))^2
 *     square:        mean over pairs of  (margin - (p - q))^2
 *
 * where `p` runs over the scores of the positives and `q` over those of the negatives. Both ask every positive to score
 * higher than every negative by the margin; the square loss also pulls back pairs that are further apart.
 *
 * The value is divided by the number of pairs (Rust & Hocking 2023 write the plain sum), so it does not grow with the
 * batch, and a small class counts as much as a large one. Weights multiply: a pair weighs `w_p w_q`, and the divisor is
 * the total weight of the pairs. A batch without pairs (one class only) has value and gradient 0.
 *
 * The gradient costs as much as the value: N = 10^6 rows, which have up to 2.5 * 10^11 pairs, take well below a second.
 * The autograd version of `squaredHinge` compares pair by pair, rows times rows of memory.
 *
 * *Gotcha*: adding a constant to all scores changes nothing, so the scores are no log-odds and 0 is no natural
 * threshold: choose one from the ROC curve.
 *
 * Source: K. R. Rust, T. D. Hocking (2023), A log-linear gradient descent algorithm for unbalanced binary
 * classification using the all pairs squared hinge loss, arXiv:2302.11062.
 *
 * @example
 * const loss = AllPairs.squaredHingeDefinition.make({ margin: 1 })
 * const gradient = new Float64Array(3)
 * loss.evaluate(Float64Array.of(0.5, 0, -1), Float64Array.of(1, 0, 0), gradient) // => 0.125
 * gradient // => Float64Array [-0.5, 0.5, 0]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { allPairsSquare } from "./internal/allPairsSquare.ts"
import { makeAllPairsSquaredHinge } from "./internal/allPairsSquaredHinge.ts"
import { allPairsSquaredHingeTensor, allPairsSquareTensor } from "./internal/allPairsTensors.ts"

/**
 * - `margin`: how much higher a positive should score than a negative, at least 0, default 1.
 * @category models
 */
export const Options = Schema.Struct({
  margin: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "By how much a positive row should lead a negative one")
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition of {@link squaredHinge}, for registries and for direct evaluation. @category models */
export const squaredHingeDefinition = Loss.define({
  id: "AllPairs.squaredHinge",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: Options,
  summary: "All-pairs squared hinge: the mean over pairs of max(0, margin - (positive - negative))^2",
  make: ({ margin }) =>
    Loss.explicit({
      evaluate: makeAllPairsSquaredHinge(margin),
      tensor: allPairsSquaredHingeTensor(margin)
    })
})

/** The definition of {@link square}, for registries and for direct evaluation. @category models */
export const squareDefinition = Loss.define({
  id: "AllPairs.square",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: Options,
  summary: "All-pairs square: the mean over pairs of (margin - (positive - negative))^2",
  make: ({ margin }) =>
    Loss.explicit({
      evaluate: (scores, targets, gradient, weights) =>
        allPairsSquare(scores, targets, gradient, weights, margin, "exactly"),
      tensor: allPairsSquareTensor(margin, "exactly")
    })
})

/** Appends the all-pairs squared hinge to a pipeline that has a head. Binary tasks only. @category stages */
export const squaredHinge = (options: Options = {}) => Loss.stage(squaredHingeDefinition, options)

/** Appends the all-pairs square loss to a pipeline that has a head. Binary tasks only. @category stages */
export const square = (options: Options = {}) => Loss.stage(squareDefinition, options)
