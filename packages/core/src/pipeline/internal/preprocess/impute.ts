/**
 * `Preprocess.impute`: values where they are missing.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Seed from "../../../Seed.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import * as Statistics from "../columnStatistics.ts"
import * as Fillers from "../fillers.ts"
import { rowKeys } from "../rowKeys.ts"
import { type ColumnsOption, columns, isCategory, isNumber } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.impute"

const Method = Schema.Union([
  Schema.Literals(["mean", "median", "mode", "constant", "level", "sample", "histogram", "outOfRange"]),
  Schema.Struct({
    histogram: OptionSchema.required(
      Schema.Struct({ bins: OptionSchema.required(OptionSchema.bins(1), "Bins of equal width", 20) }),
      "Draws from bins of equal width",
      { bins: 20 }
    )
  }),
  Schema.Struct({
    outOfRange: OptionSchema.required(
      Schema.Struct({
        side: OptionSchema.withDefault(
          Schema.Literals(["below", "above"]),
          "below",
          "Below the least value or above the greatest"
        ),
        offset: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "A fixed distance from the range"),
        multiplier: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "A distance in lengths of the range")
      }),
      "A value beyond those of the training rows",
      { side: "above" }
    )
  })
])

const ImputeOptions = Schema.Struct({
  method: OptionSchema.required(
    Method,
    "What missing values become: a statistic of the training rows, a constant, a level, a draw",
    "median"
  ),
  value: OptionSchema.optional(Fillers.Filler, "What constant fills in, or the name of the level of level", 0),
  columns
}).check(
  Schema.makeFilter(({ method, value }) =>
    method === "constant" && value === undefined
      ? 'method "constant" needs a value'
      : method !== "constant" && method !== "level" && value !== undefined
        ? 'a value is used only by the methods "constant" and "level"'
        : undefined
  )
)

type Options = typeof ImputeOptions.Type

/** The word for a method, whether or not it has options. */
const nameOf = ({ method }: Options) =>
  typeof method === "string" ? method : "histogram" in method ? "histogram" : "outOfRange"

const levelOf = ({ value }: Options): string => String(value ?? "missing")

/** Whether a method can fill a column. */
const fits = (options: Options, column: Column.Column): boolean => {
  switch (nameOf(options)) {
    case "constant":
      return Statistics.holds(column, options.value!)
    case "level":
      return isCategory(column)
    case "mode":
    case "sample":
      return column.type !== "tensor"
    default:
      return isNumber(column)
  }
}

/** What a method learns of a column; undefined if there is no value to learn from. */
const learn = (options: Options, column: Column.Column): Fillers.Rule | undefined => {
  const { method } = options
  if (typeof method === "object") {
    return "histogram" in method
      ? Fillers.histogram(column, method.histogram.bins)
      : Fillers.outOfRange(column, method.outOfRange)
  }
  switch (method) {
    case "constant":
      return { value: options.value! }
    case "level":
      return { value: levelOf(options) }
    case "outOfRange":
      return Fillers.outOfRange(column, { side: "below", offset: 1, multiplier: 1 })
    case "histogram":
      return Fillers.histogram(column, undefined)
    case "sample":
      return Fillers.sample(column)
    default: {
      const value = Statistics[method](column)
      return value === undefined ? undefined : { value }
    }
  }
}

const refuse = (options: Options, [name, { type }]: Features.Entry): Result.Result<never, PipelineError> => {
  const method = nameOf(options)
  const by =
    method === "constant"
      ? JSON.stringify(options.value)
      : method === "level"
        ? "a level of its own"
        : ["mean", "median", "mode"].includes(method)
          ? `its ${method}`
          : `the method ${method}`
  return Features.fail(
    id,
    `cannot fill the ${type} column "${name}" with ${by}; ${type === "tensor" ? "leave out the rows without one" : 'use method "mode", or a constant of its type'}`
  )
}

