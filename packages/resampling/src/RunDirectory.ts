/**
 * A run is a directory; everything that it knows is in files that appear whole or not at all.
 *
 * ```
 * experiment.json   what was asked for, as given
 * design.hash       the design that the directory is taken for: made first, by one process only
 * design.next       while a start changes the design: made by one process at a time
 * design.json       tasks, learners, measures, splits and the provenance of the run: see `Manifest`
 * images.json       an image of each class in each subset, if the tasks have any
 * splits.parquet    a row for each split and row: which rows train and test; splits.sha256 is its checksum
 * results/*.jsonl   the results of finished jobs: see `Segments`
 * live/             what processes do at this moment: see `Live`
 * finished.json     how many jobs had results when it was written: see `Finished`
 * scores.parquet  results.csv     a row a job, written of the results: see `Compacted`
 * coefficients.parquet  importance.parquet   a row a job and column, where models say something of their features
 * predictions/*.pack         what they predicted for the test rows, and their groups: see `Packs`
 * training/<id>/    what callbacks write: checkpoints, from which a job goes on that was stopped, and logs
 * models/<id>/model.safetensors     what it learned, if the run keeps models
 * slurm/  workers/           what computes elsewhere, see executor/slurm/Submission and executor/pull/Round
 * report.html  figures/      written by `rocflow report`
 * ```
 */
import * as Column from "@rocflow/core/data/Column"
import type { SchemaError } from "@rocflow/core/data/SchemaError"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Table from "@rocflow/core/data/Table"
import * as TableWriter from "@rocflow/core/data/TableWriter"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as PredictionBytes from "@rocflow/core/learning/PredictionBytes"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Checked from "./Checked.ts"
import type { Design, Planned } from "./Design.ts"
import * as Job from "./Job.ts"
import * as Manifests from "./Manifest.ts"
import type { Manifest } from "./Manifest.ts"
import * as Packs from "./Packs.ts"
import { RunError, unreadable } from "./RunError.ts"
import * as Segments from "./Segments.ts"

export { of as manifest, type Manifest } from "./Manifest.ts"
export { RunError } from "./RunError.ts"

/** What can go wrong in a run, besides the jobs, whose failures are results. @category errors */
export type RunFailure = RunError | SchemaError | PlatformError

type Files = FileSystem.FileSystem | Path.Path

