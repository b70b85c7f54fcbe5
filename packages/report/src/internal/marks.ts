import { fontSize, ink, trainColours, trainShapes } from "../theme.ts"
import { type Datum, type Layer, xAxis } from "./panels.ts"
import type { Numbers } from "../Numbers.ts"
import type { AggregatedRow, ComparisonRow } from "../ReportModel.ts"
import { textWidth } from "./text.ts"

/**
 * The marks of a plot of means: a point with a segment of one standard deviation to both sides, a grey segment between
 * two means that are compared, and the words above them.
 */

/** Vertical distance of two rows in pixels: a mark and one line of text above it. */
const rowStep = 27

/** Space above the first row and below the last, in rows. */
const rowPadding = 0.72

/** The height of a panel with some rows. */
export const heightFor = (rows: number): number => Math.round(rowStep * (rows - 1 + 2 * rowPadding))

export interface Range {
  readonly low: number
  readonly high: number
}

/** Values that differ by less than this, relative to their size, differ by rounding. */
const rounding = 1e-9

/** The range from the lowest mean − sd to the highest mean + sd; one point if they differ only by rounding. */
export const rangeOf = (rows: ReadonlyArray<AggregatedRow>): Range => {
  let low = Infinity
  let high = -Infinity
  for (const { mean, sd } of rows) {
    if (mean === null || !Number.isFinite(mean)) continue
    low = Math.min(low, mean - (sd ?? 0))
    high = Math.max(high, mean + (sd ?? 0))
  }
  if (low > high) return { low: 0, high: 1 }
  return high - low > rounding * Math.max(Math.abs(low), Math.abs(high)) ? { low, high } : { low, high: low }
}

/** The range with a margin; a range of one point gets a width. */
export const padded = ({ low, high }: Range): [number, number] => {
  const span = high - low
  const margin = span > 0 ? span * 0.05 : Math.max(Math.abs(low) * 0.1, 1e-3)
  return [low - margin, high + margin]
}

type Align = "left" | "center" | "right"

/**
 * Says which side of a text stands at its mean: the text starts there in the lower third of the range, is centred in
 * the middle one and ends there in the upper one, so that it stays inside the panel.
 */
export const alignByThirds = (mean: number, { low, high }: Range): Align => {
  const position = high > low ? (mean - low) / (high - low) : 0.5
  return position < 1 / 3 ? "left" : position > 2 / 3 ? "right" : "center"
}

/**
 * Places the P label of two means: it starts at the lower one if both lie below the middle of the range, ends at the
 * higher one if both lie above it, and is centred between them otherwise.
 */
export const placeBetween = (
  a: number,
  b: number,
  { low, high }: Range
): { readonly at: number; readonly align: Align } => {
  const middle = (low + high) / 2
  if (a < middle && b < middle) return { at: Math.min(a, b), align: "left" }
  if (a > middle && b > middle) return { at: Math.max(a, b), align: "right" }
  return { at: (a + b) / 2, align: "center" }
}

const undefinedNote = (row: AggregatedRow): string =>
  row.undefinedCount > 0 ? ` (${row.n} of ${row.n + row.undefinedCount})` : ""

const noteDatum = (row: AggregatedRow, y: string, { low, high }: Range, text: string): Datum => ({
  row: row.testSubset,
  y,
  kind: "note",
  at: (low + high) / 2,
  align: "center",
  text
})

/** The datum of one mean; one that does not exist or is not finite becomes a note in the middle of its row. */
export const meanDatum = (row: AggregatedRow, y: string, range: Range, numbers: Numbers): Datum => {
  if (row.mean === null) {
    const splits = row.n + row.undefinedCount
    return noteDatum(row, y, range, `undefined in ${row.undefinedCount} of ${splits} splits`)
  }
  if (!Number.isFinite(row.mean)) return noteDatum(row, y, range, "the mean is not finite")
  const sd = row.sd ?? 0
  return {
    row: row.testSubset,
    y,
    kind: "mean",
    train: row.trainSubsets,
    at: row.mean,
    from: row.mean - sd,
    to: row.mean + sd,
    align: alignByThirds(row.mean, range),
    text: numbers.meanSd(row.mean, row.sd) + undefinedNote(row)
  }
}

/** The datum of one test; without two finite means there is nothing to draw. */
export const testDatum = (row: ComparisonRow, y: string, range: Range): ReadonlyArray<Datum> => {
  if (row.baselineMean === null || row.compareMean === null) return []
  if (!Number.isFinite(row.baselineMean) || !Number.isFinite(row.compareMean)) return []
  const from = Math.min(row.baselineMean, row.compareMean)
  const to = Math.max(row.baselineMean, row.compareMean)
  return [{ row: row.testSubset, y, kind: "test", from, to, text: row.label, ...placeBetween(from, to, range) }]
}

/** A panel width in which the longest text fits wherever the rule of thirds puts it. */
export const widthFor = (data: ReadonlyArray<Datum>, least: number): number => {
  let longest = 0
  for (const { text } of data)
    if (typeof text === "string") longest = Math.max(longest, textWidth(text, fontSize.label))
  return Math.max(least, Math.ceil(longest * 1.5) + 10)
}

export interface StatAxes {
  readonly xTitle: string
  readonly yTitle: string | null
  readonly domain: [number, number]
  /** Rows from top to bottom; absent where each panel has its own. */
  readonly y: ReadonlyArray<string>
  readonly yLabels: boolean
  readonly numbers: Numbers
}

const trains = ["all", "same", "other"] as const

/** The layers that draw the data of this module. */
export const statLayers = (axes: StatAxes): ReadonlyArray<Layer> => {
  const x = { type: "quantitative" as const, scale: { domain: axes.domain, nice: false, zero: false } }
  const y = {
    field: "y",
    type: "nominal" as const,
    sort: [...axes.y],
    scale: { type: "point" as const, padding: rowPadding },
    axis: { title: axes.yTitle, labels: axes.yLabels, grid: false }
  }
  const axis = xAxis(axes.xTitle, axes.numbers.axis)
  const scaled = (range: ReadonlyArray<string>) => ({ domain: [...trains], range: [...range] })
  const colour = {
    field: "train",
    type: "nominal" as const,
    scale: scaled(trains.map((t) => trainColours[t])),
    legend: null
  }
  const shape = {
    field: "train",
    type: "nominal" as const,
    scale: scaled(trains.map((t) => trainShapes[t])),
    legend: null
  }
  const only = (...kinds: ReadonlyArray<string>) => [{ filter: { field: "kind", oneOf: [...kinds] } }]
  const texts = (kind: ReadonlyArray<string>, color: string): Layer => ({
    transform: only(...kind),
    mark: { type: "text", align: { expr: "datum.align" }, baseline: "bottom", dy: -6, fontSize: fontSize.label, color },
    encoding: { x: { ...x, field: "at", axis }, y, text: { field: "text", type: "nominal" } }
  })
  return [
    {
      transform: only("test"),
      mark: { type: "rule", color: ink.faint, strokeWidth: 3, strokeCap: "round" },
      encoding: { x: { ...x, field: "from", axis }, x2: { field: "to" }, y }
    },
    {
      transform: only("mean"),
      mark: { type: "rule", strokeWidth: 2 },
      encoding: { x: { ...x, field: "from", axis }, x2: { field: "to" }, y, color: colour }
    },
    {
      transform: only("mean"),
      mark: { type: "point", filled: true, size: 62, opacity: 1 },
      encoding: { x: { ...x, field: "at", axis }, y, color: colour, shape }
    },
    texts(["mean"], ink.text),
    texts(["test", "note"], ink.muted)
  ]
}
