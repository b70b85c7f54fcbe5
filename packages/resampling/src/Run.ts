/**
 * A run executes the jobs of a design into a directory, and can be killed and started again at any moment.
 *
 * @example
 * const outcome = yield* Run.start(design, "runs/sonar").pipe(
 *   Effect.provide([Auto.layer(), Executor.inProcess, NodeServices.layer])
 * )
 * Score.aggregate(Score.table(outcome.results))
 */
import * as FileProblem from "@rocflow/core/FileProblem"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Events from "@rocflow/core/learning/Events"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Timing from "@rocflow/core/learning/Timing"
import * as Place from "@rocflow/core/learning/Place"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as PredictionBytes from "@rocflow/core/learning/PredictionBytes"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Compacted from "./Compacted.ts"
import type { Design, Planned } from "./Design.ts"
import { Executor } from "./Executor.ts"
import * as FeatureTable from "./FeatureTable.ts"
import * as Finished from "./Finished.ts"
import { change, claim } from "./internal/claim.ts"
import { sweep } from "./internal/sweep.ts"
import * as Job from "./Job.ts"
import * as Ledger from "./Ledger.ts"
import * as Live from "./Live.ts"
import * as Manifest from "./Manifest.ts"
import * as Packs from "./Packs.ts"
import * as Predicted from "./Predicted.ts"
import * as Resampling from "./Resampling.ts"
import * as RunDirectory from "./RunDirectory.ts"
import * as Score from "./Score.ts"
import * as Segments from "./Segments.ts"
import * as TaskImages from "./TaskImages.ts"

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    /** A run begins, or goes on: so many jobs in all, so many finished before. */
    readonly RunBegun: { readonly directory: string; readonly jobs: number; readonly finished: number }
    readonly JobBegun: { readonly job: typeof Job.Columns.Type }
    readonly JobEnded: { readonly result: Job.Result; readonly finished: number; readonly jobs: number }
  }
}

/** A finished run. @category models */
export interface Outcome {
  readonly directory: string
  readonly manifest: RunDirectory.Manifest
  /** In the order of the design's jobs. */
  readonly results: ReadonlyArray<Job.Result>
  /** How many jobs were finished before this start. */
  readonly skipped: number
  /** How many of them were taken over from other runs. */
  readonly reused: number
}

const resamplingText = ({ resampling }: Planned): string => Resampling.toText(resampling)

/** How a run is started. @category models */
export interface StartOptions {
  /** What was asked for, as plain data; becomes `experiment.json`. */
  readonly experiment?: unknown
  /**
   * Versions, command: whatever is to be remembered with the run. A run that is continued must have the same `engine`.
   */
  readonly provenance?: Readonly<Record<string, string>>
  /**
   * Keeps what every job learned, in `models/<id>/model.safetensors`. Default false; a run that began to keep them goes on to.
   * Jobs of before whose models were not kept are executed again.
   */
  readonly models?: boolean
  /** Executes failed jobs again. Default: their failures are kept. */
  readonly retryFailed?: boolean
  /** Directories of other runs whose finished jobs are taken over where they are those of this run. */
  readonly reuse?: ReadonlyArray<string>
}

/**
 * What belongs to a run that had no design a moment ago: one that was stopped at its very beginning, lost its design, or
 * starts at the same time.
 */
const ownFiles =
  /^((design|experiment|images|pooled|finished)\.json|(splits|scores|coefficients|importance)\.parquet|splits\.sha256|results\.csv|results|live|predictions|training|models|figures|report\.html|design\.(hash|next))$|\.part$/

/** Refuses a directory without a design that holds other things: a new run does not move in with files that are not its own. */
export const checkEmpty = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const entries = yield* fs.readDirectory(directory)
  const strange = entries.find((name) => !ownFiles.test(name))
  if (strange === undefined) return
  return yield* new RunDirectory.RunError({
    directory,
    given: "the directory",
    rule: `holds other things ("${strange}") and no run`,
    advice: "choose a new or an empty one"
  })
})

const isDirectory = ({ type }: FileSystem.File.Info): boolean => type === "Directory"

/**
 * Makes a directory and those above it, one by one: where nothing can be made, as below /proc, Node's own recursion never
 * ends.
 */
const makeDirectory: (directory: string) => Effect.Effect<void, PlatformError, FileSystem.FileSystem | Path.Path> =
  Effect.fnUntraced(function* (directory) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const isThere = Effect.match(fs.stat(directory), { onFailure: () => false, onSuccess: isDirectory })
    if (yield* isThere) return
    yield* makeDirectory(path.dirname(directory))
    // Another start may have made it meanwhile.
    yield* Effect.catch(fs.makeDirectory(directory), (error) =>
      Effect.flatMap(isThere, (made) => (made ? Effect.void : Effect.fail(error)))
    )
  })

