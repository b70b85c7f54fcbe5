/**
 * `rocflow status`: how far a run has come.
 */
import * as Excerpt from "@rocflow/core/Excerpt"
import * as Events from "@rocflow/core/learning/Events"
import * as Live from "@rocflow/resampling/Live"
import * as Status from "@rocflow/resampling/Status"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { toJson } from "@rocflow/core/Json"
import * as Duration from "@rocflow/core/Duration"
import { sayTrouble } from "../terminal/sayTrouble.ts"
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
  const { cells, failures } = yield* Status.of(directory).pipe(Effect.provideService(Events.Sink, sayTrouble))
  const rows = cells.map(({ jobs, learner, seconds, states, task }) => ({
    task,
    learner,
    jobs,
    finished: states.finished + states.failed,
    failed: states.failed,
    running: states.running,
    pending: states.pending,
    timedOut: states["timed out"],
    outOfMemory: states["out of memory"],
    lost: states.lost,
    cancelled: states.cancelled,
    seconds
  }))
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
  for (const reason of failures) yield* Console.log(`failed: ${Excerpt.of(Excerpt.visible(reason))}`)
  const error = yield* Live.errorOf(directory)
  if (error !== undefined) yield* Console.log(`ended by an error: ${Excerpt.of(Excerpt.visible(error))}`)
})
