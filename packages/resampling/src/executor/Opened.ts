/**
 * A run as the processes open it that compute its jobs elsewhere: the same design, the same function that runs a job.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Design } from "../Design.ts"
import type { Handlers } from "../Executor.ts"
import type * as Job from "../Job.ts"
import * as Live from "../Live.ts"
import * as Run from "../Run.ts"
import * as RunDirectory from "../RunDirectory.ts"

/** The jobs of a run by their ids, and how one is run and its result stored. @category models */
export interface Opened<R> {
  readonly jobs: ReadonlyMap<string, Job.Job<R>>
  readonly handlers: Pick<Handlers<R | FileSystem.FileSystem | Path.Path>, "directory" | "runJob" | "store">
}

/** Who is told what a process elsewhere does. @category models */
export interface Listener {
  readonly onBegin: (id: string, job: typeof Job.Columns.Type) => Effect.Effect<void>
  readonly onEnd: (result: Job.Result) => Effect.Effect<void>
}

/**
 * Opens a run to compute for it. Refused are another design, and engines that agree with those of the run to rounding only.
 */
export const open = Effect.fnUntraced(function* <R>(directory: string, design: Design<R>, engine?: string) {
  const manifest = yield* RunDirectory.requireManifest(directory)
  if (manifest.hash !== design.hash) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "the experiment",
      rule: "is not the one of the run: it or its data changed",
      advice: "start `rocflow run` again: that is a new run"
    })
  }
  const begun = manifest.provenance["engine"]
  if (engine !== undefined && begun !== undefined && engine !== begun) {
    return yield* new RunDirectory.RunError({
      directory,
      given: `the run was begun on the engine ${begun}, and this machine has ${engine}, which`,
      rule: "agrees with it to rounding only",
      advice: "compute on machines with the same engines; `rocflow doctor` says why one is lacking"
    })
  }
  const execute = Run.runJob<R>(directory, yield* Live.open(directory), manifest)
  const opened: Opened<R> = {
    jobs: new Map(design.jobs.map((job) => [job.id, job])),
    handlers: {
      directory,
      // Executors hand back jobs of this design only.
      runJob: (job) => execute(job as Job.Job<R>),
      store: (result) => Effect.asVoid(RunDirectory.writeExecuted(directory, { result, prediction: undefined }))
    }
  }
  return opened
})
