/** Frames, grids and numbers of figures. */
import { rule, svg, text } from "./dom.ts"
import { type Scale, ticks } from "./scale.ts"
import { show } from "../show.ts"

/** Where a figure draws, in pixels. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Vertical lines and the numbers below them. */
export const xGrid = (box: Box, x: Scale, count: number, labels = true): ReadonlyArray<SVGElement> =>
  ticks(x, count).flatMap((value) => [
    rule(x.at(value), box.top, x.at(value), box.bottom, "grid"),
    ...(labels ? [text(x.at(value), box.bottom + 16, show(value), { class: "tick", "text-anchor": "middle" })] : [])
  ])

/** Horizontal lines and the numbers to the left of them. */
export const yGrid = (box: Box, y: Scale, count: number): ReadonlyArray<SVGElement> =>
  ticks(y, count).flatMap((value) => [
    rule(box.left, y.at(value), box.right, y.at(value), "grid"),
    text(box.left - 7, y.at(value) + 4, show(value), { class: "tick", "text-anchor": "end" })
  ])

/** The frame of a box. */
export const frame = ({ bottom, left, right, top }: Box): SVGElement =>
  svg("rect", { class: "frame", x: left, y: top, width: right - left, height: bottom - top })

/** What is along the horizontal axis. */
export const xTitle = ({ bottom, left, right }: Box, words: string): SVGElement =>
  text((left + right) / 2, bottom + 34, words, { class: "axis", "text-anchor": "middle" })

/** What is along the vertical axis. */
export const yTitle = ({ bottom, left, top }: Box, words: string): SVGElement => {
  const [x, y] = [left - 34, (top + bottom) / 2]
  return text(x, y, words, { class: "axis", "text-anchor": "middle", transform: `rotate(-90 ${x} ${y})` })
}

/** Sizes an SVG element and puts a drawing into it, with a sentence for those who do not see it. */
export const draw = (
  target: SVGSVGElement,
  width: number,
  height: number,
  label: string,
  parts: ReadonlyArray<SVGElement>
): void => {
  target.setAttribute("width", String(width))
  target.setAttribute("height", String(height))
  target.setAttribute("aria-label", label)
  target.replaceChildren(...parts)
}

/** A figure that cannot be drawn says why. */
export const empty = (target: SVGSVGElement, width: number, height: number, reason: string): void => {
  const words = reason.split(" ")
  const perLine = Math.max(20, Math.floor(width / 9))
  const lines: Array<string> = [""]
  for (const word of words) {
    const last = lines.at(-1)!
    if (last !== "" && last.length + word.length >= perLine) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`.trim()
  }
  const y = height / 2 - (lines.length - 1) * 10
  draw(target, width, height, reason, [
    svg("rect", { class: "under", width, height, rx: 6 }),
    ...lines.map((words, k) => text(width / 2, y + k * 20, words, { class: "reason", "text-anchor": "middle" }))
  ])
}
