/**
 * From the texts of a file to typed columns: inference when no type is declared, conversion when one is.
 */
import * as Result from "effect/Result"
import * as Column from "../Column.ts"
import { parseIsoDate } from "./dates.ts"

const digitsPattern = /^[+-]?\d+$/
const numberPattern = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i

/** The words for a missing value, unless a file says others. */
export const usualNa: ReadonlyArray<string> = ["", "NA"]

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

const escaped = (mark: string) => mark.replace(".", "\\.")

/** Reads numbers with other marks: `decimal` before the fraction, `thousands`, if any, between groups of three digits. */
export const numberParser = (
  decimal: string,
  thousands: string | undefined
): ((text: string) => number | undefined) => {
  if (decimal === "." && thousands === undefined) return parseNumber
  const grouped =
    thousands === undefined
      ? undefined
      : new RegExp(`^[+-]?\\d{1,3}(?:${escaped(thousands)}\\d{3})+(?=$|${escaped(decimal)}|e)`, "i")
  const foreign = decimal === "." ? undefined : "."
  return (text) => {
    let plain = text.trim()
    if (grouped?.test(plain) === true) plain = plain.replaceAll(thousands!, "")
    if (foreign !== undefined && plain.includes(foreign)) return undefined
    return parseNumber(plain.replace(decimal, "."))
  }
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false]
])

const missingWords: ReadonlySet<string> = new Set(["", "na", "n/a", "nan", "null"])

/** How the texts of a file are read. */
export interface Reading {
  readonly number: (text: string) => number | undefined
  readonly date: (text: string) => number | undefined
  /** Words that mean a missing value among numbers, truth values and dates. */
  readonly isMissing: (text: string) => boolean
}

/** Without options: a decimal point, ISO dates, and the usual words for a missing value, in any case. */
export const plain: Reading = {
  number: parseNumber,
  date: parseIsoDate,
  isMissing: (text) => missingWords.has(text.trim().toLowerCase())
}

type Texts = ReadonlyArray<string | null>

/** Parses every text, `undefined` as soon as one neither parses nor is missing, or when nothing is there to parse. */
const parseAll = <A>(
  values: Texts,
  parse: (text: string) => A | undefined,
  isMissing: Reading["isMissing"]
): Array<A | null> | undefined => {
  const parsed: Array<A | null> = []
  let any = false
  for (const value of values) {
    const result = value === null ? null : parse(value)
    if (result !== undefined) {
      parsed.push(result)
      any ||= result !== null
    } else if (isMissing(value!)) parsed.push(null)
    else return undefined
  }
  return any ? parsed : undefined
}

const isWhole = (value: number) => Number.isInteger(value) || Number.isNaN(value)

/** Numbers of more digits than these are identifiers more often than quantities, and float64 does not hold them all. */
const mostDigits = 15

/**
 * Whether a text that reads as a number is written as only an identifier is: with a leading zero (0870), more than 15
 * digits, or an exponent behind several digits, or one that overflows, that make so large a number (587E59, 1E999).
 */
export const isCode = (text: string): boolean =>
  /^0\d+$/.test(text) ||
  (digitsPattern.test(text) && text.replace(/^[+-]?/, "").length > mostDigits) ||
  (/^\d{2,}e\d+$/i.test(text) && mayBeCode(Number(text))) ||
  (/^\d+e\d+$/i.test(text) && !Number.isFinite(Number(text)))

/** Whether a number is so large that its text must be seen to tell an identifier from a quantity. */
export const mayBeCode = (value: number): boolean =>
  Math.abs(value) >= 10 ** mostDigits && (Number.isInteger(value) || !Number.isFinite(value))

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

/** Numbers are identifiers when all are whole and one is written as only an identifier is. */
const areCodes = (values: Texts, numbers: ReadonlyArray<number | null>): boolean =>
  numbers.some((value, row) => value !== null && isCode(values[row]!.trim())) &&
  numbers.every((value) => value === null || isWhole(value) || !Number.isFinite(value))

/** Infers the type of a column from all its texts: `boolean`, `integer`, `numeric`, `date`, else `string`. */
export const fromTexts = (values: Texts, { date, isMissing, number }: Reading = plain): Column.Column => {
  if (values.every((value) => value === null)) return fromNumbers(values.map(() => null))
  const numbers = parseAll(values, number, isMissing)
  if (numbers !== undefined) return areCodes(values, numbers) ? Column.text(values) : fromNumbers(numbers)
  const truths = parseAll(values, (value) => booleans.get(value.trim()), isMissing)
  if (truths !== undefined) return Column.boolean(truths)
  const dates = parseAll(values, date, isMissing)
  return dates === undefined ? Column.text(values) : Column.date(dates)
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

const onlyInteger = (value: number | undefined) =>
  value !== undefined && (Number.isSafeInteger(value) || Number.isNaN(value)) ? value : undefined

/** Converts a column to a declared type without loss, or tells the first row that does not fit. */
export const toDeclared = (
  column: Column.Column,
  type: Column.PlainType,
  { date, isMissing, number }: Reading = plain
): Result.Result<Column.Column, number> => {
  if (column.type === type) return Result.succeed(column)
  const convert = <A>(parse: (text: string) => A | undefined): Result.Result<Array<A | null>, number> => {
    const converted: Array<A | null> = []
    for (const [row, text] of textsOf(column).entries()) {
      const value = text === null ? null : parse(text)
      if (value !== undefined) converted.push(value)
      else if (isMissing(text!)) converted.push(null)
      else return Result.fail(row)
    }
    return Result.succeed(converted)
  }
  switch (type) {
    case "string":
      return Result.succeed(Column.text(textsOf(column)))
    case "factor":
      return Result.succeed(factorOfTexts(textsOf(column)))
    case "numeric": {
      if (column.type === "integer") return Result.succeed({ ...column, type: "numeric" })
      return Result.map(convert(number), Column.numeric)
    }
    case "integer":
      return Result.map(
        convert((value) => onlyInteger(number(value))),
        (values) => ({ ...Column.numeric(values), type: "integer" })
      )
    case "boolean": {
      const truths = convert((value) => (value === "1" ? true : value === "0" ? false : booleans.get(value)))
      return Result.map(truths, Column.boolean)
    }
    case "date":
      return Result.map(convert(date), Column.date)
  }
}
