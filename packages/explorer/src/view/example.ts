/** The drawing of one example around its score: how far the margin reaches, the arrows, and the mark. */
import { type Reading, shifted } from "../Reading.ts"
import type { Example, Scene } from "../Scene.ts"
import { show } from "../show.ts"
import { rule, svg } from "./dom.ts"
import { marker } from "./markers.ts"
import type { Scale } from "./scale.ts"

/** What an example is drawn with. */
export interface Look {
  readonly scene: Scene
  readonly x: Scale
  /** The height of a row, in pixels. */
  readonly row: number
  /** Pixels to the right for each unit of a gradient: less than 0, as arrows go against it. */
  readonly perSlope: { readonly aum: number; readonly entropy: number }
}

/** The slopes of both losses at an example, and where a gradient step would put it; undefined without a gradient. */
export interface Pulled {
  readonly aum: number | undefined
  readonly entropy: number
  readonly after: number | undefined
}

/** Rows that are high enough for numbers and for arrows of full size. */
export const roomy = (row: number): boolean => row > 15

/** The longest arrow of a loss has this length; the others are to the same scale. */
const longest = 74

/** Slopes that are no more than rounding. */
const none = 1e-12

const scaleOf = (gradient: Float64Array | undefined): number => {
  const steepest = Math.max(0, ...Array.from(gradient ?? [], Math.abs))
  return steepest > none ? -longest / steepest : 0
}

/** The scales of the arrows of both losses. */
export const perSlope = ({ crossEntropyGradient, derivatives }: Reading): Look["perSlope"] => ({
  aum: scaleOf(derivatives?.gradient),
  entropy: scaleOf(crossEntropyGradient)
})

const arrow = (length: number, y: number, size: number, name: string): ReadonlyArray<SVGElement> => {
  if (Math.abs(length) < 0.75) return []
  const back = Math.sign(length) * Math.min(size, Math.abs(length))
  return [
    rule(0, y, length - back * 0.8, y, `shaft ${name}`),
    svg("path", { class: `head ${name}`, d: `M${length},${y}l${-back},${-size * 0.62}v${size * 1.24}z` })
  ]
}

/** The line to the score at which the errors of the example change, half a margin away. */
const reach = (positive: boolean, distance: number, row: number): ReadonlyArray<SVGElement> =>
  distance === 0
    ? []
    : [
        svg("path", {
          class: `reach ${positive ? "positive" : "negative"}`,
          d: `M0,0H${distance}M${distance},${-row * 0.26}v${row * 0.52}`
        })
      ]

/** A hollow mark where a step would put an example, as long as that is on the axis and another place. */
const ghost = ({ positive, score }: Example, after: number, { x }: Look, radius: number): ReadonlyArray<SVGElement> => {
  if (after === score || Math.abs(after) > x.to) return []
  const distance = (x.at(after) - x.at(score)).toFixed(2)
  return [svg("g", { class: "ghost", transform: `translate(${distance} 0)` }, marker(positive, radius))]
}

/** Draws an example around (0, 0). */
export const drawExample = (example: Example, pulled: Pulled, look: Look): ReadonlyArray<SVGElement> => {
  const { perSlope, row, scene, x } = look
  const [size, offset] = roomy(row) ? [8, 4.6] : [4, row * 0.24]
  const radius = Math.min(8, row * 0.36)
  return [
    ...reach(example.positive, x.at(shifted(example, scene.margin)) - x.at(example.score), row),
    ...arrow((pulled.aum ?? 0) * perSlope.aum, -offset, size, "aum"),
    ...arrow(pulled.entropy * perSlope.entropy, offset, size, "entropy"),
    ...ghost(example, pulled.after ?? example.score, look, radius * 0.62),
    marker(example.positive, radius * Math.min(1.5, Math.max(0.6, Math.sqrt(example.weight)))),
    svg("circle", { class: "ring", r: radius + 5 })
  ]
}

const pull = (slope: number | undefined): string => {
  if (slope === undefined) return "undefined"
  return Math.abs(slope) < none ? "none" : `${slope > 0 ? "down" : "up"} ${show(Math.abs(slope))}`
}

/** Says where an example is and where it is pulled. */
export const inWords = ({ score }: Example, { aum, entropy }: Pulled): string =>
  `score ${show(score)}; pull of AUM: ${pull(aum)}; of cross-entropy: ${pull(entropy)}`
