/**
 * AUM of more than two classes, by one-vs-rest.
 *
 * - `"macro"`: the mean over the classes of the binary AUM of that class's scores, the class against the rest
 * - `"micro"`: the binary AUM of all n·k scores together, positive where the column is the class of the row
 *
 * Scores are used as they are (logits or probabilities), as in torchMAUM.
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { fields } from "./internal/aumOptions.ts"
import * as OneVsRest from "./internal/aumOneVsRest.ts"
import * as Tensors from "./internal/aumTensor.ts"

/**
 * `denominator` (default "rate") and `margin` (default 1) as for `Aum.loss`, `average` "macro" (default) or "micro". With a
 * margin the score of the row's own class should lead those of other rows in its column ("macro"), or all other entries.
 *
 * @category models
 */
export const Options = Schema.Struct({
  ...fields,
  average: OptionSchema.withDefault(
    Schema.Literals(["macro", "micro"]),
    "macro",
    "The mean of one AUM a class, or one AUM of all classes together"
  )
})

/**
 * What a user writes: every option may be left out.
 *
 * @category models
 */
export type Options = typeof Options.Encoded

/**
 * The definition, for registries and for direct evaluation. The gradient is the mean of left and right derivatives.
 *
 * A class without rows in a batch, or without other rows, adds 0 to the value and to the gradient of `"macro"`; the
 * divisor stays the number of classes, so that all batches are on one scale.
 *
 * @example
 * const loss = Aum.multiclassDefinition.make({ denominator: "rate", margin: 0, average: "micro" })
 * const scores = Float64Array.of(0.4, 0.3, 0.3, 0.2, 0.1, 0.7, 0.5, 0.2, 0.3, 0.3, 0.4, 0.3)
 * loss.evaluate(scores, Float64Array.of(0, 2, 1, 1), new Float64Array(12)) // => 0.049999999999999996
 * @category models
 */
export const definition = Loss.define({
  id: "Aum.multiclass",
  accepts: ["multiclass"],
  weighted: true,
  options: Options,
  summary: "AUM of more than two classes, one against the rest: mean over classes (macro) or all entries (micro)",
  make: ({ average, ...variant }) => {
    const problems = average === "macro" ? OneVsRest.macro() : OneVsRest.micro()
    return Loss.explicit({
      evaluate: (scores, targets, gradient, weights) =>
        problems.evaluate(scores, targets, targets.length, variant, gradient, weights),
      tensor: (scores, targets, weights, tf) => Tensors.multiclass(scores, targets, variant, average, weights, tf)
    })
  }
})

/**
 * Appends the multi-class AUM loss to a pipeline that has a head. Multi-class tasks only. Also `Aum.multiclass`.
 *
 * On waveform and digits (three folds, linear and 20 hidden units) the mean AUC of a class against the rest was 0.965 without
 * a margin and 0.976 with the margin 1 by "macro", 0.961 and 0.973 by "micro", and 0.975 by cross-entropy, which had fewer
 * errors than either: it is the first choice where errors count.
 *
 * @category stages
 */
export const stage = (options: Options = {}) => Loss.stage(definition, options)
