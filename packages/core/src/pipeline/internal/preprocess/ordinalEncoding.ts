/**
 * `Preprocess.ordinalEncoding`: levels that have an order, as whole numbers.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Note from "../../../data/Note.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import { categoryColumns } from "./categoryColumns.ts"
import { type ColumnsOption, columns, isCategory } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.ordinalEncoding"

const OrdinalOptions = Schema.Struct({
  columns,
  order: OptionSchema.optional(
    Schema.Record(Schema.String, Schema.Array(Schema.String).check(Schema.isUnique())),
    "The order of levels, by column; default: that of the levels",
    { size: ["S", "M", "L"] }
  ),
  unknown: OptionSchema.withDefault(
    Schema.Literals(["missing", "error"]),
    "missing",
    "What a value without a place becomes: missing, or an error"
  )
})

type Options = typeof OrdinalOptions.Type

const isOrdered = (column: Column.Column): boolean => column.type === "factor" && column.ordered

/** The columns that are chosen and those with an order, each with its levels in their order. */
const ordered = (
  { columns: select, order = {} }: Options,
  features: Features.Features
): Result.Result<
  ReadonlyArray<readonly [name: string, column: Column.Column, levels: ReadonlyArray<string>]>,
  PipelineError
> =>
  Result.gen(function* () {
    const chosen = yield* categoryColumns(features, id, select, select === undefined ? isOrdered : isCategory)
    const given = yield* categoryColumns(features, id, Object.keys(order))
    return Array.from(
      new Map([...chosen, ...given]),
      ([name, column]) => [name, column, order[name] ?? Column.asFactor(column).levels] as const
    )
  })

/** The place of every row in an order, and a value that has none. */
const places = (column: Column.Column, levels: ReadonlyArray<string>) => {
  const { codes, levels: own } = Column.asFactor(column)
  const placeOf = new Map(levels.map((level, place) => [level, place]))
  const place = own.map((level) => placeOf.get(level))
  const stray = codes.find((code) => code >= 0 && place[code] === undefined)
  const values = Float64Array.from(codes, (code) => place[code] ?? Number.NaN)
  const codesOf: Column.Integer = { ...Column.numeric(values), type: "integer" }
  return { codes: codesOf, stray: stray === undefined ? undefined : own[stray]! }
}

const refuse = (name: string, stray: string, levels: ReadonlyArray<string>) =>
  Features.fail(
    id,
    `column "${name}" holds ${JSON.stringify(stray)}, which has no place in the order ${levels.join(" < ")}; correct it, or use unknown: "missing"`
  )

/** `Preprocess.ordinalEncoding` as a definition, for registries. @category definitions */
export const ordinalEncodingDefinition = define({
  id,
  summary: "Replaces levels that have an order by their places in it: 0, 1, 2, …",
  options: OrdinalOptions,
  state: Schema.Struct({
    unknown: Schema.Literals(["missing", "error"]),
    columns: Schema.Array(Schema.Struct({ column: Schema.String, levels: Schema.Array(Schema.String) }))
  }),
  fit: (options, features) =>
    Result.map(ordered(options, features), (chosen) => ({
      unknown: options.unknown,
      columns: chosen.map(([column, , levels]) => ({ column, levels }))
    })),
  notes: (options, features) =>
    Result.match(ordered(options, features), {
      onSuccess: (chosen) =>
        chosen.flatMap(([column, values, levels]) => {
          const { stray } = places(values, levels)
          return stray === undefined
            ? []
            : [
                Note.make({
                  code: "no-place",
                  column,
                  finding: `holds ${JSON.stringify(stray)}, which has no place in the order ${levels.join(" < ")} and becomes missing`,
                  advice: "Add it to the order, or correct it."
                })
              ]
        }),
      onFailure: () => []
    }),
  apply: ({ columns: fitted, unknown }, features) =>
    Result.gen(function* () {
      const columns = new Map(features.columns)
      const names = fitted.map(({ column }) => column)
      for (const [i, [name, column]] of (yield* Features.chosen(features, id, names)).entries()) {
        const { levels } = fitted[i]!
        const { codes, stray } = places(column, levels)
        if (stray !== undefined && unknown === "error") return yield* refuse(name, stray, levels)
        columns.set(name, codes)
      }
      return { columns, rows: features.rows }
    })
})

/**
 * Replaces the levels of ordered factors by their places in the order: 0, 1, 2, … as whole numbers.
 *
 * With `columns` those of the chosen columns, whose order is that of their levels: of a factor as it was declared, of text the
 * natural order of the training rows. `order` gives the order of a column, `{ size: ["S", "M", "L"] }`, and chooses it.
 *
 * A value that has no place in the order becomes missing, or is an error with `unknown: "error"`; a missing value stays missing.
 * *Gotcha*: places are numbers, and say that each step is as wide as the next; where that is wrong, use `oneHot`.
 *
 * @example
 * Preprocess.ordinalEncoding({ order: { size: ["S", "M", "L"] } })
 * @category stages
 */
export const ordinalEncoding = <const Name extends string = never, const Ordered extends string = never>(
  options: {
    readonly order?: { readonly [K in Ordered]: ReadonlyArray<string> }
    readonly unknown?: "missing" | "error"
  } & ColumnsOption<Name> = {}
): Stage<Name | Ordered> => stage<Name | Ordered>(ordinalEncodingDefinition, options)
