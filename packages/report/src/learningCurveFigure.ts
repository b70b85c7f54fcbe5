import { around } from "./draw/scale.ts"
import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { foldLines, meanLine } from "./internal/curves.ts"
import { panelsOf } from "./internal/grid.ts"
import { distinct, ofTask } from "./internal/select.ts"
import type { HistoryRow, ReportModel } from "./ReportModel.ts"

/** The quantity of a series (`train loss` → `loss`, but `learning rate`); series of one quantity share a figure. */
const quantityOf = (series: string): string => series.replace(/^(?:train|valid)\s+/, "")

/** Whether a series was measured on rows that were held out. */
const isOfValidation = (series: string): boolean => series.startsWith("valid ")

/** The rows that a series was measured on, in words. */
const rowsOf = (series: string): string =>
  isOfValidation(series) ? "validation rows" : series.startsWith("train ") ? "training rows" : series

/** Points of thin lines in one figure: enough to see every bend, few enough to open at once. */
const pointBudget = 9000

/** The histories of a cell of a figure: all splits of a learner on one kind of training set. */
interface Histories extends Pick<HistoryRow, "learner" | "testSubset" | "trainSubsets"> {
  readonly rows: ReadonlyArray<HistoryRow>
}

const scalesOf = (rows: ReadonlyArray<HistoryRow>) => ({
  epochs: [0, rows.reduce((last, { epoch }) => Math.max(last, epoch), 0)] as const,
  values: around(rows.map(({ value }) => value))
})

const figureOf = (
  model: ReportModel,
  task: string,
  quantity: string,
  rows: ReadonlyArray<HistoryRow>
): Described<PanelFigure> => {
  const label = model.measures.find((measure) => measure.id === quantity)?.label ?? quantity
  const series = distinct(rows.map((row) => row.series))
  const lineCount = Map.groupBy(rows, ({ fold, learner, series, testSubset, trainSubsets }) =>
    JSON.stringify([fold, learner, testSubset, trainSubsets, series])
  ).size
  const perLine = Math.max(10, Math.min(120, Math.floor(pointBudget / lineCount)))
  const cells = Map.groupBy(rows, ({ learner, testSubset, trainSubsets }) =>
    JSON.stringify([learner, testSubset, trainSubsets])
  )
  // A learner that is far off must not flatten the others.
  const scales = new Map([...Map.groupBy(rows, ({ learner }) => learner)].map(([name, own]) => [name, scalesOf(own)]))
  const soak = rows.some(({ trainSubsets }) => trainSubsets !== "same")
  const marksOf = (
    own: ReadonlyArray<HistoryRow>,
    look: { readonly of: Mark["of"]; readonly colour: string; readonly name: string }
  ) =>
    [...Map.groupBy(own, (row) => row.series)].flatMap(([name, group]): ReadonlyArray<Mark> => {
      const base = { of: look.of ?? {}, colour: look.colour }
      const dash = isOfValidation(name) || series.length === 1 ? {} : { dash: "5 3" }
      const kept = isOfValidation(name) ? group.filter((row) => row.kept) : []
      return [
        ...foldLines(group, perLine).map((line): Mark => ({
          kind: "line",
          ...base,
          ...dash,
          width: 0.8,
          opacity: 0.28,
          points: line.map(({ epoch, value }) => [epoch, value] as const)
        })),
        {
          kind: "line",
          ...base,
          ...dash,
          width: 2,
          name: `${look.name}, ${rowsOf(name)}: mean ${label}`,
          points: meanLine(group, 120).map(({ epoch, value }) => [epoch, value] as const)
        },
        {
          kind: "dots",
          ...base,
          radius: 2.6,
          opacity: 0.85,
          points: kept.map(({ epoch, value }) => [epoch, value] as const),
          tips: kept.map(({ epoch, fold }) => `${look.name}, split ${fold}: keeps epoch ${epoch}`)
        }
      ]
    })
  const hasKept = rows.some(({ kept, series }) => kept && isOfValidation(series))
  const [held, learned] = [series.some(isOfValidation), series.some((name) => name.startsWith("train "))]
  const dashed =
    held && learned
      ? "Dashed: training rows; drawn through: rows held out of them for validation."
      : held
        ? "Measured on rows held out of the training rows for validation."
        : learned
          ? "Measured on the training rows."
          : ""
  return {
    kind: "learning",
    task,
    measure: quantity,
    title: `Learning curves: ${label}${ofTask(model, task)}`,
    caption:
      `The ${label} after each epoch. ${dashed} No test row is in it. Thin lines are splits, the thick one is their mean; it ` +
      `ends where the first split stops.${hasKept ? " A dot is the epoch whose weights a split keeps." : ""}` +
      `${soak ? " Each learner has its own scales." : ""}`,
    ...panelsOf(
      model,
      task,
      Array.from(cells.values(), (own): Histories => {
        const { learner, testSubset, trainSubsets } = own[0]!
        return { learner, testSubset, trainSubsets, rows: own }
      }),
      (own) => ({
        x: { title: "epoch", domain: (soak ? scales.get(own[0]![0].learner)! : scalesOf(rows)).epochs },
        y: { title: label, domain: (soak ? scales.get(own[0]![0].learner)! : scalesOf(rows)).values },
        marks: own.flatMap(([cell, look]) => marksOf(cell.rows, look))
      })
    )
  }
}

/** Describes the learning curves of a task, one figure for each quantity (loss, auc, …) that its histories record. */
export const learningCurves = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> => {
  const rows = model.histories.filter((row) => row.task === task && Number.isFinite(row.value))
  return [...Map.groupBy(rows, (row) => quantityOf(row.series))].map(([quantity, own]) =>
    figureOf(model, task, quantity, own)
  )
}
