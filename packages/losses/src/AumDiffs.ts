/**
 * Error differences: how the false positives and false negatives of each example change with its score.
 *
 * An example with score p is called positive when p + t > 0 for a constant t common to all examples. Its numbers of
 * errors are step functions of p; a table of their steps is all that ROC curves, AUM and its line search need to know
 * about the labels. One binary label is one step at 0; a changepoint problem has several.
 *
 * Source: Hillman and Hocking, "Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary Classification and
 * Changepoint Detection", JMLR 24(70), 2023.
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Denominator } from "./internal/aumOptions.ts"
import type { InvalidDiffs } from "./internal/diffsError.ts"
import { fail, toEffect } from "./internal/diffsError.ts"
import { denominatorOf, steps, weigh } from "./internal/diffsLabels.ts"
import type { Columns } from "./internal/diffsMerge.ts"
import { byExample, merge } from "./internal/diffsMerge.ts"
import type { PenaltyRow } from "./internal/diffsPenalty.ts"
import * as Penalty from "./internal/diffsPenalty.ts"

export { InvalidDiffs } from "./internal/diffsError.ts"
export type { Reason } from "./internal/diffsError.ts"
export type { PenaltyRow } from "./internal/diffsPenalty.ts"

/** Errors as fractions of their totals (`rate`, ROC space) or as numbers (`count`). */
export type { Denominator } from "./internal/aumOptions.ts"

/**
 * A checked table of error differences, one row per step, in columns of equal length.
 *
 * `example` counts from 0, `pred` is the score at which the errors of that example change, `fpDiff` and `fnDiff` are
 * the changes when the score passes `pred` upwards. No two rows have the same (example, pred). `examples` is the
 * number of scores the table expects at least; an example without rows has constant errors. `names` are the names of
 * the examples, in the order of the scores, where the table was made from names.
 */
export interface AumDiffs extends Columns {
  readonly examples: number
  readonly names?: ReadonlyArray<string>
}

/** One step of one example. */
export interface Row {
  readonly example: number | string
  readonly pred: number
  readonly fpDiff: number
  readonly fnDiff: number
}

/**
 * The examples of a table: how many there are, or their names in the order of their scores. With names, rows of other
 * names are dropped. Without either, the largest integer in the rows is the last example.
 */
export interface Examples {
  readonly examples?: number | ReadonlyArray<string>
}

/** The errors of an example between two neighbouring breakpoints, up to the constants that differences lose. */
export interface ErrorInterval {
  readonly example: number
  readonly minPred: number
  readonly maxPred: number
  readonly fp: number
  readonly fn: number
}

/** A hole is no 0: it becomes NaN, which is refused. */
const numbers = (rows: ReadonlyArray<Row>, of: (row: Row) => unknown): Float64Array =>
  Float64Array.from(rows, (row) => {
    const value = of(row)
    return typeof value === "number" ? value : Number.NaN
  })

const checked = (
  columns: Columns,
  examples: number,
  names?: ReadonlyArray<string>
): Result.Result<AumDiffs, InvalidDiffs> => {
  const { example, fnDiff, fpDiff, pred } = columns
  for (let row = 0; row < example.length; row++) {
    if (!Number.isFinite(pred[row]!)) return fail("NonFiniteBreakpoint", `pred ${pred[row]} in row ${row}`, row)
    if (!Number.isFinite(fpDiff[row]!) || !Number.isFinite(fnDiff[row]!)) {
      return fail("NonFiniteDiff", `fpDiff ${fpDiff[row]} and fnDiff ${fnDiff[row]} in row ${row}`, row)
    }
  }
  const merged = merge(columns, examples)
  return Result.succeed(names === undefined ? { ...merged, examples } : { ...merged, examples, names })
}

interface Positions {
  readonly positions: Int32Array
  readonly examples: number
  readonly names?: ReadonlyArray<string>
}

/** Finds the position among the scores of the example of each row, −1 for a name that is not in the list. */
const locate = (
  ids: ReadonlyArray<number | string>,
  requested: number | ReadonlyArray<string> | undefined
): Result.Result<Positions, InvalidDiffs> => {
  const names = typeof requested === "object" ? requested : undefined
  const positionOf = new Map<string, number>()
  for (const [position, name] of (names ?? []).entries()) {
    if (positionOf.has(name)) return fail("DuplicateName", `the name ${JSON.stringify(name)} occurs twice`, position)
    positionOf.set(name, position)
  }
  if (typeof requested === "number" && !(Number.isInteger(requested) && requested >= 0)) {
    return fail("InvalidExamples", `${requested} examples`)
  }
  const limit = names?.length ?? (requested as number | undefined)
  const positions = new Int32Array(ids.length)
  let largest = -1
  for (const [row, id] of ids.entries()) {
    if (typeof id === "string") {
      if (names === undefined) return fail("NamesNeeded", `example ${JSON.stringify(id)} in row ${row}`, row)
      positions[row] = positionOf.get(id) ?? -1
    } else {
      if (!Number.isInteger(id) || id < 0 || id >= (limit ?? 2 ** 31 - 1)) {
        const of = limit === undefined ? "" : ` of ${limit}`
        return fail("ExampleOutOfRange", `example ${id}${of} in row ${row}`, row)
      }
      positions[row] = id
      largest = Math.max(largest, id)
    }
  }
  const examples = limit ?? largest + 1
  return Result.succeed(names === undefined ? { positions, examples } : { positions, examples, names })
}

