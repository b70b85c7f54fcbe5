/**
 * Rows as a page has them: plain objects, or a record of columns.
 */
import * as Column from "@rocflow/core/data/Column"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Table from "@rocflow/core/data/Table"
import type { Feature } from "@rocflow/core/data/TaskSchema"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Effect from "effect/Effect"

/** Arrays in arrays, of equal length at each depth: `[[0, 1], [2, 3]]` has the shape [2, 2]. @category models */
export type Nested = ReadonlyArray<number | Nested>

/**
 * An array, such as an image [height, width, channels]: nested, or flat with its shape, the last size going quickest. `range`
 * are the numbers that mean 0 and 1, such as `[0, 255]` for the pixels of a canvas: give it where training read arrays with one.
 * @category models
 */
export type Tensor = Tensors.Given | Nested

/** A value of a row; null, undefined and NaN are missing. @category models */
export type Value = number | string | boolean | Date | Tensor | null | undefined

/** Rows: each has its values by the names of their columns. @category models */
export type Rows = ReadonlyArray<Readonly<Record<string, Value>>>

/** Columns by their names, of equal length. @category models */
export type Columns = Readonly<Record<string, ArrayLike<Value>>>

type Present = Exclude<Value, null | undefined>

const isRows = (given: Rows | Columns): given is Rows => Array.isArray(given)

/** Of a page that no compiler saw, a column may be anything: a value, where a row was given in place of a list of rows. */
const isColumn = (values: unknown): values is ArrayLike<Value> =>
  typeof values === "object" && values !== null && "length" in values

const toColumns = Effect.fnUntraced(function* (
  given: Rows | Columns
): Effect.fn.Return<ReadonlyMap<string, ReadonlyArray<Value>>, SchemaError> {
  if (isRows(given)) {
    if (given.length === 0) {
      return yield* new SchemaError({ given: "the rows", rule: "are none", advice: "Give at least one row." })
    }
    const names = new Set(given.flatMap((row) => Object.keys(row)))
    return new Map(Array.from(names, (name) => [name, given.map((row) => row[name])]))
  }
  const columns = new Map<string, ReadonlyArray<Value>>()
  for (const [name, values] of Object.entries(given)) {
    if (!isColumn(values)) {
      return yield* new SchemaError({
        column: name,
        given: JSON.stringify(values),
        rule: "is a value and no column",
        advice: "Give a list of rows, [{ … }], or an array for each column."
      })
    }
    columns.set(name, Array.from(values))
  }
  return columns
})

const isMissing = (value: Value): value is null | undefined => value === null || value === undefined
const isNumber = (value: Present): value is number => typeof value === "number"
const isBoolean = (value: Present): value is boolean => typeof value === "boolean"
const isDate = (value: Present): value is Date => value instanceof Date && !Number.isNaN(value.getTime())
const isTensor = (value: Present): value is Tensor => typeof value === "object" && !(value instanceof Date)

/** The values, where all that are not missing are of a kind. */
const allOf = <A extends Present>(
  values: ReadonlyArray<Value>,
  is: (value: Present) => value is A
): ReadonlyArray<A | null> | undefined => {
  const own = (value: Value): value is A | null | undefined => isMissing(value) || is(value)
  return values.every(own) ? values.map((value) => value ?? null) : undefined
}

/** What a file would hold in place of a value. */
const textOf = (value: Value): string | null => {
  if (isMissing(value)) return null
  return isDate(value) ? value.toISOString() : String(value)
}

/** The shape of arrays in arrays; undefined if their lengths differ, or something in them is no number. */
const shapeOf = (nested: unknown): ReadonlyArray<number> | undefined => {
  if (typeof nested === "number") return []
  if (!Array.isArray(nested)) return undefined
  const [first, ...others] = nested.map(shapeOf)
  return first !== undefined && others.every((other) => other?.join() === first.join())
    ? [nested.length, ...first]
    : undefined
}

const numbersOf = (nested: Nested): ReadonlyArray<number> =>
  nested.flatMap((entry) => (typeof entry === "number" ? entry : numbersOf(entry)))

const isNested = (tensor: Tensor): tensor is Nested => Array.isArray(tensor)

const unclear = (name: string, row: number, rule: string) =>
  new SchemaError({
    column: name,
    given: `the array in row ${row}`,
    rule,
    advice: "Give numbers in arrays of equal length, or { shape, values }."
  })

const givenOf = (name: string, tensor: Tensor, row: number): Effect.Effect<Tensors.Given, SchemaError> => {
  if (!isNested(tensor)) {
    return "shape" in tensor && "values" in tensor
      ? Effect.succeed(tensor)
      : Effect.fail(unclear(name, row, "has no shape and values"))
  }
  const shape = shapeOf(tensor)
  return shape === undefined
    ? Effect.fail(unclear(name, row, "has at one depth arrays of different lengths, or something else than numbers"))
    : Effect.succeed({ shape, values: numbersOf(tensor) })
}

const mixed = (name: string) =>
  new SchemaError({
    column: name,
    given: "arrays beside other values",
    rule: "are no column of one type",
    advice: "Give an array in every row, or null where it is missing."
  })

/** A column without a value, which says nothing against the type that it had in training. */
const nothing = ({ type }: Feature, rows: number): Column.Column => {
  const values = Array.from({ length: rows }, () => null)
  switch (type) {
    case "numeric":
    case "integer":
      return Column.numeric(values)
    case "boolean":
      return Column.boolean(values)
    case "date":
      return Column.date(values)
    default:
      return Column.text(values)
  }
}

/** The column of a feature. Numbers, words and truth values beside each other are read as a file would write them. */
const columnOf = (feature: Feature, values: ReadonlyArray<Value>): Effect.Effect<Column.Column, SchemaError> => {
  if (values.every(isMissing) && feature.type !== "tensor") return Effect.succeed(nothing(feature, values.length))
  const [tensors, numbers] = [allOf(values, isTensor), allOf(values, isNumber)]
  if (tensors !== undefined) {
    const given = Effect.forEach(tensors, (tensor, row) =>
      tensor === null ? Effect.succeed(null) : givenOf(feature.name, tensor, row)
    )
    return Effect.mapError(
      Effect.flatMap(given, Tensors.fromArrays),
      (error) => new SchemaError({ ...error, column: feature.name })
    )
  }
  if (values.some((value) => !isMissing(value) && isTensor(value))) return Effect.fail(mixed(feature.name))
  if (numbers !== undefined) return Effect.succeed(Column.numeric(numbers))
  const [truths, dates] = [allOf(values, isBoolean), allOf(values, isDate)]
  if (truths !== undefined) return Effect.succeed(Column.boolean(truths))
  if (dates !== undefined) return Effect.succeed(Column.date(dates.map((date) => date?.getTime())))
  return Effect.succeed(Column.text(values.map(textOf)))
}

/**
 * The table of some rows for a model of these features. Columns that are no features are there by name only, for the message
 * that asks whether one of them was meant.
 *
 * Errors: `SchemaError` if there is no row or no column, for columns of different lengths, and for arrays whose shape is not
 * clear.
 */
export const toTable = Effect.fnUntraced(function* (
  features: ReadonlyArray<Feature>,
  given: Rows | Columns
): Effect.fn.Return<Table.Table, SchemaError> {
  const known = new Map(features.map((feature) => [feature.name, feature]))
  const entries: Array<readonly [string, Column.Column]> = []
  for (const [name, values] of yield* toColumns(given)) {
    const feature = known.get(name)
    entries.push([name, feature === undefined ? Column.text(values.map(() => null)) : yield* columnOf(feature, values)])
  }
  return yield* Table.fromEntries(entries)
})
