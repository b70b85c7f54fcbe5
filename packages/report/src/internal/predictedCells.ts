/**
 * What figures show of predictions: curves, counts and residuals of each cell, from the test rows of its full training sets.
 */
import { toJson } from "@rocflow/core/Json"
import * as Normal from "@rocflow/core/Normal"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as Roc from "@rocflow/losses/Roc"
import type * as Job from "@rocflow/resampling/Job"
import * as Predicted from "@rocflow/resampling/Predicted"
import * as Score from "@rocflow/resampling/Score"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Finished } from "../Finished.ts"
import type * as Model from "../ReportModel.ts"

/** What figures show of predictions. */
interface Drawn extends Model.Predictions {
  readonly roc: ReadonlyArray<Model.RocCurves>
}

/** A cell, and what was predicted in each of its splits. */
interface Cell {
  readonly place: Model.PredictedCell
  readonly parts: ReadonlyArray<Prediction.Labelled>
}

/** Predictions by the ids of their jobs. */
type Predictions = ReadonlyMap<string, Pick<Predicted.Predicted, "prediction">>

const cellOf = (results: ReadonlyArray<Job.Result>, predicted: Predictions): Cell => {
  const { learner, task, testSubset, trainSubsets } = results[0]!.job
  const parts = results.flatMap(({ id }) => predicted.get(id)?.prediction ?? []).filter(Prediction.isLabelled)
  const rows = parts.reduce((sum, part) => sum + part.rows.length, 0)
  return { place: { task, learner, testSubset, trainSubsets, rows, splits: parts.length }, parts }
}

/** Scores that rank rows: those of the learner, or its probabilities of the positive class; none where they are not finite. */
export const rankingOf = ({
  levels,
  prob,
  scores,
  truth
}: Prediction.Labelled): Option.Option<BinaryScores.BinaryScores> => {
  const values = scores ?? (prob === undefined ? undefined : truth.map((_, row) => prob[row * levels.length]!))
  if (values === undefined) return Option.none()
  return Effect.runSync(
    Effect.option(BinaryScores.make({ labels: Array.from(truth, (code) => code === 0), scores: Array.from(values) }))
  )
}

const ratesOf = ({ fpr, tpr }: Roc.Rates): Model.Rates => ({ fpr: Array.from(fpr), tpr: Array.from(tpr) })

/** The ROC curves of a cell, a curve a fold; none where no fold has one. */
const rocOf = ({ parts, place }: Cell): ReadonlyArray<Model.RocCurves> => {
  const scores = parts.map(rankingOf).flatMap(Option.toArray)
  const folds = scores.map(Roc.curve).flatMap((curve) => (Roc.isUndefined(curve) ? [] : [curve]))
  const average = Roc.verticalAverage(folds)
  const { mean: auc } = Score.summarise(scores.map(Roc.auc))
  if (Roc.isUndefined(average) || typeof auc !== "number") return []
  return [
    {
      ...place,
      folds: folds.map(ratesOf),
      average: ratesOf(average),
      ...(average.sd === undefined ? {} : { sd: Array.from(average.sd) }),
      auc
    }
  ]
}

/** The recalls at which precisions of folds are averaged. */
const recalls = Array.from({ length: 50 }, (_, i) => (i + 1) / 50)

/** The precision at each recall: that of the first threshold, from above, that reaches it. */
const precisionsOf = ({ precision, recall }: Roc.PrecisionRecall): ReadonlyArray<number> => {
  // Thresholds ascend, so that recall descends; the last entry has no threshold.
  let k = recall.length - 2
  return recalls.map((wanted) => {
    while (k > 0 && recall[k]! < wanted - 1e-12) k--
    return precision[k]!
  })
}

