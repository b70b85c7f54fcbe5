/**
 * Puts the parts of a figure into one picture, for a file. A page lets its parts flow; it composes those that are seen by
 * the same functions.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fit, textWidth, wrapped } from "../internal/text.ts"
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

const text = (x: number, y: number, words: string, more = "", whole = words): string => {
  const title = whole === words ? "" : `<title>${escapeHtml(whole)}</title>`
  return words === "" ? "" : `<text x="${x}" y="${y}" fill="${ink.text}"${more}>${escapeHtml(words)}${title}</text>`
}

const bold = ` font-weight="bold"`

interface Look {
  readonly size: number
  readonly more: string
}

/** How the title of a panel or a list is written, and the heading of a block. */
const titleLook: Look = { size: fontSize.header, more: `${bold} font-size="${fontSize.header}"` }
const headingLook: Look = { size: fontSize.axis, more: bold }

/** The height of a line of a title, and of keys, in pixels. */
const [titleLine, keyLine] = [16, 20]

/** A title on as many lines as its room asks for, with the height of those after the first. */
const wrappedText = (words: string, { more, size }: Look, room: number) => {
  const lines = wrapped(words, size, room, true).map((line) => fit(line, size, room, true))
  // What is shortened is whole for a pointer.
  const isWhole = lines.join(" ") === words
  return {
    further: titleLine * (lines.length - 1),
    at: (x: number, y: number): string =>
      lines.map((line, i) => text(x, y + titleLine * i, line, more, isWhole ? line : words)).join("")
  }
}

const page = (width: number, height: number, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}" font-family="${fontFamily}" font-size="${fontSize.axis}">${body}</svg>`

/** Moves a picture of its own to a place. */
const moved = (svg: string, x: number, y: number, width?: number): string =>
  (width === undefined ? svg : svg.replace('width="100%"', `width="${width}"`)).replace(
    "<svg ",
    `<svg x="${x}" y="${y}" `
  )

/** Keys on as many lines as they need in a page, with the height of all. */
const keysOf = (keys: ReadonlyArray<Key>, width: number) => {
  let [x, y] = [8, 17]
  const svg = keys.map(({ colour, name, path }) => {
    const short = fit(name, fontSize.axis, width - 30)
    const own = 15 + textWidth(short, fontSize.axis)
    if (x + own > width) [x, y] = [8, y + keyLine]
    const at = x
    x += own + 19
    return `<path d="${path}" transform="translate(${Math.round(at + 5)} ${y - 4})" fill="${colour}"/>${text(Math.round(at + 15), y, short, "", name)}`
  })
  return { svg: svg.join(""), height: keys.length === 0 ? 0 : y + 9 }
}

/** Lays panels out in a grid of so many columns. */
export const composePanels = (parts: ReadonlyArray<PanelPart>, keys: ReadonlyArray<Key>, columns: number): string => {
  const cell = Math.max(...parts.map(({ width }) => width)) + 14
  const width = columns * cell + 8
  const key = keysOf(keys, width)
  const panels = parts.map((part) => ({ ...part, title: wrappedText(part.title, titleLook, part.width - size.left) }))
  let y = key.height
  const rows = Array.from({ length: Math.ceil(parts.length / columns) }, (_, row) => {
    const own = panels.slice(row * columns, (row + 1) * columns)
    y += 22 + Math.max(...own.map(({ title }) => title.further))
    const body = own.map(({ svg, title }, i) => {
      const x = i * cell + 4
      return title.at(x + size.left, y - 7 - title.further) + moved(svg, x, y)
    })
    y += size.height + 12
    return body.join("")
  })
  return page(width, y, key.svg + rows.join(""))
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
  const key = keysOf(keys, width)
  let y = key.height + 4
  const parts = lists.map(({ axis, blocks, title }) => {
    const own: Array<string> = []
    if (title !== "") {
      const lines = wrappedText(title, titleLook, width - 16)
      own.push(lines.at(8, (y += 16)))
      y += lines.further
    }
    y += 6
    for (const { heading, rows } of blocks) {
      if (heading !== "") {
        const lines = wrappedText(heading, headingLook, width - 16)
        own.push(lines.at(8, y + 15))
        y += 20 + lines.further
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
  return page(width, y, key.svg + parts.join(""))
}
