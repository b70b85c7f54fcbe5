/**
 * A pool of worker processes: all cores are used, each process computes on one thread, and a process that crashes or
 * hangs costs one job at most.
 *
 * A worker reads the data once. It stores results itself, by the same code as every other way of running a job, so the
 * numbers are those of a run in one process.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import { Executor, type Handlers } from "../Executor.ts"
import * as Job from "../Job.ts"
import * as RunDirectory from "../RunDirectory.ts"
import * as Segments from "../Segments.ts"
import * as WorkerProcess from "./WorkerProcess.ts"

/** The program of the worker processes, and how many there are. @category models */
export interface Options {
  /** The module that a worker process runs; it calls `serve` of `executor/worker`. */
  readonly entry: URL
  /** What the module finds in `process.argv` after the directory of the run. */
  readonly args: ReadonlyArray<string>
  /** How many processes, at least 1. */
  readonly size: number
  /** Seconds after which a job is given up and its worker ended. Default: never. */
  readonly timeLimit?: number
  /** How often a job is tried whose worker is lost. Default 5: crashes that have nothing to do with the job cost nothing. */
  readonly attempts?: number
  /**
   * Seconds after which a worker at a job is taken for lost that neither answers nor computes, where the system says
   * whether it does (Linux). Default 600.
   */
  readonly silence?: number
}

/** A job took longer than the time limit. */
class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", { seconds: Schema.Finite }) {
  override get message(): string {
    return `the job took longer than the limit of ${this.seconds} s and was ended; raise --time-limit, or make the learner cheaper`
  }
}

type Lost = WorkerProcess.WorkerLost | TimedOut

/** A worker that ends before it is ready is started so often; a lack of memory may be over by then. */
const starts = 3

/** One place of the pool: a worker that is replaced when it is lost. */
const makeSlot = (options: Options, directory: string) => {
  const program: WorkerProcess.Program = { silence: 600, ...options }
  let current: { readonly worker: WorkerProcess.Worker; readonly scope: Scope.Closeable } | undefined
  const end = Effect.suspend(() => {
    const open = current
    current = undefined
    return open === undefined ? Effect.void : Scope.close(open.scope, Exit.void)
  })
  const fresh = Effect.gen(function* () {
    if (current !== undefined && WorkerProcess.isAlive(current.worker)) return current.worker
    yield* end
    const scope = yield* Scope.make()
    const started = yield* WorkerProcess.start(program, directory).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
    current = { worker: started, scope }
    return started
  })
  const worker = Effect.retry(fresh, { times: starts - 1, while: ({ _tag }) => _tag === "NotStarted" })
  const runJob = Effect.fnUntraced(function* (id: string) {
    const started = yield* worker
    const { timeLimit } = options
    const answer = WorkerProcess.ask(started, program, directory, id)
    const said = yield* timeLimit === undefined
      ? answer
      : Effect.timeoutOrElse(answer, {
          duration: timeLimit * 1000,
          orElse: () => Effect.fail(new TimedOut({ seconds: timeLimit }))
        })
    return said._tag === "Done" ? said.result : yield* WorkerProcess.lost("it stored no result")
  })
  return {
    end,
    /** Runs a job on this slot's worker; a worker that failed is not used again. */
    runJob: (id: string) => Effect.onError(runJob(id), () => end)
  }
}

/** No worker can be started, so that no job can be run. */
const cannotStart = (directory: string, reason: string) =>
  new RunDirectory.RunError({
    directory,
    given: "a worker process",
    rule: `cannot start, tried ${starts} times: ${reason}`,
    advice: "mend the cause, or run in one process by --workers 1, and start again: finished jobs are kept"
  })

const failed = (job: Job.Job<unknown>, error: Lost): Job.Result => ({
  id: job.id,
  job: Job.columns(job),
  status: "failed",
  scores: {},
  error: { tag: error._tag, message: error.message },
  seconds: error._tag === "TimedOut" ? error.seconds : 0
})

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
  const waiting = jobs.map((job) => ({ job, attempts: 0 }))
  const most = options.attempts ?? 5

  /** The result of a job whose worker did not say it: of a worker that was lost after it stored one, or a failure. */
  const unsaid = Effect.fnUntraced(function* (job: Job.Job<unknown>, error: Lost) {
    const found = error._tag === "TimedOut" ? undefined : (yield* Segments.read(handlers.directory)).get(job.id)
    // A failure that is there may be the one that is tried again.
    if (found?.status === "ok") return { ...found, job: Job.columns(job) }
    const result = failed(job, error)
    yield* handlers.store(result)
    return result
  })

  const size = Math.min(options.size, jobs.length)
  /** Places that have a worker, or may get one. */
  let places = size

  /** The work of one place; without a worker it leaves its job to the others, unless it is the last one. */
  const serveSlot = Effect.gen(function* () {
    const slot = yield* Effect.acquireRelease(
      Effect.sync(() => makeSlot(options, handlers.directory)),
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
        if (places === 1) return yield* cannotStart(handlers.directory, said.reason)
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
})

/** Runs jobs on a pool of worker processes. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    Executor,
    Effect.map(Effect.context<FileSystem.FileSystem | Path.Path>(), (files) =>
      Executor.of({
        name: `${options.size} processes`,
        run: (jobs, handlers) => Effect.provide(execute(options, jobs, handlers), files)
      })
    )
  )
