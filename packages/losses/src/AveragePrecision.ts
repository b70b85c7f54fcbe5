/**
 * A loss of average precision, the area under the precision-recall curve: for each positive, the share of negatives among
 * what scores as high as it.
 *
 *     loss = mean over positives i of  N_i / (P_i + N_i)
 *     P_i = sum over positives j of l(s_i - s_j),   N_i = the same over negatives,   l(d) = max(0, margin - d)^2
 *
 * Average precision is 1 minus this with `l(d) = 1` for `d <= 0` and 0 above, up to ties; the squared hinge takes the place
 * of the step. This is the surrogate of SOAP, LibAUC's `APLoss`. There, P and N are estimated over batches by moving
 * averages for each row; here they are exact for the batch, in O(n log n).
 *
 * In [0, 1), and 0 exactly when every positive leads every negative by the margin. It is not convex, and no bound of 1 minus
 * average precision. Weights multiply rows, so that an integer weight is the same as repeating the row. A batch of one
 * class has value and gradient 0.
 *
 * *Gotcha*: precision depends on the share of positives: batches should have that of the data, so do not balance them. Early
 * in training the gradient of a positive far below many negatives is small; a start by cross-entropy helps. Adding a
 * constant to all scores changes nothing, so 0 is no natural threshold.
 *
 * Source: Q. Qi, Y. Luo, Z. Xu, S. Ji, T. Yang (2021), Stochastic optimization of areas under precision-recall curves with
 * provable convergence, NeurIPS.
 *
 * @example
 * const loss = AveragePrecision.definition.make({ margin: 1 })
 * const gradient = new Float64Array(3)
 * loss.evaluate(Float64Array.of(0.5, 0, -1), Float64Array.of(1, 0, 0), gradient) // => 0.2
 * gradient // => Float64Array [-0.64, 0.64, 0]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { makeAveragePrecision } from "./internal/averagePrecision.ts"
import { averagePrecisionTensor } from "./internal/averagePrecisionTensor.ts"

/**
 * - `margin`: the lead from which a row costs nothing, above 0, default 1.
 * @category models
 */
export const Options = Schema.Struct({
  margin: OptionSchema.withDefault(OptionSchema.positive, 1, "By how much a positive row should lead another")
})

/** What a user writes: every option may be left out. @category models */
export type Options = typeof Options.Encoded

/** The definition, for registries and for direct evaluation. @category models */
export const definition = Loss.define({
  id: "AveragePrecision.loss",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: Options,
  summary: "Average precision: for each positive the share of negatives in the squared hinges of what it does not lead",
  make: ({ margin }) =>
    Loss.explicit({
      evaluate: makeAveragePrecision(margin),
      tensor: averagePrecisionTensor(margin)
    })
})

/** Appends the loss of average precision to a pipeline that has a head. Binary tasks only. @category stages */
export const loss = (options: Options = {}) => Loss.stage(definition, options)
