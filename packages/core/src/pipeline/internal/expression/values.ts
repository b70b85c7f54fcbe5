/**
 * What an expression works on: columns of numbers, of truth values or of text, each with missing values.
 */
import * as Column from "../../../data/Column.ts"

/** Numbers, and truth values as 1 and 0, with NaN where missing; text with null. */
export type Value =
  | { readonly type: "number" | "boolean"; readonly values: Float64Array }
  | { readonly type: "text"; readonly values: ReadonlyArray<string | null> }

/** A value of a type. */
export type Type = Value["type"]

/** Truth values count as 1 and 0 where numbers are wanted. */
export const isNumeric = (value: Value): value is Extract<Value, { readonly values: Float64Array }> =>
  value.type !== "text"

const day = 86_400_000

/** The values of a column; of a date the days since 1970-01-01. A tensor has none. */
export const fromColumn = (column: Column.Column): Value | undefined => {
  switch (column.type) {
    case "numeric":
    case "integer":
      return { type: "number", values: column.values }
    case "boolean":
      return { type: "boolean", values: Column.asNumbers(column)! }
    case "date":
      return { type: "number", values: column.values.map((time) => time / day) }
    case "tensor":
      return undefined
    default:
      return {
        type: "text",
        values: Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))
      }
  }
}

/** The same value in so many rows. */
export const constant = (value: number | string | boolean, rows: number): Value => {
  if (typeof value === "string") return { type: "text", values: Array.from({ length: rows }, () => value) }
  return {
    type: typeof value === "boolean" ? "boolean" : "number",
    values: new Float64Array(rows).fill(Number(value))
  }
}

/** A column of values; a number that is not finite becomes missing. */
export const toColumn = (value: Value): Column.Column => {
  switch (value.type) {
    case "number":
      return Column.numeric(value.values.map((x) => (Number.isFinite(x) ? x : Number.NaN)))
    case "boolean":
      return Column.boolean(Array.from(value.values, (x) => (Number.isNaN(x) ? null : x === 1)))
    case "text":
      return Column.text(value.values)
  }
}
