/**
 * Strips: a point with its interval on an axis, one a row of a list. All places are shares of the width, so that a strip fills
 * whatever room it gets without a script.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fontSize, ink } from "../theme.ts"
import { attributes, type Of } from "./of.ts"
import { type Axis, place, ticks, tickTexts } from "./scale.ts"
import { symbol } from "./symbol.ts"

/** A row of a list: what it is about in words, a number with its interval, and what is to be read beside them. */
export interface StripRow {
  readonly of: Of
  readonly label: string
  /** How much it is of: "120 rows". */
  readonly sample: string
  readonly at: number | null
  readonly low: number | null
  readonly high: number | null
  readonly colour: string
  readonly shape: string
  /** The number and its interval in words, or why there is none. */
  readonly text: string
  /** What a test says of it, and whether that is good. */
  readonly test?: { readonly text: string; readonly tone: "better" | "worse" | "quiet" }
}

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

/** The height of a strip, and of the axis below, in pixels. */
export const stripHeight = 22
export const axisHeight = 36

const percent = (share: number): string => `${Math.round(share * 10000) / 100}%`

const upright = (share: number, stroke: string, more = ""): string =>
  `<line x1="${percent(share)}" x2="${percent(share)}" y1="0" y2="100%" stroke="${stroke}"${more}/>`

/** Draws a row. */
export const stripSvg = ({ axis, reference }: Pick<StripList, "axis" | "reference">, row: StripRow): string => {
  const { at, colour, high, low, shape, text } = row
  const grid = ticks(axis).map((tick) => upright(place(axis, tick), ink.grid))
  const line = reference === undefined ? "" : upright(place(axis, reference), ink.faint, ' stroke-dasharray="3 3"')
  const middle = stripHeight / 2
  const segment =
    low === null || high === null
      ? ""
      : `<line x1="${percent(place(axis, low))}" x2="${percent(place(axis, high))}" y1="${middle}" y2="${middle}" stroke="${colour}" stroke-width="2"/>`
  const point =
    at === null || !Number.isFinite(at)
      ? ""
      : `<svg x="${percent(place(axis, at))}" y="${middle}" width="1" height="1" overflow="visible"><path d="${symbol(shape, 4.6)}" fill="${colour}"/></svg>`
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="strip" width="100%" height="${stripHeight}" aria-hidden="true">` +
    `${grid.join("")}${line}${segment}${point}<title>${escapeHtml(`${row.label}: ${text}`)}</title></svg>`
  )
}

/** Draws the axis under the rows. */
export const stripAxisSvg = (axis: Axis): string => {
  const at = ticks(axis)
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

const numbersOf = ({ at, high, low }: StripRow): string =>
  ` data-at="${at ?? ""}" data-low="${low ?? ""}" data-high="${high ?? ""}"`

const rowHtml = (list: StripList, row: StripRow): string =>
  `<tr${attributes(row.of)}${numbersOf(row)}><th scope="row">${escapeHtml(row.label)}</th><td class="sample">${escapeHtml(row.sample)}</td>` +
  `<td class="plot">${stripSvg(list, row)}</td><td class="value">${escapeHtml(row.text)}</td><td class="test">${toned(row.test)}</td></tr>`

const blockHtml = (list: StripList, { heading, of, rows }: StripBlock): string => {
  const best = rows.find(({ at }) => at !== null)?.at
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