/** A level of its own must be one that no value has. */
const isTaken = (options: Options, column: Column.Column): boolean =>
  nameOf(options) === "level" && Column.asFactor(column).levels.includes(levelOf(options))

/** The rows in which a column is missing that is drawn. */
const drawingRows = (learned: ReadonlyArray<Fillers.Learned>, { columns, rows }: Features.Features) => {
  const incomplete = learned.flatMap((each) => ("value" in each ? [] : (columns.get(each.column)?.missing ?? [])))
  return incomplete.length === 0
    ? []
    : Array.from({ length: rows }, (_, row) => row).filter((row) => incomplete.some((missing) => missing[row] === 1))
}

/** `Preprocess.impute` as a definition, for registries. @category definitions */
export const imputeDefinition = define({
  id,
  summary: "Fills missing values with what the training rows say, or a constant",
  options: ImputeOptions,
  state: Schema.Array(Fillers.Learned),
  fit: (options, features, { seed }) =>
    Result.gen(function* () {
      const chosen = yield* Features.chosen(features, id, options.columns, (column) => fits(options, column))
      const learned: Array<Fillers.Learned> = []
      for (const entry of chosen) {
        const [name, column] = entry
        if (!fits(options, column)) return yield* refuse(options, entry)
        if (isTaken(options, column)) {
          return yield* Features.fail(
            id,
            `column "${name}" has a level "${levelOf(options)}" already; give another one by value`
          )
        }
        const found = learn(options, column)
        if (found === undefined) {
          return yield* Features.fail(
            id,
            `column "${name}" has no value in the training rows; drop it by Preprocess.select, or use method "constant"`
          )
        }
        learned.push(
          "value" in found ? { column: name, ...found } : { column: name, ...found, seed: Seed.derive(seed, name) }
        )
      }
      return learned
    }),
  apply: (learned, features) => {
    const keys = rowKeys(features, drawingRows(learned, features))
    return Features.replace(
      features,
      id,
      learned.map((each) => [each.column, (old: Column.Column) => Statistics.fill(old, Fillers.fillerAt(each, keys))])
    )
  }
})

/**
 * Fills missing values, by one of these methods:
 *
 * - `mean` or `median` of a numeric column; `mode` of any column, its most frequent value, the smallest at ties;
 * - a `constant`, `value`, of the column's type;
 * - `outOfRange` of a numeric column: min − 1 − (max − min); `{ outOfRange: { side: "above", offset: 1, multiplier: 1 } }` is
 *   max + offset + multiplier·(max − min). A tree can split it off, a network sees an outlier.
 * - `level` of a factor or text: a level of its own, `value`, by default `missing`. It comes last, in an ordered factor first.
 * - `sample`: a value of a training row, each as likely; or `histogram` of a numeric column: a bin by its frequency, and a
 *   point in it, of ⌈log₂ n + 1⌉ bins of equal width (Sturges), or `{ histogram: { bins: 20 } }`. A row draws by the seed and its own values:
 *   the same in every run, wherever it stands and whatever stands beside it; rows that are equal draw alike.
 *
 * What is learned is learned of the training rows, each of which counts the same: row weights act in the loss only. It fills
 * columns, too, that are incomplete in other rows only; a `level` that no training row had is then one that later
 * stages have not seen (`oneHot` gives zeros).
 *
 * Without `columns` it takes every column that the method fits. A column without any value in the training rows is an
 * error, except for `constant` and `level`. *Gotcha*: the median of a whole-number column may be a half; the column then becomes
 * numeric.
 *
 * @example
 * Preprocess.impute({ method: "median" }).pipe(Preprocess.impute({ method: "level" }), Preprocess.oneHot())
 * @category stages
 */
export const impute = <const Name extends string = never>(
  options: Omit<typeof ImputeOptions.Encoded, "columns"> & ColumnsOption<Name>
): Stage<Name> => stage<Name>(imputeDefinition, options)
