/**
 * What the models of a run say of features, as tables: features down, test subsets across.
 */
import type { Task } from "@rocflow/core/data/Task"
import type * as Explained from "@rocflow/resampling/Explained"
import { type Numbers, numbersFor, orNull } from "@rocflow/report/Numbers"
import { trainSubsetsOrder } from "@rocflow/report/ReportModel"
import { textTable } from "./textTable.ts"

/** More features than these nobody reads in a terminal. */
const most = 30

/** What a row is about: the feature, or the value of one, with the class where there are several. */
const subject = ({ level, name }: Explained.Row, isBinary: boolean): string =>
  level === undefined || isBinary ? name : `${name} → ${level}`

const cell = (row: Explained.Row | undefined, numbers: Numbers): string =>
  row === undefined ? "" : row.mean === 0 && row.se === 0 ? "0" : numbers.meanSd(row.mean, orNull(row.se))

/** A table for each learner and resampling, of full training sets; the largest feature first where `bySize`. */
export const explainedTables = (
  task: Task,
  title: string,
  rows: ReadonlyArray<Explained.Row>,
  bySize: boolean
): string => {
  const full = rows.filter(({ groups, nTrainGroups }) => groups === nTrainGroups)
  const resamplings = new Set(full.map(({ resampling }) => resampling))
  const cut = full.length < rows.length ? "; smaller training sets: --json" : ""
  const tables = Array.from(
    Map.groupBy(full, ({ learner, resampling }) => JSON.stringify([learner, resampling])).values(),
    (own) => {
      const { learner, resampling } = own[0]!
      const subsets = [...new Set(own.map(({ testSubset }) => testSubset))]
      const trains = trainSubsetsOrder.filter((train) => own.some(({ trainSubsets }) => trainSubsets === train))
      // What is steady at 0 needs no digits of its own.
      const numbers = numbersFor("number", [Math.max(...own.map(({ se }) => orNull(se) ?? 0))])
      const subjects = Map.groupBy(own, (row) => subject(row, task.kind === "binary"))
      const size = (about: string) => Math.max(...subjects.get(about)!.map(({ mean }) => Math.abs(mean)))
      const names = [...subjects.keys()]
      const ordered = bySize ? names.toSorted((a, b) => size(b) - size(a)) : names
      const shown = bySize ? ordered.slice(0, most) : ordered
      const byTrain = trains.length > 1
      const lines = shown.flatMap((about) =>
        trains.map((train, i) => [
          i === 0 ? about : "",
          ...(byTrain ? [train] : []),
          ...subsets.map((subset) =>
            cell(
              subjects.get(about)!.find((row) => row.testSubset === subset && row.trainSubsets === train),
              numbers
            )
          )
        ])
      )
      const heading = `${learner} on ${task.id}${resamplings.size > 1 ? `, ${resampling}` : ""}`
      const rest = ordered.length > shown.length ? `\n… and ${ordered.length - shown.length} more: --json` : ""
      if (own.every(({ mean }) => mean === 0)) return `${heading}\n\n0 for all features`
      const table = textTable(
        [
          { title: "", key: true },
          ...(byTrain ? [{ title: "trained on", key: true }] : []),
          ...subsets.map((subset) => ({ title: subset === "full" ? "mean" : subset, align: "right" as const }))
        ],
        lines
      )
      return `${heading}\n\n${table}${rest}`
    }
  )
  return [`${title}; mean over splits ± standard error${cut}`, ...tables].join("\n\n")
}
