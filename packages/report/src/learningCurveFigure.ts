import type { Figure } from "./figureModel.ts"
import { type Datum, type Layer, panelGrid, xAxis } from "./internal/panels.ts"
import { axesOf, distinct, ofTask } from "./internal/select.ts"
import { foldLines, meanLine } from "./internal/curves.ts"
import type { HistoryRow, ReportModel } from "./ReportModel.ts"
import { colourAt, trainColours } from "./theme.ts"

/** The quantity of a series (`train loss` → `loss`, but `learning rate`); series of one quantity share a figure. */
const quantityOf = (series: string): string => series.replace(/^(?:train|valid)\s+/, "")

/** Whether a series was measured on rows that were held out. */
const isOfValidation = (series: string): boolean => series.startsWith("valid ")

/** Points of thin lines in one figure: enough to see every bend, few enough to open at once. */
const pointBudget = 12_000

/** Legends show the lines of the means, not the thin ones nor the dots. */
const fullStrength = { symbolType: "stroke", symbolOpacity: 1, symbolStrokeWidth: 2 }

const figureOf = (
  model: ReportModel,
  task: string,
  quantity: string,
  rows: ReadonlyArray<HistoryRow>
): Omit<Figure, "name"> => {
  const { learners, testSubsets, trains } = axesOf(model, task, rows)
  const label = model.measures.find((measure) => measure.id === quantity)?.label ?? quantity
  const series = distinct(rows.map((row) => row.series))
  const byTrain = trains.length > 1
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.learner, row.testSubset, row.trainSubsets, row.series]))
  const lineCount = [...groups.values()].reduce((sum, group) => sum + new Set(group.map((row) => row.fold)).size, 0)
  const perLine = Math.max(12, Math.min(150, Math.floor(pointBudget / lineCount)))
  const dataOf = new Map<string, Array<Datum>>(learners.map((learner) => [learner, []]))
  for (const group of groups.values()) {
    const { learner, testSubset, trainSubsets, series } = group[0]!
    const put = (kind: string, fold: number, epoch: number, value: number) =>
      dataOf.get(learner)!.push({ row: testSubset, kind, train: trainSubsets, series, fold, epoch, value })
    for (const line of foldLines(group, perLine)) for (const p of line) put("fold", p.fold, p.epoch, p.value)
    for (const p of meanLine(group, 150)) put("mean", -1, p.epoch, p.value)
    for (const p of group) if (p.kept && isOfValidation(series)) put("kept", p.fold, p.epoch, p.value)
  }
  for (const [, data] of dataOf) for (const row of testSubsets) data.push({ row, kind: "place" })

  const names: ReadonlyArray<string> = byTrain ? trains : series
  const colour = {
    field: byTrain ? "train" : "series",
    type: "nominal" as const,
    title: byTrain ? "trained on" : null,
    legend: names.length > 1 ? fullStrength : null,
    scale: {
      domain: [...names],
      range: byTrain ? trains.map((train) => trainColours[train]) : names.map((_, i) => colourAt(i))
    }
  }
  const dash = {
    field: "series",
    type: "nominal" as const,
    title: null,
    scale: { domain: [...series], range: series.map((_, i) => (i === 0 ? [1, 0] : [4 * i, 3])) },
    legend: series.length > 1 ? fullStrength : null
  }
  const line = (kind: string, mark: { strokeWidth: number; opacity: number }, isFirst: boolean): Layer => ({
    transform: [{ filter: { field: "kind", equal: kind } }],
    mark: { type: "line", strokeJoin: "round", ...mark },
    encoding: {
      x: {
        field: "epoch",
        type: "quantitative",
        scale: { nice: false, zero: false },
        axis: { ...xAxis("epoch", "~d"), tickMinStep: 1 }
      },
      y: {
        field: "value",
        type: "quantitative",
        scale: { zero: false, nice: true },
        axis: { title: isFirst ? label : null, grid: true, tickCount: 4, format: ".4~g" }
      },
      color: colour,
      strokeDash: dash,
      detail: [{ field: "fold" }, { field: "train" }, { field: "series" }]
    }
  })
  const keptEpochs: Layer = {
    transform: [{ filter: { field: "kind", equal: "kept" } }],
    mark: { type: "point", filled: true, size: 22, opacity: 0.9 },
    encoding: {
      x: { field: "epoch", type: "quantitative" },
      y: { field: "value", type: "quantitative" },
      color: colour
    }
  }
  const hasKept = rows.some(({ kept, series }) => kept && isOfValidation(series))
  const { spec, fullNames } = panelGrid({
    columns: learners,
    rows: testSubsets,
    width: 210,
    height: 130,
    data: (learner) => dataOf.get(learner)!,
    layers: (_, isFirst) => [
      line("fold", { strokeWidth: 0.8, opacity: 0.28 }, isFirst),
      line("mean", { strokeWidth: 2, opacity: 1 }, isFirst),
      ...(hasKept ? [keptEpochs] : [])
    ]
  })
  return {
    kind: "learning",
    task,
    measure: quantity,
    title: `Learning curves: ${label}${ofTask(model, task)}`,
    caption:
      `The ${label} after each epoch. Thin lines are folds, the thick one is their mean; it ends where fewer than half of the ` +
      `folds are still training.${hasKept ? " A dot is the epoch whose weights a fold keeps." : ""} Each learner has its own ` +
      `scales.`,
    spec,
    fullNames
  }
}

/** Describes the learning curves of a task, one figure for each quantity (loss, auc, …) that its histories record. */
export const learningCurves = (model: ReportModel, task: string): ReadonlyArray<Omit<Figure, "name">> => {
  const rows = model.histories.filter((row) => row.task === task && Number.isFinite(row.value))
  return [...Map.groupBy(rows, (row) => quantityOf(row.series))].map(([quantity, own]) =>
    figureOf(model, task, quantity, own)
  )
}
