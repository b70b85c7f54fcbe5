/**
 * `rocflow status`: how far a run has come.
 */
import * as JobStates from "@rocflow/resampling/executor/JobStates"
import * as Run from "@rocflow/resampling/Run"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { toJson } from "@rocflow/core/Json"
import * as Duration from "@rocflow/core/Duration"
import { textTable } from "../terminal/textTable.ts"

/** What jobs without a result may be; a column each where one is. */
const unfinished = {
  running: "running",
  pending: "pending",
  timedOut: "timed out",
  outOfMemory: "out of memory",
  lost: "lost",
  cancelled: "cancelled"
} as const

/** Says how far a run has come. */
export const status = Effect.fn("status")(function* ({
  directory,
  json
}: {
  readonly directory: string
  readonly json: boolean
}) {
  const { manifest, results } = yield* Run.read(directory)
  const standings = yield* JobStates.of(
    directory,
    manifest.jobs.map(({ id }) => id),
    results
  )
  const seconds = new Map(results.map((result) => [result.id, result.seconds]))
  // One walk over the jobs, however many tasks and learners there are.
  const cells = Map.groupBy(manifest.jobs, ({ job }) => `${job.task}\0${job.learner}`)
  const rows = manifest.tasks.flatMap((task) =>
    manifest.learners.map((learner) => {
      const jobs = cells.get(`${task.id}\0${learner.id}`) ?? []
      const count = (state: JobStates.State) => jobs.filter(({ id }) => standings.get(id)!.state === state).length
      return {
        task: task.id,
        learner: learner.id,
        jobs: jobs.length,
        finished: count("finished") + count("failed"),
        failed: count("failed"),
        running: count("running"),
        pending: count("pending"),
        timedOut: count("timed out"),
        outOfMemory: count("out of memory"),
        lost: count("lost"),
        cancelled: count("cancelled"),
        seconds: jobs.reduce((total, { id }) => total + (seconds.get(id) ?? 0), 0)
      }
    })
  )
  if (json) return yield* Console.log(toJson(rows, 2))
  const found = (Object.keys(unfinished) as Array<keyof typeof unfinished>)
    .map((key) => ({ title: unfinished[key], counts: rows.map((row) => row[key]) }))
    .filter(({ counts }) => counts.some((count) => count > 0))
  yield* Console.log(
    textTable(
      [
        { title: "task", key: true },
        { title: "learner", key: true },
        ...["jobs", "finished", "failed", ...found.map(({ title }) => title), "computed"].map((title) => ({
          title,
          align: "right" as const
        }))
      ],
      rows.map((row, i) => [
        row.task,
        row.learner,
        ...[row.jobs, row.finished, row.failed, ...found.map(({ counts }) => counts[i]!)].map(String),
        Duration.toText(row.seconds)
      ])
    )
  )
  const reasons = new Set(results.flatMap(({ error }) => (error === undefined ? [] : [error.message])))
  for (const reason of reasons) yield* Console.log(`failed: ${reason}`)
})
