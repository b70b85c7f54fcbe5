/**
 * `Preprocess.oneHot`: categories as indicators.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import * as Categories from "../categories.ts"
import * as Statistics from "../columnStatistics.ts"
import { categoryColumns } from "./categoryColumns.ts"
import { type ColumnsOption, columns, isCategory } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const OneHotOptions = Schema.Struct({
  columns,
  drop: OptionSchema.withDefault(Schema.Literals(["none", "first"]), "none", "Whether the first level has no column"),
  unknown: OptionSchema.withDefault(
    Schema.Literals(["zero", "error"]),
    "zero",
    "What a level that was not in training becomes: zeros, or an error"
  ),
  maxCategories: OptionSchema.withDefault(
    OptionSchema.count(1),
    100,
    "The most levels of a column that get a column, the most frequent ones"
  ),
  minFrequency: OptionSchema.optional(
    OptionSchema.count(1),
    "Rows that a level must have to get a column; default: any where there are few levels",
    5
  )
})

/** `Preprocess.oneHot` as a definition, for registries. @category definitions */
export const oneHotDefinition = define({
  id: "Preprocess.oneHot",
  summary: "Replaces a column of categories by one 0/1 column a level",
  options: OneHotOptions,
  state: Schema.Struct({
    unknown: Schema.Literals(["zero", "error"]),
    columns: Schema.Array(
      Schema.Struct({
        column: Schema.String,
        levels: Schema.Array(Schema.String),
        skip: Schema.Int,
        /** Levels of the training rows that have no column; only where unknown ones are an error. */
        rare: Schema.Array(Schema.String)
      })
    )
  }),
  fit: (options, features) =>
    Result.map(categoryColumns(features, "Preprocess.oneHot", options.columns), (chosen) => ({
      unknown: options.unknown,
      columns: chosen.map(([column, values]) => {
        const { kept, rare } = Categories.frequent(values, options)
        return {
          column,
          levels: kept,
          skip: options.drop === "first" ? 1 : 0,
          rare: options.unknown === "error" ? rare : []
        }
      })
    })),
  notes: (options, features) =>
    Result.match(Features.chosen(features, "Preprocess.oneHot", options.columns, isCategory), {
      onSuccess: (chosen) => chosen.flatMap(([name, column]) => Categories.notes(name, column, options)),
      onFailure: () => []
    }),
  sourceOf: (state, made) =>
    state.columns.find(({ column, levels, skip }) =>
      levels.some((level, i) => i >= skip && made === `${column}=${level}`)
    )?.column,
  apply: (state, features) => {
    const byName = new Map(state.columns.map((encoded) => [encoded.column, encoded]))
    const next: Array<readonly [string, Column.Column]> = []
    for (const [name, column] of features.columns) {
      const encoded = byName.get(name)
      if (encoded === undefined) {
        next.push([name, column])
        continue
      }
      const { indicators, unknown } = Statistics.indicators(column, encoded)
      if (unknown !== undefined && state.unknown === "error") {
        return Features.fail(
          "Preprocess.oneHot",
          `column "${name}" holds ${JSON.stringify(unknown)}, which was not among the training levels ${encoded.levels.join(", ")}; correct it, or use unknown: "zero"`
        )
      }
      indicators.forEach(({ level, values }) => next.push([`${name}=${level}`, values]))
    }
    return Features.distinct("Preprocess.oneHot", next, features.rows)
  }
})

/**
 * Replaces each factor or string column `c` by a 0/1 column `c=level` for every level: of a factor all its levels, of a
 * string column the values of the training rows in natural order. `drop: "first"` leaves the first level out.
 *
 * A level that was not there in training gives zeros, or an error with `unknown: "error"`. A missing value stays missing
 * in every indicator: impute before.
 *
 * Levels too rare to learn from give zeros, too. `maxCategories` (default 100) keeps the most frequent levels, at ties the
 * first; `minFrequency` keeps those of at least so many training rows. By default it keeps all of up to 10 levels, and where
 * there are more those of at least 5 rows, so that no name or ticket becomes an indicator of its own.
 * @category stages
 */
export const oneHot = <const Name extends string = never>(
  options: Omit<typeof OneHotOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(oneHotDefinition, options)
