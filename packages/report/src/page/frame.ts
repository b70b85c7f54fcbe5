/** The axes of a panel as its picture has them, and the way from numbers to pixels. */
import { size } from "../draw/panel.ts"
import { type Axis, place } from "../draw/scale.ts"

export interface Frame {
  readonly x: Axis
  readonly y: Axis
  readonly matrix: boolean
  readonly width: number
}

/** The axes of a picture; undefined where it is no panel. */
export const frameOf = (svg: Element): Frame | undefined => {
  const text = svg.getAttribute("data-frame")
  return text === null ? undefined : (JSON.parse(text) as Frame)
}

/** Where a point stands in a panel, in its own pixels. */
export const at = ({ width, x, y }: Frame, a: number, b: number): readonly [number, number] => [
  size.left + place(x, a) * (width - size.left - size.right),
  size.top + (1 - place(y, b)) * (size.height - size.top - size.bottom)
]

/** The numbers of a mark. */
export const pointsOf = (mark: Element): ReadonlyArray<ReadonlyArray<number>> =>
  (mark.getAttribute("data-points") ?? "")
    .split(" ")
    .filter((point) => point !== "")
    .map((point) => point.split(",").map(Number))
