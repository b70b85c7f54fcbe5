/**
 * AUM, the area under min(FPR, FNR) as a function of the constant added to all scores: a convex surrogate of the binary
 * ROC curve that is 0 exactly when a constant separates the classes, with an explicit gradient.
 *
 *     AUM = ∫ min(FPR(t), FNR(t)) dt,   FPR(t) = #{negative, s + t > 0} / Dn,   FNR(t) = #{positive, s + t ≤ 0} / Dp
 *
 * As a loss it has a margin m: it is the AUM of scores to which m/2 is added for negatives and from which m/2 is taken for
 * positives. This is 0 exactly when every positive leads every negative by m; without, scores that are all equal have the
 * least AUM there is, and training shrinks them. Written out, it is a hinge loss that weighs both classes the same (by
 * rate), whose intercept has been optimised out:
 *
 *     AUM = min over t of  Σ_neg (m/2 + (s + t))₊ / Dn + Σ_pos (m/2 − (s + t))₊ / Dp
 *
 * It scales with scores and margin together. Its cost does not depend on the margin.
 *
 * @see Hillman and Hocking, Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary Classification and
 * Changepoint Detection, JMLR 24(70), 2023
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import type { BinaryScores } from "./BinaryScores.ts"
import * as Linear from "./internal/aumLinear.ts"
import { Denominator, fields } from "./internal/aumOptions.ts"
import * as Tensors from "./internal/aumTensor.ts"
import { stepAlong } from "./internal/lineSearchBinary.ts"
import * as Undefined from "./internal/undefinedValue.ts"

export { general } from "./AumGeneral.ts"
export { definition as multiclassDefinition, stage as multiclass } from "./AumMulticlass.ts"
export { tensor } from "./AumTensor.ts"
export { measure } from "./internal/aumMeasure.ts"

/**
 * - `denominator`, what divides the errors: with `"rate"` (default) Dn and Dp are the weights of the classes, so that both
 *   classes count the same; with `"count"` Dn = Dp = 1, so that every row counts the same
 * - `margin`: by how much a positive should lead a negative, in units of the scores, at least 0; 1 by
 *   default in losses, 0 in `binary` and `tensor`, which compute AUM as it is published
 *
 * @category models
 */
export const Options = Schema.Struct(fields)

/**
 * What a user writes.
 *
 * @category models
 */
export type Options = typeof Options.Encoded

/**
 * AUM and its derivatives, one entry a row, in the order given.
 *
 * - `aum`: not negative, in units of the scores
 * - `right`: (AUM(s + h e_i) − AUM(s)) / h for h → 0+; `left`: (AUM(s) − AUM(s − h e_i)) / h for h → 0+
 * - `gradient`: their mean
 *
 * @category models
 */
export interface Result {
  readonly aum: number
  readonly left: Float64Array
  readonly right: Float64Array
  readonly gradient: Float64Array
}

/**
 * Computes the binary AUM and its one-sided derivatives, in expected linear time.
 *
 * The margin is 0 unless given. With one class only, `"count"` gives 0 with derivatives 0, and `"rate"`, where a
 * denominator is 0, is undefined; so are unknown options.
 *
 * **Gotchas.** Left and right differ only in rows tied with the crossing of FPR and FNR. There the mean of the two need
 * not sum to 0. Without a margin AUM = 0 does not imply that the classes are ranked: constant scores have AUM 0 and AUC 0.5;
 * with one their AUM is the margin (by rate).
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] })
 * Aum.binary(s, { denominator: "rate" }) // => { aum: 1.5, gradient: [0.5, 0, -0.5, 0], left: …, right: … }
 * Aum.binary(s, { margin: 1 }) // => { aum: 2, gradient: [0.5, 0, -0.5, 0], left: …, right: … }
 * @category computing
 */
export const binary = (s: BinaryScores, options: Options = {}): Result | Undefined.Undefined => {
  const { denominator: divisor = "rate", margin = 0 } = options
  if (!Schema.is(Denominator)(divisor)) {
    return Undefined.make(`the denominator ${JSON.stringify(divisor)} is not known: use "rate" or "count"`)
  }
  if (!(margin >= 0 && margin < Infinity)) {
    return Undefined.make(`the margin ${margin} is not known: give a number of at least 0`)
  }
  if (divisor === "rate" && !(s.positiveWeight > 0 && s.negativeWeight > 0)) {
    const missing = s.positiveWeight > 0 ? "negative" : "positive"
    return Undefined.make(`the rates of AUM need both classes, and no ${missing} row has weight`)
  }
  const n = s.scores.length
  const gradient = new Float64Array(n)
  const left = new Float64Array(n)
  const right = new Float64Array(n)
  const variant = { denominator: divisor, margin }
  const aum = Linear.shared().evaluate(s.scores, s.labels, n, variant, gradient, left, right, s.weights)
  return { aum, left, right, gradient }
}

/**
 * The definition, for registries and for direct evaluation. Its gradient is the mean of left and right.
 *
 * A batch with one class only has value and gradient 0, also with `"rate"`: it says nothing about the ROC curve. Scores
 * that are not finite give NaN, so that a diverged training shows.
 *
 * @category models
 */
export const definition = Loss.define({
  id: "Aum.loss",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: Options,
  summary: "Area under min(FPR, FNR): a convex surrogate that optimises the binary ROC curve",
  make: (variant) => {
    const workspace = Linear.make()
    return Loss.explicit({
      evaluate: (scores, targets, gradient, weights) =>
        workspace.evaluate(scores, targets, targets.length, variant, gradient, undefined, undefined, weights),
      search: (scores, direction, targets) => stepAlong(scores, direction, targets, variant),
      tensor: (scores, targets, weights, tf) => Tensors.binary(scores, targets, variant, weights, tf)
    })
  }
})

/**
 * Appends the AUM loss to a pipeline that has a head. Binary tasks only.
 *
 * **The margin.** Leave it at 1. In eleven binary tasks of public tables (three learning rates of Adam, early stopping, five
 * folds) the mean test AUC by margin 0, 0.1, 1 and 10 was 0.929, 0.934, 0.938 and 0.937 for linear models, and 0.946, 0.947,
 * 0.953 and 0.951 with 20 hidden units; that of cross-entropy was 0.935 and 0.952. It is no number to tune beside the
 * learning rate: a linear model that starts at 0 and moves along the gradient takes the same path, in other units, with
 * margin m and rate η as with margin 1 and rate η/m. Margin 0 is something else: the loss as published, which is least where
 * all scores are equal.
 * `examples/losses` compares the losses.
 *
 * **Gotchas.** The gradient is 0 for rows that are right by the margin, and batches without both classes are lost: use
 * batches large enough to hold some rows of the rare class. With margin 0, select models by AUC: weights of 0 minimise AUM.
 *
 * @example
 * pipeline.pipe(Nn.head(), Aum.loss(), Optimizer.adam({ learningRate: 0.01 }))
 * @category stages
 */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
