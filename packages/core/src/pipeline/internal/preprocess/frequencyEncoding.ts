/**
 * `Preprocess.frequencyEncoding`: how frequent a level is, as a number.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { categoryColumns } from "./categoryColumns.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.frequencyEncoding"

const State = Schema.Struct({
  column: Schema.String,
  levels: Schema.Array(Schema.String),
  values: Schema.Array(Schema.Finite),
  missing: Schema.Finite
})

const encode =
  ({ levels, missing, values }: typeof State.Type) =>
  (column: Column.Column): Column.Column => {
    const factor = Column.asFactor(column)
    const valueOf = new Map(levels.map((level, i) => [level, values[i]!]))
    const own = factor.levels.map((level) => valueOf.get(level) ?? 0)
    return Column.numeric(Float64Array.from(factor.codes, (code) => own[code] ?? missing))
  }

/** `Preprocess.frequencyEncoding` as a definition, for registries. @category definitions */
export const frequencyEncodingDefinition = define({
  id,
  summary: "Replaces a level by the share of the training rows that have it",
  options: Schema.Struct({
    columns,
    unit: OptionSchema.withDefault(
      Schema.Literals(["share", "count"]),
      "share",
      "A share of the training rows, or their number"
    )
  }),
  state: Schema.Array(State),
  fit: (options, features) =>
    Result.map(categoryColumns(features, id, options.columns), (chosen) =>
      chosen.map(([column, given]) => {
        const { counts, levels, missing } = Statistics.levelCounts(given)
        const scale = options.unit === "share" ? Math.max(1, features.rows) : 1
        return { column, levels, values: Array.from(counts, (count) => count / scale), missing: missing / scale }
      })
    ),
  apply: (learned, features) =>
    Features.replace(
      features,
      id,
      learned.map((each) => [each.column, encode(each)])
    )
})

/**
 * Replaces a level of a factor or text by the share of the training rows that have it, or with `unit: "count"` by their number.
 *
 * A column that is named may be of any type but a tensor. Missing is a level like the others: its share is that of the rows without a value. A level, or a missing value, that no
 * training row has gives 0. *Gotcha*: levels of equal frequency become one.
 * @category stages
 */
export const frequencyEncoding = <const Name extends string = never>(
  options: { readonly unit?: "share" | "count" } & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(frequencyEncodingDefinition, options)
