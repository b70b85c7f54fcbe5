/**
 * A column: values of one type in a typed array, and which of them are missing.
 *
 * Columns are plain immutable data. Numbers are always float64, so that an integer column and a numeric one are read
 * by the same loop; a `missing` of `null` says that nothing is missing, so that loops may skip the test.
 */
import * as Result from "effect/Result"
import { dateText, parseIsoDate } from "./internal/dates.ts"
import { SchemaError } from "./SchemaError.ts"
import * as TensorStore from "./TensorStore.ts"

/** Real numbers. Where `missing[i]` is 1 the value is unknown and `values[i]` is NaN. */
export interface Numeric {
  readonly type: "numeric"
  readonly values: Float64Array
  readonly missing: Uint8Array | null
}

/** Whole numbers of at most 2^53 - 1 in magnitude. Where `missing[i]` is 1, `values[i]` is NaN. */
export interface Integer {
  readonly type: "integer"
  readonly values: Float64Array
  readonly missing: Uint8Array | null
}

/** 1 for true, 0 for false (and where missing). */
export interface Bool {
  readonly type: "boolean"
  readonly values: Uint8Array
  readonly missing: Uint8Array | null
}

/** One of finitely many levels; `codes[i]` is an index into `levels`, -1 where missing. */
export interface Factor<out L extends ReadonlyArray<string> = ReadonlyArray<string>> {
  readonly type: "factor"
  readonly codes: Int32Array
  readonly levels: L
  readonly ordered: boolean
  readonly missing: Uint8Array | null
}

/** Free text; "" where missing. */
export interface Text {
  readonly type: "string"
  readonly values: ReadonlyArray<string>
  readonly missing: Uint8Array | null
}

/**
 * Days, or points in time: milliseconds since 1970-01-01T00:00Z, NaN where `missing[i]` is 1. What is written without a
 * time zone counts as UTC, so that neither the machine's zone nor daylight saving changes a result.
 */
export interface DateTime {
  readonly type: "date"
  readonly values: Float64Array
  readonly missing: Uint8Array | null
}

/**
 * Rows of arrays of numbers, such as images: where they are, and what is done to them when they are read. Nothing is decoded
 * before `Tensors.open` reads it, and taking rows decodes nothing.
 */
export interface Tensor {
  readonly type: "tensor"
  readonly stores: ReadonlyArray<TensorStore.Store>
  /** For each row the index of its store; 0 where it is missing. */
  readonly store: Uint16Array
  /** For each row its place in the store; -1 where it is missing. */
  readonly place: Int32Array
  /** What is done to a row that is read, in order. */
  readonly steps: ReadonlyArray<TensorStore.Step>
  readonly missing: Uint8Array | null
}

/** A column of any type. @category models */
export type Column<L extends ReadonlyArray<string> = ReadonlyArray<string>> =
  | Numeric
  | Integer
  | Bool
  | Factor<L>
  | Text
  | DateTime
  | Tensor

/** The name of a column type, as it is written in experiment files. */
export type Type = Column["type"]

/** The types whose values stand in one field of a file each. */
export const plainTypes = [
  "numeric",
  "integer",
  "boolean",
  "factor",
  "string",
  "date"
] as const satisfies ReadonlyArray<Type>

/** The name of a type that a column of a file may be declared to have. */
export type PlainType = (typeof plainTypes)[number]

/** All column types. */
export const types = [...plainTypes, "tensor"] as const satisfies ReadonlyArray<Type>

type Maybe<A> = A | null | undefined

const isMissing = (value: unknown): value is null | undefined => value === null || value === undefined

const numbers = (given: ArrayLike<Maybe<number>>) => {
  const values = given instanceof Float64Array ? given : Float64Array.from(given, (value) => value ?? Number.NaN)
  let missing: Uint8Array | null = null
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) (missing ??= new Uint8Array(values.length))[i] = 1
  }
  return { values, missing }
}

const missingOf = (given: ArrayLike<unknown>): Uint8Array | null => {
  let missing: Uint8Array | null = null
  for (let i = 0; i < given.length; i++) {
    if (isMissing(given[i])) (missing ??= new Uint8Array(given.length))[i] = 1
  }
  return missing
}

