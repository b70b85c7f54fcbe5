/**
 * A panel: marks between two axes, as SVG of a fixed size that a page scales up and never down.
 *
 * What a mark is about (learner, training set) stands in its attributes, so that a script can hide it, and what it shows
 * in its title, which browsers show to a pointer.
 */
import { escapeHtml } from "../internal/escape.ts"
import { fontSize, ink } from "../theme.ts"
import { type Axis, place, ticks, tickTexts } from "./scale.ts"
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
      readonly radius?: number
      readonly opacity?: number
      /** A sentence for each point. */
      readonly tips?: ReadonlyArray<string>
    })
  | (Look & { readonly kind: "segments"; readonly points: ReadonlyArray<Span> })
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
  /** Names instead of numbers along the axes, for a matrix. */
  readonly names?: { readonly x: ReadonlyArray<string>; readonly y: ReadonlyArray<string> }
  readonly marks: ReadonlyArray<Mark>
  readonly corner?: { readonly lines: ReadonlyArray<Corner>; readonly at: "bottom right" | "bottom left" | "top right" }
}

/** The size of a panel, and its margins, in pixels. */
export const size = { width: 312, height: 256, left: 68, right: 12, top: 8, bottom: 42 } as const
const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom }

const round = (x: number): string => String(Math.round(x * 10) / 10)

const pathOf = (points: ReadonlyArray<Point>): string =>
  `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}`

/** The numbers themselves, for a pointer and a file: pixels have only three digits. */
const numbersOf = (name: string | undefined, points: ReadonlyArray<ReadonlyArray<number>>): string =>
  name === undefined
    ? ""
    : ` data-name="${escapeHtml(name)}" data-points="${points.map((point) => point.map((x) => Number(x.toPrecision(5))).join(",")).join(" ")}"`

const titled = (text: string | undefined): string => (text === undefined ? "" : `<title>${escapeHtml(text)}</title>`)

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string) =>
  `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${stroke}"/>`

const text = (x: number, y: number, words: string, more = ""): string =>
  `<text x="${round(x)}" y="${round(y)}"${more}>${escapeHtml(words)}</text>`

const numbered = (axis: Axis, count: number) => {
  const at = ticks(axis, count)
  const texts = tickTexts(axis, at)
  return at.map((value, i) => ({ share: place(axis, value), text: texts[i]! }))
}

const named = (names: ReadonlyArray<string>) => names.map((text, i) => ({ share: (i + 0.5) / names.length, text }))

const shortened = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name)

const axesSvg = ({ names, x, y }: Panel): string => {
  const across = names === undefined ? numbered(x, 4) : named(names.x)
  const up = names === undefined ? numbered(y, 4) : named(names.y).map((each) => ({ ...each, share: 1 - each.share }))
  const bottom = size.top + inner.height
  const lines =
    names === undefined
      ? [
          ...across.map(({ share }) => {
            const at = size.left + share * inner.width
            return line(at, size.top, at, bottom, ink.grid)
          }),
          ...up.map(({ share }) => {
            const at = bottom - share * inner.height
            return line(size.left, at, size.left + inner.width, at, ink.grid)
          })
        ].join("")
      : ""
  const longest = names === undefined ? 40 : Math.max(4, Math.floor(inner.width / names.x.length / 7))
  const labels = [
    ...across.map(({ share, text: words }) =>
      text(size.left + share * inner.width, bottom + 15, shortened(words, longest), ' text-anchor="middle"')
    ),
    ...up.map(({ share, text: words }) =>
      text(
        size.left - 6,
        bottom - share * inner.height + 4,
        shortened(words, names === undefined ? 40 : 7),
        ' text-anchor="end"'
      )
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

const markSvg = (mark: Mark, { names, x, y }: Panel): string => {
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
      const { colour, opacity, points, radius = 3.2, shape = "circle", tips } = mark
      return `<g${own} class="dots"${numbersOf(mark.name, points)} fill="${colour}"${opacity === undefined ? "" : ` opacity="${opacity}"`}>${points
        .map(([a, b], i) => `<path d="${symbol(shape, radius, px(a), py(b))}">${titled(tips?.[i])}</path>`)
        .join("")}</g>`
    }
    case "segments":
      return `<g${own}${numbersOf(mark.name, mark.points)} stroke="${mark.colour}" stroke-width="1.6">${mark.points
        .map(([a, low, high]) => `<path d="M${round(px(a))} ${round(py(low))}V${round(py(high))}"/>`)
        .join("")}</g>`
    case "cells": {
      const [width, height] = [inner.width / (names?.x.length ?? 1), inner.height / (names?.y.length ?? 1)]
      return `<g${own} class="cells">${mark.cells
        .map(({ share, text: words, tip, x, y }) => {
          const [left, top] = [size.left + x * width, size.top + y * height]
          const fits = words.length * 7 < width && height > 13
          return (
            `<g><rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" fill="${mark.colour}" fill-opacity="${(0.04 + 0.5 * share).toFixed(2)}"/>` +
            `${fits ? text(left + width / 2, top + height / 2 + 4, words, ` text-anchor="middle" fill="${ink.text}"`) : ""}${titled(tip)}</g>`
          )
        })
        .join("")}</g>`
    }
  }
}

const cornerSvg = ({ corner }: Panel): string => {
  if (corner === undefined) return ""
  const [vertical, horizontal] = corner.at.split(" ")
  const x = horizontal === "right" ? size.left + inner.width - 7 : size.left + 7
  const anchor = horizontal === "right" ? "end" : "start"
  const first =
    vertical === "top" ? size.top + 15 : size.top + inner.height - 7 - fontSize.line * (corner.lines.length - 1)
  return corner.lines
    .map(({ colour, of, text: words }, i) =>
      text(
        x,
        first + i * fontSize.line,
        words,
        `${attributes(of)} text-anchor="${anchor}" font-weight="bold" fill="${colour}"`
      )
    )
    .join("")
}

const frameOf = (panel: Panel): string =>
  escapeHtml(JSON.stringify({ x: panel.x, y: panel.y, matrix: panel.names !== undefined }))

/** Draws a panel. Its axes stand in `data-frame`, by which a script finds the numbers under a pointer. */
export const panelSvg = (panel: Panel): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-size="${fontSize.axis}" data-frame="${frameOf(panel)}">` +
  `${axesSvg(panel)}${panel.marks.map((mark) => markSvg(mark, panel)).join("")}${cornerSvg(panel)}</svg>`
