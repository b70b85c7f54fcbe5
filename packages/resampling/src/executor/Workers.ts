/**
 * Leaves jobs to workers that take them from the directory of the run (`rocflow worker`), on any number of machines, and
 * waits for the results. Workers may come and go: a job whose worker is lost is taken over by another one.
 */
import * as Events from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import { type Handlers, type Executor, withFiles } from "../Executor.ts"
import type * as Job from "../Job.ts"
import * as Segments from "../Segments.ts"
import { awaitResults } from "./awaitResults.ts"
import * as Round from "./pull/Round.ts"

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    /** Jobs are there for workers. */
    readonly WorkersAwaited: { readonly directory: string; readonly jobs: number }
  }
}

/** What workers are told. @category models */
export interface Options {
  /** The experiment file, as every worker finds it. */
  readonly experiment: string
  /** Seconds without a heartbeat after which a worker is taken for lost. Default 60. */
  readonly lease?: number
  /** How often a job is tried whose worker is lost. Default 5. */
  readonly attempts?: number
}

const execute = Effect.fnUntraced(function* <R>(
  options: Options,
  jobs: ReadonlyArray<Job.Job<unknown>>,
  handlers: Handlers<R>
) {
  const { directory } = handlers
  if (jobs.length === 0) return
  const path = yield* Path.Path
  const fresh = Segments.follow(directory)
  const stored = yield* fresh
  const lease = options.lease ?? 60
  const before = yield* Round.newest(directory)
  const left = before === undefined ? undefined : yield* Round.progress(before)
  const known = new Set(before?.jobs)
  // Workers of an earlier start may still be at it; what is done there and open here is to be done again.
  const goesOn =
    left !== undefined &&
    !left.closed &&
    before?.lease === lease &&
    jobs.every(({ id }) => known.has(id) && !left.done.has(id))
  const round =
    before !== undefined && goesOn
      ? before
      : yield* Round.begin(directory, {
          experiment: options.experiment,
          jobs: jobs.map(({ id }) => id),
          lease,
          attempts: options.attempts ?? 5
        })
  // Workers of the round before look for a newer one when it ends.
  if (before !== undefined && !goesOn) yield* Round.close(before)
  yield* Events.emit({ _tag: "WorkersAwaited", directory: path.resolve(directory), jobs: jobs.length })

  const look = Effect.map(Round.progress(round), ({ closed, leases }) => ({ closed, begun: leases.keys() }))
  yield* awaitResults(jobs, handlers, { stored, fresh }, () => look)
  yield* Round.close(round)
})

/** Leaves jobs to workers that take them from the directory of the run. @category layers */
export const layer = (options: Options): Layer.Layer<Executor, never, FileSystem.FileSystem | Path.Path> =>
  withFiles("workers", (jobs, handlers) => execute(options, jobs, handlers))
