/**
 * Measures over the pooled test rows of a run as text.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import { byTrainSubsets } from "@rocflow/report/ReportModel"
import type * as Interval from "@rocflow/resampling/Interval"
import type { Pooled } from "@rocflow/resampling/Pooled"
import { bounds } from "./scoreTable.ts"
import { textTable } from "./textTable.ts"

/** A pooled measure, where asked for with its interval. */
export type PooledRow = Pooled & { readonly interval?: Interval.Estimated }

/** A row for each cell, with the number of rows that were pooled and the splits that they come from. */
export const pooledTable = (pooled: ReadonlyArray<PooledRow>): string => {
  const labels = [...new Set(pooled.map(({ label }) => label))]
  const isSoak = pooled.some(({ testSubset, trainSubsets }) => testSubset !== "full" || trainSubsets !== "same")
  const severalTasks = new Set(pooled.map(({ task }) => task)).size > 1
  const cells = Map.groupBy(
    pooled.toSorted(byTrainSubsets),
    ({ interval: _, label: __, measure: ___, value: ____, ...cell }) => JSON.stringify(cell)
  )
  const rows = Array.from(cells.values(), (own) => {
    const { groups, learner, nTrainGroups, rows, splits, task, testSubset, trainSubsets } = own[0]!
    const size = nTrainGroups === groups ? "" : ` (${nTrainGroups})`
    return [
      ...(severalTasks ? [task] : []),
      ...(isSoak ? [testSubset, trainSubsets + size] : []),
      learner,
      ...labels.map((label) => {
        const found = own.find((each) => each.label === label)
        return found === undefined || !Measure.isDefined(found.value)
          ? "undefined"
          : found.value.toFixed(3) + bounds(found.interval, (x) => x.toFixed(3))
      }),
      `${rows} in ${splits}`
    ]
  })
  return `pooled over the test rows of all splits\n\n${textTable(
    [
      ...(severalTasks ? [{ title: "task", key: true }] : []),
      ...(isSoak
        ? [
            { title: "test subset", key: true },
            { title: "trained on", key: true }
          ]
        : []),
      { title: "learner", key: true },
      ...labels.map((title) => ({ title, align: "right" as const })),
      { title: "rows in splits", align: "right" }
    ],
    rows
  )}`
}
