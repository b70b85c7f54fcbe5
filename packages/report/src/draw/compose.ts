/**
 * Puts the parts of a figure into one picture, for a file. A page lets its parts flow; it composes those that are seen by
 * the same functions.
 */
import { escapeHtml } from "../internal/escape.ts"
import { textWidth } from "../internal/text.ts"
import { fontFamily, fontSize, ink } from "../theme.ts"
import type { Of } from "./of.ts"
import { size } from "./panel.ts"
import { axisHeight } from "./strip.ts"

/** A panel with the words above it; columns are those of a grid, such as learners. */
export interface PanelPart {
  readonly title: string
  readonly svg: string
  readonly width: number
}

/** A name beside the colour and the shape that it has in the panels. */
export interface Key {
  readonly name: string
  readonly colour: string
  readonly path: string
  /** What it is of: it is hidden with that. */
  readonly of?: Of
}

/** A row of a list: its words, and its strip. */
export interface StripPart {
  readonly label: string
  readonly sample: string
  readonly svg: string
  /** That of the strip, in pixels. */
  readonly height: number
  readonly value: string
  readonly test: string
}

/** A list with its rows; those of a block stand under its heading. */
export interface ListPart {
  readonly title: string
  readonly blocks: ReadonlyArray<{ readonly heading: string; readonly rows: ReadonlyArray<StripPart> }>
  readonly axis: string
}

const text = (x: number, y: number, words: string, more = ""): string =>
  words === "" ? "" : `<text x="${x}" y="${y}" fill="${ink.text}"${more}>${escapeHtml(words)}</text>`

const bold = ` font-weight="bold"`

const page = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="${fontFamily}" font-size="${fontSize.axis}">${body}</svg>`

/** Moves a picture of its own to a place. */
const moved = (svg: string, x: number, y: number, width?: number): string =>
  (width === undefined ? svg : svg.replace('width="100%"', `width="${width}"`)).replace(
    "<svg ",
    `<svg x="${x}" y="${y}" `
  )

const keysSvg = (keys: ReadonlyArray<Key>, y: number): string => {
  let x = 8
  return keys
    .map(({ colour, name, path }) => {
      const at = x
      x += 34 + textWidth(name, fontSize.axis)
      return `<path d="${path}" transform="translate(${Math.round(at + 5)} ${y - 4})" fill="${colour}"/>${text(Math.round(at + 15), y, name)}`
    })
    .join("")
}

/** Lays panels out in a grid of so many columns. */
export const composePanels = (parts: ReadonlyArray<PanelPart>, keys: ReadonlyArray<Key>, columns: number): string => {
  const [cell, gap, above] = [Math.max(...parts.map(({ width }) => width)) + 14, size.height + 34, 22]
  const top = keys.length === 0 ? 0 : 26
  const body = parts.map(({ svg, title }, i) => {
    const [x, y] = [(i % columns) * cell + 4, Math.floor(i / columns) * gap + top]
    return text(x + size.left, y + 15, title, `${bold} font-size="${fontSize.header}"`) + moved(svg, x, y + above)
  })
  const rows = Math.ceil(parts.length / columns)
  return page(columns * cell + 8, rows * gap + top, keysSvg(keys, 17) + body.join(""))
}

const widest = (texts: ReadonlyArray<string>, isBold = false): number =>
  Math.ceil(Math.max(0, ...texts.map((each) => textWidth(each, fontSize.axis, isBold))))

/** Lays lists out one below the other. */
export const composeLists = (lists: ReadonlyArray<ListPart>, keys: ReadonlyArray<Key>): string => {
  const rows = lists.flatMap(({ blocks }) => blocks.flatMap((block) => block.rows))
  const plot = 340
  const label = widest(rows.map((row) => row.label)) + 22
  const sample = label + widest(rows.map((row) => row.sample)) + 18
  const value = sample + plot + 16
  const test = value + widest(rows.map((row) => row.value)) + 18
  const width = test + widest(rows.map((row) => row.test)) + 10
  let y = keys.length === 0 ? 4 : 30
  const parts = lists.map(({ axis, blocks, title }) => {
    const own: Array<string> = []
    if (title !== "") own.push(text(8, (y += 16), title, `${bold} font-size="${fontSize.header}"`))
    y += 6
    for (const { heading, rows } of blocks) {
      if (heading !== "") {
        own.push(text(8, y + 15, heading, bold))
        y += 20
      }
      for (const row of rows) {
        const base = y + row.height / 2 + 4
        own.push(text(12, base, row.label), text(label, base, row.sample, ` fill-opacity="0.75"`))
        own.push(moved(row.svg, sample, y, plot), text(value, base, row.value), text(test, base, row.test))
        y += row.height
      }
    }
    own.push(moved(axis, sample, y, plot))
    y += axisHeight + 8
    return own.join("")
  })
  return page(width, y, keysSvg(keys, 17) + parts.join(""))
}
