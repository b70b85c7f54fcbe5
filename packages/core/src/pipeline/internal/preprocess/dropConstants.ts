/**
 * `Preprocess.dropConstants`: columns that say nothing.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

/** `Preprocess.dropConstants` as a definition, for registries. @category definitions */
export const dropConstantsDefinition = define({
  id: "Preprocess.dropConstants",
  summary: "Drops columns that have one value in the training rows",
  options: Schema.Struct({ columns }),
  state: Schema.Array(Schema.String),
  fit: (options, features) =>
    Result.map(Features.chosen(features, "Preprocess.dropConstants", options.columns), (chosen) =>
      chosen.filter(([, column]) => Statistics.isConstant(column)).map(([name]) => name)
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

/** Drops columns that hold a single value, or none, in the training rows. @category stages */
export const dropConstants = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(dropConstantsDefinition, options)
