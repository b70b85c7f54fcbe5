/**
 * Exact line search for AUM: how far to go along a direction, with AUM and AUC at every step on the way.
 *
 * Scores move as p(s) = p − s g. The threshold of each row of the table of error differences is then a line in s, AUM
 * is piecewise linear, AUC piecewise constant, and both change only where lines meet.
 *
 * Sources: Fowler and Hocking, "Efficient line search for optimizing Area Under the ROC Curve in gradient descent",
 * arXiv:2410.08635, for the idea. The sweep (neighbours instead of meeting points) and the convex search for binary
 * labels are our own, so that ties and meetings of many lines are exact.
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AumDiffs, Denominator, InvalidDiffs } from "./AumDiffs.ts"
import { fail, toEffect } from "./internal/diffsError.ts"
import { steps, weigh } from "./internal/diffsLabels.ts"
import { checkScores, evaluateChecked } from "./internal/generalChecked.ts"
import { evaluate } from "./internal/generalKernel.ts"
import type { Limit, Search } from "./internal/lineSearchChoose.ts"
import { choose } from "./internal/lineSearchChoose.ts"
import { minimumAlong } from "./internal/lineSearchBinary.ts"
import type { Lines } from "./internal/lineSearchLines.ts"
import { prepare } from "./internal/lineSearchLines.ts"
import { Sweep } from "./internal/lineSearchSweep.ts"

export type { Limit, Search } from "./internal/lineSearchChoose.ts"
export type { Events } from "./internal/lineSearchEvents.ts"

/** A threshold T(s) = intercept + s · slope, and the changes of the errors when the constant passes it upwards. */
export interface Line {
  readonly intercept: number
  readonly slope: number
  readonly fpDiff: number
  readonly fnDiff: number
}

/** `direction` has one entry per score; default: the mean gradient of AUM. `limit` defaults to `minAum`. */
export interface Options {
  readonly diffs: AumDiffs
  readonly scores: ArrayLike<number>
  readonly direction?: ArrayLike<number>
  readonly limit?: Limit
}

/** A search with the direction that it followed, one entry per score. */
export interface DirectedSearch extends Search {
  readonly direction: Float64Array
}

const checkDirection = (direction: ArrayLike<number>, n: number): Result.Result<Float64Array, InvalidDiffs> => {
  if (direction.length !== n) return fail("LengthMismatch", `a direction of length ${direction.length} for ${n} scores`)
  for (let e = 0; e < n; e++) {
    if (!Number.isFinite(direction[e]!)) return fail("NonFiniteDirection", `direction ${direction[e]} at ${e}`, e)
  }
  return Result.succeed(Float64Array.from(direction))
}

const searchLines = (lines: Lines, limit: Limit): Result.Result<Search, InvalidDiffs> => {
  if (limit._tag === "rows" && !(Number.isInteger(limit.rows) && limit.rows >= 1)) {
    return fail("InvalidLimit", `${limit.rows} rows`)
  }
  if (lines.intercept.length === 0) return fail("NoLines", "no lines")
  const sweep = new Sweep(prepare(lines))
  if (!(sweep.fpTotal > 0)) return fail("ZeroFalsePositives", `the false positives add up to ${sweep.fpTotal}`)
  if (!(sweep.fnTotal > 0)) return fail("ZeroFalseNegatives", `the false negatives add up to ${sweep.fnTotal}`)
  const search = choose(sweep, limit)
  if (sweep.negative === "fp") return fail("NegativeFalsePositives", `the lines at step ${sweep.step}`)
  if (sweep.negative === "fn") return fail("NegativeFalseNegatives", `the lines at step ${sweep.step}`)
  return Result.succeed(search)
}

