/**
 * A run is a directory; everything that it knows is in files that appear whole or not at all.
 *
 * ```
 * experiment.json   what was asked for, as given
 * design.json       the jobs, their split columns and the provenance of the run
 * images.json       an image of each class in each subset, if the tasks have any
 * splits.parquet    a row for each split and row: which rows train and test
 * jobs/<id>.json    the result of a finished job
 * predictions/<id>.parquet   what it predicted for the test rows
 * training/<id>/    what callbacks write: checkpoints, from which a job goes on that was stopped, and logs
 * models/<id>/model.json     what it learned, if the run keeps models
 * report.html  figures/      written by `rocflow report`
 * ```
 */
import * as Column from "@rocflow/core/data/Column"
import type { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Task from "@rocflow/core/data/Task"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Design, Planned } from "./Design.ts"
import * as Job from "./Job.ts"

/** A run directory that cannot be used, and what to do. @category errors */
export class RunError extends Schema.TaggedError<RunError>()("RunError", {
  directory: Schema.String,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.directory}: ${this.given} ${this.rule}; ${this.advice}`
  }
}

/** What can go wrong in a run, besides the jobs, whose failures are results. @category errors */
export type RunFailure = RunError | SchemaError | PlatformError

/** A task as a run remembers it. @category schemas */
export const TaskSummary = Schema.Struct({
  id: Schema.String,
  kind: Schema.Literals(["binary", "multiclass", "regression"]),
  rows: Schema.Int,
  roles: Schema.Record(Schema.String, Schema.Array(Schema.String)),
  levels: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Int })),
  subsets: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Int })),
  hash: Schema.String
})

/** A learner as the manifest of a run names it. @category schemas */
export const LearnerSummary = Schema.Struct({ id: Schema.String, hash: Schema.String, json: Schema.Unknown })

/** A measure as the manifest of a run names it. @category schemas */
export const MeasureSummary = Schema.Struct({
  id: Schema.String,
  label: Schema.String,
  direction: Schema.optionalKey(Schema.Literals(["minimise", "maximise"])),
  range: Schema.Tuple([Schema.Union([Schema.Number, Schema.String]), Schema.Union([Schema.Number, Schema.String])])
})

/** What a run is about: the content of `design.json`. @category schemas */
export const Manifest = Schema.Struct({
  format: Schema.Literal(1),
  hash: Schema.String,
  seed: Schema.Int,
  tasks: Schema.Array(TaskSummary),
  learners: Schema.Array(LearnerSummary),
  resamplings: Schema.Array(Schema.Struct({ text: Schema.String, json: Schema.Unknown })),
  measures: Schema.Array(MeasureSummary),
  jobs: Schema.Array(Schema.Struct({ id: Schema.String, job: Job.Columns })),
  warnings: Schema.Array(Schema.String),
  /** Whether the run keeps what its jobs learned. */
  models: Schema.Boolean,
  /** Versions, engine, time of the start, command: whatever the caller wants to be remembered. */
  provenance: Schema.Record(Schema.String, Schema.String)
})

/** What a run is about: written before its first job. @category models */
export type Manifest = typeof Manifest.Type

const ManifestJson = Schema.fromJsonString(Manifest)
const ResultJson = Schema.fromJsonString(Job.Result)
const encodeResult = Schema.encodeSync(ResultJson)
const decodeResult = Schema.decodeUnknownResult(ResultJson)

type Files = FileSystem.FileSystem | Path.Path

const summarise = (task: Task.Task): typeof TaskSummary.Type => ({
  id: task.id,
  kind: task.kind,
  rows: task.rows,
  roles: Object.fromEntries(Task.columnsByRole(task)),
  levels: Task.classCounts(task),
  subsets: Task.subsetCounts(task),
  hash: task.hash
})

/** Describes a design for `design.json`. */
export const manifest = (
  design: Design<unknown>,
  describe: { readonly learnerHash: (id: string) => string; readonly resamplingText: (plan: Planned) => string },
  options: { readonly provenance: Readonly<Record<string, string>>; readonly models: boolean }
): Manifest => ({
  format: 1,
  hash: design.hash,
  seed: design.seed,
  tasks: design.tasks.map(summarise),
  learners: design.learners.map(({ id, json }) => ({ id, hash: describe.learnerHash(id), json })),
  resamplings: [...new Map(design.plan.map((plan) => [describe.resamplingText(plan), plan.resampling])).entries()].map(
    ([text, json]) => ({ text, json })
  ),
  measures: design.measures.map(({ id, label, direction, range }) => ({
    id,
    label,
    ...(direction === undefined ? {} : { direction }),
    range: [
      Number.isFinite(range[0]) ? range[0] : String(range[0]),
      Number.isFinite(range[1]) ? range[1] : String(range[1])
    ]
  })),
  jobs: design.jobs.map((job) => ({ id: job.id, job: Job.columns(job) })),
  warnings: design.warnings,
  ...options
})

/** Writes `design.json`. */
export const writeManifest = Effect.fnUntraced(function* (directory: string, value: Manifest) {
  const path = yield* Path.Path
  yield* WholeFile.write(path.join(directory, "design.json"), Schema.encodeSync(ManifestJson)(value))
})

const unreadable = (directory: string, file: string, reason: string) =>
  new RunError({
    directory,
    given: `the file ${file}`,
    rule: `is not one that rocflow wrote (${reason.split("\n")[0]})`,
    advice: "delete it, and run the experiment again: finished jobs are kept"
  })

/** Reads `design.json`; undefined if the directory has none. */
export const readManifest = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<Manifest | undefined, RunError | PlatformError, Files> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, "design.json")
  // A path through a file is refused where a directory is to be made.
  if (!(yield* Effect.orElseSucceed(fs.exists(file), () => false))) return undefined
  const decoded = Schema.decodeUnknownResult(ManifestJson)(yield* fs.readFileString(file))
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* unreadable(directory, "design.json", decoded.failure.message)
})

/** Reads the manifest of a run, or says that the directory holds none. */
export const requireManifest = Effect.fnUntraced(function* (directory: string) {
  const found = yield* readManifest(directory)
  if (found !== undefined) return found
  return yield* new RunError({
    directory,
    given: "the directory",
    rule: "holds no run (there is no design.json)",
    advice: "name the directory that `rocflow run` printed"
  })
})

/** Reads the result of a job; undefined if it is not finished. */
export const readResult = Effect.fnUntraced(function* (
  directory: string,
  id: string
): Effect.fn.Return<Job.Result | undefined, RunError | PlatformError, Files> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const text = yield* fs.readFileString(path.join(directory, "jobs", `${id}.json`)).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === "NotFound",
      () => Effect.succeed(undefined)
    )
  )
  if (text === undefined) return undefined
  const decoded = decodeResult(text)
  return Result.isSuccess(decoded)
    ? decoded.success
    : yield* unreadable(directory, path.join("jobs", `${id}.json`), decoded.failure.message)
})

/**
 * Reads the results of the jobs that are finished, in the order given. Tasks and learners are called as in the jobs given:
 * they may have got other names since a result was written.
 */
export const readResults = Effect.fnUntraced(function* (directory: string, { jobs }: Pick<Manifest, "jobs">) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.join(directory, "jobs")
  const files = new Set((yield* fs.exists(folder)) ? yield* fs.readDirectory(folder) : [])
  const finished = jobs.filter(({ id }) => files.has(`${id}.json`))
  const results = yield* Effect.forEach(
    finished,
    ({ id, job }) =>
      Effect.map(readResult(directory, id), (result) => (result === undefined ? [] : [{ ...result, job }])),
    { concurrency: 32 }
  )
  return results.flat()
})

/** Where the predictions of a job are. */
export const predictionsFile = Effect.fnUntraced(function* (directory: string, id: string) {
  const path = yield* Path.Path
  return path.join(directory, "predictions", `${id}.parquet`)
})

/**
 * Writes what a job gave: first the predictions and, if wanted, the model, last the result, whose file says that the job
 * is finished.
 */
export const writeExecuted = Effect.fnUntraced(function* (
  directory: string,
  writer: TableWriter.Writer,
  { result, prediction, model }: Job.Executed,
  keepModel = false
): Effect.fn.Return<void, SchemaError | PlatformError, Files> {
  const path = yield* Path.Path
  if (prediction !== undefined) {
    yield* writer.parquet(yield* predictionsFile(directory, result.id), Prediction.toColumns(prediction))
  }
  if (keepModel && model !== undefined) {
    const fs = yield* FileSystem.FileSystem
    const folder = path.join(directory, "models", result.id)
    yield* fs.makeDirectory(folder, { recursive: true })
    yield* WholeFile.write(path.join(folder, "model.json"), JSON.stringify(model()))
  }
  yield* WholeFile.write(path.join(directory, "jobs", `${result.id}.json`), encodeResult(result))
})

/** Writes `splits.parquet`: task, resampling, iteration, the split columns, part ("train" or "test") and row. */
export const writeSplits = Effect.fnUntraced(function* (
  directory: string,
  writer: TableWriter.Writer,
  design: Design<unknown>,
  resamplingText: (plan: Planned) => string
) {
  const path = yield* Path.Path
  const parts = design.plan.flatMap((plan) =>
    plan.instance.splits.flatMap((split) => (["train", "test"] as const).map((part) => ({ plan, split, part })))
  )
  type Part = (typeof parts)[number]
  const texts = (f: (part: Part) => string) => Column.text(parts.map(f))
  const integers = (f: (part: Part) => number) => Column.indices(Int32Array.from(parts, f))
  yield* writer.parquetOfLists(
    path.join(directory, "splits.parquet"),
    [
      ["task", texts(({ plan }) => plan.task.id)],
      ["resampling", texts(({ plan }) => resamplingText(plan))],
      ["iteration", integers(({ split }) => split.iteration)],
      ["testSubset", texts(({ split }) => split.testSubset)],
      ["trainSubsets", texts(({ split }) => split.trainSubsets)],
      ["testFold", integers(({ split }) => split.testFold)],
      ["part", texts(({ part }) => part)]
    ],
    "row",
    parts.map(({ split, part }) => split[part])
  )
})
