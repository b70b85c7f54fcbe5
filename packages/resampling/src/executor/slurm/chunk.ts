/**
 * The side of a task of an array: it runs its chunk, and writes down which jobs it begins and ends.
 */
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Design } from "../../Design.ts"
import * as Job from "../../Job.ts"
import { Executor } from "../../Executor.ts"
import * as RunDirectory from "../../RunDirectory.ts"
import * as Segments from "../../Segments.ts"
import { type Listener, open } from "../Opened.ts"
import * as Submission from "./Submission.ts"

/** Which chunk of a run, and what the machine that runs it computes by. @category models */
export interface Place {
  readonly directory: string
  readonly submission: number
  /** The place in the array. */
  readonly task: number
  readonly engine: string
}

/**
 * Runs a chunk by the executor given. Jobs are left out that this task ended before SLURM started it again, and those that
 * have a good result by now.
 */
export const serve = Effect.fnUntraced(function* <R, E extends { readonly message: string }, R2>(
  { directory, submission: number, task, engine }: Place,
  plan: Effect.Effect<Design<R>, E, R2>,
  listener: Listener
) {
  const files = yield* Effect.context<FileSystem.FileSystem | Path.Path>()
  const note = (kind: "begun" | "ended" | "broken", said: string) =>
    Submission.note(directory, number, task, kind, said).pipe(Effect.provide(files), Effect.orDie)
  return yield* Effect.gen(function* () {
    const submission = yield* Submission.read(directory, number)
    const chunk = submission?.chunks[task]
    if (chunk === undefined) {
      return yield* new RunDirectory.RunError({
        directory,
        given: `chunk ${task} of submission ${number}`,
        rule: "does not exist",
        advice: "`ls slurm` in the directory shows the submissions, and submission.json the chunks of each"
      })
    }
    const { jobs, handlers } = yield* open(directory, yield* plan, engine)
    const executor = yield* Executor
    const { ended } = yield* Submission.journal(directory, number, task)
    const mine = chunk.flatMap((id) => (ended.has(id) || !jobs.has(id) ? [] : [jobs.get(id)!]))
    const results = yield* Segments.read(directory)
    const done = new Set(mine.flatMap(({ id }) => (results.get(id)?.status === "ok" ? [id] : [])))
    yield* Effect.forEach(done, (id) => note("ended", id), { discard: true })
    yield* executor.run(
      mine.filter(({ id }) => !done.has(id)),
      {
        ...handlers,
        onBegin: (job) => Effect.andThen(note("begun", job.id), listener.onBegin(job.id, Job.columns(job))),
        onEnd: (result) => Effect.andThen(note("ended", result.id), listener.onEnd(result))
      }
    )
  }).pipe(
    Effect.tapError(({ message }) => note("broken", message)),
    PreprocessCache.provideDefault,
    Effect.scoped
  )
})
