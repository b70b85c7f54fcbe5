/**
 * A pool of worker processes: all cores are used, each process computes on one thread, and a process that crashes or
 * hangs costs one job at most.
 *
 * A worker reads the data once. It stores results itself, by the same code as every other way of running a job, so the
 * numbers are those of a run in one process.
 */
import { type ChildProcess, fork } from "node:child_process"
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
import { Reply, type Request } from "./protocol.ts"

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
}

/** A worker process ended, or said that it cannot work. */
class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", { reason: Schema.String }) {
  override get message(): string {
    return `the worker process of this job was lost: ${this.reason}; look for a lack of memory or a crash in native code, then run again with --retry-failed`
  }
}

/** A job took longer than the time limit. */
class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", { seconds: Schema.Finite }) {
  override get message(): string {
    return `the job took longer than the limit of ${this.seconds} s and was ended; raise --time-limit, or make the learner cheaper`
  }
}

/** A worker that cannot read the data or store a result would fail at every job, so the run ends. */
const broken = (directory: string, message: string) =>
  new RunDirectory.RunError({
    directory,
    given: "a worker process",
    rule: `cannot work: ${message}`,
    advice: "mend the cause and start again: finished jobs are kept"
  })

const isAlive = (worker: ChildProcess): boolean =>
  worker.exitCode === null && worker.signalCode === null && worker.connected

/**
 * Waits for one reply of a worker, or its end; sends the request, if there is one, when it listens already. Listeners are
 * gone afterwards.
 */
const reply = (
  worker: ChildProcess,
  directory: string,
  request?: Request
): Effect.Effect<Reply, WorkerLost | RunDirectory.RunError> =>
  Effect.callback((resume) => {
    const settle = (outcome: Effect.Effect<Reply, WorkerLost | RunDirectory.RunError>) => {
      stop()
      resume(outcome)
    }
    const lost = (reason: string) => settle(Effect.fail(new WorkerLost({ reason })))
    const onMessage = (message: unknown) => {
      if (!Schema.is(Reply)(message)) return lost("it said something that no worker says")
      settle(message._tag === "Broken" ? Effect.fail(broken(directory, message.message)) : Effect.succeed(message))
    }
    const onExit = (code: number | null, signal: string | null) =>
      lost(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`)
    const onError = (error: Error) => lost(error.message)
    const stop = () => {
      worker.off("message", onMessage).off("exit", onExit).off("error", onError)
    }
    worker.on("message", onMessage).on("exit", onExit).on("error", onError)
    if (worker.exitCode !== null || worker.signalCode !== null) onExit(worker.exitCode, worker.signalCode)
    else if (request !== undefined) worker.send(request, (error) => error !== null && lost(error.message))
    return Effect.sync(stop)
  })

/** Starts a worker and waits until it has read the data; it is killed with the scope. */
const start = (
  options: Options,
  directory: string
): Effect.Effect<ChildProcess, WorkerLost | RunDirectory.RunError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() =>
      fork(options.entry, [directory, ...options.args], { stdio: ["ignore", "ignore", "inherit", "ipc"] })
    ),
    (worker) =>
      Effect.sync(() => {
        worker.removeAllListeners()
        // An error of a process that is being killed has nobody to hear it.
        worker.on("error", () => {})
        worker.kill("SIGKILL")
      })
  ).pipe(Effect.tap((worker) => reply(worker, directory)))

/** One place of the pool: a worker that is replaced when it is lost. */
const makeSlot = (options: Options, directory: string) => {
  let current: { readonly worker: ChildProcess; readonly scope: Scope.Closeable } | undefined
  const end = Effect.suspend(() => {
    const open = current
    current = undefined
    return open === undefined ? Effect.void : Scope.close(open.scope, Exit.void)
  })
  const worker = Effect.gen(function* () {
    if (current !== undefined && isAlive(current.worker)) return current.worker
    yield* end
    const scope = yield* Scope.make()
    const started = yield* start(options, directory).pipe(
      Effect.provideService(Scope.Scope, scope),
      Effect.onError(() => Scope.close(scope, Exit.void))
    )
    current = { worker: started, scope }
    return started
  })
  const runJob = Effect.fnUntraced(function* (id: string) {
    const process = yield* worker
    const { timeLimit } = options
    const answer = reply(process, directory, { _tag: "Run", id })
    const said = yield* timeLimit === undefined
      ? answer
      : Effect.timeoutOrElse(answer, {
          duration: timeLimit * 1000,
          orElse: () => Effect.fail(new TimedOut({ seconds: timeLimit }))
        })
    return said._tag === "Done" ? said.result : yield* new WorkerLost({ reason: "it stored no result" })
  })
  return {
    end,
    /** Runs a job on this slot's worker; a worker that failed is not used again. */
    runJob: (id: string) => Effect.onError(runJob(id), () => end)
  }
}

const failed = (job: Job.Job<unknown>, error: WorkerLost | TimedOut): Job.Result => ({
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
  const unsaid = Effect.fnUntraced(function* (job: Job.Job<unknown>, error: WorkerLost | TimedOut) {
    const found = error._tag === "TimedOut" ? undefined : (yield* Segments.read(handlers.directory)).get(job.id)
    // A failure that is there may be the one that is tried again.
    if (found?.status === "ok") return { ...found, job: Job.columns(job) }
    const result = failed(job, error)
    yield* handlers.store(result)
    return result
  })

  const serveSlot = Effect.gen(function* () {
    const slot = yield* Effect.acquireRelease(
      Effect.sync(() => makeSlot(options, handlers.directory)),
      ({ end }) => end
    )
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { job, attempts } = next
      yield* handlers.onBegin(job)
      const said = yield* slot
        .runJob(job.id)
        .pipe(
          Effect.catchTags({ WorkerLost: (found) => Effect.succeed(found), TimedOut: (found) => Effect.succeed(found) })
        )
      // Last in the queue: what brought one worker down may be over by then.
      if ("_tag" in said && said._tag === "WorkerLost" && attempts + 1 < most) {
        waiting.push({ job, attempts: attempts + 1 })
      } else yield* handlers.onEnd("_tag" in said ? yield* unsaid(job, said) : said)
    }
  }).pipe(Effect.scoped)

  const size = Math.min(options.size, jobs.length)
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
