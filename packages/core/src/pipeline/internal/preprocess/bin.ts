/**
 * `Preprocess.bin`: numbers as the bins that they fall into.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import { numbersOf } from "../columnStatistics.ts"
import { binsOf, equalCounts, equalWidths, names } from "../../Bins.ts"
import { ascending } from "../numeric/quantiles.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"
import { learnEach, numeric } from "./numbers.ts"

const Encoding = Schema.Literals(["ordinal", "oneHot", "factor"])

const BinOptions = Schema.Struct({
  columns,
  bins: OptionSchema.withDefault(OptionSchema.bins(2), 5, "The number of bins"),
  placement: OptionSchema.withDefault(
    Schema.Literals(["quantile", "uniform"]),
    "quantile",
    "Bins of about as many rows, or of one width"
  ),
  as: OptionSchema.withDefault(Encoding, "ordinal", "Numbers from 0, indicators, or levels")
})

const encoded = (
  name: string,
  column: Column.Column,
  edges: ReadonlyArray<number>,
  as: typeof Encoding.Type
): ReadonlyArray<Features.Entry> => {
  const codes = binsOf(edges, numbersOf(column))
  switch (as) {
    case "ordinal":
      return [
        [
          name,
          { ...Column.numeric(Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : code))), type: "integer" }
        ]
      ]
    case "factor":
      return [[name, { type: "factor", codes, levels: names(edges), ordered: true, missing: column.missing }]]
    case "oneHot":
      return names(edges).map((bin, i) => [
        `${name}=${bin}`,
        Column.numeric(Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : Number(code === i))))
      ])
  }
}

/** `Preprocess.bin` as a definition, for registries. @category definitions */
export const binDefinition = define({
  id: "Preprocess.bin",
  summary: "Replaces numbers by the bins that they fall into, of equal counts or equal widths",
  options: BinOptions,
  state: Schema.Struct({
    as: Encoding,
    columns: Schema.Array(Schema.Tuple([Schema.String, Schema.Array(Schema.Finite)]))
  }),
  fit: ({ as, bins, columns: select, placement }, features) =>
    Result.flatMap(numeric(features, "Preprocess.bin", select), (chosen) =>
      Result.map(
        learnEach("Preprocess.bin", chosen, (values) => {
          const edges = (placement === "quantile" ? equalCounts : equalWidths)(ascending(values), bins)
          return edges.every(Number.isFinite)
            ? Result.succeed(edges)
            : Result.fail("has numbers too far apart for bins; correct or rescale it")
        }),
        (learned) => ({ as, columns: learned })
      )
    ),
  sourceOf: ({ columns: learned }, made) =>
    learned.find(([name, edges]) => names(edges).some((bin) => made === `${name}=${bin}`))?.[0],
  apply: ({ as, columns: learned }, features) =>
    Features.expand(
      features,
      "Preprocess.bin",
      learned.map(([name, edges]) => [name, (column: Column.Column) => encoded(name, column, edges, as)])
    )
})

/**
 * Replaces each numeric column by the bin that a number falls into: of `bins` bins (default 5) with about as many training
 * rows each, `placement: "quantile"`, or of one width, `"uniform"`. A bin holds its lower edge; the first and the last reach
 * to infinity, so that new values beyond those of training are in one of them. Edges of equal counts that coincide, since a value
 * repeats, become one: there are fewer bins then.
 *
 * `as` says what a bin becomes: its number from 0, `"ordinal"`; a 0/1 column `x=[1, 2)` for each, `"oneHot"`; or a level of an
 * ordered factor, `"factor"`, for an embedding or `Preprocess.oneHot`. A missing value stays missing.
 *
 * With `"quantile"` as scikit-learn's `KBinsDiscretizer(strategy="quantile", quantile_method="linear")`.
 *
 * @example
 * Preprocess.bin({ columns: ["age"], bins: 4, as: "oneHot" })
 * @category stages
 */
export const bin = <const Name extends string = never>(
  options: Omit<typeof BinOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(binDefinition, options)
