/**
 * Averages over splits as text.
 */
import * as Score from "@rocflow/resampling/Score"
import { orNull } from "@rocflow/report/Numbers"
import { byTrainSubsets } from "@rocflow/report/ReportModel"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import { shown, type Shown } from "./measures.ts"
import { textTable } from "./textTable.ts"

/** Mean and sd of the scores that are there, and of how many they are where some are not. */
export const meanAndSd = ({ mean, n, sd, undefinedCount }: Score.Summary, { numbers }: Shown): string =>
  (typeof mean === "number" ? numbers.meanSd(mean, orNull(sd)) : "undefined") +
  (undefinedCount > 0 ? ` (${n} of ${n + undefinedCount})` : "")

const words: Readonly<Record<Score.Average, string>> = {
  splits: "mean ± sd over the splits, every split counting the same",
  rows: "mean ± sd over the splits, each counting by its test rows"
}

/** A row for each cell of the score table, with the number of its splits. */
export const averageTable = (
  rows: ReadonlyArray<Score.ScoreRow>,
  average: Score.Average,
  { measures, resamplings }: Pick<RunDirectory.Manifest, "measures" | "resamplings">
): string => {
  const cells = Score.aggregate(rows, { average })
  const columns = measures.map((measure) => [measure.id, shown(measure, cells)] as const)
  const several = resamplings.length > 1
  const table = textTable(
    [
      { title: "task", key: true },
      { title: "learner", key: true },
      ...(several ? [{ title: "resampling", key: true }] : []),
      { title: "test subset", key: true },
      { title: "trained on", key: true },
      { title: "splits", align: "right" },
      ...columns.map(([title]) => ({ title }))
    ],
    cells
      .toSorted(byTrainSubsets)
      .map((cell) => [
        cell.task,
        cell.learner,
        ...(several ? [cell.resampling] : []),
        cell.testSubset,
        cell.trainSubsets + (cell.nTrainGroups === cell.groups ? "" : ` (${cell.nTrainGroups})`),
        String(cell.splits),
        ...columns.map(([id, measure]) => meanAndSd(cell.measures[id]!, measure))
      ])
  )
  return `${words[average]}\n\n${table}`
}
