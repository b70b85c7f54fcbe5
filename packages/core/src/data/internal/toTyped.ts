/**
 * Reads a column as one of another type where nothing is lost.
 */
import * as Column from "../Column.ts"
import { parseIsoDate } from "./dates.ts"
import { parseNumber } from "./infer.ts"

const textsOf = (column: Column.Column): ReadonlyArray<string | null> =>
  Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))

/** Whether the values have one way only to be written as text: real numbers have several. */
const hasPlainTexts = (column: Column.Column): boolean =>
  column.type !== "numeric" || column.values.every((value) => Number.isSafeInteger(value) || Number.isNaN(value))

const asNumeric = (column: Column.Column): Column.Column | undefined => {
  if (column.type === "numeric" || column.type === "integer") return { ...column, type: "numeric" }
  if (column.type === "boolean" || column.type === "date") return undefined
  const numbers = textsOf(column).map((text) => (text === null ? Number.NaN : parseNumber(text)))
  return numbers.every((value) => value !== undefined) ? Column.numeric(numbers) : undefined
}

const asBoolean = (column: Column.Column): Column.Column | undefined => {
  const truths = textsOf(column).map((text) => (text === null ? null : words.get(text.toLowerCase())))
  return truths.every((truth) => truth !== undefined) ? Column.boolean(truths) : undefined
}

const asDate = (column: Column.Column): Column.Column | undefined => {
  if (column.type !== "string" && column.type !== "factor") return undefined
  const dates = textsOf(column).map((text) => (text === null ? null : parseIsoDate(text)))
  return dates.every((value) => value !== undefined) ? Column.date(dates) : undefined
}

const words: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false]
])

/** A factor of the given levels, and behind them those that are not among them. */
const asFactor = (column: Column.Column, levels: ReadonlyArray<string>): Column.Column => {
  const { codes, levels: own, missing } = Column.asFactor(column)
  const all = [...levels, ...own.filter((level, code) => !levels.includes(level) && codes.includes(code))]
  const place = own.map((level) => all.indexOf(level))
  return {
    type: "factor",
    codes: codes.map((code) => (code < 0 ? -1 : place[code]!)),
    levels: all,
    ordered: false,
    missing
  }
}

/**
 * Reads a column as `type`, a factor with the levels of training first; undefined if that would lose something: text that
 * is no number, numbers that are no truth values, real numbers as text.
 */
export const toTyped = (
  column: Column.Column,
  type: Column.Type,
  levels: ReadonlyArray<string>
): Column.Column | undefined => {
  // Where a tensor is says nothing of what it is.
  if (column.type === "tensor" && type !== "tensor") return undefined
  switch (type) {
    case "numeric":
    case "integer":
      return asNumeric(column)
    case "boolean":
      return column.type === "boolean" ? column : asBoolean(column)
    case "string":
      if (column.type === "string") return column
      return hasPlainTexts(column) ? Column.text(textsOf(column)) : undefined
    case "factor":
      return hasPlainTexts(column) ? asFactor(column, levels) : undefined
    case "date":
      return column.type === "date" ? column : asDate(column)
    case "tensor":
      return column.type === "tensor" ? column : undefined
  }
}