/**
 * Makes a column of real numbers. `null`, `undefined` and NaN are missing.
 *
 * *Gotcha*: a `Float64Array` is kept and not copied, so do not change it afterwards.
 *
 * ```ts
 * Column.numeric([1, null, 2]).values // => Float64Array [1, NaN, 2]
 * ```
 */
export const numeric = (values: ArrayLike<Maybe<number>>): Numeric => ({ type: "numeric", ...numbers(values) })

/**
 * Makes a column of whole numbers. `null`, `undefined` and NaN are missing; a `Float64Array` is kept and not copied.
 *
 * Fails with `SchemaError` for a number that is not a safe integer.
 */
export const integer = (values: ArrayLike<Maybe<number>>): Result.Result<Integer, SchemaError> => {
  const column: Integer = { type: "integer", ...numbers(values) }
  const wrong = column.values.find((value) => !Number.isSafeInteger(value) && !Number.isNaN(value))
  return wrong === undefined
    ? Result.succeed(column)
    : Result.fail(
        new SchemaError({
          given: String(wrong),
          rule: "is not an integer of at most 2^53 - 1 in magnitude",
          advice: "Use Column.numeric for real numbers and Column.text for long identifiers."
        })
      )
}

/** Makes a column of whole numbers, none of them missing, which cannot fail. */
export const indices = (values: Int32Array | Uint32Array): Integer => ({
  type: "integer",
  values: Float64Array.from(values),
  missing: null
})

/** Makes a column of truth values. `null` and `undefined` are missing. */
export const boolean = (values: ArrayLike<Maybe<boolean>>): Bool => ({
  type: "boolean",
  values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)),
  missing: missingOf(values)
})

/** Makes a column of free text. `null` and `undefined` are missing, the empty string is not. */
export const text = (values: ReadonlyArray<Maybe<string>>): Text => ({
  type: "string",
  values: values.map((value) => value ?? ""),
  missing: missingOf(values)
})

/**
 * Makes a column of days or points in time from milliseconds since 1970-01-01T00:00Z. `null`, `undefined` and NaN are
 * missing; a `Float64Array` is kept and not copied.
 *
 * ```ts
 * const column = Column.date([Date.UTC(2024, 1, 29), null])
 * Column.toText(column, 0) // => "2024-02-29"
 * ```
 */
export const date = (milliseconds: ArrayLike<Maybe<number>>): DateTime => ({ type: "date", ...numbers(milliseconds) })

/**
 * Reads a day or a point in time by ISO 8601 as milliseconds since 1970-01-01T00:00Z; `undefined` when it is none.
 *
 * ```ts
 * Column.parseDate("1970-01-02") // => 86400000
 * ```
 */
export const parseDate = (text: string): number | undefined => parseIsoDate(text)

