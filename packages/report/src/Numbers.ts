/**
 * How numbers are written in reports and in the terminal: those of a measure all with the same decimals and unit.
 */
import * as Compare from "@rocflow/resampling/Compare"
import type { MeasureSummary } from "./ReportModel.ts"

/** Writes the values of one measure, all with the same number of decimals. */
export interface Numbers {
  readonly value: (x: number | null) => string
  readonly difference: (x: number | null) => string
  /** Such as "−0.399 to −0.036". */
  readonly interval: (lower: number | null, upper: number | null) => string
  readonly meanSd: (mean: number | null, sd: number | null) => string
  /** A d3 format for axes. */
  readonly axis: string
}

/** What stands in a table for a number that does not exist. */
export const absent = "n/a"

const minus = (text: string): string => text.replace("-", "−")

/** Writes a number without a sign on zero: −0.00 reads as a finding. */
const fixed = (x: number, decimals: number): string => {
  const text = x.toFixed(decimals)
  return minus(Number(text) === 0 ? text.replace("-", "") : text)
}

/** Rates are shown as percent, except areas, F and the like, which are by custom not. */
export const formatOf = (id: string, [low, high]: readonly [unknown, unknown]): MeasureSummary["format"] =>
  low === 0 && high === 1 && !/^(auc|aum|au[1n]|mu|partialAuc|prauc|averagePrecision|fbeta|calibrationError)/.test(id)
    ? "percent"
    : "number"

/** The decimals that show two significant digits of a spread. */
const decimalsOf = (spread: number): number => 1 - Math.floor(Math.log10(spread))

/** The geometric mean of the middle of sorted values. */
const middle = (sorted: ReadonlyArray<number>): number =>
  Math.sqrt(sorted[Math.floor((sorted.length - 1) / 2)]! * sorted[Math.ceil((sorted.length - 1) / 2)]!)

/** Spreads so much smaller than the largest one are rounding. */
const negligible = 1e-6

/**
 * Chooses the decimals of a measure: two significant digits of the median of the standard deviations. What lies below is noise, and
 * one fold that happens to agree with another, or one learner that is wild, does not change the digits of all.
 *
 * @example
 * numbersFor("number", [0.012, 0.175]).meanSd(0.61234, 0.175) // => "0.612 ± 0.175"
 */
export const numbersFor = (format: MeasureSummary["format"], spreads: ReadonlyArray<number | null>): Numbers => {
  const percent = format === "percent"
  const factor = percent ? 100 : 1
  const finite = spreads.flatMap((sd) => (sd !== null && Number.isFinite(sd) && sd > 0 ? [factor * sd] : []))
  const largest = Math.max(0, ...finite)
  const sorted = finite.filter((sd) => sd > negligible * largest).toSorted((a, b) => a - b)
  const wanted = sorted.length > 0 ? decimalsOf(middle(sorted)) : percent ? 1 : 3
  const decimals = Math.min(6, Math.max(0, wanted))
  const bare = (x: number) => fixed(x * factor, decimals)
  const signed = (x: number) => (Number((x * factor).toFixed(decimals)) > 0 ? "+" : "") + bare(x)
  const unit = percent ? "%" : ""
  return {
    value: (x) => (x === null ? absent : bare(x) + unit),
    difference: (x) => (x === null ? absent : signed(x) + unit),
    interval: (lower, upper) =>
      lower === null || upper === null ? absent : `${signed(lower)} to ${signed(upper)}${unit}`,
    meanSd: (mean, sd) => (mean === null ? absent : (sd === null ? bare(mean) : `${bare(mean)} ± ${bare(sd)}`) + unit),
    axis: percent ? ".3~p" : ".4~g"
  }
}

/** The number of an estimate, or of a score; null where there is none. */
export const orNull = (value: unknown): number | null => (typeof value === "number" ? value : null)

/**
 * Writes a whole number with groups of three digits.
 *
 * @example
 * integer(12345) // => "12\u202f345"
 */
export const integer = (x: number): string => String(Math.round(x)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f")

/**
 * Writes a p-value like the figures do.
 *
 * @example
 * pValue(0.00001) // => "< 0.0001"
 */
export const pValue = (p: number | null): string => (p === null ? absent : Compare.pText(p))
