/**
 * A panel: marks between two axes, as SVG of a fixed size that a page scales up and never down.
 *
 * What a mark is about (learner, training set) stands in its attributes, so that a script can hide it, and what it shows
 * in its title, which browsers show to a pointer.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fontSize, ink } from "../theme.ts"
import { fit, textWidth, visible } from "../internal/text.ts"
import { type Axis, fittingTicks, place, tickTexts } from "./scale.ts"
import { symbol } from "./symbol.ts"
import { attributes, type Of } from "./of.ts"

type Point = readonly [x: number, y: number]
type Span = readonly [x: number, low: number, high: number]

interface Look {
  readonly of?: Of
  readonly colour: string
  /** What it is, for a pointer, a listener and a file of its numbers. */
  readonly name?: string
}

/** What is drawn in a panel. */
export type Mark =
  | (Look & {
      readonly kind: "line"
      readonly points: ReadonlyArray<Point>
      readonly width: number
      readonly opacity?: number
      readonly dash?: string
    })
  | (Look & { readonly kind: "band"; readonly points: ReadonlyArray<Span> })
  | (Look & {
      readonly kind: "dots"
      readonly points: ReadonlyArray<Point>
      readonly shape?: string
      /** Rings instead of full dots. */
      readonly hollow?: boolean
      readonly radius?: number
      readonly opacity?: number
      /** A sentence for each point. */
      readonly tips?: ReadonlyArray<string>
    })
  | (Look & { readonly kind: "segments"; readonly points: ReadonlyArray<Span> })
  | (Look & { readonly kind: "words"; readonly points: ReadonlyArray<Point>; readonly texts: ReadonlyArray<string> })
  | (Look & { readonly kind: "cells"; readonly cells: ReadonlyArray<CellMark> })

/** A square of a matrix, by its column and row from 0; `share` says how dark it is. */
export interface CellMark {
  readonly x: number
  readonly y: number
  readonly share: number
  readonly text: string
  readonly tip: string
}

/** Words in a corner of a panel, in the colour of what they are of. */
export interface Corner {
  readonly of?: Of
  readonly text: string
  readonly colour: string
}

/** A panel, and what it is about. */
export interface Panel {
  readonly of: Of
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly marks: ReadonlyArray<Mark>
  /** Words in the corner that marks leave the most free. */
  readonly corner?: ReadonlyArray<Corner>
  /** How many panels it is as wide as; 1 by default. */
  readonly span?: number
}

/** The size of a panel, and its margins, in pixels. Five stand side by side on a large screen. */
export const size = { width: 252, height: 218, left: 62, right: 10, top: 8, bottom: 40 } as const

/** The width of a panel that spans so many. */
export const widthOf = ({ span = 1 }: Pick<Panel, "span">): number => size.width * span

const innerOf = (panel: Pick<Panel, "span">) => ({
  width: widthOf(panel) - size.left - size.right,
  height: size.height - size.top - size.bottom
})

/** Names along both axes make a matrix, whose first row is the uppermost. */
export const isMatrix = ({ x, y }: Pick<Panel, "x" | "y">): boolean => x.names !== undefined && y.names !== undefined

const round = (x: number): string => String(Math.round(x * 10) / 10)

const pathOf = (points: ReadonlyArray<Point>): string =>
  `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}`

const titled = (text: string | undefined): string => (text === undefined ? "" : `<title>${escapeHtml(text)}</title>`)

/** The numbers themselves, for a pointer and a file: pixels have only three digits. */
const numbersOf = (name: string | undefined, points: ReadonlyArray<ReadonlyArray<number>>): string =>
  name === undefined
    ? ""
    : ` data-name="${escapeHtml(name)}" data-points="${points.map((point) => point.map((x) => Number(x.toPrecision(5))).join(",")).join(" ")}"`

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
  `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${stroke}"/>`

const text = (x: number, y: number, words: string, more = "", tip?: string): string =>
  `<text x="${round(x)}" y="${round(y)}"${more}>${escapeHtml(words)}${titled(tip)}</text>`

/** A seam in the colour of the ground, by which words are read on lines. */
const halo = ` stroke="${ink.ground}" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`

const numbered = (axis: Axis, length: number, isUpright: boolean) => {
  const at = fittingTicks(axis, length, isUpright)
  const texts = tickTexts(axis, at)
  return at.map((value, i) => ({ share: place(axis, value), text: texts[i]! }))
}

