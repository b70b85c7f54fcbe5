/**
 * What fitted models say of their features by themselves, as jobs keep it: coefficients that are not 0, and what the splits of trees
 * gained. A record has lists, column by column, since there may be many jobs.
 */
import * as Learner from "@rocflow/core/learning/Learner"
import * as Schema from "effect/Schema"

/** The most columns that a job keeps: those of the largest coefficients, or gains. */
export const most = 1000

const common = {
  /** The columns that reach the model, behind preprocessing. */
  columns: Schema.Array(Schema.String),
  /** The features that they were made of, where these are others. */
  features: Schema.optionalKey(Schema.Array(Schema.String)),
  /** How many the model has, those that are 0 and those that were left out too. */
  of: Schema.Int
}

const numbers = Schema.Array(Schema.Finite)

/** The coefficients of a linear model: see `Learner.coefficients`. @category schemas */
export const Coefficients = Schema.Struct({
  ...common,
  /** The classes whose scores they add to, of several. */
  levels: Schema.optionalKey(Schema.Array(Schema.String)),
  values: numbers,
  /** Where the model knows it of all columns; 0 of the intercept. */
  perSd: Schema.optionalKey(numbers)
})

/** What the splits of trees gained: see `Learner.importance`. @category schemas */
export const Importance = Schema.Struct({
  ...common,
  gain: numbers,
  splits: Schema.Array(Schema.Int),
  /** What all splits gained, those of columns that were left out too. */
  total: Schema.Finite
})

/** What the record of a job has of it. @category schemas */
export const fields = {
  coefficients: Schema.optionalKey(Coefficients),
  importance: Schema.optionalKey(Importance)
}

const Kept = Schema.Struct(fields)

/** What a job keeps of its model. @category models */
export type Kept = typeof Kept.Type

/** The largest, in the order that they had. */
const largest = <A>(rows: ReadonlyArray<A>, size: (row: A) => number, count: number): ReadonlyArray<A> => {
  if (rows.length <= count) return rows
  const kept = new Set(rows.toSorted((a, b) => size(b) - size(a)).slice(0, count))
  return rows.filter((row) => kept.has(row))
}

const namesOf = (rows: ReadonlyArray<{ readonly column: string; readonly feature: string }>, of: number) => ({
  columns: rows.map(({ column }) => column),
  ...(rows.some(({ column, feature }) => column !== feature) && { features: rows.map(({ feature }) => feature) }),
  of
})

const coefficientsOf = (
  rows: ReadonlyArray<Learner.Coefficient>,
  isMulticlass: boolean
): typeof Coefficients.Type | undefined => {
  // What is not finite has no JSON.
  if (!rows.every(({ value }) => Number.isFinite(value))) return undefined
  const isConstant = ({ column }: Learner.Coefficient) => column === Learner.intercept
  const sizeOf = ({ perSd, value }: Learner.Coefficient) => Math.abs(perSd ?? value)
  const slopes = rows.filter((row) => !isConstant(row))
  const own = [
    ...rows.filter((row) => isConstant(row) && row.value !== 0),
    ...largest(
      slopes.filter(({ value }) => value !== 0),
      sizeOf,
      most
    )
  ]
  // Numbers alone need less memory than numbers and gaps.
  const perSd = own.map((row) => (isConstant(row) ? 0 : (row.perSd ?? Number.NaN)))
  return {
    ...namesOf(own, slopes.length),
    ...(isMulticlass && { levels: own.map(({ level }) => level ?? "") }),
    values: own.map(({ value }) => value),
    ...(perSd.every(Number.isFinite) && { perSd })
  }
}

const importanceOf = (rows: ReadonlyArray<Learner.Gain>): typeof Importance.Type | undefined => {
  const total = rows.reduce((sum, { gain }) => sum + gain, 0)
  if (!Number.isFinite(total)) return undefined
  const own = largest(
    rows.filter(({ splits }) => splits > 0),
    ({ gain }) => gain,
    most
  )
  return {
    ...namesOf(own, rows.length),
    gain: own.map(({ gain }) => gain),
    splits: own.map(({ splits }) => splits),
    total
  }
}

/** What is kept of a model of a task of a kind. */
export const of = (
  { coefficients, importance }: Pick<Learner.Fitted<unknown>, "coefficients" | "importance">,
  isMulticlass: boolean
): Kept => {
  const own = coefficients && coefficientsOf(coefficients(), isMulticlass)
  const gained = importance && importanceOf(importance())
  return {
    ...(own !== undefined && { coefficients: own }),
    ...(gained !== undefined && { importance: gained })
  }
}

/** A gain that was kept, and its share in that of all splits. @category models */
export interface Gain extends Learner.Gain {
  readonly share: number
}

/** The coefficients that a job kept; of two classes they are of `positive`. */
export const coefficients = (
  { coefficients: kept }: Kept,
  positive: string | undefined
): ReadonlyArray<Learner.Coefficient> =>
  (kept?.columns ?? []).map((column, i) => ({
    column,
    feature: kept!.features?.[i] ?? column,
    level: kept!.levels?.[i] ?? positive,
    value: kept!.values[i]!,
    perSd: column === Learner.intercept ? undefined : kept!.perSd?.[i]
  }))

/** What splits gained that a job kept. */
export const gains = ({ importance: kept }: Kept): ReadonlyArray<Gain> =>
  (kept?.columns ?? []).map((column, i) => ({
    column,
    feature: kept!.features?.[i] ?? column,
    gain: kept!.gain[i]!,
    splits: kept!.splits[i]!,
    share: kept!.total > 0 ? kept!.gain[i]! / kept!.total : 0
  }))
