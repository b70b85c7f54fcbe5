/**
 * An executor decides where jobs run. It does not know how: whoever runs a job calls the same function.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Job from "./Job.ts"

/**
 * The service that runs jobs.
 * @category services
 */
export class Executor extends Context.Service<
  Executor,
  {
    /** How it runs jobs, as recorded with the run: `"in-process"`. */
    readonly name: string
    /**
     * Runs every job with `runJob`, which stores the result, and tells `onEnd` of each as it ends. Jobs come in the
     * order given, in which the largest training sets are first.
     */
    readonly run: <E, R, E2, R2>(
      jobs: ReadonlyArray<Job.Job<unknown>>,
      runJob: (job: Job.Job<unknown>) => Effect.Effect<Job.Result, E, R>,
      onEnd: (result: Job.Result) => Effect.Effect<void, E2, R2>
    ) => Effect.Effect<void, E | E2, R | R2>
  }
>()("rocflow/resampling/Executor") {}

/** Runs jobs one after another in this process. @category layers */
export const inProcess: Layer.Layer<Executor> = Layer.succeed(
  Executor,
  Executor.of({
    name: "in-process",
    run: (jobs, runJob, onEnd) => Effect.forEach(jobs, (job) => Effect.flatMap(runJob(job), onEnd), { discard: true })
  })
)
