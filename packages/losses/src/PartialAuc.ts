/**
 * Losses of a part of the ROC curve: the left end, where few negatives are called positive.
 *
 *     cvar:  mean over positives of the mean over their hardest negatives, a share maxFpr of all,  of l
 *     dro:   mean over positives of  λ log(mean over negatives of exp(l / λ)),
 *     l = max(0, margin - (p - q))^2
 *
 * where `p` runs over the scores of the positives and `q` over those of the negatives. The area under the curve up to a
 * false positive rate depends on the negatives above its threshold only, that is on those with the highest scores. `cvar`
 * counts these and no others (conditional value at risk); `dro` counts all, the harder the more (distributionally robust
 * optimization with a penalty λ on the Kullback-Leibler divergence from equal weights). Both tend to
 * `AllPairs.squaredHinge` (for `maxFpr = 1` and for large λ) and to the hardest negative alone (for small ones). These are
 * the one-way partial AUC losses of LibAUC, `pAUC_CVaR` (β is `maxFpr`) and `pAUC_DRO` (Λ is `lambda`). There, estimates
 * over batches are kept for each row; here the inner problems are solved exactly for the batch. As `l` grows with `q`, the
 * hardest negatives are the same for all positives.
 *
 * Both are convex in the scores. `cvar` costs O(n log n); `dro` visits all pairs: use batches, or few positives.
 *
 * Weights multiply rows (and a share of the negatives is one of their weight), so that an integer weight is the same as
 * repeating the row. A batch of one class has value and gradient 0.
 *
 * *Gotcha*: a share is one of the batch: in one with 30 negatives, `maxFpr: 0.05` counts one and a half. Use large batches
 * or `batchSize: all`. Adding a constant to all scores changes nothing, so 0 is no natural threshold.
 *
 * Source: D. Zhu, G. Li, B. Wang, X. Wu, T. Yang (2022), When AUC meets DRO: optimizing partial AUC for deep learning with
 * non-convex convergence guarantee, ICML.
 *
 * @example
 * const loss = PartialAuc.cvarDefinition.make({ maxFpr: 0.5, margin: 1 })
 * const gradient = new Float64Array(3)
 * loss.evaluate(Float64Array.of(0.5, 0, -1), Float64Array.of(1, 0, 0), gradient) // => 0.25
 * gradient // => Float64Array [-1, 1, 0]
 */
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"
import { makeAllPairsSquaredHinge } from "./internal/allPairsSquaredHinge.ts"
import { makeHardest } from "./internal/hardestNegatives.ts"
import { makePartialAucDro } from "./internal/partialAucDro.ts"
import { cvarTensor, droTensor } from "./internal/partialAucTensors.ts"

const margin = OptionSchema.withDefault(
  OptionSchema.nonNegative,
  1,
  "By how much a positive row should lead a negative one"
)

/**
 * - `maxFpr`: the share of the negatives that counts, above 0 and at most 1, default 0.2.
 * - `margin`: how much higher a positive should score than a negative, at least 0, default 1.
 * @category models
 */
export const CvarOptions = Schema.Struct({
  maxFpr: OptionSchema.withDefault(
    OptionSchema.part,
    0.2,
    "The share of the negatives that count, those with the highest scores"
  ),
  margin
})

/** What a user writes: every option may be left out. @category models */
export type CvarOptions = typeof CvarOptions.Encoded

/**
 * - `lambda`: how dear it is to prefer hard negatives, above 0, in units of squared scores, default 1.
 * - `margin`: how much higher a positive should score than a negative, at least 0, default 1.
 * @category models
 */
export const DroOptions = Schema.Struct({
  lambda: OptionSchema.withDefault(
    OptionSchema.positive,
    1,
    "The smaller, the more the highest scores of negatives count"
  ),
  margin
})

/** What a user writes: every option may be left out. @category models */
export type DroOptions = typeof DroOptions.Encoded

/** The definition of {@link cvar}, for registries and for direct evaluation. @category models */
export const cvarDefinition = Loss.define({
  id: "PartialAuc.cvar",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: CvarOptions,
  summary: "Partial AUC: the all-pairs squared hinge of the share maxFpr of negatives with the highest scores",
  make: ({ margin, maxFpr }) => {
    const hardest = makeHardest(maxFpr)
    const ofPairs = makeAllPairsSquaredHinge(margin)
    let masses = new Float64Array(0)
    return Loss.explicit({
      evaluate: (scores, targets, gradient, weights) => {
        if (masses.length < targets.length) masses = new Float64Array(targets.length)
        hardest(scores, targets, weights, masses)
        return ofPairs(scores, targets, gradient, masses)
      },
      tensor: cvarTensor(margin, maxFpr)
    })
  }
})

/** The definition of {@link dro}, for registries and for direct evaluation. @category models */
export const droDefinition = Loss.define({
  id: "PartialAuc.dro",
  accepts: ["binary"],
  weighted: true,
  translationInvariant: true,
  options: DroOptions,
  summary: "Partial AUC: a soft maximum over the negatives of the squared hinge of pairs, its softness lambda",
  make: ({ lambda, margin }) =>
    Loss.explicit({
      evaluate: makePartialAucDro(margin, lambda),
      tensor: droTensor(margin, lambda)
    })
})

/** Appends the loss of the hardest negatives to a pipeline that has a head. Binary tasks only. @category stages */
export const cvar = (options: CvarOptions = {}) => Loss.stage(cvarDefinition, options)

/** Appends the soft maximum over negatives to a pipeline that has a head. Binary tasks only. @category stages */
export const dro = (options: DroOptions = {}) => Loss.stage(droDefinition, options)