/** Code units in the order of the code points that they are of: surrogates come last. */
const rank = (unit: number): number => (unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

const byCodePoint = (a: string, b: string): number => {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Sorts by code point, which no locale changes. Without surrogates this is the order of code units, which is quick. */
const sortTexts = (texts: Iterable<string>): ReadonlyArray<string> => {
  const sorted = [...texts]
  return sorted.some((text) => /[\ud800-\udfff]/.test(text)) ? sorted.sort(byCodePoint) : sorted.sort()
}

/**
 * Makes a column of class levels, in the given order, which the type remembers. `null` and `undefined` are missing. Where
 * no order is to be given, `Column.asFactor(Column.text(values))` finds the levels.
 *
 * Fails with `SchemaError` for a value that is not a level, and for levels that repeat. `Table.fromColumns` takes the
 * result as it is.
 *
 * ```ts
 * Result.getOrThrow(Column.factor(["R", "M", null], { levels: ["M", "R"] })).codes // => Int32Array [1, 0, -1]
 * ```
 */
export const factor = <const L extends ReadonlyArray<string>>(
  values: ReadonlyArray<Maybe<NoInfer<L>[number]>>,
  options: { readonly levels: L; readonly ordered?: boolean }
): Result.Result<Factor<L>, SchemaError> => {
  const { levels, ordered = false } = options
  const codeOf = new Map<string, number>(levels.map((level, code) => [level, code]))
  const list = levels.map((level) => `"${level}"`).join(", ")
  if (codeOf.size < levels.length) {
    return Result.fail(
      new SchemaError({ given: `levels ${list}`, rule: "repeat a level", advice: "Give every level once." })
    )
  }
  const stray = values.findIndex((value) => !isMissing(value) && !codeOf.has(value))
  if (stray >= 0) {
    return Result.fail(
      new SchemaError({
        given: `"${values[stray]}" (row ${stray})`,
        rule: `is not one of the levels ${list}`,
        advice: "Add it to the levels, or give null where the value is unknown."
      })
    )
  }
  const codes = Int32Array.from(values, (value) => (isMissing(value) ? -1 : codeOf.get(value)!))
  return Result.succeed({ type: "factor", codes, levels, ordered, missing: missingOf(values) })
}

/** Counts the rows of a column. */
export const length = (column: Column): number => {
  switch (column.type) {
    case "factor":
      return column.codes.length
    case "tensor":
      return column.place.length
    default:
      return column.values.length
  }
}

/** Tells whether any value is missing. */
export const hasMissing = (column: Column): boolean => column.missing !== null && column.missing.includes(1)

/** Counts the missing values. */
export const countMissing = (column: Column): number =>
  column.missing === null ? 0 : column.missing.reduce((total, flag) => total + flag, 0)

/**
 * Insists that a row is there.
 *
 * @throws `SchemaError` for a row that is not there
 */
export const checkRow = (row: number, rows: number): void => {
  if (row >= 0 && row < rows && Number.isInteger(row)) return
  throw new SchemaError({
    given: `row ${row}`,
    rule: `is not one of the ${rows} rows, which count from 0`,
    advice: "Give row indices below the number of rows."
  })
}

const pick = <A extends Float64Array | Int32Array | Uint8Array | Uint16Array>(
  source: A,
  target: A,
  rows: ArrayLike<number>
): A => {
  for (let i = 0; i < rows.length; i++) target[i] = source[rows[i]!]!
  return target
}

/**
 * Takes rows, in the given order; a row may come several times, as in a bootstrap sample. The type of the column, and
 * all levels of a factor, stay.
 *
 * @throws `SchemaError` for a row that is not there
 *
 * ```ts
 * Column.take(Column.numeric([1, 2, 3]), [2, 0]).values // => Float64Array [3, 1]
 * ```
 */
export const take = <C extends Column>(column: C, rows: ArrayLike<number>): C => {
  const size = length(column)
  for (let i = 0; i < rows.length; i++) checkRow(rows[i]!, size)
  const taken = column.missing === null ? null : pick(column.missing, new Uint8Array(rows.length), rows)
  const missing = taken?.includes(1) === true ? taken : null
  const of = (self: Column): Column => {
    switch (self.type) {
      case "numeric":
      case "integer":
      case "date":
        return { ...self, values: pick(self.values, new Float64Array(rows.length), rows), missing }
      case "boolean":
        return { ...self, values: pick(self.values, new Uint8Array(rows.length), rows), missing }
      case "factor":
        return { ...self, codes: pick(self.codes, new Int32Array(rows.length), rows), missing }
      case "string":
        return { ...self, values: Array.from(rows, (row) => self.values[row]!), missing }
      case "tensor":
        return {
          ...self,
          store: pick(self.store, new Uint16Array(rows.length), rows),
          place: pick(self.place, new Int32Array(rows.length), rows),
          missing
        }
    }
  }
  return of(column) as C
}

/**
 * Writes one value as text, as it stands in messages and reports: `null` where it is missing, "true" and "false" for
 * truth values, the shortest decimal that reads back for numbers, ISO 8601 for dates (only the day at midnight); of a tensor
 * where it is, such as `cat/3.png` or `train.npy[12]`.
 *
 * @throws `SchemaError` for a row that is not there
 */
export const toText = (column: Column, row: number): string | null => {
  checkRow(row, length(column))
  if (column.missing?.[row] === 1) return null
  switch (column.type) {
    case "numeric":
    case "integer":
      return String(column.values[row])
    case "boolean":
      return column.values[row] === 1 ? "true" : "false"
    case "factor":
      return column.levels[column.codes[row]!]!
    case "string":
      return column.values[row]!
    case "date":
      return dateText(column.values[row]!)
    case "tensor":
      return TensorStore.rowName(column.stores[column.store[row]!]!, column.place[row]!)
  }
}

/**
 * Turns any column into a factor. The levels are the values that occur, in natural order: numbers and dates ascending, text by
 * code point, true before false (so that true is the positive class of a task). A factor is returned as it is, with
 * levels that do not occur. Of tensors, each place is a level of its own: they are compared by where they are.
 *
 * *Gotcha*: 10 comes after 9 in a column of numbers, but "10" before "9" in a column of text.
 *
 * ```ts
 * Column.asFactor(Column.numeric([10, 9, 10])).levels // => ["9", "10"]
 * ```
 */
export const asFactor = (column: Column): Factor => {
  switch (column.type) {
    case "factor":
      return column
    case "string": {
      const present = new Set(column.values.filter((_, row) => column.missing?.[row] !== 1))
      return fromLevels(column, column.values, sortTexts(present), String)
    }
    case "boolean": {
      const present = new Set(column.values.filter((_, row) => column.missing?.[row] !== 1))
      return fromLevels<number>(
        column,
        column.values,
        [...present].sort((a, b) => b - a),
        (value) => (value === 1 ? "true" : "false")
      )
    }
    case "tensor":
      return asFactor(text(Array.from({ length: length(column) }, (_, row) => toText(column, row))))
    default: {
      const present = new Set(column.values.filter((value) => !Number.isNaN(value)))
      return fromLevels<number>(
        column,
        column.values,
        [...present].sort((a, b) => a - b),
        column.type === "date" ? dateText : String
      )
    }
  }
}

const fromLevels = <A>(
  { missing }: Column,
  values: ArrayLike<A>,
  levels: ReadonlyArray<A>,
  name: (level: A) => string
): Factor => {
  const codeOf = new Map(levels.map((level, code) => [level, code]))
  const codes = Int32Array.from(values, (value, row) => (missing?.[row] === 1 ? -1 : codeOf.get(value)!))
  return { type: "factor", codes, levels: levels.map(name), ordered: false, missing }
}

/**
 * Reads a column as float64 numbers, NaN where missing: numbers as they are, truth values as 1 and 0. A factor, text or
 * date has no numbers that a learner could use: `undefined`; encode it first. Nor has a tensor, a row of which is many numbers.
 */
export const asNumbers = (column: Column): Float64Array | undefined => {
  switch (column.type) {
    case "numeric":
    case "integer":
      return column.values
    case "boolean":
      return Float64Array.from(column.values, (value, row) => (column.missing?.[row] === 1 ? Number.NaN : value))
    default:
      return undefined
  }
}

/**
 * Counts the different values that occur; missing ones are none. Of tensors it counts the different places.
 *
 * ```ts
 * Column.cardinality(Column.numeric([1, 1, 3, null])) // => 2
 * ```
 */
export const cardinality = (column: Column): number => {
  switch (column.type) {
    case "factor":
      return new Set(column.codes.filter((code) => code >= 0)).size
    case "tensor":
      return new Set(asFactor(column).codes.filter((code) => code >= 0)).size
    default: {
      const values = new Set<string | number>()
      for (let row = 0; row < column.values.length; row++) {
        if (column.missing?.[row] !== 1) values.add(column.values[row]!)
      }
      return values.size
    }
  }
}

/** With fewer rows nothing tells a label from a category. */
const fewRows = 20

/**
 * Tells whether a factor or text names its rows rather than sorts them, as names and identifiers do: in 20 rows or more,
 * it has more different values than half of the rows that have one.
 */
export const isLabel = (column: Column): boolean => {
  if (column.type !== "factor" && column.type !== "string") return false
  const known = length(column) - countMissing(column)
  return known >= fewRows && cardinality(column) > known / 2
}
