import type { Figure } from "./figureModel.ts"
import { thinRoc } from "./internal/curves.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { axesOf, ofTask } from "./internal/select.ts"
import { shorten } from "./internal/text.ts"
import type { ReportModel, RocCurve } from "./ReportModel.ts"
import { colourAt, fontSize, ink, trainColours } from "./theme.ts"

/** Distance of two lines of text in the corner of a panel. */
const lineHeight = 13

/**
 * Describes the ROC curves of a task from predictions pooled over folds. With several training sets: a panel for each
 * learner and test subset, a curve for each training set. With one: a panel for each test subset, a curve for each
 * learner. The AUC stands in the lower right corner, where curves seldom go. None without curves.
 */
export const rocCurves = (model: ReportModel, task: string): ReadonlyArray<Omit<Figure, "name">> => {
  const curves = model.roc.filter((curve) => curve.task === task)
  if (curves.length === 0) return []
  const { learners, testSubsets, trains } = axesOf(model, task, curves)
  const byTrain = trains.length > 1
  const side = byTrain ? 200 : 270
  const learnerNames = shorten(learners, fontSize.label, side * 0.55, true)
  const seriesOf = (curve: RocCurve): string => (byTrain ? curve.trainSubsets : learnerNames.of(curve.learner))
  const names: ReadonlyArray<string> = byTrain ? trains : learners.map(learnerNames.of)
  const colours = byTrain ? trains.map((train) => trainColours[train]) : names.map((_, i) => colourAt(i))
  const labelOf = (name: string, curve: RocCurve): string =>
    `${names.length > 1 ? name : "AUC"} ${curve.auc.toFixed(3)}`
  const dataOfCurve = (curve: RocCurve): ReadonlyArray<Datum> => {
    const row = curve.testSubset
    const series = seriesOf(curve)
    const tpr = (8 + lineHeight * (names.length - 1 - names.indexOf(series))) / side
    return [
      // Steps below half a pixel cannot be seen.
      ...thinRoc(curve.fpr, curve.tpr, 0.5 / side).map(({ fpr, tpr }, order) => {
        return { row, series, kind: "curve", order, fpr, tpr }
      }),
      { row, series, kind: "auc", fpr: 0.97, tpr, text: labelOf(series, curve) }
    ]
  }
  const chance = testSubsets.flatMap((row) => [0, 1].map((v) => ({ row, kind: "chance", fpr: v, tpr: v })))
  const dataOf = (column: string): ReadonlyArray<Datum> => [
    ...chance,
    ...curves.filter((curve) => !byTrain || curve.learner === column).flatMap(dataOfCurve)
  ]
  const fullLabels = curves.flatMap((curve) => {
    const full = learnerNames.full.get(seriesOf(curve))
    return full === undefined ? [] : [[labelOf(seriesOf(curve), curve), full] as const]
  })
  const { spec, fullNames } = panelGrid({
    columns: byTrain ? learners : [onlyColumn],
    rows: testSubsets,
    width: side,
    height: side,
    data: dataOf,
    layers: (_, isFirst) => layers(names, colours, byTrain, isFirst)
  })
  return [
    {
      kind: "roc",
      task,
      title: `ROC curves${ofTask(model, task)}`,
      caption:
        "ROC curves of the test predictions of all folds together, with their AUC. It differs from the mean of the AUC " +
        "of single folds, because scores of different folds are compared here, and a loss that only ranks gives those " +
        "of each fold a scale of their own. Dashed: chance.",
      spec,
      fullNames: new Map([...fullNames, ...fullLabels])
    }
  ]
}

const layers = (
  names: ReadonlyArray<string>,
  colours: ReadonlyArray<string>,
  byTrain: boolean,
  isFirst: boolean
): ReadonlyArray<Layer> => {
  const domain = { domain: [0, 1], nice: false }
  const x = {
    field: "fpr",
    type: "quantitative" as const,
    scale: domain,
    axis: { ...xAxis("false positive rate", ".2~f"), values: [0, 0.25, 0.5, 0.75, 1] }
  }
  const y = {
    field: "tpr",
    type: "quantitative" as const,
    scale: domain,
    axis: {
      title: isFirst ? "true positive rate" : null,
      labels: isFirst,
      values: [0, 0.25, 0.5, 0.75, 1],
      format: ".2~f"
    }
  }
  const color = {
    field: "series",
    type: "nominal" as const,
    title: "trained on",
    scale: { domain: [...names], range: [...colours] },
    // Curves of learners are named by the coloured text in the corner.
    ...(byTrain ? {} : { legend: null })
  }
  const only = (kind: string) => [{ filter: { field: "kind", equal: kind } }]
  return [
    {
      transform: only("chance"),
      mark: { type: "line", color: ink.faint, strokeDash: [3, 3], strokeWidth: 1 },
      encoding: { x, y }
    },
    {
      transform: only("curve"),
      mark: { type: "line", strokeWidth: 1.6, strokeJoin: "round" },
      encoding: { x, y, color, order: { field: "order", type: "quantitative" } }
    },
    {
      transform: only("auc"),
      mark: { type: "text", align: "right", baseline: "bottom", fontSize: fontSize.label, fontWeight: "bold" },
      encoding: { x, y, color, text: { field: "text", type: "nominal" } }
    }
  ]
}