/** Writes what a run is about, unless it is there. */
const writeDesign = Effect.fnUntraced(function* (
  design: Design<unknown>,
  directory: string,
  options: StartOptions,
  known: RunDirectory.Manifest | undefined
) {
  const path = yield* Path.Path
  yield* Effect.forEach([Segments.folder, Packs.folder], (name) => makeDirectory(path.resolve(directory, name)))
  const hashes = new Map(design.learners.map((learner) => [learner.id, Learner.hash(learner)]))
  const manifest = RunDirectory.manifest(
    design,
    { learnerHash: (id) => hashes.get(id)!, resamplingText },
    {
      provenance: known?.provenance ?? options.provenance ?? {},
      models: known?.models === true || options.models === true
    }
  )
  // The same design may have got other names.
  if (known !== undefined && Manifest.toText(known) === Manifest.toText(manifest)) return known
  if (options.experiment !== undefined) {
    yield* WholeFile.write(path.join(directory, "experiment.json"), JSON.stringify(options.experiment, null, 2))
  }
  yield* TaskImages.write(directory, design.tasks)
  // Those of the design before; the new ones are written while jobs run.
  yield* RunDirectory.removeSplits(directory)
  yield* RunDirectory.writeManifest(directory, manifest)
  return manifest
})

/** Writes which rows train and test, unless it is written. */
const keepSplits = Effect.fnUntraced(function* (design: Design<unknown>, directory: string) {
  if ((yield* RunDirectory.splits(directory))?.sound === true) return
  yield* RunDirectory.writeSplits(directory, design, resamplingText)
})

/** Makes the directory of a new run, or checks that the one there is of the same design; then shows that this works for it. */
const prepare = Effect.fnUntraced(function* (design: Design<unknown>, directory: string, options: StartOptions) {
  const path = yield* Path.Path
  yield* Effect.mapError(
    makeDirectory(path.resolve(directory)),
    (error) =>
      new RunDirectory.RunError({
        directory,
        given: "the directory",
        rule: `cannot be made: ${FileProblem.why(error).rule}`,
        advice: "choose another one, where you may write"
      })
  )
  const known = yield* RunDirectory.readManifest(directory)
  const own = new Set(design.jobs.map(({ id }) => id))
  if (known !== undefined && known.hash !== design.hash && !known.jobs.some(({ id }) => own.has(id))) {
    return yield* new RunDirectory.RunError({
      directory,
      given: "the directory",
      rule: "holds a run that has no job in common with this one (other data, roles, learners, splits or seed)",
      advice: "choose another directory, or delete this one"
    })
  }
  const [begun, now] = [known?.provenance["engine"], options.provenance?.["engine"]]
  if (begun !== undefined && now !== undefined && begun !== now) {
    return yield* new RunDirectory.RunError({
      directory,
      given: `the run was begun on the engine ${begun}, and this is ${now}, which`,
      rule: "agrees with it to rounding only",
      advice: "go on with the first engine, or choose another directory"
    })
  }
  const write = Effect.all({
    live: Live.open(directory, design.hash),
    manifest: writeDesign(design, directory, options, known)
  })
  if (known !== undefined) {
    const now = Effect.map(RunDirectory.readManifest(directory), (manifest) => manifest?.hash)
    return yield* change(directory, { before: known.hash, hash: design.hash, now }, write)
  }
  yield* checkEmpty(directory)
  yield* claim(directory, design.hash)
  return yield* write
})

/** Executes one job and stores what it gave: what every executor calls. */
export const runJob = <R>(directory: string, live: Live.Live, { models }: Pick<RunDirectory.Manifest, "models">) =>
  Effect.fnUntraced(function* (job: Job.Job<R>) {
    const executed = yield* live.during(job.id, Effect.provideService(Job.execute(job), Place.Place, directory))
    return yield* RunDirectory.writeExecuted(directory, executed, models)
  })

/**
 * Takes over what jobs of this run gave in others: results, predictions, models. A job whose files are gone or were changed is
 * left to be executed. Gives how many were taken over.
 */
