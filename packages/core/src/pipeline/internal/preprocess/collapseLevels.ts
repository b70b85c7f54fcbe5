/**
 * `Preprocess.collapseLevels`: rare levels as one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { categoryColumns } from "./categoryColumns.ts"
import { type ColumnsOption, columns, isCategory } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

const id = "Preprocess.collapseLevels"

const CollapseOptions = Schema.Struct({
  minShare: OptionSchema.optional(
    OptionSchema.proportion,
    "The least share of the rows with which a level keeps its name",
    0.01
  ),
  minCount: OptionSchema.optional(
    OptionSchema.count(1),
    "The least number of rows with which a level keeps its name",
    5
  ),
  maxLevels: OptionSchema.optional(
    OptionSchema.count(1),
    "The most levels that keep their names, the most frequent ones",
    20
  ),
  level: OptionSchema.withDefault(Schema.NonEmptyString, "other", "The name of the level that rare ones become"),
  columns
}).check(
  Schema.makeFilter(({ maxLevels, minCount, minShare }) =>
    minShare === undefined && minCount === undefined && maxLevels === undefined
      ? "says nothing of what is rare; give minShare, minCount or maxLevels"
      : undefined
  )
)

type Options = typeof CollapseOptions.Type

/** An order is lost where levels become one, so an ordered factor must be named. */
const fits = (column: Column.Column): boolean => isCategory(column) && !(column.type === "factor" && column.ordered)

/** The levels that keep their name, in their order. */
const kept = (column: Column.Column, { maxLevels = Infinity, minCount = 1, minShare = 0 }: Options) => {
  const { counts, levels, missing } = Statistics.levelCounts(column)
  const present = Column.length(column) - missing
  const frequent = levels
    .map((_, code) => code)
    .filter((code) => counts[code]! >= Math.max(minCount, minShare * present))
  const most = new Set(frequent.toSorted((a, b) => counts[b]! - counts[a]! || a - b).slice(0, maxLevels))
  return levels.filter((_, code) => most.has(code))
}

const collapse =
  (known: ReadonlyArray<string>, other: string) =>
  (column: Column.Column): Column.Column => {
    const factor = Column.asFactor(column)
    const levels = known.includes(other) ? known : [...known, other]
    const codeOf = new Map(levels.map((level, code) => [level, code]))
    const own = factor.levels.map((level) => codeOf.get(level) ?? codeOf.get(other)!)
    return { ...factor, levels, ordered: false, codes: factor.codes.map((code) => (code < 0 ? code : own[code]!)) }
  }

/** `Preprocess.collapseLevels` as a definition, for registries. @category definitions */
export const collapseLevelsDefinition = define({
  id,
  summary: "Makes one level of those that are rare in the training rows",
  options: CollapseOptions,
  state: Schema.Struct({
    level: Schema.String,
    columns: Schema.Array(Schema.Struct({ column: Schema.String, levels: Schema.Array(Schema.String) }))
  }),
  fit: (options, features) =>
    Result.map(categoryColumns(features, id, options.columns, fits), (chosen) => ({
      level: options.level,
      columns: chosen.map(([column, values]) => ({ column, levels: kept(values, options) }))
    })),
  apply: ({ columns: learned, level }, features) =>
    Features.replace(
      features,
      id,
      learned.map(({ column, levels }) => [column, collapse(levels, level)])
    )
})

/**
 * Makes one level, `level`, by default `other`, of the rare levels of a factor or text. A level keeps its name if it has
 *
 * - at least the share `minShare` of the training rows that have a value, in [0, 1],
 * - at least `minCount` training rows,
 * - and is among the `maxLevels` most frequent, at ties the first.
 *
 * At least one of the three must be given. A level that was not there in training is rare, and becomes `other`; a missing value
 * stays missing. A level that is called `other` already is joined by the rare ones. Ordered factors are taken only if they are
 * named, and lose their order.
 *
 * @example
 * Preprocess.collapseLevels({ minShare: 0.01 }).pipe(Preprocess.oneHot())
 * @category stages
 */
export const collapseLevels = <const Name extends string = never>(
  options: Omit<typeof CollapseOptions.Encoded, "columns"> & ColumnsOption<Name>
): Stage<Name> => stage<Name>(collapseLevelsDefinition, options)
