/**
 * What a learner that tunes itself tried: its values against their scores, together, and how the best score grew.
 */
import type { Mark } from "./draw/panel.ts"
import { around, type Axis as Drawn } from "./draw/scale.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { keysOf, type Look, lookOf, panelsOf } from "./internal/grid.ts"
import { axesOf, distinct, ofTask } from "./internal/select.ts"
import { byTrainSubsets, type ReportModel, type TriedRow, type TuningRow } from "./ReportModel.ts"
import { colourAt, ink } from "./theme.ts"

/** A tuned name, and the values that were tried of it. */
interface Axis {
  readonly name: string
  readonly isNumber: boolean
  /** Whether the numbers are right to a factor: all above 0, over more than one power of ten. */
  readonly isLog: boolean
  /** Of numbers the least and the largest one; of others all, in their order. */
  readonly values: ReadonlyArray<string | number>
}

const namesOf = (rows: ReadonlyArray<TuningRow>): ReadonlyArray<Axis> => {
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

/** The axis of a panel: numbers with a margin, or names, each in the middle of its unit. */
const drawnOf = ({ isLog, isNumber, name, values }: Axis): Drawn => {
  if (!isNumber) return { title: name, domain: [0, values.length], names: values.map(String) }
  const [least, largest] = [Number(values[0]), Number(values[1])]
  const margin = isLog ? (largest / least) ** 0.05 : 1
  return {
    title: name,
    log: isLog,
    domain: isLog ? [least / margin, largest * margin] : around([least, largest])
  }
}

const positionOf = ({ isNumber, values }: Axis, value: string | number): number =>
  isNumber ? Number(value) : values.indexOf(value) + 0.5

/** Where a value stands among those that were tried, from 0 to 1. */
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

/** A split in words: which one, and where. */
const splitOf = ({ fold, testSubset, trainSubsets }: TuningRow): string =>
  testSubset === "full" ? `split ${fold}` : `split ${fold}, ${trainSubsets} on ${testSubset}`

/** A configuration in words, with its score. */
const wordsOf = (row: TuningRow, { score, values }: TriedRow): string =>
  `${splitOf(row)}: ${Object.entries(values)
    .map(([name, value]) => `${name} ${brief(value)}`)
    .join(", ")} — ${row.measure} ${brief(score ?? Number.NaN)}`

/** What the three figures of a learner have in common. */
interface Words extends Pick<Described<PanelFigure>, "kind" | "task" | "learner"> {
  readonly title: string
}

/** Rows of one kind of split, with how they are drawn. */
type Group = readonly [rows: ReadonlyArray<TuningRow>, look: Look]

/** The score against the values of each name. */
const values = (groups: ReadonlyArray<Group>, axes: ReadonlyArray<Axis>, { title, ...words }: Words) => {
  const rows = groups.flatMap(([own]) => own)
  const { measure } = rows[0]!
  const scores = rows.flatMap(({ tried }) => tried.flatMap(({ score }) => score ?? []))
  // One for all names, of which some have a say in some configurations only.
  const y = { title: measure, domain: around(scores) }
  const dots = (axis: Axis, [own, { colour, of }]: Group, chosen: boolean): Mark => {
    const found = own.flatMap((row) =>
      row.tried.flatMap((tried) => {
        const value = tried.values[axis.name]
        if (value === undefined || tried.score === null || isChosen(row, tried) !== chosen) return []
        return [{ point: [positionOf(axis, value), tried.score] as const, tip: wordsOf(row, tried) }]
      })
    )
    return {
      kind: "dots",
      of,
      colour,
      name: chosen ? "chosen" : "tried",
      radius: chosen ? 3.6 : 2.6,
      hollow: !chosen,
      opacity: chosen ? 1 : 0.6,
      points: found.map(({ point }) => point),
      tips: found.map(({ tip }) => tip)
    }
  }
  const all = rows.flatMap(({ tried }) => tried)
  const failed = all.filter(({ score }) => score === null).length
  const lacking = failed === 0 ? "" : ` Of ${all.length} configurations ${failed} have no score and are not shown.`
  return {
    ...words,
    title: `${title}: values and scores`,
    caption:
      `Each ring is a configuration that was tried on inner splits, of all outer splits; a full dot is one that was chosen. The ` +
      `score is ${measure} on the inner test rows.${lacking}`,
    panels: axes.map((axis) => ({
      of: {},
      title: axis.name,
      x: drawnOf(axis),
      y,
      marks: [false, true].flatMap((chosen) => groups.map((group) => dots(axis, group, chosen)))
    })),
    keys: keysOf(groups.map(([, look]) => look)),
    columns: Math.min(5, axes.length)
  }
}

/** Every configuration as a line across all names. */
const together = (groups: ReadonlyArray<Group>, axes: ReadonlyArray<Axis>, { title, ...words }: Words) => {
  const rows = groups.flatMap(([own]) => own)
  const { direction } = rows[0]!
  const scores = rows.flatMap(({ tried }) => tried.flatMap(({ score }) => score ?? [])).toSorted((a, b) => a - b)
  /** From 0, the worst, to 1, the best of all. */
  const rank = (score: number): number => {
    const share = scores.length === 1 ? 1 : scores.indexOf(score) / (scores.length - 1)
    return direction === "maximise" ? share : 1 - share
  }
  const lines = groups.flatMap(([own, { of }]) =>
    own.flatMap((row) =>
      row.tried.flatMap((tried): ReadonlyArray<Mark> => {
        if (tried.score === null) return []
        const chosen = isChosen(row, tried)
        return [
          {
            kind: "line",
            of,
            colour: colourAt(chosen ? 1 : 0),
            width: chosen ? 1.6 : 1.1,
            opacity: Number((chosen ? 0.9 : 0.08 + 0.6 * rank(tried.score) ** 2).toFixed(2)),
            name: wordsOf(row, tried),
            points: axes.flatMap((axis, i) => {
              const value = tried.values[axis.name]
              return value === undefined ? [] : [[i + 0.5, placeOf(axis, value)] as const]
            })
          }
        ]
      })
    )
  )
  const ends = axes.flatMap((axis, i) =>
    (axis.isNumber ? distinct(axis.values) : axis.values).map((value) => ({
      point: [i + 0.5, placeOf(axis, value)] as const,
      text: brief(value)
    }))
  )
  return {
    ...words,
    title: `${title}: configurations`,
    caption:
      "Each line is a configuration: the stronger, the better its score; orange where it was chosen. Names stand side by side, each " +
      "from its least to its largest value that was tried.",
    panels: [
      {
        of: {},
        title: "",
        x: { title: "", domain: [0, axes.length] as const, names: axes.map(({ name }) => name) },
        y: { title: "", domain: [0, 1] as const, bare: true },
        span: Math.max(1.25, axes.length / 2.5),
        marks: [
          ...lines,
          {
            kind: "words" as const,
            colour: ink.text,
            points: ends.map(({ point }) => point),
            texts: ends.map(({ text }) => text)
          }
        ]
      }
    ],
    keys: [],
    columns: 1
  }
}

/** A cell of a figure: the tunings of one learner on one kind of split. */
interface Tunings extends Pick<TuningRow, "learner" | "testSubset" | "trainSubsets"> {
  readonly rows: ReadonlyArray<TuningRow>
}

/** The best score so far, after each configuration. */
const bestSoFar = ({ direction, tried }: TuningRow): ReadonlyArray<readonly [tried: number, best: number]> => {
  const better = direction === "maximise" ? Math.max : Math.min
  let best: number | undefined
  return tried.flatMap(({ score }, i) => {
    if (score !== null) best = best === undefined ? score : better(best, score)
    return best === undefined ? [] : [[i + 1, best] as const]
  })
}

/** Points of a line that goes on at its height until the next one. */
const stepped = (points: ReadonlyArray<readonly [x: number, y: number]>) =>
  points.flatMap(([x, y], i) => (i === 0 ? [[x, y] as const] : [[x, points[i - 1]![1]] as const, [x, y] as const]))

const growing = (model: ReportModel, cells: ReadonlyArray<Tunings>, { title, ...words }: Words) => {
  const rows = cells.flatMap((cell) => cell.rows)
  const { direction, measure } = rows[0]!
  const curves = rows.map(bestSoFar)
  const x = { title: "configurations tried", domain: [1, Math.max(2, ...curves.map((curve) => curve.length))] as const }
  const y = { title: `best ${measure}`, domain: around(curves.flatMap((curve) => curve.map(([, best]) => best))) }
  return {
    ...words,
    title: `${title}: best so far`,
    caption:
      `The best score on inner splits after each configuration; a line for each outer split. Where lines still ` +
      `${direction === "maximise" ? "rise" : "fall"} at the end, more configurations may be worth trying.`,
    ...panelsOf(model, words.task, cells, (own) => ({
      x,
      y,
      marks: own.flatMap(([cell, { colour, of }]) =>
        cell.rows.map((row): Mark => ({
          kind: "line",
          of,
          colour,
          width: 1.2,
          opacity: 0.6,
          name: splitOf(row),
          points: stepped(bestSoFar(row))
        }))
      )
    }))
  }
}

/** Describes what was tuned in a task: three figures for each learner that tunes more than its epochs. */
export const tunings = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> => {
  const own = model.tunings.filter((row) => row.task === task)
  return Array.from(Map.groupBy(own, ({ learner }) => learner)).flatMap(([learner, rows]) => {
    const axes = namesOf(rows)
    if (axes.length === 0) return []
    const cells = Array.from(
      Map.groupBy(rows.toSorted(byTrainSubsets), ({ testSubset, trainSubsets }) =>
        JSON.stringify([testSubset, trainSubsets])
      ).values(),
      (members): Tunings => {
        const { testSubset, trainSubsets } = members[0]!
        return { learner, testSubset, trainSubsets, rows: members }
      }
    )
    const { trains } = axesOf(model, task, cells)
    const groups = cells.map((cell): Group => {
      const look = lookOf(cell, [learner], trains)
      return [cell.rows, { ...look, of: { ...look.of, testSubset: cell.testSubset } }]
    })
    const words = { kind: "tuning", task, learner, title: `Tuning of ${learner}${ofTask(model, task)}` } as const
    return [
      values(groups, axes, words),
      ...(axes.length > 1 ? [together(groups, axes, words)] : []),
      growing(model, cells, words)
    ]
  })
}
