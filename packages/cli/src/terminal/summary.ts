/**
 * The answer of a run as text: a table for each task and measure.
 */
import * as Compare from "@rocflow/resampling/Compare"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Effect from "effect/Effect"
import { meanAndSd } from "./averages.ts"
import { difference, legend } from "./contrasts.ts"
import { shown, type Shown } from "./measures.ts"
import { type Column, textTable } from "./textTable.ts"
import { wrapped } from "./textWidth.ts"

const order = ["same", "other", "all"] as const

const tested = (test: Compare.Test | undefined, measure: Shown): string => {
  if (test === undefined) return ""
  return typeof test.p === "number" ? `${difference(test, measure)}  ${test.label}` : "not testable"
}

/** Leaves out a leading cell that repeats the one above. */
const unrepeated = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> =>
  rows.map((row, i) => [i > 0 && rows[i - 1]![0] === row[0] ? "" : row[0]!, ...row.slice(1)])

const sizeText = ({ nTrainGroups, groups }: Score.Cell): string => (nTrainGroups === groups ? "" : ` (${nTrainGroups})`)

interface Section {
  readonly cells: ReadonlyArray<Score.AggregateRow>
  readonly tests: ReadonlyArray<Compare.Test>
  readonly id: string
  readonly measure: Shown
}

/** Same/Other/All: a row for each test subset and learner, a column for each training set and difference. */
const soakTable = ({ cells, tests, id, measure }: Section): string => {
  const kinds = order.filter((kind) => cells.some(({ trainSubsets }) => trainSubsets === kind))
  const pairs = (["other", "all"] as const).filter((kind) => tests.some(({ compare }) => compare === kind))
  const columns: ReadonlyArray<Column> = [
    { title: "test subset", key: true },
    { title: "learner", key: true },
    ...kinds.map((kind) => ({ title: `trained on ${kind}` })),
    ...pairs.map((kind) => ({ title: `${kind} − same, P (Holm)` }))
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
          .map((cell) => meanAndSd(cell.measures[id]!, measure) + sizeText(cell))
          .join(", ")
      ),
      ...pairs.map((kind) =>
        tested(
          tests.find((t) => t.testSubset === subset && t.learner === learner && t.compare === kind),
          measure
        )
      )
    ])
  )
  return textTable(columns, unrepeated(rows))
}

/** Ordinary resampling: a row for each learner, a column for each measure. */
const plainTable = (
  cells: ReadonlyArray<Score.AggregateRow>,
  measures: ReadonlyArray<readonly [id: string, measure: Shown]>
): string =>
  textTable(
    [{ title: "learner" }, ...measures.map(([, { title }]) => ({ title }))],
    cells.map((cell) => [
      cell.learner + sizeText(cell),
      ...measures.map(([id, measure]) => meanAndSd(cell.measures[id]!, measure))
    ])
  )

/** Writes the aggregated scores of a run, and where it compares training sets the tests of the differences. */
export const summary = Effect.fnUntraced(function* ({
  manifest,
  results
}: Pick<Score.Planned, "results"> & { readonly manifest: RunDirectory.Manifest }): Effect.fn.Return<string> {
  const parts: Array<string> = []
  const allTests: Array<Compare.Test> = []
  const baselines = Compare.baselines(manifest)
  const blocks = Map.groupBy(Score.table(results), ({ task, resampling }) => `${task}, ${resampling}`)
  for (const [title, rows] of blocks) {
    const cells = Score.aggregate(rows)
    const known = Score.measures(rows)
    const measures = manifest.measures
      .filter(({ id }) => known.includes(id))
      .map((measure) => [measure.id, shown(measure, cells)] as const)
    if (cells.every(({ testSubset, trainSubsets }) => testSubset === "full" && trainSubsets === "same")) {
      parts.push(`${title}: mean ± sd over the test sets\n\n${plainTable(cells, measures)}`)
      continue
    }
    for (const [id, measure] of measures) {
      const tests = yield* Effect.orElseSucceed(
        Compare.pvalues(rows, { measure: id, baselines }),
        (): ReadonlyArray<Compare.Test> => []
      )
      allTests.push(...tests)
      const heading = wrapped(`${measure.title} – ${title}: mean ± sd over the test folds`)
      parts.push(`${heading}\n\n${soakTable({ cells, tests, id, measure })}`)
    }
  }
  const remarks = allTests.length === 0 ? [] : [legend, ...Compare.remarks(allTests, { baselines, naive: false })]
  const next =
    allTests.length > 0
      ? ["`rocflow compare` shows the intervals of the differences and, with --by learner, which learner is better."]
      : manifest.learners.length > 1
        ? ["`rocflow compare` shows which learner is better."]
        : []
  return [...parts, [...remarks, ...next].map((text) => wrapped(text)).join("\n")].join("\n\n").trimEnd()
})