/**
 * Follows scores − s · direction from s = 0 and returns the recommended step with the events on the way.
 *
 * `step` ≥ 0 is the first local minimum of AUM with limit `minAum` (the default; global for binary labels, where AUM
 * is convex), the first local maximum of AUC with `maxAuc`, and the least AUM among the rows with `rows` and `all`. On
 * a stretch of equal values it is the middle, but where AUM reaches 0 with `minAum` it is the beginning. `aum` holds
 * at the step, `auc` just after it. O(B log B) for the first B events of B rows.
 *
 * Fails as `Aum.general` does for its scores, with `ZeroFalsePositives` or `ZeroFalseNegatives` when there is no AUC,
 * with `LengthMismatch` or `NonFiniteDirection` for a bad direction, and with `InvalidLimit`.
 *
 * Gotchas: the direction is subtracted. At ties the mean gradient need not point downhill; then the step is 0. Ties
 * are exact equality of scores, so scores that should tie must be equal to the last bit. Just at a step where lines
 * meet AUC is a mean of what is before and after; `auc` may need a step that is a little longer.
 *
 * ```ts
 * const program = Effect.gen(function*() {
 *   const diffs = yield* AumDiffs.binary([0, 0, 0, 1, 1, 1])
 *   return yield* LineSearch.run({ diffs, scores: [2, 3, -1, 1, -2, 0] })
 * })
 * Effect.runSync(program).step // => 2.5
 * ```
 */
export const run = (options: Options): Effect.Effect<DirectedSearch, InvalidDiffs> =>
  toEffect(() =>
    Result.gen(function* () {
      const { diffs, limit = { _tag: "minAum" }, scores } = options
      const { gradient, thresh } = yield* evaluateChecked(diffs, scores)
      const direction =
        options.direction === undefined ? gradient : yield* checkDirection(options.direction, scores.length)
      const slope = Float64Array.from(diffs.example, (e) => direction[e]!)
      const search = yield* searchLines({ intercept: thresh, slope, fpDiff: diffs.fpDiff, fnDiff: diffs.fnDiff }, limit)
      return { ...search, direction }
    })
  )

/**
 * Searches over threshold lines given directly, as `run` does over those of its scores.
 *
 * ```ts
 * const lines = [
 *   { intercept: -1, slope: 1, fpDiff: 1, fnDiff: 0 },
 *   { intercept: 0, slope: 0, fpDiff: 0, fnDiff: -1 }
 * ]
 * Effect.runSync(LineSearch.runLines(lines)).step // => 1
 * ```
 */
export const runLines = (
  lines: ReadonlyArray<Line>,
  limit: Limit = { _tag: "minAum" }
): Effect.Effect<Search, InvalidDiffs> =>
  toEffect(() => {
    for (const [index, { fnDiff, fpDiff, intercept, slope }] of lines.entries()) {
      if (![intercept, slope, fpDiff, fnDiff].every(Number.isFinite)) {
        return fail("NonFiniteLine", `line ${index} (${intercept}, ${slope}, ${fpDiff}, ${fnDiff})`, index)
      }
    }
    const columns = {
      intercept: Float64Array.from(lines, (line) => line.intercept),
      slope: Float64Array.from(lines, (line) => line.slope),
      fpDiff: Float64Array.from(lines, (line) => line.fpDiff),
      fnDiff: Float64Array.from(lines, (line) => line.fnDiff)
    }
    return searchLines(columns, limit)
  })

/** The least AUM along a direction: `step` in [`first`, `last`], found with `evaluations` passes over the examples. */
export interface BinaryMinimum {
  readonly step: number
  readonly aum: number
  /** The smallest and the largest step with that AUM; `last` is +∞ when AUM no longer changes. */
  readonly first: number
  readonly last: number
  readonly evaluations: number
  readonly direction: Float64Array
}

/**
 * Finds the step s ≥ 0 with the least AUM of binary labels, without visiting the events on the way.
 *
 * AUM is convex in s for binary labels, so bracketing finds the global minimum, up to rounding, in expected
 * O(N) per pass and usually ten to thirty passes. Where AUM is least on an interval of steps, `step` is its middle, or
 * its beginning when the interval has no end. Labels, `denominator` (default `count`) and `margin` (default 0) as in
 * `AumDiffs.binary`; `direction` as in `run`. With one class and `count`, AUM is 0 everywhere and the step 0.
 *
 * Fails as `AumDiffs.binary` and `run` do for their labels, scores and directions, except that one class is legal
 * with `count`.
 *
 * ```ts
 * const search = Effect.runSync(LineSearch.binary({ labels: [0, 0, 0, 1, 1, 1], scores: [2, 3, -1, 1, -2, 0] }))
 * search.step // => 2.5
 * ```
 */
