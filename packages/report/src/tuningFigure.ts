/**
 * What a learner that tunes itself tried: its values against their scores, together, and how the best score grew.
 */
import type { Described as DescribedFigure, SpecFigure } from "./figureModel.ts"
import { type Datum, type Layer, onlyColumn, panelGrid, xAxis } from "./internal/panels.ts"
import { distinct, ofTask } from "./internal/select.ts"
import type { ReportModel, TriedRow, TuningRow } from "./ReportModel.ts"
import { colourAt, fontSize, ink } from "./theme.ts"

/** A tuned name, and the values that were tried of it. */
interface Axis {
  readonly name: string
  readonly isNumber: boolean
  /** Whether the numbers are right to a factor: all above 0, over more than one power of ten. */
  readonly isLog: boolean
  /** Of numbers the least and the largest one; of others all, in their order. */
  readonly values: ReadonlyArray<string | number>
}

const axesOf = (rows: ReadonlyArray<TuningRow>): ReadonlyArray<Axis> => {
  const tried = rows.flatMap((row) => row.tried)
  const names = distinct(tried.flatMap(({ values }) => Object.keys(values)))
  return names.map((name) => {
    const found = tried.flatMap(({ values }) => (values[name] === undefined ? [] : [values[name]]))
    const numbers = found.filter((value) => typeof value === "number")
    if (numbers.length < found.length)
      return { name, isNumber: false, isLog: false, values: distinct(found).toSorted() }
    const [least, largest] = [Math.min(...numbers), Math.max(...numbers)]
    return { name, isNumber: true, isLog: least > 0 && largest / least > 10, values: [least, largest] }
  })
}

/** Where a value stands on its axis, from 0 to 1. */
const placeOf = ({ isLog, isNumber, values }: Axis, value: string | number): number => {
  if (!isNumber) return values.length === 1 ? 0.5 : values.indexOf(value) / (values.length - 1)
  const scaled = (x: unknown) => (isLog ? Math.log(Number(x)) : Number(x))
  const [low, high] = [scaled(values[0]), scaled(values[1])]
  return high === low ? 0.5 : (scaled(value) - low) / (high - low)
}

const brief = (value: string | number): string =>
  typeof value === "number" ? String(Number(value.toPrecision(3))) : value

const isChosen = (row: TuningRow, { values }: TriedRow): boolean =>
  JSON.stringify(Object.entries(values).toSorted()) === JSON.stringify(Object.entries(row.values).toSorted())

type Described = DescribedFigure<SpecFigure>

/** The score against the values of each name. */
const values = (
  rows: ReadonlyArray<TuningRow>,
  axes: ReadonlyArray<Axis>,
  words: Pick<Described, "kind" | "task">,
  title: string
): Described => {
  const [{ measure }] = rows as readonly [TuningRow]
  const data = (name: string): ReadonlyArray<Datum> =>
    rows.flatMap((row) =>
      row.tried.flatMap((tried): ReadonlyArray<Datum> => {
        const value = tried.values[name]
        if (value === undefined || tried.score === null) return []
        return [{ row: "full", value, score: tried.score, kind: isChosen(row, tried) ? "chosen" : "tried" }]
      })
    )
  const byName = new Map(axes.map((axis) => [axis.name, axis]))
  const scores = rows.flatMap(({ tried }) => tried.flatMap(({ score }) => score ?? []))
  const [least, largest] = [Math.min(...scores), Math.max(...scores)]
  const margin = 0.05 * (largest - least)
  const point = (kind: string, isFirst: boolean, axis: Axis): Layer => ({
    transform: [{ filter: { field: "kind", equal: kind } }],
    mark: {
      type: "point",
      filled: kind === "chosen",
      size: kind === "chosen" ? 46 : 22,
      color: kind === "chosen" ? colourAt(1) : colourAt(0),
      opacity: kind === "chosen" ? 1 : 0.55
    },
    encoding: {
      x: axis.isNumber
        ? {
            field: "value",
            type: "quantitative",
            scale: { type: axis.isLog ? "log" : "linear", zero: false, nice: false },
            axis: { ...xAxis(axis.name, "~g"), labelSeparation: 8 }
          }
        : { field: "value", type: "nominal", axis: { title: axis.name, labelAngle: 0, labelLimit: 90 } },
      y: {
        field: "score",
        type: "quantitative",
        // One for all names, of which some have a say in some configurations only.
        scale: { zero: false, domain: [least - margin, largest + margin] },
        axis: { title: isFirst ? measure : null, grid: true, tickCount: 4, format: ".4~g" }
      }
    }
  })
  const { fullNames, spec } = panelGrid({
    columns: axes.map(({ name }) => name),
    rows: ["full"],
    width: 150,
    height: 130,
    data,
    layers: (name, isFirst) => {
      const axis = byName.get(name)!
      return [point("tried", isFirst, axis), point("chosen", isFirst, axis)]
    }
  })
  const all = rows.flatMap(({ tried }) => tried)
  const failed = all.filter(({ score }) => score === null).length
  const lacking = failed === 0 ? "" : ` Of ${all.length} configurations ${failed} have no score and are not shown.`
  return {
    ...words,
    title: `${title}: values and scores`,
    caption: `Each ring is a configuration that was tried on inner splits, of all outer splits; a full dot is one that was chosen. The score is ${measure} on the inner test rows.${lacking}`,
    spec,
    fullNames
  }
}

