/**
 * Measures of how two classes are ranked: by scores, or by the probability of the positive class.
 */
import * as Schema from "effect/Schema"
import * as Targets from "../../../data/Targets.ts"
import { part, proportion, withDefault } from "../../../OptionSchema.ts"
import type { Labelled, Prediction } from "../../Prediction.ts"
import { rankAuc } from "../rankAuc.ts"
import { define, defineWith, type Measured, undefinedBecause } from "./define.ts"

/** The number that ranks the rows of a binary prediction: the score if there is one, else the probability. */
export const ranking = (p: Prediction): Float64Array | undefined =>
  p.scores ?? (p.prob === undefined ? undefined : p.response.map((_, i) => p.prob![i * p.levels.length]!))

/** What finite scores of rows of both classes give. */
const ranked = (
  p: Labelled,
  name: string,
  of: (scores: Float64Array, truth: ArrayLike<number>) => Measured | undefined
): Measured => {
  const scores = ranking(p)
  if (scores === undefined) return undefinedBecause(`${name} needs scores; train with predictType "prob"`)
  const row = scores.findIndex((score) => !Number.isFinite(score))
  if (row >= 0) return undefinedBecause(`${name} needs finite scores, and that of row ${row} is ${scores[row]}`)
  return (
    of(scores, Targets.toNumbers("binary", p.truth)) ??
    undefinedBecause(`${name} needs both classes, and these rows have one`)
  )
}

/**
 * The area under the ROC curve: the probability that a positive row is ranked above a negative one, ties counting one
 * half. Undefined if the rows have one class.
 * @category measures
 */
export const auc = define({
  id: "auc",
  label: "AUC",
  summary: "Area under the ROC curve",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  evaluate: (p) => ranked(p, "AUC", rankAuc)
})

/** Rows called positive when the threshold falls below one more value of the score: of each class, so many in all. */
interface Step {
  readonly positives: number
  readonly negatives: number
}

/** The steps from the highest threshold, where nothing is positive, to the lowest; undefined with one class. */
const steps = (scores: Float64Array, truth: ArrayLike<number>): ReadonlyArray<Step> | undefined => {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!)
  const found: Array<Step> = [{ positives: 0, negatives: 0 }]
  let [positives, negatives] = [0, 0]
  order.forEach((row, i) => {
    if (truth[row] === 1) positives += 1
    else negatives += 1
    if (i + 1 === order.length || scores[order[i + 1]!] !== scores[row]) found.push({ positives, negatives })
  })
  return positives === 0 || negatives === 0 ? undefined : found
}

/**
 * The average precision, in (0, 1]: Σ (Rᵢ − Rᵢ₋₁)·Pᵢ over thresholds from the highest, of precision P and recall R, rows of one
 * score together: the area under the precision-recall curve as steps, as in scikit-learn. A ranking at random has about the
 * share of positives.
 * @category measures
 */
export const averagePrecision = define({
  id: "averagePrecision",
  label: "average precision",
  summary: "Mean precision over the positives: area under the precision-recall curve as steps",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  evaluate: (p) =>
    ranked(p, "average precision", (scores, truth) => {
      const all = steps(scores, truth)
      if (all === undefined) return undefined
      const total = all.at(-1)!.positives
      return all.slice(1).reduce((sum, { negatives, positives }, i) => {
        const gained = positives - all[i]!.positives
        return sum + (gained / total) * (positives / (positives + negatives))
      }, 0)
    })
})

/**
 * The area under the precision-recall curve, in (0, 1], interpolated as Davis and Goadrich do: between two thresholds false
 * positives grow in proportion to true ones, and precision is that of every point between. Precision at recall 0 is that of the
 * first threshold. mlr3's `classif.prauc`.
 *
 * Davis and Goadrich (2006), The relationship between precision-recall and ROC curves, ICML; the integral in closed form.
 * @category measures
 */
export const prauc = define({
  id: "prauc",
  label: "PR-AUC",
  summary: "Area under the interpolated precision-recall curve",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  evaluate: (p) =>
    ranked(p, "PR-AUC", (scores, truth) => {
      const all = steps(scores, truth)
      if (all === undefined) return undefined
      const total = all.at(-1)!.positives
      return all.slice(1).reduce((sum, { negatives, positives }, i) => {
        const before = all[i]!
        const gained = positives - before.positives
        if (gained === 0) return sum
        // Precision (a + t)/(c + (1 + s)·t) for t from 0 to `gained`, where a are the positives before, c all rows before.
        const [a, c] = [before.positives, before.positives + before.negatives]
        const k = 1 + (negatives - before.negatives) / gained
        const area = gained / k + (c === 0 ? 0 : ((a - c / k) / k) * Math.log1p((k * gained) / c))
        return sum + area / total
      }, 0)
    })
})

