/**
 * How much each feature matters to a learner: importance, or coefficients, with the interval over splits.
 */
import type { Described, SpecFigure } from "./figureModel.ts"
import { around } from "./draw/scale.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { distinct, inOrder } from "./internal/select.ts"
import { shorten, textWidth } from "./internal/text.ts"
import { trainSubsetsOrder, type TrainSubsets } from "./ReportModel.ts"
import { fontSize, ink, trainColours, trainShapes } from "./theme.ts"

/** A feature, and what it is worth in one test subset after one kind of training. */
export interface ImportanceRow {
  readonly name: string
  /** The class that it is about; absent where there is one thing to say. */
  readonly level?: string | undefined
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly mean: number
  /** The interval; null where there is none. */
  readonly lower: number | null
  readonly upper: number | null
}

/** What a figure of features is about. */
export interface ImportanceWords {
  readonly task: string
  readonly learner: string
  /** What stands under the axis, such as "loss of AUC". */
  readonly label: string
  /** Whether the rows are coefficients, which have a sign, or importances. */
  readonly kind: "importance" | "coefficients"
  /** What an interval is, for the caption; absent where there is none. */
  readonly interval?: string | undefined
}

/** More features than these nobody reads in a figure. */
const most = 20

/** Pixels for one mark, and between features. */
const [step, gap] = [9, 10]

/** The features of the largest means, in that order. */
const largest = (rows: ReadonlyArray<ImportanceRow>): ReadonlyArray<string> => {
  const size = new Map<string, number>()
  for (const { mean, name } of rows) size.set(name, Math.max(size.get(name) ?? 0, Math.abs(mean)))
  return [...size].toSorted(([, a], [, b]) => b - a).map(([name]) => name)
}

/**
 * Draws the features one below the other, the largest first: a dot, with its interval, for each kind of training set. There is
 * a row of panels for each test subset, and a panel for each class where there is something to say of each. All panels have one
 * scale. Of many features the 20 largest are shown.
 */
export const importance = (rows: ReadonlyArray<ImportanceRow>, words: ImportanceWords): Described<SpecFigure> => {
  const names = largest(rows)
  const shown = names.slice(0, most)
  const own = rows.filter(({ name }) => shown.includes(name))
  const trains = trainSubsetsOrder.filter((train) => own.some(({ trainSubsets }) => trainSubsets === train))
  const short = shorten(shown, fontSize.axis, 200)
  const y = shown.map(short.of)
  const levels = distinct(own.map(({ level }) => level ?? onlyColumn))
  const testSubsets = inOrder(
    [],
    own.map(({ testSubset }) => testSubset)
  )
  const ends = own.flatMap(({ lower, mean, upper }) => [mean, lower ?? mean, upper ?? mean, 0])
  const domain = around(ends)
  const data = (level: string): ReadonlyArray<Datum> => [
    ...testSubsets.flatMap((row) => y.map((name) => ({ row, y: name, kind: "place" }))),
    ...own
      .filter((row) => (row.level ?? onlyColumn) === level)
      .map(({ lower, mean, name, testSubset, trainSubsets, upper }) => ({
        row: testSubset,
        y: short.of(name),
        kind: "mean",
        train: trainSubsets,
        at: mean,
        from: lower ?? mean,
        to: upper ?? mean
      }))
  ]
  const { fullNames, spec } = panelGrid({
    columns: levels,
    rows: testSubsets,
    width: levels.length > 1 ? 170 : 330,
    height: shown.length * (step * trains.length + gap),
    data,
    layers: (_, isFirst) => layers(y, trains, domain, words.label, isFirst)
  })
  const left = names.length > shown.length ? ` Of ${names.length} features the ${most} largest are shown.` : ""
  const colours =
    trains.length > 1 ? " Colour and shape say what was trained on: the same subset, the other ones, or all." : ""
  const intervals = words.interval === undefined ? "" : ` Segments are ${words.interval}.`
  const units = words.kind === "coefficients" ? " Coefficients are in units of the columns that reach the learner." : ""
  return {
    kind: words.kind,
    task: words.task,
    learner: words.learner,
    title: `${words.learner} on ${words.task}: ${words.label}`,
    caption: `Each dot is a feature, the largest first.${units}${intervals}${colours}${left}`,
    spec,
    fullNames: new Map([...fullNames, ...short.full])
  }
}

const layers = (
  y: ReadonlyArray<string>,
  trains: ReadonlyArray<TrainSubsets>,
  domain: [number, number],
  label: string,
  isFirst: boolean
): ReadonlyArray<Layer> => {
  const x = {
    field: "at",
    type: "quantitative" as const,
    scale: { domain, nice: false, zero: false },
    axis: xAxis(label, ".4~g")
  }
  const place = {
    y: {
      field: "y",
      type: "nominal" as const,
      sort: [...y],
      scale: { type: "band" as const, paddingInner: 0.3, paddingOuter: 0.15 },
      axis: {
        title: null,
        labels: isFirst,
        minExtent: isFirst ? Math.max(...y.map((name) => textWidth(name, fontSize.axis))) : 0
      }
    },
    yOffset: { field: "train", type: "nominal" as const, scale: { domain: [...trains] } }
  }
  const scale = (of: Readonly<Record<TrainSubsets, string>>) => ({
    domain: [...trains],
    range: trains.map((train) => of[train])
  })
  const legend = trains.length > 1 ? { symbolOpacity: 1 } : null
  const color = {
    field: "train",
    type: "nominal" as const,
    title: "trained on",
    scale: scale(trainColours),
    legend
  }
  const shape = { ...color, scale: scale(trainShapes) }
  const means = [{ filter: { field: "kind", equal: "mean" } }]
  return [
    { mark: { type: "rule", color: ink.faint }, encoding: { x: { datum: 0, type: "quantitative", scale: x.scale } } },
    // Every feature has its place in every panel, also where nothing is said of it.
    {
      transform: [{ filter: { field: "kind", equal: "place" } }],
      mark: { type: "tick", opacity: 0 },
      encoding: { y: place.y }
    },
    {
      transform: means,
      mark: { type: "rule", strokeWidth: 1.6 },
      encoding: { x: { ...x, field: "from" }, x2: { field: "to" }, ...place, color }
    },
    {
      transform: means,
      mark: { type: "point", filled: true, size: 40, opacity: 1 },
      encoding: { x, ...place, color, shape }
    }
  ]
}
