/**
 * A place for a worker process, which runs one job at a time: what a pool is made of.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import type * as Job from "../Job.ts"
import * as RunDirectory from "../RunDirectory.ts"
import * as Launch from "./Launch.ts"
import * as WorkerProcess from "./WorkerProcess.ts"

/** The program of the worker processes, what they are told, and when they are given up. @category models */
export interface Options extends Launch.Options {
  /** What a worker is told with the run, and its `plan` is given. Made once, when there is something to run. Default: nothing. */
  readonly told?: Effect.Effect<ReadonlyArray<string>>
  /** Processes that were launched before: workers are made of them, as long as there are any. */
  readonly launched?: Array<Launch.Launched> | undefined
  /** Seconds after which a job is given up and its worker ended. Default: never. */
  readonly timeLimit?: number | undefined
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

/** A worker that was lost at a job, or took too long for it. */
export type Lost = WorkerProcess.WorkerLost | TimedOut

/** What became of a job: its result, which is stored, or why there is none. */
export type Said = Job.Result | Lost | WorkerProcess.NotStarted

/** A worker that ends before it is ready is started so often; a lack of memory may be over by then. */
const starts = 3

/** A place for one worker, which is replaced when it is lost. */
const make = (program: WorkerProcess.Program, timeLimit: number | undefined, directory: string) => {
  let current: { readonly worker: Launch.Launched; readonly scope: Scope.Closeable } | undefined
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
    /** Ends the worker, if there is one. */
    end,
    /** Runs a job on this slot's worker; one that failed is not used again. */
    runJob: (id: string): Effect.Effect<Said, RunDirectory.RunError> =>
      runJob(id).pipe(
        Effect.onError(() => end),
        Effect.catchTags({
          NotStarted: (found) => Effect.succeed(found),
          WorkerLost: (found) => Effect.succeed(found),
          TimedOut: (found) => Effect.succeed(found)
        })
      )
  }
}

/** A place for one worker. @category models */
export type Slot = ReturnType<typeof make>

/** Places for the workers of a run, which end with the scope. */
export const open = Effect.fnUntraced(function* (options: Options, directory: string, size: number) {
  const { told, silence = 600, timeLimit, ...launching } = options
  const program = { ...launching, silence, told: told === undefined ? [] : yield* told }
  return yield* Effect.forEach(Array.from({ length: size }), () =>
    Effect.acquireRelease(
      Effect.sync(() => make(program, timeLimit, directory)),
      ({ end }) => end
    )
  )
})

/** What to do where the processes of a worker do not start, which is not the only one. */
export const startElsewhere = "mend the cause and start the worker again; others take over its jobs"

/** No worker can be started, so that no job can be run. */
export const cannotStart = (
  directory: string,
  reason: string,
  advice = "mend the cause, or run in one process by --workers 1, and start again: finished jobs are kept"
) =>
  new RunDirectory.RunError({
    directory,
    given: "a worker process",
    rule: `cannot start, tried ${starts} times: ${reason}`,
    advice
  })

/** The result of a job whose worker gave none. */
export const failed = (id: string, job: typeof Job.Columns.Type, error: Lost): Job.Result => ({
  id,
  job,
  status: "failed",
  scores: {},
  error: { tag: error._tag, message: error.message },
  seconds: error._tag === "TimedOut" ? error.seconds : 0
})