const precisionRecallOf = ({ parts, place }: Cell): ReadonlyArray<Model.PrecisionRecallCurve> => {
  const scores = parts.map(rankingOf).flatMap(Option.toArray)
  const curves = scores
    .map(Roc.precisionRecall)
    .flatMap((curve) => (Roc.isUndefined(curve) ? [] : [precisionsOf(curve)]))
  const { mean } = Score.summarise(scores.map(Roc.averagePrecision))
  if (curves.length === 0 || typeof mean !== "number") return []
  const [positives, all] = scores.reduce(
    ([some, sum], each) => [some + each.positives, sum + each.positives + each.negatives],
    [0, 0]
  )
  return [
    {
      ...place,
      recall: recalls,
      precision: recalls.map((_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / curves.length),
      averagePrecision: mean,
      prevalence: positives / all
    }
  ]
}

interface Called {
  readonly probability: number
  readonly positive: boolean
}

/** The probabilities of the positive class of all test rows; a learner that gives logits alone has their logistic function. */
const calledOf = ({ parts }: Cell): ReadonlyArray<Called> | undefined => {
  const called = parts.flatMap(({ levels, prob, scores, truth }) =>
    Array.from(truth, (code, row) => ({
      positive: code === 0,
      probability:
        prob !== undefined
          ? prob[row * levels.length]!
          : scores === undefined
            ? Number.NaN
            : 1 / (1 + Math.exp(-scores[row]!))
    }))
  )
  return called.every(({ probability }) => Number.isFinite(probability)) && called.length > 0 ? called : undefined
}

/** Wilson's interval of x of n. */
const wilson = (x: number, n: number): readonly [lower: number, upper: number] => {
  const z = Normal.twoSidedQuantile(0.95)
  const [p, scale] = [x / n, 1 + (z * z) / n]
  const centre = (p + (z * z) / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return [x === 0 ? 0 : centre - half, x === n ? 1 : centre + half]
}

const bins = 10

/** Rows in about ten groups of equal size by their probability; rows of one probability stay together. */
const calibrationOf = (cell: Cell): ReadonlyArray<Model.CalibrationCurve> => {
  const called = cell.parts.every(({ prob }) => prob !== undefined) ? calledOf(cell) : undefined
  if (called === undefined) return []
  const sorted = called.toSorted((a, b) => a.probability - b.probability)
  const found: Array<Model.CalibrationBin> = []
  for (let from = 0, bin = 1; from < sorted.length; bin++) {
    let to = Math.max(from + 1, Math.round((bin * sorted.length) / bins))
    while (to < sorted.length && sorted[to]!.probability === sorted[to - 1]!.probability) to++
    const own = sorted.slice(from, to)
    const x = own.filter(({ positive }) => positive).length
    const [lower, upper] = wilson(x, own.length)
    found.push({
      predicted: own.reduce((sum, { probability }) => sum + probability, 0) / own.length,
      observed: x / own.length,
      lower,
      upper,
      rows: own.length
    })
    from = to
  }
  return [{ ...cell.place, bins: found }]
}

/** The thresholds of which counts are kept. */
const thresholds = 101

const thresholdsOf = (cell: Cell): ReadonlyArray<Model.ThresholdCounts> => {
  const called = calledOf(cell)
  if (called === undefined) return []
  const [tp, fp] = [0, 0].map(() => Array.from({ length: thresholds }, () => 0)) as [Array<number>, Array<number>]
  for (const { positive, probability } of called) {
    const last = Math.min(thresholds - 1, Math.floor(probability * (thresholds - 1) + 1e-9))
    for (let i = 0; i <= last; i++) (positive ? tp : fp)[i]!++
  }
  const positives = called.filter(({ positive }) => positive).length
  return [{ ...cell.place, positives, negatives: called.length - positives, tp, fp }]
}

const confusionOf = ({ parts, place }: Cell): ReadonlyArray<Model.ConfusionCounts> => {
  const [first] = parts
  if (first === undefined) return []
  const counts = first.levels.map(() => first.levels.map(() => 0))
  for (const { response, truth } of parts) truth.forEach((code, row) => counts[code]![response[row]!]!++)
  return [{ ...place, counts }]
}

/** Points in one panel: enough to see a shape, few enough to open at once. */
const mostPoints = 240

const residualsOf = ({ parts, place }: Cell): ReadonlyArray<Model.Residuals> => {
  const points = parts.flatMap(({ response, truth }) =>
    Array.from(truth, (value, row) => [response[row]!, value - response[row]!] as const)
  )
  const shown = points.filter(
    (_, i) => Math.floor((i * mostPoints) / points.length) !== Math.floor(((i - 1) * mostPoints) / points.length)
  )
  const some = points.length <= mostPoints ? points : shown
  return some.length === 0
    ? []
    : [{ ...place, fitted: some.map(([fitted]) => fitted), residual: some.map(([, residual]) => residual) }]
}

/** Makes what is drawn of the jobs of a cell, by the kind of its target. */
export const drawnOf = (results: ReadonlyArray<Job.Result>, predicted: Predictions): Drawn => {
  const cell = cellOf(results, predicted)
  const kind = cell.parts[0]?.kind
  const ofKind = <A>(wanted: typeof kind, of: (cell: Cell) => ReadonlyArray<A>) => (kind === wanted ? of(cell) : [])
  return {
    roc: ofKind("binary", rocOf),
    precisionRecall: ofKind("binary", precisionRecallOf),
    calibration: ofKind("binary", calibrationOf),
    thresholds: ofKind("binary", thresholdsOf),
    confusion: ofKind("multiclass", confusionOf),
    residuals: ofKind("regression", residualsOf)
  }
}

/** The jobs of full training sets that predicted something, by cell, in their order. */
export const fullCells = (results: ReadonlyArray<Job.Result>): ReadonlyArray<ReadonlyArray<Job.Result>> => {
  const full = results.filter(({ job, predictions }) => job.nTrainGroups === job.groups && predictions !== undefined)
  const key = ({ job }: Job.Result) => toJson([job.task, job.learner, job.testSubset, job.trainSubsets])
  return [...Map.groupBy(full, key).values()]
}

/**
 * Reads the predictions of full training sets and makes what is drawn of them, cell by cell in the order of the jobs: those of
 * one cell at a time are in memory.
 */
export const drawn = Effect.fnUntraced(function* (run: Finished) {
  const cells = yield* Effect.forEach(fullCells(run.results), (own) =>
    Effect.map(Predicted.readAll(run, own), (predicted) => drawnOf(own, predicted))
  )
  const all = <K extends keyof Drawn>(name: K) => cells.flatMap((cell): Drawn[K][number][] => [...cell[name]])
  return {
    roc: all("roc"),
    precisionRecall: all("precisionRecall"),
    calibration: all("calibration"),
    thresholds: all("thresholds"),
    confusion: all("confusion"),
    residuals: all("residuals")
  } satisfies Drawn
})
