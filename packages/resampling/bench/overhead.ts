/** What a job costs besides learning: in this process, on pools of workers, and part by part. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as PredictionBytes from "@rocflow/core/learning/PredictionBytes"
import * as Executor from "@rocflow/resampling/Executor"
import * as Processes from "@rocflow/resampling/executor/Processes"
import * as Job from "@rocflow/resampling/Job"
import * as Events from "@rocflow/core/learning/Events"
import * as Packs from "@rocflow/resampling/Packs"
import * as Run from "@rocflow/resampling/Run"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Cheap from "./cheap.ts"

/** Jobs are timed in batches of this many. */
const batch = 25

const temporary = Effect.flatMap(FileSystem.FileSystem, (fs) =>
  fs.makeTempDirectoryScoped({ prefix: "rocflow-bench-" })
)

/** Seconds until the first job has ended, and seconds a job for every batch after it. */
export interface Pace {
  readonly start: number
  readonly perJob: ReadonlyArray<number>
}

const entry = new URL("./cheapWorker.ts", import.meta.url)

/** Runs the design: `workers` 0 is in this process. */
export const pace = Effect.fnUntraced(
  function* (jobs: number, workers: number) {
    const path = yield* Path.Path
    const directory = path.join(yield* temporary, "run")
    const design = yield* Cheap.design(jobs)
    const ends: Array<number> = []
    const executor =
      workers === 0 ? Executor.inProcess : Processes.layer({ entry, args: [String(jobs)], size: workers })
    const begun = performance.now()
    const { results } = yield* Run.start(design, directory).pipe(
      Effect.provide(executor),
      Effect.provideService(Events.Sink, ({ _tag }) =>
        Effect.sync(() => {
          if (_tag === "JobEnded") ends.push(performance.now())
        })
      )
    )
    if (!results.every(({ status }) => status === "ok")) return yield* Effect.die("a job of the benchmark failed")
    const perJob = ends.flatMap((end, i) => (i > 0 && i % batch === 0 ? [(end - ends[i - batch]!) / 1000 / batch] : []))
    return { start: (ends[0]! - begun) / 1000, perJob } satisfies Pace
  },
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)

/** Seconds by the clock and of the processor, for every job. */
export interface Part {
  readonly clock: Array<number>
  readonly processor: Array<number>
}

const part = (): Part => ({ clock: [], processor: [] })

const timed = <A, E, R>(into: Part, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const used = process.cpuUsage()
    const begun = performance.now()
    const value = yield* effect
    into.clock.push((performance.now() - begun) / 1000)
    const { system, user } = process.cpuUsage(used)
    into.processor.push((system + user) / 1e6)
    return value
  })

/** Times each part of the jobs, executed one after another. */
export const parts = Effect.fnUntraced(
  function* (jobs: number) {
    const directory = yield* temporary
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* Effect.forEach(["results", "predictions"], (name) => fs.makeDirectory(path.join(directory, name)))
    const design = yield* Cheap.design(jobs)
    const [execute, predictions, result, read] = [part(), part(), part(), part()]
    for (const job of design.jobs) {
      const executed = yield* timed(execute, Job.execute(job))
      const block = () => PredictionBytes.write({ prediction: executed.prediction!, groups: undefined })
      yield* timed(
        predictions,
        Effect.suspend(() => Packs.append(directory, block()))
      )
      const bare = { result: executed.result, prediction: undefined }
      yield* timed(result, RunDirectory.writeExecuted(directory, bare))
    }
    yield* timed(read, RunDirectory.readResults(directory, { jobs: [] }))
    return {
      "take rows, train, predict, measure": execute,
      "write the predictions": predictions,
      "write the result (JSON)": result,
      "read all results": read
    }
  },
  Effect.scoped,
  Effect.provide(NodeServices.layer)
)
