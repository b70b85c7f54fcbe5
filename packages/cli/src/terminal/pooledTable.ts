/**
 * Measures over the pooled test rows of a run as text.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import type { Pooled } from "@rocflow/resampling/Pooled"
import { textTable } from "./textTable.ts"

/** A row for each cell, with the number of rows that were pooled and the splits that they come from. */
export const pooledTable = (pooled: ReadonlyArray<Pooled>): string => {
  const labels = [...new Set(pooled.map(({ label }) => label))]
  const isSoak = pooled.some(({ testSubset, trainSubsets }) => testSubset !== "full" || trainSubsets !== "same")
  const cells = Map.groupBy(pooled, ({ label: _, measure: __, value: ___, ...cell }) => JSON.stringify(cell))
  const rows = Array.from(cells.values(), (own) => {
    const { learner, rows, splits, testSubset, trainSubsets } = own[0]!
    return [
      ...(isSoak ? [testSubset, trainSubsets] : []),
      learner,
      ...labels.map((label) => {
        const value = own.find((each) => each.label === label)?.value
        return value === undefined || !Measure.isDefined(value) ? "undefined" : value.toFixed(3)
      }),
      `${rows} in ${splits}`
    ]
  })
  return `pooled over the test rows of all splits\n\n${textTable(
    [
      ...(isSoak ? [{ title: "test subset" }, { title: "trained on" }] : []),
      { title: "learner" },
      ...labels.map((title) => ({ title, align: "right" as const })),
      { title: "rows in splits", align: "right" }
    ],
    rows
  )}`
}
