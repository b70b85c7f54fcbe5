/**
 * An executor decides where jobs run. It does not know how: whoever runs a job calls the same function.
 *
 * - `inProcess`: one after another, in this process
 * - `executor/Processes`: a pool of worker processes, one job each at a time
 * - `executor/Slurm`: arrays of tasks on a cluster with SLURM
 * - `executor/Workers`: workers on any number of machines, which take jobs from the directory
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as Path from "effect/Path"
import type * as Job from "./Job.ts"
import type { RunFailure } from "./RunDirectory.ts"

/** What an executor is given to run jobs with. @category models */
export interface Handlers<out R> {
  /** The directory of the run, in which results appear. */
  readonly directory: string
  /** Executes a job and stores its result. */
  readonly runJob: (job: Job.Job<unknown>) => Effect.Effect<Job.Result, RunFailure, R>
  /** Stores a result that came about without executing the job: its worker was lost. */
  readonly store: (result: Job.Result) => Effect.Effect<void, RunFailure, R>
  readonly onBegin: (job: Job.Job<unknown>) => Effect.Effect<void>
  readonly onEnd: (result: Job.Result) => Effect.Effect<void>
}

/**
 * The service that runs jobs.
 * @category services
 */
export class Executor extends Context.Service<
  Executor,
  {
    /** How it runs jobs, as recorded with the run: `"in-process"`. */
    readonly name: string
    /** Runs every job, in the order given, in which the largest training sets are first. */
    readonly run: <R>(
      jobs: ReadonlyArray<Job.Job<unknown>>,
      handlers: Handlers<R>
    ) => Effect.Effect<void, RunFailure, R>
  }
>()("rocflow/resampling/Executor") {}

/** Makes the layer of an executor that works with files. @category layers */
export const withFiles = (
  name: string,
  run: <R>(
    jobs: ReadonlyArray<Job.Job<unknown>>,
    handlers: Handlers<R>
  ) => Effect.Effect<void, RunFailure, R | FileSystem.FileSystem | Path.Path>
): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  Layer.effect(
    Executor,
    Effect.map(Effect.context<FileSystem.FileSystem | Path.Path>(), (files) =>
      Executor.of({ name, run: (jobs, handlers) => Effect.provide(run(jobs, handlers), files) })
    )
  )

/** Runs jobs one after another in this process. @category layers */
export const inProcess: Layer.Layer<Executor> = Layer.succeed(
  Executor,
  Executor.of({
    name: "in-process",
    run: (jobs, { runJob, onBegin, onEnd }) =>
      Effect.forEach(jobs, (job) => onBegin(job).pipe(Effect.andThen(runJob(job)), Effect.flatMap(onEnd)), {
        discard: true
      })
  })
)
