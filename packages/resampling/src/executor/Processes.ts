/**
 * A pool of worker processes: all cores are used, each process computes on one thread, and a process that crashes or
 * hangs costs one job at most.
 *
 * A worker reads the data once, or has them in common with the others (`inherits`). It stores results itself, by the same code as every other way of running a job, so the
 * numbers are those of a run in one process.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import type * as Scope from "effect/Scope"
import { type Handlers, type Executor, withFiles } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as Segments from "../Segments.ts"
import * as Slot from "./Slot.ts"

/** The program of the worker processes, and how many there are. @category models */
export interface Options extends Slot.Options {
  /**
   * Opens a file that all workers have open, too, such as the data: each finds the number of its descriptor behind `args`.
   * Without a number they have none.
   */
  readonly inherits?: Effect.Effect<number | undefined, never, Scope.Scope>
  /** How many processes, at least 1. */
  readonly size: number
  /** How often a job is tried whose worker is lost. Default 5: crashes that have nothing to do with the job cost nothing. */
  readonly attempts?: number
}

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
  const waiting = jobs.map((job) => ({ job, attempts: 0 }))
  const most = options.attempts ?? 5

  /** The result of a job whose worker did not say it: of a worker that was lost after it stored one, or a failure. */
  const unsaid = Effect.fnUntraced(function* (job: Job.Job<unknown>, error: Slot.Lost) {
    const found = error._tag === "TimedOut" ? undefined : (yield* Segments.read(handlers.directory)).get(job.id)
    // A failure that is there may be the one that is tried again.
    if (found?.status === "ok") return { ...found, job: Job.columns(job) }
    const result = Slot.failed(job.id, Job.columns(job), error)
    yield* handlers.store(result)
    return result
  })

  const size = Math.min(options.size, jobs.length)
  const inherits = size === 0 ? undefined : yield* options.inherits ?? Effect.succeed(undefined)
  /** Places that have a worker, or may get one. */
  let places = size

  /** The work of one place; without a worker it leaves its job to the others, unless it is the last one. */
  const serveSlot = Effect.gen(function* () {
    const slot = yield* Effect.acquireRelease(
      Effect.sync(() => Slot.make(options, handlers.directory, inherits)),
      ({ end }) => end
    )
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { job, attempts } = next
      yield* handlers.onBegin(job)
      const said = yield* slot.runJob(job.id).pipe(
        Effect.catchTags({
          NotStarted: (found) => Effect.succeed(found),
          WorkerLost: (found) => Effect.succeed(found),
          TimedOut: (found) => Effect.succeed(found)
        })
      )
      if (!("_tag" in said)) yield* handlers.onEnd(said)
      else if (said._tag === "NotStarted") {
        if (places === 1) return yield* Slot.cannotStart(handlers.directory, said.reason)
        waiting.push(next)
        break
      } else if (said._tag === "WorkerLost" && said.again && attempts + 1 < most) {
        // Last in the queue: what brought one worker down may be over by then.
        waiting.push({ job, attempts: attempts + 1 })
      } else yield* handlers.onEnd(yield* unsaid(job, said))
    }
    places -= 1
  }).pipe(Effect.scoped)

  yield* Effect.forEach(Array.from({ length: size }), () => serveSlot, { concurrency: "unbounded", discard: true })
}, Effect.scoped)

/** Runs jobs on a pool of worker processes. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  withFiles(`${options.size} processes`, (jobs, handlers) => execute(options, jobs, handlers))
