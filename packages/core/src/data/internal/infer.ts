/**
 * From what a file holds to typed columns: inference when no type is declared, conversion when one is.
 */
import * as Result from "effect/Result"
import * as Column from "../Column.ts"

const numberPattern = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i
const digitsPattern = /^[+-]?\d+$/

/** Reads a number as data files write it (also `Inf` and `NaN`, in any case); `undefined` when it is none. */
export const parseNumber = (text: string): number | undefined => {
  const plain = text.trim()
  if (!numberPattern.test(plain)) return undefined
  const value = Number(plain)
  if (!Number.isNaN(value)) return value
  const word = plain.toLowerCase()
  if (word.endsWith("nan")) return Number.NaN
  return word.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false]
])

type Texts = ReadonlyArray<string | null>

/** Parses every text, `undefined` as soon as one does not parse; `null` stays. */
const parseAll = <A>(values: Texts, parse: (text: string) => A | undefined): Array<A | null> | undefined => {
  const parsed: Array<A | null> = []
  for (const value of values) {
    const result = value === null ? null : parse(value)
    if (result === undefined) return undefined
    parsed.push(result)
  }
  return parsed
}

const isWhole = (value: number) => Number.isInteger(value) || Number.isNaN(value)

/** Tells that a number is whole but so large that float64 does not hold each of its neighbours. */
export const isUnsafe = (value: number): boolean => Number.isInteger(value) && !Number.isSafeInteger(value)

/** A column of numbers: `integer` when at least one is known and all are safe integers, else `numeric`. */
export const fromNumbers = (values: ArrayLike<number | null>): Column.Numeric | Column.Integer => {
  const column = Column.numeric(values)
  let any = false
  for (const value of column.values) {
    if (Number.isNaN(value)) continue
    if (!Number.isSafeInteger(value)) return column
    any = true
  }
  return any ? { ...column, type: "integer" } : column
}

/** Infers the type of a column from all its texts: `boolean`, `integer`, `numeric`, else `string`. */
export const fromTexts = (values: Texts): Column.Column => {
  const numbers = parseAll(values, parseNumber)
  if (numbers !== undefined) {
    const identifiers =
      numbers.every((value) => value === null || isWhole(value)) &&
      numbers.some((value, row) => value !== null && isUnsafe(value) && digitsPattern.test(values[row]!.trim()))
    return identifiers ? Column.text(values) : fromNumbers(numbers)
  }
  const truths = parseAll(values, (value) => booleans.get(value))
  return truths === undefined ? Column.text(values) : Column.boolean(truths)
}

/** A factor of texts as they are; levels that are all numbers come in numeric order, else in code point order. */
export const factorOfTexts = (values: Texts): Column.Factor => {
  const plain = Column.asFactor(Column.text(values))
  const numbers = new Map(plain.levels.map((level) => [level, parseNumber(level) ?? Number.NaN]))
  if ([...numbers.values()].some(Number.isNaN)) return plain
  const order = [...plain.levels].sort((a, b) => numbers.get(a)! - numbers.get(b)!)
  const place = plain.levels.map((level) => order.indexOf(level))
  return { ...plain, levels: order, codes: plain.codes.map((code) => (code < 0 ? -1 : place[code]!)) }
}

const textsOf = (column: Column.Column): Texts =>
  Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))

/** Converted values, or the first row whose value does not fit. */
const convert = <A, B>(
  values: ArrayLike<A | null>,
  f: (value: A) => B | undefined
): Result.Result<Array<B | null>, number> => {
  const converted: Array<B | null> = []
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!
    const result = value === null ? null : f(value)
    if (result === undefined) return Result.fail(row)
    converted.push(result)
  }
  return Result.succeed(converted)
}

const onlyInteger = (value: number | undefined) =>
  value !== undefined && (Number.isSafeInteger(value) || Number.isNaN(value)) ? value : undefined

/** Converts a column to a declared type without loss, or tells the first row that does not fit. */
export const toDeclared = (column: Column.Column, type: Column.Type): Result.Result<Column.Column, number> => {
  if (column.type === type) return Result.succeed(column)
  switch (type) {
    case "string":
      return Result.succeed(Column.text(textsOf(column)))
    case "factor":
      return Result.succeed(factorOfTexts(textsOf(column)))
    case "numeric": {
      if (column.type === "integer") return Result.succeed({ ...column, type: "numeric" })
      return Result.map(convert(textsOf(column), parseNumber), Column.numeric)
    }
    case "integer": {
      const integers = convert(textsOf(column), (value) => onlyInteger(parseNumber(value)))
      return Result.map(integers, (values) => ({ ...Column.numeric(values), type: "integer" }))
    }
    case "boolean": {
      const truths = convert(textsOf(column), (value) =>
        value === "1" ? true : value === "0" ? false : booleans.get(value)
      )
      return Result.map(truths, Column.boolean)
    }
  }
}