interface Label {
  readonly share: number
  readonly text: string
  /** Where it is too long for its room. */
  readonly whole?: string
}

const named = (names: ReadonlyArray<string>, room: number): ReadonlyArray<Label> =>
  names.map((name, i) => {
    const text = fit(visible(name), fontSize.axis, room)
    return { share: (i + 0.5) / names.length, text, ...(text !== name && { whole: name }) }
  })

/** What is written along an axis: names, shortened to their room, or numbers. */
const labelsOf = (axis: Axis, length: number, room: number, isUpright: boolean): ReadonlyArray<Label> =>
  axis.bare === true ? [] : axis.names === undefined ? numbered(axis, length, isUpright) : named(axis.names, room)

const axesSvg = (panel: Panel): string => {
  const { x, y } = panel
  const inner = innerOf(panel)
  const across = labelsOf(x, inner.width, inner.width / (x.names?.length ?? 1) - 4, false)
  const up = labelsOf(y, inner.height, size.left - 24, true).map((label) =>
    isMatrix(panel) ? { ...label, share: 1 - label.share } : label
  )
  const bottom = size.top + inner.height
  const lines = [
    ...(isMatrix(panel) ? [] : across).map(({ share }) => {
      const at = size.left + share * inner.width
      return line(at, size.top, at, bottom, ink.grid)
    }),
    ...(y.names === undefined ? up : []).map(({ share }) => {
      const at = bottom - share * inner.height
      return line(size.left, at, size.left + inner.width, at, ink.grid)
    })
  ].join("")
  const labels = [
    ...across.map((label) =>
      text(size.left + label.share * inner.width, bottom + 15, label.text, ' text-anchor="middle"', label.whole)
    ),
    ...up.map((label) =>
      text(size.left - 6, bottom - label.share * inner.height + 4, label.text, ' text-anchor="end"', label.whole)
    )
  ].join("")
  const middle = size.top + inner.height / 2
  return (
    `<g fill="none">${lines}<rect x="${size.left}" y="${size.top}" width="${inner.width}" height="${inner.height}" stroke="${ink.frame}"/></g>` +
    `<g fill="${ink.muted}">${labels}</g>` +
    `<g fill="${ink.text}">${text(size.left + inner.width / 2, size.height - 8, x.title, ' text-anchor="middle"')}` +
    `${text(12, middle, y.title, ` text-anchor="middle" transform="rotate(-90 12 ${round(middle)})"`)}</g>`
  )
}

