/**
 * A pool of worker processes: all cores are used, each process computes on one thread, and a process that crashes or
 * hangs costs one job at most.
 *
 * A worker reads the data once, or has them in common with the others (`inherits`). It stores results itself, by the same code
 * as every other way of running a job, so the numbers are those of a run in one process.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { type Handlers, type Executor, withFiles } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as Segments from "../Segments.ts"
import * as Launch from "./Launch.ts"
import * as Slot from "./Slot.ts"

/** The program of the worker processes, and how many there are. @category models */
export interface Options extends Slot.Options {
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

  if (jobs.length === 0) return yield* Effect.forEach(options.launched?.splice(0) ?? [], Launch.end, { discard: true })
  const size = Math.min(options.size, jobs.length)
  const slots = yield* Slot.open(options, handlers.directory, size)
  /** Places that have a worker, or may get one. */
  let places = size

  /** The work of one place; without a worker it leaves its job to the others, unless it is the last one. */
  const serve = Effect.fnUntraced(function* (slot: Slot.Slot) {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { job, attempts } = next
      yield* handlers.onBegin(job)
      const said = yield* slot.runJob(job.id)
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
    // Its memory is free for the others.
    yield* slot.end
  })

  yield* Effect.forEach(slots, serve, { concurrency: "unbounded", discard: true })
}, Effect.scoped)

/** Runs jobs on a pool of worker processes. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  withFiles(`${options.size} processes`, (jobs, handlers) => execute(options, jobs, handlers))
