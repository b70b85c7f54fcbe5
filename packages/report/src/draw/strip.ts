/**
 * Strips: a point with its interval on an axis, one a row of a list. All places are shares of the width, so that a strip fills
 * whatever room it gets without a script.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fontSize, ink } from "../theme.ts"
import { attributes, type Of } from "./of.ts"
import { type Axis, fittingTicks, place, tickTexts } from "./scale.ts"
import { symbol } from "./symbol.ts"

/** A point with its interval. */
export interface StripPoint {
  /** What it is about, besides what the row is. */
  readonly of?: Of
  readonly at: number | null
  readonly low: number | null
  readonly high: number | null
  readonly colour: string
  readonly shape: string
  /** What it is of several in a row, and how much it is of. */
  readonly name?: string
  readonly sample?: string
  /** The number and its interval in words, or why there is none. */
  readonly text: string
}

/** A row of a list: what it is about in words, its points one above the other, and what is to be read beside them. */
export interface StripRow {
  readonly of: Of
  readonly label: string
  /** How much it is of: "120 rows". */
  readonly sample: string
  readonly points: ReadonlyArray<StripPoint>
  /** What a test says of it, and whether that is good. */
  readonly test?: { readonly text: string; readonly tone: "better" | "worse" | "quiet" }
}

/** What is read beside the points of a row: the words of the only one. */
export const wordsOf = ({ points }: StripRow): string => (points.length === 1 ? points[0]!.text : "")

/** Rows under one heading: those of a learner. */
export interface StripBlock {
  readonly of: Of
  readonly heading: string | undefined
  readonly rows: ReadonlyArray<StripRow>
}

/** Blocks on one axis: those of a test subset. */
export interface StripList {
  readonly of: Of
  readonly title: string
  readonly axis: Axis
  /** Where a line stands in all rows: no difference. */
  readonly reference?: number
  readonly blocks: ReadonlyArray<StripBlock>
}

/** The height of a strip of one point, of one of several, and of the axis below, and the least width of a strip in a page, in pixels. */
const [oneHeight, severalHeight] = [22, 27]
const leastWidth = 136
export const axisHeight = 36

/** How far apart points of a row stand, in pixels. */
const apart = 6.5

/** The height of a row, in pixels. */
export const heightOf = ({ points }: StripRow): number => (points.length > 1 ? severalHeight : oneHeight)

const percent = (share: number): string => `${Math.round(share * 10000) / 100}%`

const upright = (share: number, stroke: string, more = ""): string =>
  `<line x1="${percent(share)}" x2="${percent(share)}" y1="0" y2="100%" stroke="${stroke}"${more}/>`

const numbersOf = ({ at, high, low }: StripPoint): string =>
  ` data-at="${at ?? ""}" data-low="${low ?? ""}" data-high="${high ?? ""}"`

const titleOf = ({ label }: StripRow, { name, sample, text }: StripPoint): string => {
  const about = name === undefined ? label : `${label}, ${name}`
  return `<title>${escapeHtml(`${about}: ${sample === undefined ? text : `${text}, ${sample}`}`)}</title>`
}

const pointSvg = (axis: Axis, row: StripRow, point: StripPoint, i: number): string => {
  const { points } = row
  const { at, colour, high, low, of, sample, shape } = point
  const y = heightOf(row) / 2 + (i - (points.length - 1) / 2) * apart
  const [radius, width] = points.length === 1 ? [4.6, 2] : [3, 1.6]
  const segment =
    low === null || high === null
      ? ""
      : `<line x1="${percent(place(axis, low))}" x2="${percent(place(axis, high))}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="${width}"/>`
  const mark =
    at === null || !Number.isFinite(at)
      ? ""
      : `<svg x="${percent(place(axis, at))}" y="${y}" width="1" height="1" overflow="visible"><path d="${symbol(shape, radius)}" fill="${colour}"/></svg>`
  const counted = sample === undefined ? "" : ` data-sample="${escapeHtml(sample)}"`
  return `<g${attributes(of)}${counted}${numbersOf(point)}>${segment}${mark}${points.length > 1 ? titleOf(row, point) : ""}</g>`
}

