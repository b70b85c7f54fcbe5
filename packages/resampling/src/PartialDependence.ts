/**
 * Partial dependence: what a trained model predicts, on average over some rows, as one feature goes through its values while all
 * others stay as they are.
 *
 * *Gotcha*: where features go together, rows are asked about that do not exist (a height of 1.9 m at an age of two); the curve
 * says what the model answers, not what would happen.
 *
 * Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29; Goldstein, Kapelner,
 * Bleich and Pitkin (2015), Peeking inside the black box, JCGS 24, for the curves of single rows.
 *
 * @example
 * const { points } = yield* PartialDependence.of(trained, task, { feature: "age" })
 * points[0] // => { value: 21, mean: [0.08, 0.92] }: probabilities in the order of the levels
 */
import * as Column from "@rocflow/core/data/Column"
import type { Kind, Task } from "@rocflow/core/data/Task"
import type { Table } from "@rocflow/core/data/Table"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Effect from "effect/Effect"

/** What is predicted at a value of the feature. @category models */
export interface Point {
  readonly value: number | string | boolean
  /** The mean over rows: of classes their probabilities, in the order of the levels; of a regression one number. */
  readonly mean: ReadonlyArray<number>
  /** The predictions of single rows, row-major like `mean`, where they are asked for. */
  readonly rows?: Float64Array
}

/** A curve of a feature. @category models */
export interface Curve {
  readonly feature: string
  /** Class levels; none for a regression. */
  readonly levels: ReadonlyArray<string>
  readonly points: ReadonlyArray<Point>
}

/** What is asked. @category models */
export interface Options {
  readonly feature: string
  /** How many quantiles of a number, between its least and its largest value. Default 20. */
  readonly points?: number
  /**
   * The column whose quantiles or levels are gone through, of the feature's type: to compare curves of other rows. Default: that
   * of the rows.
   */
  readonly range?: Column.Column | undefined
  /** Whether the curves of single rows are kept (individual conditional expectation). Default false. */
  readonly individual?: boolean
}

/** The different ones among so many quantiles, from the least to the largest value. */
const quantiles = (values: Float64Array, many: number): ReadonlyArray<number> => {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const at = (i: number) => sorted[Math.round((i * (sorted.length - 1)) / Math.max(1, many - 1))]!
  return sorted.length === 0 ? [] : [...new Set(Array.from({ length: many }, (_, i) => at(i)))]
}

/** A curve through more levels is none that anybody looks at, and predicts all rows for each of them. */
const most = 1000

/** The values that a column goes through, each with a column of `n` rows that has it in every one. */
const through = (
  column: Column.Column,
  many: number,
  n: number
): ReadonlyArray<readonly [Point["value"], Column.Column]> => {
  const all = { missing: null }
  switch (column.type) {
    case "numeric":
    case "integer":
    case "date":
      return quantiles(Column.asNumbers(column)!, many).map((value) => [
        value,
        { ...column, ...all, values: new Float64Array(n).fill(value) }
      ])
    case "boolean":
      return (Column.countMissing(column) === Column.length(column) ? [] : [false, true]).map((value) => [
        value,
        { ...column, ...all, values: new Uint8Array(n).fill(Number(value)) }
      ])
    case "factor": {
      const present = new Set(column.codes)
      return column.levels.flatMap((level, code) =>
        present.has(code) ? [[level, { ...column, ...all, codes: new Int32Array(n).fill(code) }] as const] : []
      )
    }
    case "string":
      return Column.asFactor(column).levels.map((level) => [
        level,
        { ...column, ...all, values: Array.from({ length: n }, () => level) }
      ])
    case "tensor":
      return []
  }
}

const refuse = (message: string) => Effect.fail(new PipelineError({ issues: [{ path: [], message }] }))

/**
 * Predicts the rows once for each value of a feature, set in all of them: numbers go through `points` quantiles, categories through
 * the levels that occur, and truth values through both.
 *
 * Errors: those of predicting; `PipelineError` for a feature that the model does not have, that is an array, that has no value, or
 * more than 1000 levels, and a range of another type.
 * @category running
 */
export const of = Effect.fnUntraced(function* <K extends Kind, Columns extends string, R>(
  trained: Learner.Trained<K, Columns, R>,
  given: Task | Table,
  { feature, individual = false, points = 20, range }: Options
): Effect.fn.Return<Curve, Learner.PredictError, R> {
  const rows = yield* Effect.fromResult(Learner.checkedRows(trained.learner.id, trained.task, given))
  if (!Number.isInteger(points) || points < 1) {
    return yield* refuse(`points is ${points}; give a whole number, at least 1`)
  }
  const column = rows.columns.get(feature)
  if (column === undefined) {
    return yield* refuse(`"${feature}" is no feature of the model: ${[...rows.columns.keys()].join(", ")}`)
  }
  if (range !== undefined && range.type !== column.type) {
    return yield* refuse(
      `the range of "${feature}" is ${range.type}, and the feature is ${column.type}; give one of its type`
    )
  }
  const { levels } = trained.task
  const width = Math.max(1, levels.length)
  const found: Array<Point> = []
  const values = through(range ?? column, points, rows.rows)
  if (values.length > Math.max(points, most)) {
    return yield* refuse(`"${feature}" has ${values.length} levels, and ${most} are the most that a curve goes through`)
  }
  for (const [value, constant] of values) {
    const columns = new Map(rows.columns).set(feature, constant)
    const prediction = yield* trained.fitted.predict({ ...rows, columns })
    const outputs = levels.length === 0 ? prediction.response : Prediction.sharesOf(prediction)
    const mean = Array.from({ length: width }, (_, k) => {
      let sum = 0
      for (let row = 0; row < rows.rows; row++) sum += outputs[row * width + k]!
      return sum / rows.rows
    })
    found.push({ value, mean, ...(individual && { rows: Float64Array.from(outputs) }) })
  }
  return found.length === 0
    ? yield* refuse(
        `"${feature}" is ${column.type === "tensor" ? "an array" : "missing in all rows"}, and has no values to go through`
      )
    : { feature, levels, points: found }
})
