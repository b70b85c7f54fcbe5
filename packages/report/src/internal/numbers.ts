import * as Compare from "@rocflow/resampling/Compare"
import type { AggregatedRow, MeasureSummary } from "../ReportModel.ts"

/** Writes the values of one measure, all with the same number of decimals. */
export interface Numbers {
  readonly value: (x: number | null) => string
  readonly difference: (x: number | null) => string
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

const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/**
 * Chooses the decimals of a measure: two significant digits of the typical standard deviation, because what lies below
 * it is noise.
 */
export const numbersFor = (measure: MeasureSummary, rows: ReadonlyArray<AggregatedRow>): Numbers => {
  const percent = measure.format === "percent"
  const factor = percent ? 100 : 1
  const spread = median(
    rows.flatMap((row) => (row.measure === measure.id && row.sd !== null && row.sd > 0 ? [row.sd * factor] : []))
  )
  const wanted = spread > 0 ? 1 - Math.floor(Math.log10(spread)) : percent ? 1 : 3
  const decimals = percent ? Math.min(2, Math.max(1, wanted)) : Math.min(6, Math.max(0, wanted))
  const bare = (x: number) => fixed(x * factor, decimals)
  const unit = percent ? "%" : ""
  return {
    value: (x) => (x === null ? absent : bare(x) + unit),
    difference: (x) => (x === null ? absent : (Number((x * factor).toFixed(decimals)) > 0 ? "+" : "") + bare(x) + unit),
    meanSd: (mean, sd) => (mean === null ? absent : (sd === null ? bare(mean) : `${bare(mean)} ± ${bare(sd)}`) + unit),
    axis: percent ? ".3~p" : ".4~g"
  }
}

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
