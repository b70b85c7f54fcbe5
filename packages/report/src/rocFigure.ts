import type { Figure } from "./figureModel.ts"
import { thinRoc } from "./internal/curves.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { axesOf, ofTask } from "./internal/select.ts"
import { shorten } from "./internal/text.ts"
import type { Rates, ReportModel, RocCurves } from "./ReportModel.ts"
import { colourAt, fontSize, ink, trainColours } from "./theme.ts"

/** Distance of two lines of text in the corner of a panel. */
const lineHeight = 13

/** Points of thin lines in one figure: enough to see every step, few enough to open at once. */
const pointBudget = 12_000

/**
 * Describes the ROC curves of a task: a thin line a fold, their vertical average, and a band of one standard deviation.
 * With several training sets: a panel for each learner and test subset, a colour for each training set. With one: a panel
 * for each test subset, a colour for each learner. The AUC, which is the mean over folds, stands in the lower right corner,
 * where curves seldom go. None without curves.
 */
export const rocCurves = (model: ReportModel, task: string): ReadonlyArray<Omit<Figure, "name">> => {
  const cells = model.roc.filter((cell) => cell.task === task)
  if (cells.length === 0) return []
  const { learners, testSubsets, trains } = axesOf(model, task, cells)
  const byTrain = trains.length > 1
  const side = byTrain ? 200 : 270
  const learnerNames = shorten(learners, fontSize.label, side * 0.55, true)
  const seriesOf = (cell: RocCurves): string => (byTrain ? cell.trainSubsets : learnerNames.of(cell.learner))
  const names: ReadonlyArray<string> = byTrain ? trains : learners.map(learnerNames.of)
  const colours = byTrain ? trains.map((train) => trainColours[train]) : names.map((_, i) => colourAt(i))
  const labelOf = (name: string, cell: RocCurves): string => `${names.length > 1 ? name : "AUC"} ${cell.auc.toFixed(3)}`
  // Steps below half a pixel cannot be seen; coarser ones bend the steps of a curve, and are taken for many points only.
  const halfPixel = 0.5 / side
  const folds = cells.flatMap((cell) => cell.folds)
  const points = folds.reduce((sum, { fpr, tpr }) => sum + thinRoc(fpr, tpr, halfPixel).length, 0)
  const foldStep = points <= pointBudget ? halfPixel : (2 * folds.length) / pointBudget
  const dataOfCell = (cell: RocCurves): ReadonlyArray<Datum> => {
    const row = cell.testSubset
    const series = seriesOf(cell)
    const lineOf = (kind: string, fold: number, { fpr, tpr }: Rates, step: number): ReadonlyArray<Datum> =>
      thinRoc(fpr, tpr, step).map((point, order) => ({ row, series, kind, fold, order, ...point }))
    const band = ({ fpr, tpr }: Rates): ReadonlyArray<Datum> =>
      (cell.sd ?? []).map((sd, k) => ({
        row,
        series,
        kind: "band",
        fpr: fpr[k]!,
        low: Math.max(0, tpr[k]! - sd),
        high: Math.min(1, tpr[k]! + sd)
      }))
    const tpr = (8 + lineHeight * (names.length - 1 - names.indexOf(series))) / side
    return [
      ...band(cell.average),
      ...(cell.folds.length > 1 ? cell.folds.flatMap((curve, fold) => lineOf("fold", fold, curve, foldStep)) : []),
      ...lineOf("curve", -1, cell.folds.length > 1 ? cell.average : cell.folds[0]!, halfPixel),
      { row, series, kind: "auc", fpr: 0.97, tpr, text: labelOf(series, cell) }
    ]
  }
  const chance = testSubsets.flatMap((row) => [0, 1].map((v) => ({ row, kind: "chance", fpr: v, tpr: v })))
  const dataOf = (column: string): ReadonlyArray<Datum> => [
    ...chance,
    ...cells.filter((cell) => !byTrain || cell.learner === column).flatMap(dataOfCell)
  ]
  const fullLabels = cells.flatMap((cell) => {
    const full = learnerNames.full.get(seriesOf(cell))
    return full === undefined ? [] : [[labelOf(seriesOf(cell), cell), full] as const]
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
        "ROC curves on the test rows of full training sets. Thin lines are folds; the thick one is their vertical average, " +
        "the mean true positive rate at each false positive rate, in a band of one standard deviation. The AUC is the mean " +
        "over folds, as in the tables. Dashed: chance.",
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
    legend: byTrain ? { symbolOpacity: 1 } : null
  }
  const order = { field: "order", type: "quantitative" as const }
  const only = (kind: string) => [{ filter: { field: "kind", equal: kind } }]
  return [
    {
      transform: only("chance"),
      mark: { type: "line", color: ink.faint, strokeDash: [3, 3], strokeWidth: 1 },
      encoding: { x, y }
    },
    {
      transform: only("band"),
      mark: { type: "area", opacity: 0.13 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color }
    },
    {
      transform: only("fold"),
      mark: { type: "line", strokeWidth: 0.6, opacity: 0.3, strokeJoin: "round" },
      encoding: { x, y, color, order, detail: { field: "fold" } }
    },
    {
      transform: only("curve"),
      mark: { type: "line", strokeWidth: 1.8, strokeJoin: "round" },
      encoding: { x, y, color, order }
    },
    {
      transform: only("auc"),
      mark: { type: "text", align: "right", baseline: "bottom", fontSize: fontSize.label, fontWeight: "bold" },
      encoding: { x, y, color, text: { field: "text", type: "nominal" } }
    }
  ]
}
