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

/** The numbers of a column, NaN where missing. */
export const numbersOf = (column: Column.Column): Float64Array =>
  Column.asNumbers(column) ?? new Float64Array(Column.length(column)).fill(Number.NaN)

/** The numbers of a column that are there. */
export const present = (column: Column.Column): Float64Array => {
  const values = Column.asNumbers(column) ?? new Float64Array()
  return column.missing === null ? values : values.filter((value) => !Number.isNaN(value))
}

/** The smallest and the largest of some numbers. */
export const range = (values: Float64Array): { readonly min: number; readonly max: number } => ({
  min: values.reduce((least, value) => Math.min(least, value), Infinity),
  max: values.reduce((most, value) => Math.max(most, value), -Infinity)
})

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
  const { counts, levels } = levelCounts(column)
  let best = -1
  counts.forEach((count, code) => {
    if (count > 0 && (best < 0 || count > counts[best]!)) best = code
  })
  const level = levels[best]
  return level === undefined ? undefined : fillerOf(column, level)
}

/** The value of a column whose level, as a factor, has some name. */
export const fillerOf = ({ type }: Column.Column, level: string): Filler => {
  if (type === "numeric" || type === "integer") return Number(level)
  return type === "boolean" ? level === "true" : level
}

/** Gives the missing rows of a factor a level; new levels come last, of an ordered factor first. */
const fillFactor = (column: Column.Factor, valueOf: (row: number) => Filler): Column.Factor => {
  const codeOf = new Map(column.levels.map((level, code) => [level, code]))
  const codes = column.codes.map((code, row) => {
    if (code >= 0) return code
    const level = String(valueOf(row))
    const known = codeOf.get(level) ?? codeOf.size
    codeOf.set(level, known)
    return known
  })
  const levels = [...codeOf.keys()]
  const added = levels.length - column.levels.length
  if (!column.ordered || added === 0) return { ...column, levels, codes, missing: null }
  return {
    ...column,
    levels: [...levels.slice(-added), ...column.levels],
    codes: codes.map((code) => (code + added) % levels.length),
    missing: null
  }
}

/** Puts a value where one is missing, by row; the type stays if the values allow it. No value is a tensor. */
export const fill = (column: Column.Column, valueOf: (row: number) => Filler): Column.Column => {
  const { missing } = column
  if (missing === null) return column
  switch (column.type) {
    case "integer":
    case "numeric": {
      const values = column.values.map((old, row) => (Number.isNaN(old) ? Number(valueOf(row)) : old))
      const whole = column.type === "integer" && values.every(Number.isInteger)
      return { ...Column.numeric(values), type: whole ? "integer" : "numeric" }
    }
    case "boolean":
      return {
        ...column,
        values: column.values.map((bit, row) => (missing[row] === 1 ? Number(valueOf(row)) : bit)),
        missing: null
      }
    case "date":
      return Column.date(
        column.values.map((old, row) => (missing[row] === 1 ? Column.parseDate(String(valueOf(row)))! : old))
      )
    case "string":
      return {
        ...column,
        values: column.values.map((old, row) => (missing[row] === 1 ? String(valueOf(row)) : old)),
        missing: null
      }
    case "factor":
      return fillFactor(column, valueOf)
    case "tensor":
      return column
  }
}

/** Mean and standard deviation (divisor n) of the values that are there; sd 1 for a constant or empty column. */
export const meanAndSd = (column: Column.Column): { readonly mean: number; readonly sd: number } =>
  meanAndSdOf(present(column))

/** (x − mean) / sd, as a numeric column. */
export const rescale = (column: Column.Column, mean: number, sd: number): Column.Column =>
  Column.numeric(numbersOf(column).map((x) => (x - mean) / sd))

/** How many rows have each level of a column, and how many have none. */
export const levelCounts = (
  column: Column.Column
): { readonly levels: ReadonlyArray<string>; readonly counts: Float64Array; readonly missing: number } => {
  const { codes, levels } = Column.asFactor(column)
  const counts = new Float64Array(levels.length)
  let missing = 0
  for (const code of codes) {
    if (code < 0) missing += 1
    else counts[code]! += 1
  }
  return { levels, counts, missing }
}

/** How often each value is there. */
const frequencies = (column: Column.Column): Iterable<number> => {
  if (column.type !== "numeric" && column.type !== "integer" && column.type !== "date")
    return levelCounts(column).counts
  const counts = new Map<number, number>()
  for (const value of column.values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts.values()
}

/** The share of the values there that differ from the most frequent one; 0 if there is none. */
export const differing = (column: Column.Column): number => {
  let [total, most] = [0, 0]
  for (const count of frequencies(column)) {
    total += count
    most = Math.max(most, count)
  }
  return total === 0 ? 0 : 1 - most / total
}

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
