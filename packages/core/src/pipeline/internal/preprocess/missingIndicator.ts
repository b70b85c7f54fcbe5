/**
 * `Preprocess.missingIndicator`: that a value is missing, as a column.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Features from "../../Features.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.missingIndicator"

const indicator = (column: Column.Column): Column.Bool =>
  Column.boolean(Array.from({ length: Column.length(column) }, (_, row) => column.missing?.[row] === 1))

/** `Preprocess.missingIndicator` as a definition, for registries. @category definitions */
export const missingIndicatorDefinition = define({
  id,
  summary: "Adds a truth value for each column with missing values: whether it is missing",
  options: Schema.Struct({ columns }),
  state: Schema.Array(Schema.String),
  fit: (options, features) =>
    Result.map(Features.chosen(features, id, options.columns ?? { missing: true }), (chosen) =>
      chosen.map(([name]) => name)
    ),
  sourceOf: (names, made) => names.find((name) => made === `${name}.missing`),
  apply: (names, features) =>
    Result.flatMap(Features.chosen(features, id, names), (chosen) =>
      Features.distinct(
        id,
        [
          ...features.columns,
          ...chosen.map(([name, column]): Features.Entry => [`${name}.missing`, indicator(column)])
        ],
        features.rows
      )
    )
})

/**
 * Adds a column `c.missing`, behind all others, for each column `c` in which a value is missing in the training rows: true
 * where it is. With `columns` for those that are chosen: `Select.all()` for every column.
 *
 * A column that is incomplete only in rows that are predicted has no indicator, as nothing could be learned of one that is
 * false in all training rows. *Gotcha*: behind `Preprocess.impute` nothing is missing any more; put it before.
 *
 * @example
 * Preprocess.missingIndicator().pipe(Preprocess.impute({ method: "median" }), Ingress.numeric())
 * @category stages
 */
export const missingIndicator = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(missingIndicatorDefinition, options)
