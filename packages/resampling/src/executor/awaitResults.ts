/**
 * The side of a run whose jobs are computed elsewhere: it waits until all of them have results in its directory.
 */
import * as Effect from "effect/Effect"
import type { Handlers } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as RunDirectory from "../RunDirectory.ts"
import type * as Segments from "../Segments.ts"

/** Seconds between two looks. */
const wait = 1

/** The records of the directory: those that were there before jobs were given away, and each time those that came since. */
export interface Records {
  readonly stored: ReadonlyArray<Job.Result>
  readonly fresh: ReturnType<typeof Segments.follow>
}

/**
 * Waits for the results of jobs, and tells what begins and ends. `look` says which jobs were begun, and whether nobody takes
 * jobs any more; what it puts into the directory is seen at once. Failures that were there before are to be tried again.
 */
export const awaitResults = Effect.fnUntraced(function* <R, E, R2>(
  jobs: ReadonlyArray<Job.Job<unknown>>,
  { directory, onBegin, onEnd }: Handlers<R>,
  { fresh, stored }: Records,
  look: (
    open: ReadonlyMap<string, Job.Job<unknown>>
  ) => Effect.Effect<{ readonly closed: boolean; readonly begun: Iterable<string> }, E, R2>
) {
  const open = new Map(jobs.map((job) => [job.id, job]))
  const begun = new Set<string>()
  const begin = Effect.fnUntraced(function* (id: string) {
    const job = open.get(id)
    if (job === undefined || begun.has(id)) return
    begun.add(id)
    yield* onBegin(job)
  })
  const take = Effect.fnUntraced(function* (results: ReadonlyArray<Job.Result>) {
    for (const result of results) {
      const job = open.get(result.id)
      if (job === undefined) continue
      yield* begin(job.id)
      open.delete(job.id)
      yield* onEnd({ ...result, job: Job.columns(job) })
    }
  })

  yield* take(stored.filter(({ status }) => status === "ok"))
  while (open.size > 0) {
    const seen = yield* look(open)
    yield* take(yield* fresh)
    yield* Effect.forEach(seen.begun, begin, { discard: true })
    if (open.size > 0 && seen.closed) {
      return yield* new RunDirectory.RunError({
        directory,
        given: "the run",
        rule: "was cancelled",
        advice: "start again to go on: finished jobs are kept"
      })
    }
    if (open.size > 0) yield* Effect.sleep(wait * 1000)
  }
})
