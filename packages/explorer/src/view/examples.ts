/**
 * The figure of the examples: a row each, a mark at its score, and an arrow for each loss. Marks are sliders, so that a
 * keyboard moves them and a screen reader reads them; they stay the same elements while anything changes, and keep the focus.
 */
import * as Roc from "@rocflow/losses/Roc"
import type { Reading } from "../Reading.ts"
import type { Example, Scene } from "../Scene.ts"
import { show } from "../show.ts"
import { type Box, frame, xGrid } from "./axes.ts"
import { assign, rule, svg, text } from "./dom.ts"
import { drawExample, inWords, perSlope, roomy } from "./example.ts"
import { linear, type Scale } from "./scale.ts"

/** Where things are, for those who want to know which example a pointer means. */
export interface Layout {
  readonly x: Scale
  readonly top: number
  readonly row: number
  readonly order: ReadonlyArray<number>
}

/** What is shown, and how. */
export interface Shown {
  readonly scene: Scene
  readonly reading: Reading
  readonly selected: number
  /** The ids of the rows, from top to bottom. */
  readonly order: ReadonlyArray<number>
  readonly width: number
  /** Where the examples would be after a gradient step, in their order; undefined without a gradient. */
  readonly after: ReadonlyArray<number> | undefined
  /** The axis is from −end to end. */
  readonly end: number
}

/** Rows become lower as they become many. */
const rowHeight = (count: number): number => Math.min(27, Math.max(7.5, 400 / count))

const layoutOf = ({ end, order, scene, width }: Shown): Layout => ({
  x: linear(-end, end, 46, width - 12),
  top: 10,
  row: rowHeight(scene.examples.length),
  order
})

/** The example whose mark is nearest to a point, within so many pixels. */
export const nearest = (
  { order, row, top, x }: Layout,
  scene: Scene,
  [px, py]: readonly [number, number],
  within = 22
): number | undefined => {
  let best: number | undefined
  let least = within
  for (const { id, score } of scene.examples) {
    const distance = Math.hypot(x.at(score) - px, top + row * (order.indexOf(id) + 0.5) - py)
    if (distance < least) [best, least] = [id, distance]
  }
  return best
}

/** What an example is called. */
export const nameOf = ({ id, positive, weight }: Example): string =>
  `Example ${id + 1}, ${positive ? "positive" : "negative"}${weight === 1 ? "" : `, weight ${show(weight)}`}`

const element = (target: SVGSVGElement, id: number): SVGElement | null => target.querySelector(`[data-example="${id}"]`)

/** What stands behind the marks. */
const drawGround = ({ order, row, top, x }: Layout, { reading, selected, width }: Shown): ReadonlyArray<SVGElement> => {
  const box: Box = { left: 46, right: width - 12, top, bottom: top + row * order.length }
  const crossing = Roc.isUndefined(reading.errors) ? undefined : x.at(reading.errors.crossing)
  const number = (id: number, k: number) =>
    text(box.left - 8, top + row * (k + 0.5) + 4, String(id + 1), { class: "tick", "text-anchor": "end" })
  return [
    svg("rect", {
      class: "band",
      x: box.left,
      y: top + row * order.indexOf(selected),
      width: box.right - box.left,
      height: row
    }),
    ...xGrid(box, x, width < 500 ? 7 : 12, false),
    frame(box),
    ...(crossing === undefined ? [] : [rule(crossing, box.top, crossing, box.bottom, "crossing")]),
    ...(roomy(row) ? order.map(number) : [])
  ]
}

/** Draws the examples and gives where they are. */
export const drawExamples = (target: SVGSVGElement, shown: Shown): Layout => {
  const { after, end, reading, scene, selected } = shown
  const layout = layoutOf(shown)
  const { order, row, top, x } = layout
  assign(target, { width: shown.width, height: top + row * order.length + 6 })
  target.classList.toggle("dense", !roomy(row))
  const [ground, marks] = [target.querySelector(".ground")!, target.querySelector(".marks")!]
  ground.replaceChildren(...drawGround(layout, shown))
  const look = { scene, x, row, perSlope: perSlope(reading) }
  const present = order.map((id, k) => {
    const i = scene.examples.findIndex((example) => example.id === id)
    const example = scene.examples[i]!
    const pulled = {
      aum: reading.derivatives?.gradient[i],
      entropy: reading.crossEntropyGradient[i]!,
      after: after?.[i]
    }
    const own = element(target, id) ?? svg("g", { "data-example": id, role: "slider", class: "example" })
    assign(own, {
      tabindex: id === selected ? 0 : -1,
      transform: `translate(${x.at(example.score).toFixed(2)} ${(top + row * (k + 0.5)).toFixed(2)})`,
      "aria-label": nameOf(example),
      "aria-valuemin": -end,
      "aria-valuemax": end,
      "aria-valuenow": example.score,
      "aria-valuetext": inWords(example, pulled)
    })
    own.replaceChildren(...drawExample(example, pulled, look))
    return own
  })
  // Elements that are moved in the document lose the focus, so they are moved only when there are others, or in another order.
  if (marks.childElementCount !== present.length || present.some((own, k) => marks.children[k] !== own)) {
    const focused = document.activeElement
    marks.replaceChildren(...present)
    if (focused instanceof SVGElement && present.includes(focused)) focused.focus()
  }
  return layout
}

/** Gives the focus to an example. */
export const focusExample = (target: SVGSVGElement, id: number): void => element(target, id)?.focus()
