/**
 * SHAP values of many rows: a swarm of dots for each feature.
 */
import type { Shap } from "@rocflow/core/learning/Shap"
import type { Described, SpecFigure } from "./figureModel.ts"
import { around } from "./draw/scale.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { shorten, textWidth } from "./internal/text.ts"
import { fontSize, ink } from "./theme.ts"

/** More features than these nobody reads in a figure. */
const most = 15

/** Dots in one figure: enough to see every swarm, few enough to open at once. */
const budget = 5000

/** Pixels between two features, and of a dot. */
const [rowStep, dot] = [26, 3]

/** What a figure of SHAP values is about. */
export interface ShapWords {
  readonly task: string
  readonly learner: string
}

/** The share of values that are smaller, with half of equal ones; NaN where a value is missing. */
const ranks = (values: ArrayLike<number>): Float64Array => {
  const there = Array.from(values).filter((value) => !Number.isNaN(value))
  const sorted = Float64Array.from(there).sort()
  const first = (value: number, isAfter: (a: number) => boolean): number => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isAfter(sorted[middle]!)) high = middle
      else low = middle + 1
    }
    return Number.isNaN(value) ? Number.NaN : low
  }
  return Float64Array.from(values, (value) => {
    const [below, upTo] = [first(value, (a) => a >= value), first(value, (a) => a > value)]
    return (below + upTo) / 2 / sorted.length
  })
}

/** How far each dot is moved from the middle of its row, so that dots of one place stand side by side. */
const swarm = (values: ReadonlyArray<number>, low: number, high: number, width: number): ReadonlyArray<number> => {
  const bins = Math.max(1, Math.round(width / dot))
  const filled = new Map<number, number>()
  const places = values.map((value) => {
    const bin = high > low ? Math.round(((value - low) / (high - low)) * bins) : 0
    const place = filled.get(bin) ?? 0
    filled.set(bin, place + 1)
    return { bin, place }
  })
  const tallest = Math.max(1, ...filled.values())
  const unit = Math.min(dot, (rowStep - 4) / tallest)
  // Right and left in turn.
  return places.map(({ place }) => unit * Math.ceil(place / 2) * (place % 2 === 0 ? 1 : -1))
}

/**
 * Draws a swarm of dots for each feature, one a row of data, where its SHAP value is; the features of the largest mean absolute
 * values come first, at most 15. The colour is the rank of the feature's value among the rows, grey where it is no number;
 * `numbers` has the values of those features that are. Of many rows every so many are shown. A panel for each output.
 */
export const shap = (
  self: Shap,
  numbers: ReadonlyMap<string, ArrayLike<number>>,
  { learner, task }: ShapWords
): Described<SpecFigure> => {
  const { features, outputs, rows, scale, values } = self
  const width = outputs.length
  const at = (row: number, j: number, k: number) => values[(row * features.length + j) * width + k]!
  const everyRow = Array.from({ length: rows }, (_, row) => row)
  const size = features.map((_, j) =>
    everyRow.reduce((sum, row) => sum + outputs.reduce((own, __, k) => own + Math.abs(at(row, j, k)), 0), 0)
  )
  const shown = features
    .map((_, j) => j)
    .sort((a, b) => size[b]! - size[a]!)
    .slice(0, most)
  const step = Math.max(1, Math.ceil((rows * shown.length * width) / budget))
  const some = everyRow.filter((row) => row % step === 0)
  const names = shorten(
    shown.map((j) => features[j]!),
    fontSize.axis,
    200
  )
  const y = shown.map((j) => names.of(features[j]!))
  const panelWidth = width > 1 ? 190 : 360
  const rankOf = new Map(
    shown.map((j) => {
      const own = numbers.get(features[j]!)
      return [j, own === undefined ? undefined : ranks(own)] as const
    })
  )
  const ends = shown.flatMap((j) => some.flatMap((row) => outputs.map((_, k) => at(row, j, k))))
  const [low, high] = ends.reduce(([least, top], value) => [Math.min(least, value), Math.max(top, value)], [0, 0])
  const columns = width === 1 ? [onlyColumn] : outputs
  const data = (column: string): ReadonlyArray<Datum> => {
    const k = Math.max(0, columns.indexOf(column))
    return shown.flatMap((j, place) => {
      const own = some.map((row) => at(row, j, k))
      const moved = swarm(own, low, high, panelWidth)
      return some.map((row, i) => {
        const rank = rankOf.get(j)?.[row]
        return {
          row: "full",
          at: own[i]!,
          y: place + moved[i]! / rowStep,
          rank: rank === undefined || Number.isNaN(rank) ? null : rank
        }
      })
    })
  }
  const { fullNames, spec } = panelGrid({
    columns,
    rows: ["full"],
    width: panelWidth,
    height: shown.length * rowStep,
    data,
    layers: (_, isFirst) => layers(y, around([low, high]), scale, isFirst)
  })
  const left = features.length > shown.length ? ` Of ${features.length} features the ${most} largest are shown.` : ""
  const every = step === 1 ? "" : ` Of ${rows} rows ${some.length} are shown, evenly spread.`
  return {
    kind: "shap",
    task,
    learner,
    title: `${learner} on ${task}: SHAP values${width === 1 ? ` of ${outputs[0]}` : ""} (${scale})`,
    caption: `Each dot is a row: how far the feature moves its prediction from the average one. Light dots have large values of the feature, dark ones small; grey ones are categories, or missing. The feature of the largest mean absolute value comes first.${left}${every}`,
    spec,
    fullNames: new Map([...fullNames, ...names.full])
  }
}

const layers = (
  y: ReadonlyArray<string>,
  domain: [number, number],
  scale: Shap["scale"],
  isFirst: boolean
): ReadonlyArray<Layer> => {
  const x = {
    field: "at",
    type: "quantitative" as const,
    scale: { domain, nice: false, zero: false },
    axis: xAxis(`SHAP value (${scale})`, ".4~g")
  }
  const place = {
    field: "y",
    type: "quantitative" as const,
    scale: { domain: [y.length - 0.5, -0.5], nice: false, zero: false },
    axis: {
      title: null,
      labels: isFirst,
      values: y.map((_, i) => i),
      labelExpr: `${JSON.stringify(y)}[datum.value]`,
      minExtent: isFirst ? Math.max(...y.map((name) => textWidth(name, fontSize.axis))) : 0,
      grid: true,
      gridColor: ink.grid
    }
  }
  const mark = { type: "circle" as const, size: 9, opacity: 0.85 }
  return [
    { mark: { type: "rule", color: ink.faint }, encoding: { x: { datum: 0, type: "quantitative", scale: x.scale } } },
    {
      transform: [{ filter: "datum.rank === null" }],
      mark: { ...mark, color: ink.faint },
      encoding: { x, y: place }
    },
    {
      transform: [{ filter: "isNumber(datum.rank)" }],
      mark,
      encoding: {
        x,
        y: place,
        color: {
          field: "rank",
          type: "quantitative",
          title: "value of the feature",
          scale: { domain: [0, 1], scheme: "viridis" },
          legend: {
            values: [0, 1],
            labelExpr: "datum.value === 0 ? 'small' : 'large'",
            gradientLength: 120,
            gradientThickness: 7
          }
        }
      }
    }
  ]
}