const reuse = Effect.fnUntraced(function* (
  directory: string,
  manifest: RunDirectory.Manifest,
  others: ReadonlyArray<string>
) {
  if (others.length === 0) return 0
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const there = new Set((yield* Segments.read(directory)).keys())
  const schemas = Predicted.schemas(manifest)
  let taken = 0
  for (const other of others) {
    yield* RunDirectory.requireManifest(other)
    const records = yield* Segments.read(other)
    for (const { id, job } of manifest.jobs) {
      const found = records.get(id)
      if (found?.status !== "ok" || there.has(id)) continue
      const read = RunDirectory.readPrediction(other, found, schemas.get(job.task)!)
      const predicted = yield* Effect.catchTag(read, "RunError", () => Effect.succeed("lost" as const))
      if (predicted === "lost") continue
      if (manifest.models) {
        const model = yield* RunDirectory.modelFile(other, id)
        if (!(yield* fs.exists(model))) continue
        const file = yield* RunDirectory.modelFile(directory, id)
        yield* fs.makeDirectory(path.dirname(file), { recursive: true })
        yield* WholeFile.write(file, yield* fs.readFile(model))
      }
      const packed = predicted && (yield* Packs.append(directory, PredictionBytes.write(predicted)))
      yield* Segments.append(directory, { ...found, job, ...packed })
      there.add(id)
      taken += 1
    }
  }
  return taken
})

/** Whether the model of a job is there, as it should be where the job succeeded. */
const hasModel = Effect.fnUntraced(function* (directory: string, { id, status }: Job.Result) {
  const fs = yield* FileSystem.FileSystem
  return status !== "ok" || (yield* fs.exists(yield* RunDirectory.modelFile(directory, id)))
})

const notTimed = Measure.undefinedBecause(
  "the job was finished before its seconds were asked for; run it in another directory to have them"
)

/** A result with the scores of all measures of the design: those that are new to it are computed of its predictions. */
const measured = Effect.fnUntraced(function* (directory: string, design: Design<unknown>, result: Job.Result) {
  const missing = design.measures.filter(({ id }) => !(id in result.scores))
  const task = design.tasks.find(({ id }) => id === result.job.task)
  if (missing.length === 0 || task === undefined) return result
  const predicted = yield* RunDirectory.readPrediction(directory, result, task)
  if (predicted === undefined || !Prediction.isLabelled(predicted.prediction)) return result
  const { prediction } = predicted
  const added = Object.fromEntries(
    missing.map((each) => [each.id, Timing.isTiming(each) ? notTimed : each.evaluate(prediction)])
  )
  const more = { ...result, scores: { ...result.scores, ...added } }
  return yield* Segments.append(directory, more)
})

/** Largest training sets first, so that no long job starts last. */
const byTrainingSize = (a: Job.Job<unknown>, b: Job.Job<unknown>): number => b.split.train.length - a.split.train.length

/** What a start has once its directory is prepared. */
interface Prepared {
  readonly begun: number
  readonly executor: Executor["Service"]
  readonly live: Live.Live
  readonly manifest: RunDirectory.Manifest
}

/** Executes the jobs of a prepared run that have no result. */
const execute = Effect.fnUntraced(function* <R>(
  design: Design<R>,
  directory: string,
  options: StartOptions,
  { begun, executor, live, manifest }: Prepared
) {
  yield* Live.sweep(directory)
  // Workers that are ended leave what they did.
  yield* Effect.addFinalizer(() => Live.sweep(directory))
  const ids = design.jobs.map(({ id }) => id)
  const reused = yield* reuse(directory, manifest, options.reuse ?? [])
  const stored = yield* RunDirectory.readResults(directory, manifest)
  const known = yield* Effect.forEach(stored, (result) => measured(directory, design, result))
  const again = options.retryFailed === true ? known.filter(({ status }) => status === "ok") : known
  const kept = manifest.models ? yield* Effect.filter(again, (result) => hasModel(directory, result)) : again
  const results = new Map(kept.map((result) => [result.id, result]))
  const skipped = results.size
  const jobs = design.jobs.length
  yield* Events.emit({ _tag: "RunBegun", directory, jobs, finished: skipped })
  const keeper = yield* Compacted.keeper(directory, manifest, known.length)
  const open = design.jobs.filter(({ id }) => !results.has(id)).sort(byTrainingSize)
  const runOne = runJob<R>(directory, live, manifest)
  const run = executor.run(open, {
    directory,
    // The executor hands back jobs of this design only.
    runJob: (job) => runOne(job as Job.Job<R>),
    store: (result) => Effect.asVoid(RunDirectory.writeExecuted(directory, { result, prediction: undefined })),
    onBegin: (job) => Events.emit({ _tag: "JobBegun", job: Job.columns(job) }),
    onEnd: (result) =>
      Effect.suspend(() => {
        results.set(result.id, result)
        const ended = Events.emit({ _tag: "JobEnded", result, finished: results.size, jobs })
        return Effect.andThen(ended, keeper.add)
      })
  })
  // No job reads the splits, and none waits for them.
  const splits = yield* Effect.forkScoped(keepSplits(design, directory))
  yield* PreprocessCache.provideDefault(run)
  yield* Fiber.join(splits)
  yield* keeper.end
  yield* sweep(directory, begun)
  return { directory, manifest, results: ids.map((id) => results.get(id)!), skipped, reused }
})