/** Writes `design.json`. */
export const writeManifest = Effect.fnUntraced(function* (directory: string, value: Manifest) {
  const path = yield* Path.Path
  yield* WholeFile.write(path.join(directory, "design.json"), Manifests.toText(value))
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
  const read = Manifests.fromText(yield* fs.readFileString(file))
  return Result.isSuccess(read) ? read.success : yield* unreadable(directory, "design.json", read.failure)
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

/**
 * Reads the results of the jobs that are finished, in the order given. Tasks and learners are called as in the jobs given:
 * they may have got other names since a result was written.
 */
export const readResults = Effect.fnUntraced(function* (
  directory: string,
  { jobs }: { readonly jobs: ReadonlyArray<{ readonly id: string; readonly job: typeof Job.Columns.Type }> }
) {
  const places = new Map(jobs.map(({ id }, place) => [id, place]))
  const results = Array.from<Job.Result | undefined>({ length: jobs.length })
  yield* Segments.each(directory, new Map(), (record) => {
    const place = places.get(record.id)
    if (place === undefined) return
    const known = results[place]
    // Read for this, so that it needs no copy; of a million records the ids and jobs would be half of the memory.
    const own = Object.assign(record, jobs[place])
    results[place] = known === undefined ? own : Segments.better(known, own)
  })
  return results.filter((result) => result !== undefined)
})

/** Where the model of a job is, if the run keeps models. */
export const modelFile = Effect.fnUntraced(function* (directory: string, id: string) {
  const path = yield* Path.Path
  return path.join(directory, "models", id, "model.safetensors")
})

/** The prediction of a job, and the groups of its rows, where the task has groups. @category models */
export type Predicted = PredictionBytes.Grouped

type Predictions = Pick<Job.Result, "id" | "predictions" | "pack">

/** Where the predictions of a job are that have a file of their own. Errors: `RunError` for a file that was changed or is gone. */
export const predictionsFile = Effect.fnUntraced(function* (
  directory: string,
  { id, predictions }: Predictions
): Effect.fn.Return<string, RunError | PlatformError, Files> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = path.join(directory, Packs.folder, `${id}.parquet`)
  if (!(yield* fs.exists(file))) return yield* Packs.refuse(directory, `the file predictions/${id}.parquet`, "is gone")
  if (Checked.digest(yield* fs.readFile(file)) === predictions) return file
  return yield* Packs.refuse(directory, `the file predictions/${id}.parquet`, "was changed since it was written")
})

const readOwnFile = Effect.fnUntraced(function* (
  directory: string,
  result: Predictions,
  of: Parameters<typeof Prediction.fromColumns>[1]
) {
  const { columns } = yield* Table.fromFile(yield* predictionsFile(directory, result))
  const prediction = Prediction.fromColumns(columns, of)
  if (prediction === undefined) return undefined
  const group = columns.get("group")
  const groups = group && Array.from(prediction.rows, (_, row) => Column.toText(group, row) ?? "")
  return { prediction, groups } satisfies Predicted
})

/**
 * Reads what jobs predicted, and calls a function with each that predicted something: those of a pack in their order in it.
 * Errors: `RunError` for predictions that were changed or are gone.
 */
export const eachPrediction = Effect.fnUntraced(function* <A extends Predictions, E = never>(
  directory: string,
  results: ReadonlyArray<A>,
  of: (result: A) => Parameters<typeof Prediction.fromColumns>[1],
  use: (result: A, predicted: Predicted) => Effect.Effect<unknown, E>
): Effect.fn.Return<void, RunFailure | E, Files> {
  yield* Packs.each(directory, results.filter(Packs.isPacked), (result, bytes) =>
    Effect.flatMap(
      Effect.fromResult(
        Result.mapError(PredictionBytes.read(bytes, of(result).kind), (reason) =>
          Packs.refuse(directory, `the predictions of job ${result.id}`, `cannot be read: ${reason}`)
        )
      ),
      (predicted) => use(result, predicted)
    )
  )
  for (const result of results) {
    if (result.predictions === undefined || Packs.isPacked(result)) continue
    const predicted = yield* readOwnFile(directory, result, of(result))
    if (predicted !== undefined) yield* use(result, predicted)
  }
})

/** What a job predicted; undefined where it has no predictions. Errors: those of {@link eachPrediction}. */
export const readPrediction = Effect.fnUntraced(function* (
  directory: string,
  result: Predictions,
  of: Parameters<typeof Prediction.fromColumns>[1]
): Effect.fn.Return<Predicted | undefined, RunFailure, Files> {
  let found: Predicted | undefined
  yield* eachPrediction(
    directory,
    [result],
    () => of,
    (_, predicted) =>
      Effect.sync(() => {
        found = predicted
      })
  )
  return found
})

/**
 * Writes what a job gave: first the predictions and, if wanted, the model, last the result, whose record says that the job
 * is finished.
 */
export const writeExecuted = Effect.fnUntraced(function* (
  directory: string,
  { result, prediction, groups, model }: Job.Executed,
  keepModel = false
): Effect.fn.Return<Job.Result, PlatformError, Files> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (keepModel && model !== undefined) {
    const bytes = Result.try({ try: model, catch: (cause) => (cause instanceof Error ? cause.message : String(cause)) })
    if (Result.isFailure(bytes)) {
      const message = `the model cannot be kept: ${bytes.failure.split("\n")[0]}; rescale the target, or leave models out of the experiment`
      return yield* Segments.append(directory, {
        ...result,
        status: "failed",
        scores: {},
        error: { tag: "ModelError", message }
      })
    }
    const file = yield* modelFile(directory, result.id)
    yield* fs.makeDirectory(path.dirname(file), { recursive: true })
    yield* WholeFile.write(file, bytes.success)
  }
  const packed =
    prediction === undefined ? {} : yield* Packs.append(directory, PredictionBytes.write({ prediction, groups }))
  return yield* Segments.append(directory, { ...result, ...packed })
})

/** Where the rows of the splits are, and the SHA-256 of that file, as `sha256sum -c` reads it. */
const splitsFiles = Effect.fnUntraced(function* (directory: string) {
  const path = yield* Path.Path
  return { table: path.join(directory, "splits.parquet"), check: path.join(directory, "splits.sha256") }
})

/** The file of the splits, if there is one, and whether it is as it was written, which runs of before do not say. */
export const splits = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const { check, table } = yield* splitsFiles(directory)
  if (!(yield* fs.exists(table))) return undefined
  if (!(yield* fs.exists(check))) return { file: table, sound: undefined }
  const written = (yield* fs.readFileString(check)).split(" ", 1)[0]
  return { file: table, sound: (yield* Checked.digestOf(table)) === written }
})

/** Takes the splits of another design away. */
export const removeSplits = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const { check, table } = yield* splitsFiles(directory)
  yield* Effect.forEach([check, table], (file) => fs.remove(file, { force: true }), { discard: true })
})

/** Writes `splits.parquet`: task, resampling, iteration, the split columns, part ("train" or "test") and row. */
export const writeSplits = Effect.fnUntraced(function* (
  directory: string,
  design: Design<unknown>,
  resamplingText: (plan: Planned) => string
) {
  const writer = yield* TableWriter.open
  const { check, table } = yield* splitsFiles(directory)
  const parts = design.plan.flatMap((plan) =>
    plan.instance.splits.flatMap((split) => (["train", "test"] as const).map((part) => ({ plan, split, part })))
  )
  type Part = (typeof parts)[number]
  const texts = (f: (part: Part) => string) => Column.text(parts.map(f))
  const integers = (f: (part: Part) => number) => Column.indices(Int32Array.from(parts, f))
  yield* writer.parquetOfLists(
    table,
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
  yield* WholeFile.write(check, `${yield* Checked.digestOf(table)}  splits.parquet\n`)
}, Effect.scoped)
