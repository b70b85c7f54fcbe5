/**
 * AUC margin loss (AUCM): both classes close to their means, and the means apart by the margin.
 *
 *     loss = var(p) + var(q) + max(0, margin - (mean(p) - mean(q)))^2
 *
 * where `p` are the scores of the positives and `q` those of the negatives. It is published as a saddle point,
 *
 *     min over a, b  max over α >= 0  of  mean((p - a)^2) + mean((q - b)^2) + 2 α (margin - mean(p) + mean(q)) - α^2,
 *
 * whose `a`, `b` and `α` are variables that its own optimizer moves beside the weights. Over a batch they have a closed
 * form, the means and `max(0, margin - mean(p) + mean(q))`, and what is left is the loss above: exact, without variables,
 * for any optimizer.
 *
 * It is the square of {@link AllPairs} in all but one thing: means that are further apart than the margin cost nothing.
 * Where they are not, the two are the same. LibAUC's version 1 is `r (1 - r)` times this, `r` the share of positives, and
 * its version 2 this. LibAUC feeds it probabilities; it is given scores here, so that the margin is one of scores. A row
 * far on the right side of its class still costs, by its distance from the mean.
 *
 * Weights multiply rows, so that an integer weight is the same as repeating the row. A batch of one class has value and
 * gradient 0. Linear time.
 *
 * *Gotcha*: adding a constant to all scores changes nothing, so the scores are no log-odds and 0 is no natural
 * threshold: choose one from the ROC curve.
 *
 * Source: Z. Yuan, Y. Yan, M. Sonka, T. Yang (2021), Large-scale robust deep AUC maximization: a new surrogate loss and
 * empirical studies on medical image classification, ICCV.
 *
 * @example
 * const loss = Aucm.definition.make({ margin: 1 })
 * const gradient = new Float64Array(3)
 * loss.evaluate(Float64Array.of(0.5, 0, -1), Float64Array.of(1, 0, 0), gradient) // => 0.25
 * gradient // => Float64Array [0, 0.5, -0.5]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { allPairsSquare } from "./internal/allPairsSquare.ts"
import { allPairsSquareTensor } from "./internal/allPairsTensors.ts"

/**
 * - `margin`: how far the mean score of the positives should lie above that of the negatives, at least 0, default 1.
 * @category models
 */
export const Options = Schema.Struct({
  margin: OptionSchema.withDefault(
    OptionSchema.nonNegative,
    1,
    "By how far the means of positives and negatives should be apart"
  )
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "Aucm.loss",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: Options,
  summary: "AUC margin loss: var(positives) + var(negatives) + max(0, margin - difference of the means)^2",
  make: ({ margin }) =>
    Loss.explicit({
      evaluate: (scores, targets, gradient, weights) =>
        allPairsSquare(scores, targets, gradient, weights, margin, "enough"),
      tensor: allPairsSquareTensor(margin, "enough")
    })
})

/** Appends the AUC margin loss to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
