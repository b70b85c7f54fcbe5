import * as Targets from "@rocflow/core/data/Targets"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Linear from "./aumLinear.ts"

/** Without a margin, which is for training. */
const published = { denominator: "rate", margin: 0 } as const

/**
 * AUM with rates of a binary prediction: 0 is best. Undefined with one class only, or without scores.
 *
 * **Gotchas.** It is in units of the scores (logits where the learner has them, else probabilities): compare it along
 * the training of one learner, not between learners. Smaller is not always a better ranking: all scores equal give 0.
 *
 * @category measures
 */
export const measure = Measure.define({
  id: "aum",
  label: "AUM",
  summary: "Area under min(FPR, FNR) over the constant added to the scores",
  direction: "minimise",
  range: [0, Infinity],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  unit: "score",
  evaluate: (prediction) => {
    const scores = Measure.ranking(prediction)
    if (scores === undefined) return Measure.undefinedBecause('AUM needs scores; train with predictType "prob"')
    const labels = Targets.toNumbers("binary", prediction.truth)
    if (!labels.includes(0) || !labels.includes(1)) {
      return Measure.undefinedBecause("AUM needs both classes, and these rows have one")
    }
    const aum = Linear.shared().evaluate(scores, labels, labels.length, published, new Float64Array(labels.length))
    return Number.isNaN(aum) ? Measure.undefinedBecause("AUM needs finite scores, and some are not") : aum
  }
})
