/**
 * The columns of trees over bins, as training saw them: which numbers they become, and the bins of these. Values may be
 * missing.
 *
 * Columns come in the order of their names, so that neither ties nor columns that are drawn depend on that of the table.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "@rocflow/core/data/Task"
import { withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import { type Coding, codingOf, encode, weighted } from "./coding.ts"
import { notFinite, someColumns, squarable } from "./featureMatrix.ts"
import { type Bins, binsOf, type Coded, encodeColumns, fromLevelBins, mostBins } from "./histogram/bins.ts"

const thresholds = Schema.Array(Schema.Finite)
const column = Schema.String
const levels = Schema.Array(Schema.String)

/** How a column becomes bins: by thresholds, or by its levels, whose bin is −1 where they are too rare to have one. */
export const BinnedColumn = Schema.Union([
  Schema.Struct({ column, as: Schema.Literal("number"), thresholds }),
  Schema.Struct({ column, as: Schema.Literal("ordered"), levels, thresholds }),
  Schema.Struct({ column, as: Schema.Literal("unordered"), levels, bins: Schema.Array(Schema.Int) })
])
export type BinnedColumn = typeof BinnedColumn.Type

/** The option that says how many bins a column has at most. */
export const maxBins = withDefault(
  Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: mostBins })),
  mostBins,
  "The most bins of a column"
)

const binsIn = (binned: BinnedColumn): Bins =>
  binned.as === "unordered"
    ? fromLevelBins(Int32Array.from(binned.bins))
    : { ordered: true, bins: binned.thresholds.length + 1, thresholds: Float64Array.from(binned.thresholds) }

const remember = (coding: Coding, bins: Bins): BinnedColumn => {
  if (bins.ordered) {
    const found = Array.from(bins.thresholds)
    return coding.as === "number"
      ? { column: coding.column, as: coding.as, thresholds: found }
      : { column: coding.column, as: "ordered", levels: coding.levels, thresholds: found }
  }
  return {
    column: coding.column,
    as: "unordered",
    levels: coding.as === "number" ? [] : coding.levels,
    bins: Array.from(bins.bin, (bin) => (bin === bins.bins ? -1 : bin))
  }
}

/** The numbers of columns; missing ones are NaN, all others finite. */
const numbersOf = (
  learner: string,
  codings: ReadonlyArray<Coding>,
  columns: ReadonlyArray<Features.Entry>
): Result.Result<ReadonlyArray<Float64Array>, PipelineError> =>
  Result.all(
    columns.map(([name, values], j) =>
      Result.flatMap(encode(learner, codings[j]!, values), (numbers): Result.Result<Float64Array, PipelineError> => {
        const row = numbers.findIndex((value) => value === Infinity || value === -Infinity)
        return row < 0 ? Result.succeed(numbers) : notFinite(learner, name, numbers[row]!, row)
      })
    )
  )

/** The features of training rows as numbers. */
const featuresOf = (learner: string, task: Task) =>
  Result.flatMap(someColumns(learner, Features.fromTask(task)), (entries) => {
    const named = entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    const codings = named.map(([name, values]) => codingOf(name, values))
    return Result.map(numbersOf(learner, codings, named), (numbers) => ({ codings, numbers }))
  })

/** The training rows that count, and their features as numbers; targets that are numbers are small enough to be squared. */
export const checked = (learner: string, task: Task) =>
  Result.flatMap(weighted(learner, task), (rows) =>
    Result.flatMap(featuresOf(learner, rows), (features) =>
      Result.map(squarable(learner, rows), () => ({ rows, ...features }))
    )
  )

/** Reads the features of the training rows that count, whose quantiles make the bins. */
export const trainable = (learner: string, task: Task, most: number) =>
  Result.map(checked(learner, task), ({ codings, numbers, rows }) => {
    const bins = numbers.map((values, j) => {
      const coding = codings[j]!
      return binsOf(values, coding.as === "unordered" ? coding.levels.length : undefined, rows.weights, most)
    })
    return {
      rows,
      columns: codings.map((coding, j) => remember(coding, bins[j]!)),
      coded: encodeColumns(numbers, bins, rows.rows, "byColumn")
    }
  })

/** Reads other rows as training read its own. */
export const read = (
  learner: string,
  columns: ReadonlyArray<BinnedColumn>,
  features: Features.Features
): Result.Result<Coded, PipelineError> =>
  Result.flatMap(
    someColumns(
      learner,
      features,
      columns.map((binned) => binned.column)
    ),
    (entries) =>
      Result.map(numbersOf(learner, columns, entries), (numbers) =>
        encodeColumns(numbers, columns.map(binsIn), features.rows, "byRow")
      )
  )