/** Draws a row. */
export const stripSvg = ({ axis, reference }: Pick<StripList, "axis" | "reference">, row: StripRow): string => {
  const grid = fittingTicks(axis, leastWidth).map((tick) => upright(place(axis, tick), ink.grid))
  const line = reference === undefined ? "" : upright(place(axis, reference), ink.faint, ' stroke-dasharray="3 3"')
  const points = row.points.map((point, i) => pointSvg(axis, row, point, i))
  // A single point is told of wherever its row is pointed at.
  const [only, ...others] = row.points
  const title = only === undefined || others.length > 0 ? "" : titleOf(row, only)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="strip" width="100%" height="${heightOf(row)}" aria-hidden="true">` +
    `${grid.join("")}${line}${points.join("")}${title}</svg>`
  )
}

/** Draws the axis under the rows. */
export const stripAxisSvg = (axis: Axis): string => {
  const at = fittingTicks(axis, leastWidth)
  const texts = tickTexts(axis, at)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="strip" width="100%" height="${axisHeight}" overflow="visible" font-size="${fontSize.axis}" aria-hidden="true">` +
    at
      .map((tick, i) => {
        const share = place(axis, tick)
        return `<text x="${percent(share)}" y="13" text-anchor="middle" fill="${ink.muted}">${escapeHtml(texts[i]!)}</text>`
      })
      .join("") +
    `<text x="50%" y="31" text-anchor="middle" fill="${ink.text}">${escapeHtml(axis.title)}</text></svg>`
  )
}

const toned = (test: StripRow["test"]): string =>
  test === undefined ? "" : `<span class="${test.tone}">${escapeHtml(test.text)}</span>`

const rowHtml = (list: StripList, row: StripRow): string =>
  `<tr${attributes(row.of)}><th scope="row">${escapeHtml(row.label)}</th><td class="sample">${escapeHtml(row.sample)}</td>` +
  `<td class="plot">${stripSvg(list, row)}</td><td class="value">${escapeHtml(wordsOf(row))}</td><td class="test">${toned(row.test)}</td></tr>`

const blockHtml = (list: StripList, { heading, of, rows }: StripBlock): string => {
  const best = rows.flatMap(({ points }) => points).find(({ at }) => at !== null)?.at
  return (
    `<tbody${attributes(of)}${best === undefined || best === null ? "" : ` data-value="${best}"`}>` +
    (heading === undefined
      ? ""
      : `<tr class="heading"><th scope="rowgroup" colspan="5">${escapeHtml(heading)}</th></tr>`) +
    `${rows.map((row) => rowHtml(list, row)).join("\n")}</tbody>`
  )
}

/** Writes a list as a table whose third column is drawn. */
export const stripListHtml = (list: StripList, columns: StripColumns): string =>
  `<div class="card"${attributes(list.of)}><table class="strips">${list.title === "" ? "" : `<caption>${escapeHtml(list.title)}</caption>`}` +
  `<thead><tr>${[columns.label, columns.sample, columns.plot, columns.value, columns.test]
    .map((title) => (title === "" ? "<td></td>" : `<th scope="col">${escapeHtml(title)}</th>`))
    .join("")}</tr></thead>` +
  `${list.blocks.map((block) => blockHtml(list, block)).join("\n")}` +
  `<tfoot><tr><td></td><td></td><td class="plot">${stripAxisSvg(list.axis)}</td><td></td><td></td></tr></tfoot></table></div>`

/** The titles of the columns of a list. */
export interface StripColumns {
  readonly label: string
  readonly sample: string
  readonly plot: string
  readonly value: string
  readonly test: string
}
