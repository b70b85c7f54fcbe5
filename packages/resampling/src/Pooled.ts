/**
 * Pooled measures (micro averages): one number over the test rows of all splits, in place of the mean of one number a
 * split. Where test sets are small, as in leave-one-out, it is the only one there is: a single row has no AUC.
 *
 * *Gotcha*: pooling puts scores of different models side by side. A measure of classes or of errors does not mind; one
 * that ranks rows by their scores (AUC, AUM) does, where the models' scores differ in scale.
 */
import * as History from "@rocflow/core/learning/History"
import type * as Measure from "@rocflow/core/learning/Measure"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Checked from "./Checked.ts"
import * as Job from "./Job.ts"
import * as Predicted from "./Predicted.ts"
import * as RunDirectory from "./RunDirectory.ts"
import { unreadable } from "./RunError.ts"

/** A measure over the test rows of all finished jobs of a cell of the score table. @category schemas */
export const Pooled = Schema.Struct({
  ...Job.Columns.mapFields(({ groups, learner, nTrainGroups, resampling, task, testSubset, trainSubsets }) => ({
    task,
    learner,
    resampling,
    testSubset,
    trainSubsets,
    groups,
    nTrainGroups
  })).fields,
  measure: Schema.String,
  label: Schema.String,
  value: History.MeasuredJson,
  /** The test sets that were pooled, and the rows in them. */
  splits: Schema.Int,
  rows: Schema.Int
})

/** @category models */
export type Pooled = typeof Pooled.Type

/** What the splits of a cell of the score table have in common. */
const cellOf = (job: typeof Job.Columns.Type) => {
  const { groups, learner, nTrainGroups, resampling, task, testSubset, trainSubsets } = job
  return { task, learner, resampling, testSubset, trainSubsets, groups, nTrainGroups }
}

/** What is needed of a run, finished or not. */
export interface Runs {
  readonly directory: string
  readonly manifest: RunDirectory.Manifest
  readonly results: ReadonlyArray<Job.Result>
}

/** Splits of a cell of the score table, and what was predicted for their test rows, one after the other. @category models */
export interface Cell {
  readonly cell: ReturnType<typeof cellOf>
  readonly predicted: Predicted.Predicted
  /** The test sets that were pooled. */
  readonly splits: number
}

/** Reads the predictions of a run, pooled over the splits of each cell. Errors: those of reading the predictions. */
export const cells = Effect.fnUntraced(function* (run: Runs) {
  const found: Array<Cell> = []
  for (const results of Map.groupBy(run.results, ({ job }) => JSON.stringify(cellOf(job))).values()) {
    const all = yield* Predicted.readAll(run, results)
    const [first, ...others] = results.flatMap(({ id }) => all.get(id) ?? [])
    if (first === undefined) continue
    found.push({
      cell: cellOf(results[0]!.job),
      predicted: Predicted.pool([first, ...others]),
      splits: others.length + 1
    })
  }
  return found
})

/** Measures what was pooled. */
export const score = (
  { cell, predicted: { prediction }, splits }: Cell,
  { evaluate, id, label }: Measure.Measure
): Pooled => ({
  ...cell,
  measure: `${id} (pooled)`,
  label: `${label}, pooled`,
  value: evaluate(prediction),
  splits,
  rows: prediction.rows.length
})

/**
 * Measures the predictions of a run, pooled over the splits of each cell. Errors: those of reading the predictions.
 *
 * @example
 * const run = yield* Run.start(design, directory)
 * const pooled = yield* Pooled.measure(run, [Measure.auc])
 */
export const measure = Effect.fnUntraced(function* (run: Runs, measures: ReadonlyArray<Measure.Measure>) {
  const pooled = measures.length === 0 ? [] : yield* cells(run)
  return pooled.flatMap((cell) => measures.map((each) => score(cell, each)))
})

const Kept = Schema.Struct({ pooled: Schema.Array(Pooled) })
const encode = Schema.encodeSync(Kept)

const fileOf = Effect.fnUntraced(function* (directory: string) {
  const path = yield* Path.Path
  return path.join(directory, "pooled.json")
})

/** Keeps pooled measures in the directory of their run. */
export const write = Effect.fnUntraced(function* (directory: string, pooled: ReadonlyArray<Pooled>) {
  yield* WholeFile.write(yield* fileOf(directory), Checked.write(encode({ pooled })))
})

/** Reads the pooled measures of a run; none if it has none. */
export const read = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fileOf(directory)
  if (!(yield* fs.exists(file))) return []
  const read = Result.flatMap(Checked.read(yield* fs.readFileString(file)), (json) =>
    Result.mapBoth(Schema.decodeUnknownResult(Kept)(json), {
      onSuccess: ({ pooled }) => pooled,
      onFailure: ({ message }) => message.split("\n")[0]!
    })
  )
  if (Result.isFailure(read)) return yield* unreadable(directory, "pooled.json", read.failure)
  return read.success
})
