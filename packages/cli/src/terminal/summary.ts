/**
 * The answer of a run as text: a table for each task and measure.
 */
import * as Compare from "@rocflow/resampling/Compare"
import * as Score from "@rocflow/resampling/Score"
import * as Effect from "effect/Effect"
import { type Column, textTable } from "./textTable.ts"

const order = ["same", "other", "all"] as const

const number = (value: Score.Value, digits: number): string =>
  typeof value === "number" ? value.toFixed(digits).replace("-", "−") : "undefined"

const meanAndSd = ({ mean, sd, n, undefinedCount }: Score.Summary): string =>
  `${number(mean, 3)}${typeof sd === "number" ? ` ± ${sd.toFixed(3)}` : ""}${undefinedCount > 0 ? ` (${n} of ${n + undefinedCount})` : ""}`

const difference = (test: Compare.Test | undefined): string => {
  if (test === undefined) return ""
  if (typeof test.meanDiff !== "number" || typeof test.pPaired !== "number") return "not testable"
  const sign = test.meanDiff > 0 ? "+" : test.meanDiff < 0 ? "−" : ""
  return `${sign}${Math.abs(test.meanDiff).toFixed(3)}  ${test.label}`
}

/** Leaves out a leading cell that repeats the one above. */
const unrepeated = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> =>
  rows.map((row, i) => [i > 0 && rows[i - 1]![0] === row[0] ? "" : row[0]!, ...row.slice(1)])

const sizeText = ({ nTrainGroups, groups }: Score.Cell): string => (nTrainGroups === groups ? "" : ` (${nTrainGroups})`)

interface Section {
  readonly cells: ReadonlyArray<Score.AggregateRow>
  readonly tests: ReadonlyArray<Compare.Test>
  readonly measure: string
}

/** Same/Other/All: a row for each test subset and learner, a column for each training set and difference. */
const soakTable = ({ cells, tests, measure }: Section): string => {
  const kinds = order.filter((kind) => cells.some(({ trainSubsets }) => trainSubsets === kind))
  const pairs = (["other", "all"] as const).filter((kind) => tests.some(({ compare }) => compare === kind))
  const columns: ReadonlyArray<Column> = [
    { title: "test subset" },
    { title: "learner" },
    ...kinds.map((kind) => ({ title: `trained on ${kind}` })),
    ...pairs.map((kind) => ({ title: `${kind} − same` }))
  ]
  const subsets = [...new Set(cells.map(({ testSubset }) => testSubset))]
  const learners = [...new Set(cells.map(({ learner }) => learner))]
  const rows = subsets.flatMap((subset) =>
    learners.map((learner) => [
      subset,
      learner,
      ...kinds.map((kind) =>
        cells
          .filter((cell) => cell.testSubset === subset && cell.learner === learner && cell.trainSubsets === kind)
          .map((cell) => meanAndSd(cell.measures[measure]!) + sizeText(cell))
          .join(", ")
      ),
      ...pairs.map((kind) =>
        difference(tests.find((t) => t.testSubset === subset && t.learner === learner && t.compare === kind))
      )
    ])
  )
  return textTable(columns, unrepeated(rows))
}

/** Ordinary resampling: a row for each learner, a column for each measure. */
const plainTable = (
  cells: ReadonlyArray<Score.AggregateRow>,
  measures: ReadonlyArray<string>,
  labels: ReadonlyMap<string, string>
): string =>
  textTable(
    [{ title: "learner" }, ...measures.map((id) => ({ title: labels.get(id) ?? id }))],
    cells.map((cell) => [
      cell.learner + sizeText(cell),
      ...measures.map((measure) => meanAndSd(cell.measures[measure]!))
    ])
  )

/**
 * Writes the aggregated scores of a run, and where it compares training sets the p-values.
 *
 * `labels` names the measures; a measure without one goes by its id.
 */
export const summary = Effect.fnUntraced(function* (
  rows: ReadonlyArray<Score.ScoreRow>,
  labels: ReadonlyMap<string, string>
): Effect.fn.Return<string> {
  const measures = Score.measures(rows)
  const aggregated = Score.aggregate(rows)
  const blocks = Map.groupBy(aggregated, ({ task, resampling }) => `${task}, ${resampling}`)
  const parts: Array<string> = []
  let tested = false
  for (const [title, cells] of blocks) {
    if (cells.every(({ testSubset, trainSubsets }) => testSubset === "full" && trainSubsets === "same")) {
      parts.push(`${title}: mean ± sd over the test sets\n\n${plainTable(cells, measures, labels)}`)
      continue
    }
    for (const measure of measures) {
      const own = rows.filter(({ task, resampling }) => `${task}, ${resampling}` === title)
      const tests = yield* Effect.orElseSucceed(
        Compare.pvalues(own, { measure }),
        (): ReadonlyArray<Compare.Test> => []
      )
      tested ||= tests.length > 0
      const table = soakTable({ cells, tests, measure })
      parts.push(`${labels.get(measure) ?? measure} – ${title}: mean ± sd over the test folds\n\n${table}`)
    }
  }
  if (tested) {
    parts.push(
      "P-values are of paired t-tests over folds. Folds share training rows and nothing is corrected for the number of\ntests; `rocflow compare` shows corrected ones."
    )
  }
  return parts.join("\n\n")
})
