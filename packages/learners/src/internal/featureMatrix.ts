/**
 * Features as the kernels read them: complete, finite, column-major (`x[j * n + i]`), in an order that
 * training remembers by name.
 */
import * as Result from "effect/Result"
import * as Column from "@rocflow/core/data/Column"
import type { Task } from "@rocflow/core/data/Task"
import * as Features from "@rocflow/core/pipeline/Features"
import { MissingValues } from "@rocflow/core/pipeline/MissingValues"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"

export interface FeatureMatrix {
  readonly names: ReadonlyArray<string>
  readonly n: number
  readonly p: number
  readonly x: Float64Array
}

export type Refused = PipelineError | MissingValues

type Entry = readonly [name: string, column: Column.Column]

/** How many columns an error names; of more it gives the number. */
const named = 8

/** The named feature columns, or all; there must be one. */
export const someColumns = (
  learner: string,
  features: Features.Features,
  names?: ReadonlyArray<string>
): Result.Result<ReadonlyArray<Entry>, PipelineError> =>
  Result.flatMap(Features.chosen(features, learner, names), (chosen) =>
    chosen.length > 0
      ? Result.succeed(chosen)
      : Features.fail(
          learner,
          "needs at least one feature, and no column is left; name features in the task, or use Featureless"
        )
  )

/** The named feature columns, or all; none may have a missing value, and there must be one. */
export const completeColumns = (
  learner: string,
  features: Features.Features,
  names?: ReadonlyArray<string>
): Result.Result<ReadonlyArray<Entry>, Refused> =>
  Result.flatMap(someColumns(learner, features, names), (chosen): Result.Result<ReadonlyArray<Entry>, Refused> => {
    const incomplete = chosen
      .map(([column, values]) => ({ column, count: Column.countMissing(values) }))
      .filter(({ count }) => count > 0)
    return incomplete.length === 0
      ? Result.succeed(chosen)
      : Result.fail(new MissingValues({ stage: learner, columns: incomplete, rows: features.rows }))
  })

/** Fails for a number that is not finite. */
export const notFinite = (learner: string, column: string, value: number, row: number) =>
  Features.fail(
    learner,
    `column "${column}" is ${value} in row ${row}, which is not finite; correct it, or leave the column out of the features`
  )

/** Puts the numbers of columns side by side; every one must be finite. */
export const fromNumbers = (
  learner: string,
  columns: ReadonlyArray<readonly [name: string, values: Float64Array]>,
  n: number
): Result.Result<FeatureMatrix, PipelineError> => {
  const x = new Float64Array(n * columns.length)
  columns.forEach(([, values], j) => x.set(values, j * n))
  const endless = x.findIndex((value) => !Number.isFinite(value))
  return endless < 0
    ? Result.succeed({ names: columns.map(([name]) => name), n, p: columns.length, x })
    : notFinite(learner, columns[Math.floor(endless / n)]![0], x[endless]!, endless % n)
}

/** The first of `n` numbers or more whose squared differences from the others may overflow when summed; −1 if none. */
export const firstTooLarge = (values: Float64Array, n: number): number => {
  const limit = Math.sqrt(Number.MAX_VALUE / (4 * n))
  return values.findIndex((value) => Math.abs(value) > limit)
}

/** Refuses a target whose squares add up to no number. */
export const squarable = (
  learner: string,
  { kind, rows, target }: Pick<Task, "kind" | "rows" | "target">
): Result.Result<void, PipelineError> => {
  const large = kind === "regression" ? firstTooLarge(target, rows) : -1
  return large < 0
    ? Result.succeed(undefined)
    : Features.fail(
        learner,
        `the target is ${target[large]} in row ${large}, which is too large to be squared; correct or rescale it`
      )
}

/**
 * The numeric, integer and boolean features (booleans as 0 and 1). With `names` the columns are those, in that order:
 * prediction gives the names of training, so that the order of the columns in another table does not matter. Values are
 * small enough for sums of squares.
 */
export const numericMatrix = (
  learner: string,
  features: Features.Features,
  names?: ReadonlyArray<string>
): Result.Result<FeatureMatrix, Refused> =>
  Result.flatMap(completeColumns(learner, features, names), (columns) => {
    const tensor = columns.find(([, { type }]) => type === "tensor")
    if (tensor !== undefined) {
      return Features.fail(
        learner,
        `takes numbers, but "${tensor[0]}" is a tensor; leave it out of the features, or use a pipeline with Ingress.tensor`
      )
    }
    const texts = columns.filter(([, { type }]) => type === "factor" || type === "string" || type === "date")
    if (texts.length > 0) {
      const list = texts.slice(0, named).map(([name, { type }]) => `"${name}" (${type})`)
      const more = texts.length > named ? ` and ${texts.length - named} more` : ""
      const dates = texts.filter(([, { type }]) => type === "date").length
      const stages = [
        ...(dates < texts.length ? ["Preprocess.oneHot"] : []),
        ...(dates > 0 ? ["Preprocess.dates"] : [])
      ]
      return Features.fail(
        learner,
        `takes numbers, but got ${list.join(", ")}${more}; put ${stages.join(" and ")} before it by Learner.preprocessed (in a file: preprocess: [${stages.join(", ")}]), or leave the columns out of the task's features`
      )
    }
    const matrix = fromNumbers(
      learner,
      columns.map(([name, column]) => [name, Column.asNumbers(column) ?? new Float64Array(0)]),
      features.rows
    )
    return Result.flatMap(matrix, (complete): Result.Result<FeatureMatrix, PipelineError> => {
      const { names, n, x } = complete
      const large = firstTooLarge(x, n)
      return large < 0
        ? Result.succeed(complete)
        : Features.fail(
            learner,
            `column "${names[Math.floor(large / n)]}" is ${x[large]} in row ${large % n}, which is too large to be squared; correct or rescale it`
          )
    })
  })
