/**
 * `rocflow todo`: the jobs of a run that have no scores.
 */
import { toJson } from "@rocflow/core/Json"
import * as Events from "@rocflow/core/learning/Events"
import * as JobStates from "@rocflow/resampling/executor/JobStates"
import * as Run from "@rocflow/resampling/Run"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { splitText } from "../terminal/progress.ts"
import { sayTrouble } from "../terminal/sayTrouble.ts"
import { textTable } from "../terminal/textTable.ts"

/** Lists what is left. */
export const todo = Effect.fn("todo")(function* ({
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
  ).pipe(Effect.provideService(Events.Sink, sayTrouble))
  const rows = manifest.jobs.flatMap(({ id, job }) => {
    const { state, where } = standings.get(id)!
    return state === "finished" ? [] : [{ id, state, where, ...job }]
  })
  if (json) return yield* Console.log(toJson(rows, 2))
  if (rows.length === 0) return yield* Console.log(`all ${manifest.jobs.length} jobs are finished`)
  yield* Console.log(
    textTable(
      ["job", "state", "task", "learner", "split", "where"].map((title) => ({ title, key: title === "job" })),
      rows.map(({ id, learner, state, task, where, ...job }) => [
        id.slice(0, 8),
        state,
        task,
        learner,
        splitText({ ...job, task, learner }),
        where
      ])
    )
  )
})
