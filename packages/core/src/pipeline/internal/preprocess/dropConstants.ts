/**
 * `Preprocess.dropConstants`: columns that say nothing.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

/** Tensors are never looked at, so they are not constant. */
const isConstant = (column: Column.Column, ratio: number): boolean =>
  column.type !== "tensor" && Statistics.differing(column) <= ratio

/** `Preprocess.dropConstants` as a definition, for registries. @category definitions */
export const dropConstantsDefinition = define({
  id: "Preprocess.dropConstants",
  summary: "Drops columns that have one value, or nearly one, in the training rows",
  options: Schema.Struct({
    columns,
    ratio: OptionSchema.withDefault(
      OptionSchema.fraction,
      0,
      "Columns go in which at most this share of the rows differs from the most frequent value"
    )
  }),
  state: Schema.Array(Schema.String),
  fit: ({ columns, ratio }, features) =>
    Result.map(Features.chosen(features, "Preprocess.dropConstants", columns), (chosen) =>
      chosen.filter(([, column]) => isConstant(column, ratio)).map(([name]) => name)
    ),
  apply: (dropped, features) => {
    const gone = new Set(dropped)
    return Result.succeed(
      Features.make(
        [...features.columns].filter(([name]) => !gone.has(name)),
        features.rows
      )
    )
  }
})

/**
 * Drops columns that hold a single value, or none, in the training rows. With `ratio` in [0, 1), default 0, those too in which
 * at most this share of the values differs from the most frequent one. Missing values are none.
 * @category stages
 */
export const dropConstants = <const Name extends string = never>(
  options: { readonly ratio?: number } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(dropConstantsDefinition, options)