/** The points of the ROC curve, from (0, 0) to (1, 1). */
const curveOf = (all: ReadonlyArray<Step>) => {
  const { negatives: n, positives: m } = all.at(-1)!
  return all.map(({ negatives, positives }) => ({ fpr: negatives / n, tpr: positives / m }))
}

/** The true positive rate at a false positive rate, on the line between two thresholds. */
const tprOn = (curve: ReturnType<typeof curveOf>, at: number): number => {
  const i = curve.findIndex(({ fpr }) => fpr > at)
  if (i < 0) return 1
  const [a, b] = [curve[i - 1]!, curve[i]!]
  return a.tpr + ((b.tpr - a.tpr) * (at - a.fpr)) / (b.fpr - a.fpr)
}

/**
 * The area under the ROC curve where the false positive rate is at most `maxFpr` (default 0.1), scaled so that a ranking at
 * random has 0.5 and the best one 1 (McClish 1989), as scikit-learn's `roc_auc_score(max_fpr=…)`; with `scaled: false` the area
 * itself, in [0, maxFpr].
 */
const partialAucMeasure = defineWith({
  id: "partialAuc",
  label: ({ maxFpr }) => `partial AUC (FPR ≤ ${maxFpr})`,
  summary: "Area under the ROC curve up to a false positive rate",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  options: Schema.Struct({
    maxFpr: withDefault(part, 0.1, "The largest false positive rate of the area"),
    scaled: withDefault(Schema.Boolean, true, "Whether chance is 0.5 and the best 1")
  }),
  evaluate: (p, { maxFpr, scaled }) =>
    ranked(p, "partial AUC", (scores, truth) => {
      const all = steps(scores, truth)
      if (all === undefined) return undefined
      const curve = curveOf(all)
      const inside = curve.filter(({ fpr }) => fpr <= maxFpr)
      const points = [...inside, { fpr: maxFpr, tpr: tprOn(curve, maxFpr) }]
      const area = points
        .slice(1)
        .reduce((sum, { fpr, tpr }, i) => sum + ((fpr - points[i]!.fpr) * (tpr + points[i]!.tpr)) / 2, 0)
      const least = maxFpr ** 2 / 2
      return scaled ? (1 + (area - least) / (maxFpr - least)) / 2 : area
    })
})

/**
 * The largest true positive rate of a threshold whose false positive rate is at most `maxFpr` (default 0.1), in [0, 1].
 */
const tprAtFprMeasure = defineWith({
  id: "tprAtFpr",
  label: ({ maxFpr }) => `TPR at FPR ≤ ${maxFpr}`,
  summary: "Largest true positive rate at a bounded false positive rate",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  options: Schema.Struct({ maxFpr: withDefault(proportion, 0.1, "The largest false positive rate of a threshold") }),
  evaluate: (p, { maxFpr }) =>
    ranked(p, "TPR at an FPR", (scores, truth) => {
      const all = steps(scores, truth)
      return all === undefined
        ? undefined
        : Math.max(...curveOf(all).flatMap(({ fpr, tpr }) => (fpr <= maxFpr ? [tpr] : [])))
    })
})

/**
 * The largest precision of a threshold whose recall is at least `minRecall` (default 0.9), in (0, 1].
 */
const precisionAtRecallMeasure = defineWith({
  id: "precisionAtRecall",
  label: ({ minRecall }) => `precision at recall ≥ ${minRecall}`,
  summary: "Largest precision at a recall that is asked for",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  options: Schema.Struct({ minRecall: withDefault(part, 0.9, "The least recall of a threshold") }),
  evaluate: (p, { minRecall }) =>
    ranked(p, "precision at a recall", (scores, truth) => {
      const all = steps(scores, truth)
      if (all === undefined) return undefined
      const total = all.at(-1)!.positives
      const enough = all.filter(({ positives }) => positives / total >= minRecall)
      return Math.max(...enough.map(({ negatives, positives }) => positives / (positives + negatives)))
    })
})

/** @category measures */
export const partialAuc = partialAucMeasure.make
/** @category measures */
export const tprAtFpr = tprAtFprMeasure.make
/** @category measures */
export const precisionAtRecall = precisionAtRecallMeasure.make

/** The measures of this file, for registries. */
export const definitions = [
  auc,
  averagePrecision,
  prauc,
  partialAucMeasure.definition,
  tprAtFprMeasure.definition,
  precisionAtRecallMeasure.definition
]
