/**
 * `Preprocess.impute`: values where they are missing.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Column from "../../../data/Column.ts"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { type ColumnsOption, columns, isNumber } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const ImputeOptions = Schema.Struct({
  method: Schema.Literals(["mean", "median", "mode", "constant"]),
  value: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])),
  columns
}).check(
  Schema.makeFilter((options) =>
    options.method === "constant" && options.value === undefined
      ? 'method "constant" needs a value'
      : options.method !== "constant" && options.value !== undefined
        ? 'a value is used only by method "constant"'
        : undefined
  )
)

const Filler = Schema.Union([Schema.Finite, Schema.String, Schema.Boolean])

/** `Preprocess.impute` as a definition, for registries. @category definitions */
export const imputeDefinition = define({
  id: "Preprocess.impute",
  summary: "Fills missing values with the mean, median, mode of the training rows, or a constant",
  options: ImputeOptions,
  state: Schema.Array(Schema.Struct({ column: Schema.String, value: Filler })),
  fit: ({ method, value, columns }, features) => {
    const fits = (column: Column.Column) =>
      (method === "mode" && column.type !== "tensor") ||
      (method === "constant" ? Statistics.holds(column, value!) : isNumber(column))
    return Result.flatMap(Features.chosen(features, "Preprocess.impute", columns, fits), (chosen) => {
      const wrong = chosen.find(([, column]) => !fits(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.impute",
          `cannot fill the ${wrong[1].type} column "${wrong[0]}" with ${method === "constant" ? JSON.stringify(value) : `its ${method}`}; ${wrong[1].type === "tensor" ? "leave out the rows without one" : 'use method "mode", or a constant of its type'}`
        )
      }
      const filled = chosen.map(([name, column]) => ({
        column: name,
        value: method === "constant" ? value! : Statistics[method](column)
      }))
      const empty = filled.find((filler) => filler.value === undefined)
      return empty === undefined
        ? Result.succeed(filled.map(({ column, value }) => ({ column, value: value! })))
        : Features.fail(
            "Preprocess.impute",
            `column "${empty.column}" has no value in the training rows; drop it by Preprocess.select, or use method "constant"`
          )
    })
  },
  apply: (fillers, features) =>
    Features.replace(
      features,
      "Preprocess.impute",
      fillers.map(({ column, value }) => [column, (old: Column.Column) => Statistics.fill(old, value)])
    )
})

/**
 * Fills missing values: numeric columns with their `mean` or `median`, any column with its `mode` (the most frequent
 * value, the smallest at ties), or with a `constant` of the column's type. The statistic is that of the training rows, each of
 * which counts the same: row weights act in the loss only.
 *
 * Without `columns` it takes every column that the method fits. A column without any value in the training rows is an
 * error. *Gotcha*: the median of a whole-number column may be a half; the column then becomes numeric.
 *
 * @example
 * Preprocess.impute({ method: "median" }).pipe(Preprocess.impute({ method: "mode" }))
 * @category stages
 */
export const impute = <const Name extends string = never>(
  options: Omit<typeof ImputeOptions.Encoded, "columns"> & ColumnsOption<Name>
): Stage<Name> => stage<Name>(imputeDefinition, options)
