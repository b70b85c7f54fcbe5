/**
 * `rocflow logs`: why a job has no scores, and what its SLURM tasks printed.
 */
import * as JobStates from "@rocflow/resampling/executor/JobStates"
import * as Submission from "@rocflow/resampling/executor/slurm/Submission"
import * as Run from "@rocflow/resampling/Run"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { splitText } from "../terminal/progress.ts"

/** Shows what is known of one job. */
export const logs = Effect.fn("logs")(function* ({
  directory,
  job: beginning
}: {
  readonly directory: string
  readonly job: string
}) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { manifest, results } = yield* Run.read(directory)
  const found = manifest.jobs.filter(({ id }) => id.startsWith(beginning))
  const [entry] = found
  if (entry === undefined || found.length > 1) {
    return yield* new RunDirectory.RunError({
      directory,
      given: `the job "${beginning}"`,
      rule: entry === undefined ? "is not in the run" : `may be one of ${found.length} jobs`,
      advice: "`rocflow todo` lists jobs without scores, `rocflow scores` those with"
    })
  }
  const { id, job } = entry
  const { state, where } = (yield* JobStates.of(directory, [id], results)).get(id)!
  yield* Console.log(
    `${id}: ${job.task}, ${job.learner}, ${splitText(job)}: ${state}${where === "" ? "" : ` (${where})`}`
  )
  const error = results.find((result) => result.id === id)?.error
  if (error !== undefined) yield* Console.log(error.message)
  for (const { array, chunks, number } of yield* Submission.all(directory)) {
    const task = chunks.findIndex((chunk) => chunk.includes(id))
    if (task < 0 || array === undefined) continue
    const file = yield* Submission.file(directory, number, `${task}.log`)
    const text = yield* Effect.orElseSucceed(fs.readFileString(file), () => "")
    yield* Console.log(
      `\n== SLURM ${array}_${task}: ${path.normalize(file)}\n${text.trimEnd() || "nothing was printed"}`
    )
  }
})
