/**
 * AUM, the area under min(FPR, FNR) as a function of the constant added to all scores: a convex surrogate of the binary
 * ROC curve that is 0 exactly when a constant separates the classes, with an explicit gradient.
 *
 *     AUM = ∫ min(FPR(t), FNR(t)) dt,   FPR(t) = #{negative, s + t > 0} / Dn,   FNR(t) = #{positive, s + t ≤ 0} / Dp
 *
 * @see Hillman and Hocking, Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary Classification and
 * Changepoint Detection, JMLR 24(70), 2023
 */
import * as Loss from "@rocflow/core/pipeline/Loss"
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import type { BinaryScores } from "./BinaryScores.ts"
import * as Linear from "./internal/aumLinear.ts"
import { Denominator, fields } from "./internal/aumOptions.ts"
import * as Tensors from "./internal/aumTensor.ts"
import { stepAlong } from "./internal/lineSearchBinary.ts"
import * as Undefined from "./internal/undefinedValue.ts"

export { general } from "./AumGeneral.ts"
export { definition as multiclassDefinition, stage as multiclass } from "./AumMulticlass.ts"
export { measure } from "./internal/aumMeasure.ts"

/**
 * What divides the errors:
 *
 * - `"rate"` (default): Dn and Dp are the weights of the classes, so that both classes count the same
 * - `"count"`: Dn = Dp = 1, so that every row counts the same
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
 * With one class only, `"count"` gives 0 with derivatives 0, and `"rate"`, where a denominator is 0, is undefined; so is an unknown denominator.
 *
 * **Gotchas.** Left and right differ only in rows tied with the crossing of FPR and FNR. There the mean of the two need
 * not sum to 0, and AUM = 0 does not imply that the classes are ranked: constant scores have AUM 0 and AUC 0.5.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] })
 * Aum.binary(s, { denominator: "rate" }) // => { aum: 1.5, gradient: [0.5, 0, -0.5, 0], left: …, right: … }
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
 * Computes the binary AUM of tensor operations, differentiable by `tf.grad`.
 *
 * `predictions`: any shape, one number a row; `labels`: 1 = positive, 0 = negative, in the same order; `weights`: not
 * negative, optional. The gradient is that of `binary` where AUM is differentiable, and at ties a subgradient, whose
 * entries lie between left and right. One class only: 0.
 *
 * @example
 * Aum.tensor(tf.tensor1d([2, -3.5, -1, 1.5]), tf.tensor1d([0, 0, 1, 1]), { denominator: "rate" }) // => 1.5
 * @category computing
 */
export const tensor = (
  predictions: tf.Tensor,
  labels: tf.Tensor,
  { denominator = "rate", margin = 0, weights }: Options & { readonly weights?: tf.Tensor } = {}
): tf.Scalar => Tensors.binary(predictions, labels, { denominator, margin }, weights)

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
      tensor: (scores, targets, weights) => Tensors.binary(scores, targets, variant, weights)
    })
  }
})

/**
 * Appends the AUM loss to a pipeline that has a head. Binary tasks only.
 *
 * **Gotchas.** The gradient is 0 outside the overlap of the classes, and batches without both classes are lost: use
 * batches large enough to hold some rows of the rare class. Weights of 0 minimise AUM, so select models by AUC.
 *
 * @example
 * pipeline.pipe(Nn.head(), Aum.loss({ denominator: "rate" }), Optimizer.sgd({ learningRate: 0.1 }))
 * @category stages
 */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
