/**
 * `Preprocess.polynomial`: powers and products of columns.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import { countMonomials, monomials, nameOf } from "../../Monomials.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"
import { numeric } from "./numbers.ts"

const PolynomialOptions = Schema.Struct({
  columns,
  // Products of more factors leave the range of numbers, and counting them takes its time.
  degree: OptionSchema.withDefault(
    OptionSchema.count(2, 100, "powers of a higher degree are out of range"),
    2,
    "The greatest degree of a product"
  ),
  interactions: OptionSchema.withDefault(Schema.Boolean, false, "Whether only products of different columns are made"),
  maxColumns: OptionSchema.withDefault(
    OptionSchema.count(1, 1_000_000, "each is a column"),
    1000,
    "The most new columns; more are an error"
  )
})

/** `Preprocess.polynomial` as a definition, for registries. @category definitions */
export const polynomialDefinition = define({
  id: "Preprocess.polynomial",
  summary: "Adds the powers and products of numeric columns",
  options: PolynomialOptions,
  state: Schema.Struct({
    columns: Schema.Array(Schema.String),
    degree: Schema.Int,
    interactions: Schema.Boolean
  }),
  fit: ({ columns: select, degree, interactions, maxColumns }, features) =>
    Result.flatMap(numeric(features, "Preprocess.polynomial", select), (chosen) => {
      const count = countMonomials(chosen.length, degree, interactions)
      return count <= maxColumns
        ? Result.succeed({ columns: chosen.map(([name]) => name), degree, interactions })
        : Features.fail(
            "Preprocess.polynomial",
            `would add ${count} columns of ${chosen.length}, more than maxColumns, ${maxColumns}; choose fewer columns, a lower degree, or raise maxColumns`
          )
    }),
  sourceOf: ({ columns: names }, made) =>
    names.find((name) => made.startsWith(`${name}^`) && /^\d+$/.test(made.slice(name.length + 1))),
  apply: ({ columns: names, degree, interactions }, features) =>
    Result.flatMap(numeric(features, "Preprocess.polynomial", names), (chosen) => {
      const values = chosen.map(([, own]) => own)
      const products = monomials(names.length, degree, interactions).map((factors): Features.Entry => {
        const product = new Float64Array(features.rows).fill(1)
        for (const factor of factors) values[factor]!.forEach((x, row) => (product[row]! *= x))
        return [nameOf(factors, names), Column.numeric(product)]
      })
      return Features.distinct("Preprocess.polynomial", [...features.columns, ...products], features.rows)
    })
})

/**
 * Adds to numeric columns a, b, … all their products of 2 up to `degree` factors, behind the other columns: `a^2`, `a:b`,
 * `b^2`; with `interactions: true` only those in which no factor repeats: `a:b`. A product of which a factor is missing is
 * missing.
 *
 * There are (p + d)! / (p! d!) − p − 1 of them for p columns and degree d, 55 for 10 and 2; more than `maxColumns`
 * (default 1000) are an error. Nothing else is learned. *Gotcha*: powers of columns far from 0 are nearly proportional to them;
 * standardise before.
 *
 * @example
 * Preprocess.standardise().pipe(Preprocess.polynomial({ interactions: true }))
 * @category stages
 */
export const polynomial = <const Name extends string = never>(
  options: Omit<typeof PolynomialOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(polynomialDefinition, options)