/** Every configuration as a line across all names. */
const together = (
  rows: ReadonlyArray<TuningRow>,
  axes: ReadonlyArray<Axis>,
  words: Pick<Described, "kind" | "task">,
  title: string
): Described => {
  const [{ direction, measure }] = rows as readonly [TuningRow]
  const lines: ReadonlyArray<Datum> = rows.flatMap((row, r) =>
    row.tried.flatMap((tried, i) =>
      tried.score === null
        ? []
        : axes.flatMap((axis): ReadonlyArray<Datum> => {
            const value = tried.values[axis.name]
            return value === undefined
              ? []
              : [
                  {
                    row: "full",
                    kind: "line",
                    line: `${r} ${i}`,
                    name: axis.name,
                    place: placeOf(axis, value),
                    score: tried.score
                  }
                ]
          })
    )
  )
  const ends: ReadonlyArray<Datum> = axes.flatMap((axis) => {
    const shown = axis.isNumber ? distinct(axis.values) : axis.values
    return shown.map((value) => ({
      row: "full",
      kind: "end",
      name: axis.name,
      place: placeOf(axis, value),
      text: brief(value)
    }))
  })
  const x = {
    field: "name",
    type: "ordinal" as const,
    sort: axes.map(({ name }) => name),
    axis: { title: null, labelAngle: 0, grid: true }
  }
  const y = { field: "place", type: "quantitative" as const, scale: { domain: [0, 1] }, axis: null }
  const { fullNames, spec } = panelGrid({
    columns: [onlyColumn],
    rows: ["full"],
    width: Math.max(240, 120 * axes.length),
    height: 190,
    data: () => [...lines, ...ends],
    layers: () => [
      {
        transform: [{ filter: { field: "kind", equal: "line" } }],
        mark: { type: "line", strokeWidth: 1.2, opacity: 0.6 },
        encoding: {
          x,
          y,
          detail: { field: "line", type: "nominal" },
          color: {
            field: "score",
            type: "quantitative",
            title: measure,
            scale: { scheme: "viridis", reverse: direction === "minimise" },
            legend: { gradientLength: 160, gradientThickness: 8, format: ".3~g" }
          }
        }
      },
      {
        transform: [{ filter: { field: "kind", equal: "end" } }],
        mark: { type: "text", align: "left", dx: 5, fontSize: fontSize.label, color: ink.text },
        encoding: { x, y, text: { field: "text", type: "nominal" } }
      }
    ]
  })
  return {
    ...words,
    title: `${title}: configurations`,
    caption: `Each line is a configuration; light ones have good scores. Names stand side by side, each from its least to its largest value that was tried.`,
    spec,
    fullNames
  }
}

/** The best score so far, after each configuration, of every outer split. */
const growing = (rows: ReadonlyArray<TuningRow>, words: Pick<Described, "kind" | "task">, title: string): Described => {
  const [{ direction, measure }] = rows as readonly [TuningRow]
  const better = direction === "maximise" ? Math.max : Math.min
  const data: ReadonlyArray<Datum> = rows.flatMap((row, fold) => {
    let best: number | undefined
    return row.tried.flatMap(({ score }, i): ReadonlyArray<Datum> => {
      if (score !== null) best = best === undefined ? score : better(best, score)
      return best === undefined ? [] : [{ row: "full", fold, tried: i + 1, best }]
    })
  })
  const { fullNames, spec } = panelGrid({
    columns: [onlyColumn],
    rows: ["full"],
    width: 260,
    height: 130,
    data: () => data,
    layers: () => [
      {
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.2, opacity: 0.55, color: colourAt(0) },
        encoding: {
          x: {
            field: "tried",
            type: "quantitative",
            scale: { zero: false, nice: false },
            axis: { ...xAxis("configurations tried", "~d"), tickMinStep: 1 }
          },
          y: {
            field: "best",
            type: "quantitative",
            scale: { zero: false, nice: true },
            axis: { title: `best ${measure}`, grid: true, tickCount: 4, format: ".4~g" }
          },
          detail: { field: "fold", type: "nominal" }
        }
      }
    ]
  })
  return {
    ...words,
    title: `${title}: best so far`,
    caption: `The best score on inner splits after each configuration; a line for each outer split. Where lines still ${direction === "maximise" ? "rise" : "fall"} at the end, more configurations may be worth trying.`,
    spec,
    fullNames
  }
}

/** Describes what was tuned in a task: three figures for each learner that tunes more than its epochs. */
export const tunings = (model: ReportModel, task: string): ReadonlyArray<Described> => {
  const own = model.tunings.filter((row) => row.task === task)
  return Array.from(Map.groupBy(own, ({ learner }) => learner)).flatMap(([learner, rows]) => {
    const axes = axesOf(rows)
    if (axes.length === 0) return []
    const words = { kind: "tuning", task } as const
    const title = `Tuning of ${learner}${ofTask(model, task)}`
    return [
      values(rows, axes, words, title),
      ...(axes.length > 1 ? [together(rows, axes, words, title)] : []),
      growing(rows, words, title)
    ]
  })
}
