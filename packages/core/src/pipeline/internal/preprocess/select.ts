/**
 * `Preprocess.select`: the columns that go on.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Select from "../../../data/Select.ts"
import * as Features from "../../Features.ts"
import { define, type Stage, stage } from "./define.ts"

/** `Preprocess.select` as a definition, for registries. @category definitions */
export const selectDefinition = define({
  id: "Preprocess.select",
  summary: "Keeps the feature columns that are named, or described",
  options: Schema.Struct({
    columns: OptionSchema.required(Select.schema, "The columns that stay, by name or by a selector", ["age", "dose"])
  }),
  state: Schema.Array(Schema.String),
  fit: (options, features) =>
    Result.map(Features.chosen(features, "Preprocess.select", options.columns), (chosen) =>
      chosen.map(([name]) => name)
    ),
  apply: (names, features) =>
    Result.map(Features.chosen(features, "Preprocess.select", names), (chosen) => Features.make(chosen, features.rows))
})

/**
 * Keeps the named feature columns, in the given order; or those that a selector describes on the training rows, in theirs.
 *
 * @example
 * Preprocess.select(Select.except(Select.cardinality({ atMost: 1 })))
 * @category stages
 */
export const select = <const Name extends string = never>(columns: Select.Select<Name>): Stage<Name> =>
  stage<Name>(selectDefinition, { columns })
