/**
 * `Preprocess.dates`: dates as numbers.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import * as Dates from "../dateParts.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const isDate = (column: Column.Column): column is Column.DateTime => column.type === "date"

const DatesOptions = Schema.Struct({
  columns,
  parts: OptionSchema.withDefault(
    Schema.Array(Dates.Part).check(Schema.isMinLength(1)),
    ["year", "month", "weekday", "hour", "daysSince"],
    "What becomes a column of its own"
  ),
  cyclic: OptionSchema.withDefault(Schema.Boolean, false, "Whether what comes round again becomes sine and cosine"),
  since: OptionSchema.optional(
    Schema.String.check(
      Schema.makeFilter((text) =>
        Column.parseDate(text) === undefined ? "Expected a date such as 2024-01-31" : undefined
      )
    ),
    "The date from which days are counted; default: the first of training",
    "2020-01-01"
  )
})

/** `Preprocess.dates` as a definition, for registries. @category definitions */
export const datesDefinition = define({
  id: "Preprocess.dates",
  summary: "Replaces a column of dates by numbers: year, month, weekday, hour, days since the first",
  options: DatesOptions,
  state: Schema.Struct({
    cyclic: Schema.Boolean,
    columns: Schema.Array(
      Schema.Struct({ column: Schema.String, parts: Schema.Array(Dates.Part), since: Schema.Finite })
    )
  }),
  fit: ({ columns: names, cyclic, parts, since }, features) =>
    Result.flatMap(Features.chosen(features, "Preprocess.dates", names, isDate), (chosen) => {
      const wrong = chosen.find(([, column]) => !isDate(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.dates",
          `cannot take parts of the ${wrong[1].type} column "${wrong[0]}"; read it as date (columns, dateFormat) or leave it out`
        )
      }
      return Result.succeed({
        cyclic,
        columns: chosen.map(([column, values]) => ({
          column,
          parts: parts.filter((part) => part !== "hour" || Dates.hasTimes(values)),
          since: since === undefined ? Dates.first(values) : Column.parseDate(since)!
        }))
      })
    }),
  sourceOf: ({ columns: fitted }, made) =>
    fitted.find(({ column, parts }) =>
      parts.some((part) => ["", ".sin", ".cos"].some((suffix) => made === `${column}.${part}${suffix}`))
    )?.column,
  apply: ({ columns: fitted, cyclic }, features) => {
    const byName = new Map(fitted.map((each) => [each.column, each]))
    const next = [...features.columns].flatMap(([name, column]) => {
      const of = byName.get(name)
      return of === undefined ? [[name, column] as const] : Dates.expand(name, column, { ...of, cyclic })
    })
    return Features.distinct("Preprocess.dates", next, features.rows)
  }
})

/**
 * Replaces each date column `c` by columns of numbers, in UTC: `c.year`, `c.quarter` (1 to 4), `c.month` (1 to 12), `c.week`
 * (1 to 53, ISO 8601), `c.day` (of the month), `c.dayOfYear` (1 to 366), `c.weekday` (1 Monday to 7 Sunday, ISO 8601),
 * `c.isWeekend` (1 on Saturday and Sunday), `c.hour` (0 to 24, with its fraction; left out where all training rows are at
 * midnight) and `c.daysSince` (since the first training row, or since `since`). Without `parts` these are year, month, weekday,
 * hour and daysSince.
 *
 * With `cyclic`, quarter, month, week, day, dayOfYear, weekday and hour are points on a circle, two columns each: `c.month.sin`
 * and `c.month.cos`, so that December is next to January. A missing date is missing in every part.
 *
 * @example
 * Preprocess.dates({ parts: ["month", "daysSince"], cyclic: true })
 * @category stages
 */
export const dates = <const Name extends string = never>(
  options: Omit<typeof DatesOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(datesDefinition, options)