const markSvg = (mark: Mark, panel: Panel): string => {
  const { x, y } = panel
  const inner = innerOf(panel)
  const px = (value: number) => size.left + place(x, value) * inner.width
  const py = (value: number) => size.top + (1 - place(y, value)) * inner.height
  const own = attributes(mark.of)
  switch (mark.kind) {
    case "line": {
      const { colour, dash, name, opacity, points, width } = mark
      const more = `${opacity === undefined ? "" : ` opacity="${opacity}"`}${dash === undefined ? "" : ` stroke-dasharray="${dash}"`}`
      const d = pathOf(points.map(([a, b]) => [px(a), py(b)]))
      return `<path${own} class="line"${numbersOf(name, points)} d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${more}>${titled(name)}</path>`
    }
    case "band": {
      const there = mark.points.map(([a, low]): Point => [px(a), py(low)])
      const back = mark.points.map(([a, , high]): Point => [px(a), py(high)]).toReversed()
      return `<path${own} d="${pathOf([...there, ...back])}Z" fill="${mark.colour}" opacity="0.13"/>`
    }
    case "dots": {
      const { colour, hollow = false, opacity, points, radius = 3.2, shape = "circle", tips } = mark
      const paint = hollow ? `fill="none" stroke="${colour}"` : `fill="${colour}"`
      return `<g${own} class="dots"${numbersOf(mark.name, points)} ${paint}${opacity === undefined ? "" : ` opacity="${opacity}"`}>${points
        .map(([a, b], i) => `<path d="${symbol(shape, radius, px(a), py(b))}">${titled(tips?.[i])}</path>`)
        .join("")}</g>`
    }
    case "segments":
      return `<g${own}${numbersOf(mark.name, mark.points)} stroke="${mark.colour}" stroke-width="1.6">${mark.points
        .map(([a, low, high]) => `<path d="M${round(px(a))} ${round(py(low))}V${round(py(high))}"/>`)
        .join("")}</g>`
    case "words":
      return `<g${own} fill="${mark.colour}"${halo}>${mark.points
        .map(([a, b], i) => text(px(a) + 4, py(b) + (place(y, b) > 0.5 ? 13 : -4), mark.texts[i]!))
        .join("")}</g>`
    case "cells": {
      const [width, height] = [inner.width / (x.names?.length ?? 1), inner.height / (y.names?.length ?? 1)]
      return `<g${own} class="cells">${mark.cells
        .map(({ share, text: words, tip, x, y }) => {
          const [left, top] = [size.left + x * width, size.top + y * height]
          const fits = textWidth(words, fontSize.axis) + 2 < width && height > 13
          return (
            `<g><rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" fill="${mark.colour}" fill-opacity="${(0.04 + 0.5 * share).toFixed(2)}"/>` +
            `${fits ? text(left + width / 2, top + height / 2 + 4, words, ` text-anchor="middle" fill="${ink.text}"`) : ""}${titled(tip)}</g>`
          )
        })
        .join("")}</g>`
    }
  }
}

const corners = ["bottom right", "bottom left", "top right", "top left"] as const

/** How much of a rectangle at a corner the marks cross, by the points of their lines and dots. */
const crossed = (panel: Panel, corner: (typeof corners)[number], width: number, height: number): number => {
  const inner = innerOf(panel)
  const [vertical, horizontal] = corner.split(" ")
  return panel.marks
    .flatMap((mark) => (mark.kind === "line" || mark.kind === "dots" ? denser(mark) : []))
    .filter(([a, b]) => {
      const [x, y] = [place(panel.x, a) * inner.width, (1 - place(panel.y, b)) * inner.height]
      return (
        (horizontal === "right" ? x > inner.width - width : x < width) &&
        (vertical === "bottom" ? y > inner.height - height : y < height)
      )
    }).length
}

/** The points of a mark, and of a line those between them. */
const denser = (mark: Mark & { readonly points: ReadonlyArray<Point> }): ReadonlyArray<Point> =>
  mark.kind === "dots"
    ? mark.points
    : mark.points.flatMap(([x, y], i): ReadonlyArray<Point> => {
        const [a, b] = mark.points[i + 1] ?? [x, y]
        return [0, 0.25, 0.5, 0.75].map((share) => [x + share * (a - x), y + share * (b - y)])
      })

const cornerSvg = (panel: Panel): string => {
  const { corner = [] } = panel
  if (corner.length === 0) return ""
  const inner = innerOf(panel)
  const width = Math.max(...corner.map(({ text }) => textWidth(text, fontSize.axis, true))) + 14
  const height = fontSize.line * corner.length + 8
  const free = corners.map((at) => ({ at, points: crossed(panel, at, width, height) }))
  const [vertical, horizontal] = free.reduce((best, each) => (each.points < best.points ? each : best)).at.split(" ")
  const x = horizontal === "right" ? size.left + inner.width - 7 : size.left + 7
  const anchor = horizontal === "right" ? "end" : "start"
  const first = vertical === "top" ? size.top + 15 : size.top + inner.height - 7 - fontSize.line * (corner.length - 1)
  return corner
    .map(({ colour, of, text: words }, i) =>
      text(
        x,
        first + i * fontSize.line,
        words,
        `${attributes(of)} text-anchor="${anchor}" font-weight="bold" fill="${colour}"${halo}`
      )
    )
    .join("")
}

const frameOf = (panel: Panel): string =>
  escapeHtml(JSON.stringify({ x: panel.x, y: panel.y, width: widthOf(panel), matrix: isMatrix(panel) }))

/** Draws a panel. Its axes stand in `data-frame`, by which a script finds the numbers under a pointer. */
export const panelSvg = (panel: Panel): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthOf(panel)} ${size.height}" width="${widthOf(panel)}" height="${size.height}" font-size="${fontSize.axis}" data-frame="${frameOf(panel)}">` +
  `${axesSvg(panel)}${panel.marks.map((mark) => markSvg(mark, panel)).join("")}${cornerSvg(panel)}</svg>`
