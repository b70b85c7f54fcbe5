/**
 * Categories as codes, for embeddings: levels are learned from the training rows.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import type * as Select from "../../../data/Select.ts"
import * as Decode from "../../Decode.ts"
import * as Features from "../../Features.ts"
import * as Categories from "../categories.ts"
import { starting } from "../pipeline.ts"
import { columns, inMemory, learned, type Starting } from "./learned.ts"

const id = "Ingress.categorical"

const isCategorical = ({ type }: Column.Column): boolean => ["factor", "string", "integer", "boolean"].includes(type)

/** The levels that occur, in natural order. */
const occurring = (column: Column.Column): ReadonlyArray<string> => {
  const { codes, levels } = Column.asFactor(column)
  const present = new Set(codes)
  return levels.filter((_, code) => present.has(code))
}

/** The code of every row: 1 … for the levels, 0 for a missing value or another level. */
const codesOf = (column: Column.Column, levels: ReadonlyArray<string>): ReadonlyArray<number> => {
  const codeOf = new Map(levels.map((level, i) => [level, i + 1]))
  const factor = Column.asFactor(column)
  const place = factor.levels.map((level) => codeOf.get(level) ?? 0)
  return Array.from(factor.codes, (code) => place[code] ?? 0)
}

/** `Ingress.categorical` as a definition, for registries. @category definitions */
export const categoricalDefinition = learned({
  id,
  summary: "Factor, text, integer and boolean columns as codes, for embeddings",
  options: Schema.Struct({ columns }),
  state: Schema.Struct({
    columns: Schema.Array(Schema.String),
    levels: Schema.Array(Schema.Array(Schema.String))
  }),
  columns: ({ columns }) => columns,
  select: (options) => options.columns,
  shape: (_, columns) => [columns],
  takes: { categories: true, missing: true, anyScale: true },
  cardinalities: ({ levels }) => levels.map(({ length }) => length),
  fit: (options, features) =>
    Result.flatMap(Features.chosen(features, id, options.columns), (chosen) => {
      const wrong = chosen.filter(([, column]) => !isCategorical(column))
      if (wrong.length === 0) {
        return Result.succeed({
          columns: chosen.map(([name]) => name),
          levels: chosen.map(([, column]) => occurring(column))
        })
      }
      const named = wrong.slice(0, 8).map(([name, { type }]) => `"${name}" (${type})`)
      return Features.fail(
        id,
        `takes categories, but got ${named.join(", ")}${wrong.length > 8 ? ` and ${wrong.length - 8} more` : ""}; name the columns that are categories, and take the others by an ingress of their own in another branch of a Merge`
      )
    }),
  notes: ({ columns }, features) =>
    Result.match(Features.chosen(features, id, columns), {
      onSuccess: (chosen) =>
        chosen.flatMap(([name, column]) =>
          Categories.labelNotes(
            name,
            Column.asFactor(column),
            "an embedding has a vector for each, and none for new ones"
          )
        ),
      onFailure: () => []
    }),
  open: (_, { levels }, columns, rows) =>
    Effect.sync(() => {
      const width = columns.length
      const values = new Float32Array(rows * width)
      columns.forEach(([, column], j) =>
        codesOf(column, levels[j]!).forEach((code, i) => (values[i * width + j] = code))
      )
      return inMemory(values, width)
    })
})

/**
 * Takes the columns that are named or described, or all that reach it, as codes for `Nn.embedding`: rows of rank 1.
 *
 * The levels of a column are the values that occur in the training rows, in natural order (see `Column.asFactor`); they are
 * saved with the model. A row has code 1, 2, … for them and 0 where the value is missing or did not occur in training, so
 * that missing values need no imputation. Errors when the pipeline is trained: a numeric or date column, an unknown name.
 *
 * A column that names its rows (`Column.isLabel`, of whole numbers too) is legal, and a note says so.
 *
 * *Gotcha*: codes are names, not numbers; only a layer of codes, such as `Nn.embedding`, may follow.
 *
 * @example
 * Ingress.categorical(["site", "ward"]).pipe(Nn.embedding(8)) // rows of shape [2, 8]
 * @category stages
 */
export const categorical = <const S extends Select.Select = ReadonlyArray<never>>(
  columns?: S
): Categorical<Select.NamesOf<S>, Select.CountOf<S>> =>
  starting(categoricalDefinition.bind({ columns }, Decode.findNothing))

/** The type of `Ingress.categorical`: see `Starting`. @category type-level */
export type Categorical<Names extends string, Width extends number> = Starting<
  Names,
  readonly [Width],
  "Ingress.categorical"
>
