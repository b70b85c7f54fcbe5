/**
 * The scores of every job as text.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import { byTrainSubsets } from "@rocflow/report/ReportModel"
import type * as Interval from "@rocflow/resampling/Interval"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import { shown } from "./measures.ts"
import { textTable } from "./textTable.ts"

/** A row of the score table, where asked for with intervals by the ids of measures. */
export type Scored = Score.ScoreRow & { readonly intervals?: Readonly<Record<string, Interval.Estimated>> }

/** A row for each job; an interval stands behind its score. */
export const scoreTable = (rows: ReadonlyArray<Scored>, all: RunDirectory.Manifest["measures"]): string => {
  const cells = Score.aggregate(rows)
  const measures = all.map((measure) => [measure.id, shown(measure, cells).numbers] as const)
  return textTable(
    [
      { title: "task", key: true },
      { title: "learner", key: true },
      { title: "test subset", key: true },
      { title: "trained on", key: true },
      { title: "fold", align: "right", key: true },
      { title: "train rows", align: "right" },
      ...measures.map(([title]) => ({ title, align: "right" as const }))
    ],
    rows.toSorted(byTrainSubsets).map((row) => [
      row.task,
      row.learner,
      row.testSubset,
      row.trainSubsets,
      String(row.testFold),
      String(row.trainRows),
      ...measures.map(([id, numbers]) => {
        const score = row.scores[id]
        if (typeof score !== "number") return row.status === "failed" ? "failed" : "undefined"
        return numbers.value(score) + bounds(row.intervals?.[id], numbers.value)
      })
    ])
  )
}

/** The bounds of an interval in parentheses; nothing where there is none. */
export const bounds = (interval: Interval.Estimated | undefined, text: (x: number) => string): string =>
  interval === undefined || Measure.isUndefined(interval) ? "" : ` (${text(interval.lower)} to ${text(interval.upper)})`