export const binary = (options: {
  readonly labels: ArrayLike<number | boolean>
  readonly scores: ArrayLike<number>
  readonly direction?: ArrayLike<number>
  readonly denominator?: Denominator
  readonly margin?: number
}): Effect.Effect<BinaryMinimum, InvalidDiffs> =>
  toEffect(() =>
    Result.gen(function* () {
      const { labels, scores } = options
      const classes = yield* weigh(labels, options)
      if (scores.length !== labels.length) {
        return yield* fail("LengthMismatch", `${scores.length} scores for ${labels.length} labels`)
      }
      const diffs = steps(classes)
      yield* checkScores(diffs, scores)
      const direction =
        options.direction === undefined
          ? evaluate(diffs, scores).gradient
          : yield* checkDirection(options.direction, scores.length)
      if (classes.positives === 0 || classes.negatives === 0) {
        return { step: 0, aum: 0, first: 0, last: Infinity, evaluations: 0, direction }
      }
      return { ...minimumAlong(classes, scores, direction), direction }
    })
  )

const multiply = (features: ArrayLike<number>, columns: number, weights: ArrayLike<number>): Float64Array => {
  const product = new Float64Array(features.length / columns)
  for (let row = 0, cell = 0; row < product.length; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += features[cell++]! * weights[column]!
    product[row] = sum
  }
  return product
}

const multiplyTransposed = (features: ArrayLike<number>, columns: number, rows: Float64Array): Float64Array => {
  const product = new Float64Array(columns)
  for (let row = 0, cell = 0; row < rows.length; row++) {
    for (let column = 0; column < columns; column++) product[column]! += features[cell++]! * rows[row]!
  }
  return product
}

/** A search over the weights of a linear model: hand it to `run`, and move the weights by −step · weightDirection. */
export interface LinearSearch {
  readonly diffs: AumDiffs
  readonly scores: Float64Array
  readonly direction: Float64Array
  readonly weightDirection: Float64Array
}

/**
 * Turns a direction in the weights of a linear model into one of its scores: scores = Z w and direction = Z v, so that
 * scores − s · direction are the scores of the weights w − s v.
 *
 * `features` is Z, row-major, one row of `columns` numbers per example of `diffs`; `weights` is w. The default for
 * `direction` is v = Zᵀ ∂AUM/∂scores, the gradient in the weights. To search on validation rows, pass their features
 * and table and the direction of the training rows.
 *
 * Fails with `LengthMismatch` when the sizes do not fit, `NonFiniteDirection`, and as `Aum.general` for the scores.
 *
 * ```ts
 * const program = Effect.gen(function*() {
 *   const diffs = yield* AumDiffs.binary([0, 1, 1])
 *   const search = yield* LineSearch.linear({ diffs, features: [2, 0, 1, 1, 0, 3], columns: 2, weights: [1, 0] })
 *   return yield* LineSearch.run(search)
 * })
 * Effect.runSync(program).aum // => 0
 * ```
 */
export const linear = (options: {
  readonly diffs: AumDiffs
  readonly features: ArrayLike<number>
  readonly columns: number
  readonly weights: ArrayLike<number>
  readonly direction?: ArrayLike<number>
}): Effect.Effect<LinearSearch, InvalidDiffs> =>
  toEffect(() =>
    Result.gen(function* () {
      const { columns, diffs, features, weights } = options
      if (!(columns > 0) || features.length % columns !== 0) {
        return yield* fail("LengthMismatch", `${features.length} features in ${columns} columns`)
      }
      if (weights.length !== columns) {
        return yield* fail("LengthMismatch", `${weights.length} weights for ${columns} columns`)
      }
      const scores = multiply(features, columns, weights)
      const { gradient } = yield* evaluateChecked(diffs, scores)
      const weightDirection =
        options.direction === undefined
          ? multiplyTransposed(features, columns, gradient)
          : yield* checkDirection(options.direction, columns)
      return { diffs, scores, direction: multiply(features, columns, weightDirection), weightDirection }
    })
  )
