import {
  type AggregatedRow,
  type ComparisonRow,
  type MeasureSummary,
  type ReportModel,
  trainSubsetsOrder
} from "../ReportModel.ts"
import { type Numbers, absent, integer, numbersFor, pValue } from "./numbers.ts"
import { axesOf, ofTask, scoresOf } from "./select.ts"
import { capital } from "./text.ts"
import type { Cell, Column, TableContent } from "./table.ts"

/** The level at which a difference is called one in words. The P value stands beside the word. */
const level = 0.05

/** What a test says about the other training set, in a word. */
const verdict = (row: ComparisonRow, measure: MeasureSummary): Cell => {
  const p = row.pAdjusted ?? row.p
  if (p === null || row.meanDiff === null) {
    return { text: "not testable", title: row.notTestable ?? "", className: "quiet" }
  }
  if (p >= level || row.meanDiff === 0) return { text: "no difference shown", className: "quiet" }
  const isBetter = row.meanDiff > 0 === (measure.direction === "maximise")
  return isBetter ? { text: "▲ better", className: "better" } : { text: "▼ worse", className: "worse" }
}

const byTrainAndSize = (a: AggregatedRow, b: AggregatedRow): number =>
  trainSubsetsOrder.indexOf(a.trainSubsets) - trainSubsetsOrder.indexOf(b.trainSubsets) || a.size - b.size

/** All scores of a task and measure, the downsampled ones too. None if there are none. */
export const scoreTable = (model: ReportModel, task: string, measure: MeasureSummary): ReadonlyArray<TableContent> => {
  const rows = scoresOf(model, task, measure.id)
  if (rows.length === 0) return []
  const { learners, testSubsets } = axesOf(model, task, rows)
  const numbers = numbersFor(measure, rows)
  const soak = rows.some((row) => row.trainSubsets !== "same" || !row.full || row.testSubset !== "full")
  const hasHoles = rows.some((row) => row.undefinedCount > 0)
  const columns: ReadonlyArray<Column> = [
    { title: "learner" },
    ...(soak ? [{ title: "test subset" }, { title: "trained on" }] : []),
    { title: "train size", numeric: true },
    { title: "mean", numeric: true },
    { title: "sd", numeric: true },
    { title: "splits", numeric: true },
    ...(hasHoles ? [{ title: "undefined in", numeric: true }] : [])
  ]
  const cells = (row: AggregatedRow): ReadonlyArray<Cell> => [
    row.learner,
    ...(soak ? [row.testSubset, row.trainSubsets + (row.full ? "" : ", cut down")] : []),
    integer(row.size),
    numbers.value(row.mean),
    numbers.value(row.sd),
    integer(row.n),
    ...(hasHoles ? [row.undefinedCount === 0 ? "" : integer(row.undefinedCount)] : [])
  ]
  return [
    {
      caption: `${capital(measure.label)}${ofTask(model, task)}, ${measure.direction === "maximise" ? "higher" : "lower"} is better`,
      columns,
      rows: learners.flatMap((learner) =>
        testSubsets.flatMap((subset) =>
          rows
            .filter((row) => row.learner === learner && row.testSubset === subset)
            .sort(byTrainAndSize)
            .map(cells)
        )
      )
    }
  ]
}

const comparisonCells = (row: ComparisonRow, measure: MeasureSummary, numbers: Numbers): ReadonlyArray<Cell> => [
  row.testSubset,
  row.learner,
  row.compare,
  numbers.value(row.compareMean),
  numbers.value(row.sameMean),
  numbers.difference(row.meanDiff),
  row.p === null && row.notTestable !== undefined ? { text: absent, title: row.notTestable } : pValue(row.p),
  integer(row.pairs),
  verdict(row, measure)
]

/** The answers of Same/Other/All for a task and measure, one row for each test. None if nothing was compared. */
export const comparisonTable = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<TableContent> => {
  const rows = model.comparisons.filter((row) => row.task === task && row.measure === measure.id)
  if (rows.length === 0) return []
  const numbers = numbersFor(measure, scoresOf(model, task, measure.id))
  const { learners, testSubsets } = axesOf(
    model,
    task,
    rows.map((row) => ({ ...row, trainSubsets: row.compare }))
  )
  const isAdjusted = rows.some((row) => row.pAdjusted !== undefined)
  const columns: ReadonlyArray<Column> = [
    { title: "test subset" },
    { title: "learner" },
    { title: "trained on" },
    { title: "mean", numeric: true },
    { title: "mean of same", numeric: true },
    { title: "difference", numeric: true },
    { title: "P", numeric: true },
    ...(isAdjusted ? [{ title: "P (Holm)", numeric: true }] : []),
    { title: "pairs", numeric: true },
    { title: "against same" }
  ]
  const sorted = testSubsets.flatMap((subset) =>
    learners.flatMap((learner) => rows.filter((row) => row.testSubset === subset && row.learner === learner))
  )
  return [
    {
      caption: `${capital(measure.label)}${ofTask(model, task)}: other training sets against the test subset's own`,
      columns,
      rows: sorted.map((row) => {
        const cells = comparisonCells(row, measure, numbers)
        return isAdjusted ? cells.toSpliced(7, 0, pValue(row.pAdjusted ?? null)) : cells
      })
    }
  ]
}
