/**
 * `rocflow status`: how far a run has come.
 */
import * as Run from "@rocflow/resampling/Run"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { toJson } from "@rocflow/core/Json"
import * as Duration from "@rocflow/core/Duration"
import { textTable } from "../terminal/textTable.ts"

/** Says how far a run has come. */
export const status = Effect.fn("status")(function* ({
  directory,
  json
}: {
  readonly directory: string
  readonly json: boolean
}) {
  const { manifest, results } = yield* Run.read(directory)
  const rows = manifest.tasks.flatMap((task) =>
    manifest.learners.map((learner) => {
      const own = <A>(
        all: ReadonlyArray<A>,
        jobOf: (entry: A) => { readonly task: string; readonly learner: string }
      ) => all.filter((entry) => jobOf(entry).task === task.id && jobOf(entry).learner === learner.id)
      const done = own(results, ({ job }) => job)
      return {
        task: task.id,
        learner: learner.id,
        jobs: own(manifest.jobs, ({ job }) => job).length,
        finished: done.length,
        failed: done.filter((result) => result.status === "failed").length,
        seconds: done.reduce((total, { seconds }) => total + seconds, 0)
      }
    })
  )
  if (json) return yield* Console.log(toJson(rows, 2))
  yield* Console.log(
    textTable(
      [
        { title: "task", key: true },
        { title: "learner", key: true },
        { title: "jobs", align: "right" },
        { title: "finished", align: "right" },
        { title: "failed", align: "right" },
        { title: "computed", align: "right" }
      ],
      rows.map((row) => [
        row.task,
        row.learner,
        String(row.jobs),
        String(row.finished),
        String(row.failed),
        Duration.toText(row.seconds)
      ])
    )
  )
  const reasons = new Set(results.flatMap(({ error }) => (error === undefined ? [] : [error.message])))
  for (const reason of reasons) yield* Console.log(`failed: ${reason}`)
})
