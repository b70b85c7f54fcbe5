/**
 * Pooled measures (micro averages): one number over the test rows of all splits, in place of the mean of one number a
 * split. Where test sets are small, as in leave-one-out, it is the only one there is: a single row has no AUC.
 *
 * *Gotcha*: pooling puts scores of different models side by side. A measure of classes or of errors does not mind; one
 * that ranks rows by their scores (AUC, AUM) does, where the models' scores differ in scale.
 */
import * as History from "@rocflow/core/learning/History"
import type * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Checked from "./Checked.ts"
import * as Job from "./Job.ts"
import * as RunDirectory from "./RunDirectory.ts"

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

/** Puts predictions of one task one after the other. What one of them lacks, all lack. */
export const pool = (
  predictions: readonly [Prediction.Prediction, ...ReadonlyArray<Prediction.Prediction>]
): Prediction.Prediction => {
  const [{ kind, levels }] = predictions
  const all = <A extends Float64Array | Int32Array>(
    of: (prediction: Prediction.Prediction) => A | undefined,
    make: (length: number) => A
  ): A | undefined => {
    const parts = predictions.map(of)
    if (!parts.every((part) => part !== undefined)) return undefined
    const joined = make(parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of parts) {
      joined.set(part, at)
      at += part.length
    }
    return joined
  }
  const reals = (of: (prediction: Prediction.Prediction) => Float64Array | undefined) =>
    all(of, (n) => new Float64Array(n))
  return {
    kind,
    levels,
    rows:
      all(
        ({ rows }) => rows,
        (n) => new Int32Array(n)
      ) ?? new Int32Array(0),
    truth: reals(({ truth }) => truth),
    response: reals(({ response }) => response) ?? new Float64Array(0),
    prob: reals(({ prob }) => prob),
    scores: reals(({ scores }) => scores)
  }
}

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

const predictionOf = Effect.fnUntraced(function* ({ directory, manifest }: Runs, result: Job.Result) {
  const task = manifest.tasks.find((each) => each.id === result.job.task)
  if (task === undefined) return []
  const { kind, levels } = task
  const found = yield* RunDirectory.readPrediction(directory, result, { kind, levels: levels.map(({ name }) => name) })
  return found === undefined ? [] : [found]
})

/**
 * Measures the predictions of a run, pooled over the splits of each cell. Errors: those of reading the predictions.
 *
 * @example
 * const run = yield* Run.start(design, directory)
 * const pooled = yield* Pooled.measure(run, [Measure.auc])
 */
export const measure = Effect.fnUntraced(function* (run: Runs, measures: ReadonlyArray<Measure.Measure>) {
  const found: Array<Pooled> = []
  for (const results of Map.groupBy(run.results, ({ job }) => JSON.stringify(cellOf(job))).values()) {
    const [first, ...others] = (yield* Effect.forEach(results, (result) => predictionOf(run, result), {
      concurrency: 8
    })).flat()
    if (first === undefined) continue
    const all = pool([first, ...others])
    for (const each of measures) {
      found.push({
        ...cellOf(results[0]!.job),
        measure: `${each.id} (pooled)`,
        label: `${each.label}, pooled`,
        value: each.evaluate(all),
        splits: others.length + 1,
        rows: all.rows.length
      })
    }
  }
  return found
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
  if (Result.isFailure(read)) return yield* RunDirectory.unreadable(directory, "pooled.json", read.failure)
  return read.success
})