/**
 * Makes the table of a binary problem: one step per example, fpDiff = 1/Dn for a negative and fnDiff = −1/Dp for a
 * positive one, where Dn and Dp are the class sizes (`rate`) or 1 (`count`, the default).
 *
 * The steps are at 0. With a `margin` m they are at −m/2 for a negative and at m/2 for a positive: that is all that a
 * margin is to `Aum.general` and `LineSearch`, which then have AUM, and AUC, of scores shifted by half the margin. Other tables
 * have no margin, as their steps are where the data says; a table of `make` may have its steps anywhere.
 *
 * Labels are 0 and 1, −1 and 1, or booleans; 1 is positive. Fails with `InvalidLabel`, `NoLabels`,
 * `UnknownDenominator`, `InvalidMargin`, or `SingleClass` when a rate is asked of one class.
 *
 * ```ts
 * const diffs = Effect.runSync(AumDiffs.binary([0, 0, 1], { denominator: "rate" }))
 * diffs.fpDiff // => Float64Array [0.5, 0.5, 0]
 * diffs.fnDiff // => Float64Array [0, 0, -1]
 * ```
 */
export const binary = (
  labels: ArrayLike<number | boolean>,
  options: { readonly denominator?: Denominator; readonly margin?: number } = {}
): Effect.Effect<AumDiffs, InvalidDiffs> => toEffect(() => Result.map(weigh(labels, options), steps))

/**
 * Makes a table from rows, in their order; rows with equal (example, pred) are added to the first of them.
 *
 * Fails with `NonFiniteBreakpoint`, `NonFiniteDiff`, `ExampleOutOfRange`, `NamesNeeded` or `DuplicateName`. Whether
 * the errors ever become negative depends on the scores, so `Aum.general` checks it.
 *
 * ```ts
 * const diffs = Effect.runSync(AumDiffs.make([
 *   { example: "a", pred: 0, fpDiff: 1, fnDiff: 0 },
 *   { example: "b", pred: 1, fpDiff: 0, fnDiff: -1 }
 * ], { examples: ["b", "a"] }))
 * diffs.example // => Int32Array [1, 0]
 * ```
 */
export const make = (rows: ReadonlyArray<Row>, options: Examples = {}): Effect.Effect<AumDiffs, InvalidDiffs> =>
  toEffect(() =>
    Result.gen(function* () {
      const { examples, names, positions } = yield* locate(
        rows.map((row) => row.example),
        options.examples
      )
      const kept = names === undefined ? rows : rows.filter((_, row) => positions[row]! >= 0)
      const columns = {
        example: positions.filter((position) => position >= 0),
        pred: numbers(kept, (row) => row.pred),
        fpDiff: numbers(kept, (row) => row.fpDiff),
        fnDiff: numbers(kept, (row) => row.fnDiff)
      }
      return yield* checked(columns, examples, names)
    })
  )

/**
 * Makes the table of penalised models, for instance changepoint models, whose predicted score is −log(penalty).
 *
 * A row gives the errors fp and fn of an example from penalty `minLambda` up to the next larger one; each example has
 * exactly one row with `minLambda` 0. Every other row gives a step at −log(minLambda), from its errors to those at the
 * next smaller penalty; a step that changes nothing is left out. With `rate` the steps are divided by their sums over
 * the requested examples only; `count` (the default) leaves them as they are.
 *
 * Fails with `PenaltyMissingZero`, `PenaltyRepeatedLambda`, `InvalidLambda`, `NonFiniteError`, `ZeroFalsePositives`,
 * `ZeroFalseNegatives`, `UnknownDenominator`, or for its examples as `make` does.
 *
 * ```ts
 * const diffs = Effect.runSync(AumDiffs.penalty([
 *   { example: 0, minLambda: 0, fp: 10, fn: 0 },
 *   { example: 0, minLambda: Math.E, fp: 4, fn: 2 }
 * ]))
 * diffs.pred   // => Float64Array [-1]
 * diffs.fpDiff // => Float64Array [6]
 * ```
 */
export const penalty = (
  rows: ReadonlyArray<PenaltyRow>,
  options: Examples & { readonly denominator?: Denominator } = {}
): Effect.Effect<AumDiffs, InvalidDiffs> =>
  toEffect(() =>
    Result.gen(function* () {
      const denominator = yield* denominatorOf(options.denominator)
      const { examples, names, positions } = yield* locate(
        rows.map((row) => row.example),
        options.examples
      )
      return yield* checked(yield* Penalty.columns(rows, positions, examples, denominator), examples, names)
    })
  )

/**
 * Turns a table back into errors: for each example that has steps, the intervals of its score from −∞ to +∞ with
 * constant errors, by example and score.
 *
 * False positives are summed from the left, where they are 0, false negatives from the right, where they are 0:
 * errors that an example has at every score leave no step and do not come back.
 *
 * ```ts
 * const diffs = Effect.runSync(AumDiffs.binary([1]))
 * AumDiffs.errors(diffs)[0] // => { example: 0, minPred: -Infinity, maxPred: 0, fp: 0, fn: 1 }
 * ```
 */
export const errors = (diffs: AumDiffs): ReadonlyArray<ErrorInterval> => {
  const { example, fnDiff, fpDiff, pred } = diffs
  const order = byExample(diffs, diffs.examples)
  const intervals: Array<ErrorInterval> = []
  for (let start = 0; start < order.length;) {
    const e = example[order[start]!]!
    let end = start
    let fn = 0
    while (end < order.length && example[order[end]!] === e) fn -= fnDiff[order[end++]!]!
    let fp = 0
    let minPred = -Infinity
    for (let k = start; k < end; k++) {
      const row = order[k]!
      intervals.push({ example: e, minPred, maxPred: pred[row]!, fp, fn })
      fp += fpDiff[row]!
      fn = k === end - 1 ? 0 : fn + fnDiff[row]!
      minPred = pred[row]!
    }
    intervals.push({ example: e, minPred, maxPred: Infinity, fp, fn })
    start = end
  }
  return intervals
}
