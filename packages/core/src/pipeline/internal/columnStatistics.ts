/**
 * What preprocessing learns of a column, and how it rewrites one.
 */
import * as Column from "../../data/Column.ts"
import { meanAndSdOf } from "./numeric/moments.ts"

/** A value that fills a missing one. */
export type Filler = number | string | boolean

/** Whether a column can hold a constant. */
export const holds = (column: Column.Column, value: Filler): boolean => {
  switch (column.type) {
    case "numeric":
    case "integer":
      return typeof value === "number"
    case "boolean":
      return typeof value === "boolean"
    case "date":
      return typeof value === "string" && Column.parseDate(value) !== undefined
    case "tensor":
      return false
    default:
      return typeof value === "string"
  }
}

const present = (column: Column.Column): Float64Array => {
  const values = Column.asNumbers(column) ?? new Float64Array()
  return column.missing === null ? values : values.filter((value) => !Number.isNaN(value))
}

/** The arithmetic mean of the values that are there. */
export const mean = (column: Column.Column): number | undefined => {
  const values = present(column)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The middle value, or the mean of the two middle ones. */
export const median = (column: Column.Column): number | undefined => {
  const values = present(column).toSorted()
  const half = values.length >> 1
  if (values.length === 0) return undefined
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2
}

/** The most frequent value; at ties the first in the natural order of levels. */
export const mode = (column: Column.Column): Filler | undefined => {
  const { codes, levels } = Column.asFactor(column)
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code]! += 1
  let best = -1
  counts.forEach((count, code) => {
    if (count > 0 && (best < 0 || count > counts[best]!)) best = code
  })
  const level = levels[best]
  if (level === undefined) return undefined
  if (column.type === "numeric" || column.type === "integer") return Number(level)
  return column.type === "boolean" ? level === "true" : level
}

/** Numbers with a value where one is missing. */
const filledNumbers = (values: Float64Array, value: Filler): Float64Array =>
  values.map((old) => (Number.isNaN(old) ? Number(value) : old))

/** Puts a value where one is missing; the type stays if the value allows it. No value is a tensor. */
export const fill = (column: Column.Column, value: Filler): Column.Column => {
  const { missing } = column
  if (missing === null) return column
  switch (column.type) {
    case "integer":
    case "numeric": {
      const whole = column.type === "integer" && Number.isInteger(value)
      return { ...Column.numeric(filledNumbers(column.values, value)), type: whole ? "integer" : "numeric" }
    }
    case "boolean":
      return {
        ...column,
        values: column.values.map((bit, row) => (missing[row] === 1 ? Number(value) : bit)),
        missing: null
      }
    case "date":
      return Column.date(column.values.map((old, row) => (missing[row] === 1 ? Column.parseDate(String(value))! : old)))
    case "string":
      return {
        ...column,
        values: column.values.map((old, row) => (missing[row] === 1 ? String(value) : old)),
        missing: null
      }
    case "factor": {
      const level = String(value)
      const levels = column.levels.includes(level) ? column.levels : [...column.levels, level]
      const code = levels.indexOf(level)
      return { ...column, levels, codes: column.codes.map((old) => (old < 0 ? code : old)), missing: null }
    }
    case "tensor":
      return column
  }
}

/** Mean and standard deviation (divisor n) of the values that are there; sd 1 for a constant or empty column. */
export const meanAndSd = (column: Column.Column): { readonly mean: number; readonly sd: number } =>
  meanAndSdOf(present(column))

/** (x − mean) / sd, as a numeric column. */
export const rescale = (column: Column.Column, mean: number, sd: number): Column.Column =>
  Column.numeric(
    (Column.asNumbers(column) ?? new Float64Array(Column.length(column)).fill(Number.NaN)).map((x) => (x - mean) / sd)
  )

/** Whether a column holds one value, or none. Tensors are never looked at, so they are not. */
export const isConstant = (column: Column.Column): boolean =>
  column.type !== "tensor" && Column.cardinality(column) <= 1

/**
 * One 0/1 column for each level from `skip` on; missing stays missing. `unknown` is a value that is neither a level nor
 * rare, if any.
 */
export const indicators = (
  column: Column.Column,
  known: { readonly levels: ReadonlyArray<string>; readonly skip: number; readonly rare: ReadonlyArray<string> }
): {
  readonly indicators: ReadonlyArray<{ readonly level: string; readonly values: Column.Numeric }>
  readonly unknown: string | undefined
} => {
  const { levels, skip } = known
  const factor = Column.asFactor(column)
  const codeOf = new Map(levels.map((level, i) => [level, i]))
  const rare = new Set(known.rare)
  const index = factor.levels.map((level) => codeOf.get(level))
  const stray = factor.codes.find((code) => code >= 0 && index[code] === undefined && !rare.has(factor.levels[code]!))
  const made = levels.slice(skip).map((level) => ({ level, values: new Float64Array(factor.codes.length) }))
  for (const [row, code] of factor.codes.entries()) {
    if (code < 0) for (const { values } of made) values[row] = Number.NaN
    else {
      const at = index[code]
      if (at !== undefined && at >= skip) made[at - skip]!.values[row] = 1
    }
  }
  return {
    indicators: made.map(({ level, values }) => ({ level, values: Column.numeric(values) })),
    unknown: stray === undefined ? undefined : factor.levels[stray]
  }
}
