/**
 * What is predicted on average as one feature goes through its values.
 */
import type { Described, SpecFigure } from "./figureModel.ts"
import { around } from "./draw/scale.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { distinct } from "./internal/select.ts"
import { trainSubsetsOrder, type TrainSubsets } from "./ReportModel.ts"
import { fontSize, trainColours } from "./theme.ts"

/** What is predicted at a value of the feature. */
export interface DependencePoint {
  readonly value: number | string | boolean
  /** The class whose probability it is; absent for a number. */
  readonly level?: string | undefined
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly mean: number
  /** The interval; null where there is none. */
  readonly lower: number | null
  readonly upper: number | null
}

/** What a figure of partial dependence is about. */
export interface DependenceWords {
  readonly task: string
  readonly learner: string
  readonly feature: string
  /** What is predicted: the target, or the only class that is shown. */
  readonly predicted: string
  /** What a band is, for the caption; absent where there is none. */
  readonly interval?: string | undefined
}

/**
 * Draws curves of numbers and dots of categories, a colour for each kind of training set, in a row of panels for each test
 * subset and a panel for each class. All panels have one scale.
 */
export const dependence = (points: ReadonlyArray<DependencePoint>, words: DependenceWords): Described<SpecFigure> => {
  const isNumber = points.every(({ value }) => typeof value === "number")
  const levels = distinct(points.map(({ level }) => level ?? onlyColumn))
  const trains = trainSubsetsOrder.filter((train) => points.some(({ trainSubsets }) => trainSubsets === train))
  const values = distinct(points.map(({ value }) => String(value)))
  const ends = points.flatMap(({ lower, mean, upper }) => [lower ?? mean, upper ?? mean])
  const domain = around(ends)
  const data = (level: string): ReadonlyArray<Datum> =>
    points
      .filter((point) => (point.level ?? onlyColumn) === level)
      .map(({ lower, mean, testSubset, trainSubsets, upper, value }) => ({
        row: testSubset,
        kind: "point",
        value: isNumber ? Number(value) : String(value),
        train: trainSubsets,
        mean,
        from: lower ?? mean,
        to: upper ?? mean
      }))
  const { fullNames, spec } = panelGrid({
    columns: levels,
    rows: distinct(points.map(({ testSubset }) => testSubset)),
    width: levels.length > 1 ? 180 : 320,
    height: 150,
    data,
    layers: (_, isFirst) => layers(isNumber, values, trains, domain, words, isFirst)
  })
  const bands = words.interval === undefined ? "" : ` ${isNumber ? "Bands" : "Segments"} are ${words.interval}.`
  return {
    kind: "dependence",
    task: words.task,
    learner: words.learner,
    title: `${words.learner} on ${words.task}: ${words.predicted} by ${words.feature}`,
    caption: `What is predicted on average over rows where ${words.feature} is set to each value in all of them, and all else is as it is (partial dependence).${bands}`,
    spec,
    fullNames
  }
}

const layers = (
  isNumber: boolean,
  values: ReadonlyArray<string>,
  trains: ReadonlyArray<TrainSubsets>,
  domain: [number, number],
  { feature, predicted }: DependenceWords,
  isFirst: boolean
): ReadonlyArray<Layer> => {
  const x = isNumber
    ? {
        field: "value",
        type: "quantitative" as const,
        scale: { zero: false, nice: false },
        axis: xAxis(feature, ".4~g")
      }
    : {
        field: "value",
        type: "nominal" as const,
        sort: [...values],
        axis: { title: feature, labelAngle: values.length > 5 ? -40 : 0, labelLimit: 110, labelFontSize: fontSize.axis }
      }
  const y = {
    type: "quantitative" as const,
    scale: { domain, zero: false, nice: false },
    axis: { title: isFirst ? predicted : null, grid: true, tickCount: 4, format: ".4~g" }
  }
  const color = {
    field: "train",
    type: "nominal" as const,
    title: "trained on",
    scale: { domain: [...trains], range: trains.map((train) => trainColours[train]) },
    legend: trains.length > 1 ? { symbolOpacity: 1 } : null
  }
  const xOffset = isNumber
    ? {}
    : { xOffset: { field: "train", type: "nominal" as const, scale: { domain: [...trains] } } }
  const ends = { y: { ...y, field: "from" }, y2: { field: "to" } }
  const mean = { ...y, field: "mean" }
  const transform = [{ filter: { field: "kind", equal: "point" } }]
  const marks: ReadonlyArray<Layer> = isNumber
    ? [
        { transform, mark: { type: "area", opacity: 0.14 }, encoding: { x, ...ends, color } },
        { transform, mark: { type: "line", strokeWidth: 1.6 }, encoding: { x, y: mean, color } }
      ]
    : [{ transform, mark: { type: "rule", strokeWidth: 1.6 }, encoding: { x, ...xOffset, ...ends, color } }]
  return [
    ...marks,
    {
      transform,
      mark: { type: "point", filled: true, size: isNumber ? 14 : 44, opacity: 1 },
      encoding: { x, ...xOffset, y: mean, color }
    }
  ]
}
