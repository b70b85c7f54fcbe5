/**
 * `rocflow scores`: what every job measured.
 */
import * as Run from "@rocflow/resampling/Run"
import * as Score from "@rocflow/resampling/Score"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { toJson } from "@rocflow/core/Json"
import { shown } from "../terminal/measures.ts"
import { textTable } from "../terminal/textTable.ts"

/** Prints the scores of every job. */
export const scores = Effect.fn("scores")(function* ({
  directory,
  json
}: {
  readonly directory: string
  readonly json: boolean
}) {
  const { manifest, results } = yield* Run.read(directory)
  const rows = Score.table(results)
  if (json) return yield* Console.log(toJson(rows, 2))
  const measures = manifest.measures.map((measure) => [measure.id, shown(measure, rows).numbers] as const)
  const table = textTable(
    [
      { title: "task", key: true },
      { title: "learner", key: true },
      { title: "test subset", key: true },
      { title: "trained on", key: true },
      { title: "fold", align: "right", key: true },
      { title: "train rows", align: "right" },
      ...measures.map(([title]) => ({ title, align: "right" as const }))
    ],
    rows.map((row) => [
      row.task,
      row.learner,
      row.testSubset,
      row.trainSubsets,
      String(row.testFold),
      String(row.trainRows),
      ...measures.map(([id, numbers]) => {
        const score = row.scores[id]
        return typeof score === "number" ? numbers.value(score) : row.status === "failed" ? "failed" : "undefined"
      })
    ])
  )
  yield* Console.log(table)
  const reasons = new Set(
    rows.flatMap((row) =>
      Object.values(row.scores).flatMap((score) => (typeof score === "number" ? [] : [score.reason]))
    )
  )
  for (const reason of reasons) yield* Console.log(`undefined: ${reason}`)
  if (results.length < manifest.jobs.length) {
    yield* Console.error(`note: ${results.length} of ${manifest.jobs.length} jobs are finished`)
  }
})