/**
 * Executes all jobs of a design whose results are not in the directory yet.
 *
 * A directory that does not exist is made; one with a run of the same design is continued, so starting a killed run
 * again gives the same numbers and repeats no finished job. A design that changed in part keeps the jobs that are as they were,
 * and new measures are computed of the predictions that are there. A failed job is a result with its error, and the run goes on;
 * `retryFailed` executes the failed ones again. Preprocessing that several learners begin with is fitted once for each split
 * and process, unless `PreprocessCache.off` is provided.
 *
 * Errors: `RunError` for a directory that holds another design, errors of the file system.
 * @category running
 */
export const start = Effect.fnUntraced(function* <R>(
  design: Design<R>,
  directory: string,
  options: StartOptions = {}
): Effect.fn.Return<Outcome, RunDirectory.RunFailure, R | Executor | FileSystem.FileSystem | Path.Path> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const begun = yield* Clock.currentTimeMillis
      const executor = yield* Executor
      // Nothing is begun that cannot go on.
      yield* Effect.forEach(options.reuse ?? [], (other) => RunDirectory.requireManifest(other), { discard: true })
      const { live, manifest } = yield* prepare(design, directory, options)
      return yield* Live.explained(directory, execute(design, directory, options, { begun, executor, live, manifest }))
    })
  )
})

/** Continues a run of the same design; the directory must hold one. @category running */
export const resume = Effect.fnUntraced(function* <R>(
  design: Design<R>,
  directory: string,
  options: StartOptions = {}
): Effect.fn.Return<Outcome, RunDirectory.RunFailure, R | Executor | FileSystem.FileSystem | Path.Path> {
  yield* RunDirectory.requireManifest(directory)
  return yield* start(design, directory, options)
})

/**
 * Reads a run, finished or not: its manifest and the results so far. Reading does not disturb a run that goes on.
 * @category running
 */
export const read = Effect.fnUntraced(function* (directory: string) {
  const manifest = yield* RunDirectory.requireManifest(directory)
  const results = yield* RunDirectory.readResults(directory, manifest)
  yield* Finished.check(directory, manifest, results.length)
  return { directory, manifest, results }
})

/**
 * Reads the score table of a run, finished or not: a row for each job of the design. Of a run that was compacted, only what
 * came since is read of its segments.
 * @category running
 */
export const scores = Effect.fnUntraced(function* (directory: string) {
  const manifest = yield* RunDirectory.requireManifest(directory)
  const ledger = yield* Compacted.ledger(directory, manifest)
  const ids = manifest.measures.map(({ id }) => id)
  const rowOf = Score.row(ids)
  const rows = Array.from(Manifest.places(manifest), (job, place) => rowOf(Ledger.resultAt(ledger, place, job, ids)))
  return { manifest, rows }
})

/** What the models of a run say of their features by themselves: see `FeatureTable`. @category models */
export interface Features {
  readonly manifest: RunDirectory.Manifest
  /** In the order of the design's jobs. */
  readonly coefficients: ReadonlyArray<FeatureTable.Coefficient>
  readonly importance: ReadonlyArray<FeatureTable.Gain>
}

/**
 * Reads the coefficients of all linear models of a run, finished or not, and what the splits of all its trees gained: a row for each
 * job and column, where the coefficient is not 0 and where there is a split. SQL has the same tables: see `Query`.
 *
 * @example
 * const { coefficients } = yield* Run.features("runs/clinics")
 * coefficients[0]
 * // => { id: "…", job: { learner: "lasso", testSubset: "lake", trainSubsets: "all", … }, column: "dose", feature: "dose",
 * //      level: "ill", value: 0.31, perSd: 0.72 }
 * @category running
 */
export const features = Effect.fnUntraced(function* (directory: string) {
  const { manifest, results } = yield* read(directory)
  const found: Features = {
    manifest,
    coefficients: results.flatMap(FeatureTable.coefficients(manifest)),
    importance: results.flatMap(FeatureTable.importance(manifest))
  }
  return found
})
