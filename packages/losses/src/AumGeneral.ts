/**
 * AUM, the area under the minimum of false positives and false negatives, of any table of error differences.
 *
 * Source: Hillman and Hocking, "Optimizing ROC Curves with a Sort-Based Surrogate Loss for Binary Classification and
 * Changepoint Detection", JMLR 24(70), 2023.
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AumDiffs, InvalidDiffs } from "./AumDiffs.ts"
import { toEffect } from "./internal/diffsError.ts"
import { evaluateChecked } from "./internal/generalChecked.ts"

/** One entry per row of the table: its threshold pred − score, and the total errors just below that threshold. */
export interface TotalError {
  readonly thresh: Float64Array
  readonly fpBefore: Float64Array
  readonly fnBefore: Float64Array
}

/**
 * AUM and its derivatives, one entry per score.
 *
 * `right` is the limit of (AUM(p + h e) − AUM(p)) / h for h → 0+, `left` that of (AUM(p) − AUM(p − h e)) / h; both
 * are slopes, equal where AUM is differentiable. `gradient` is their mean.
 */
export interface AumGeneral {
  readonly aum: number
  readonly left: Float64Array
  readonly right: Float64Array
  readonly gradient: Float64Array
  readonly totalError: TotalError
}

/**
 * Computes AUM = ∫ min(FP(t), FN(t)) dt and its one-sided derivatives for one score per example.
 *
 * FP(t) and FN(t) are the total errors when t is added to every score. The unit of AUM is that of the errors (rate or
 * count) times that of the scores. Thresholds tie when they are exactly equal, −0 and +0 included. O(B) for B rows,
 * by radix sort.
 *
 * Fails with `NoPredictions`, `NonFinitePrediction`, `TooFewScores`, `ExampleOutOfRange` (a row without a score), and
 * with `NegativeFalsePositives` or `NegativeFalseNegatives` when the total errors fall below 0.
 *
 * Gotchas: unlike the binary AUM, the general one need not be convex, and `left` may exceed `right`. At ties the mean
 * gradient need not sum to 0. More scores than examples are legal: an example without rows has derivative 0.
 *
 * ```ts
 * const program = Effect.gen(function*() {
 *   const diffs = yield* AumDiffs.binary([0, 0, 1, 1], { denominator: "rate" })
 *   return yield* Aum.general(diffs, [2, -3.5, -1, 1.5])
 * })
 * Effect.runSync(program).aum // => 1.5
 * ```
 */
export const general = (diffs: AumDiffs, scores: ArrayLike<number>): Effect.Effect<AumGeneral, InvalidDiffs> =>
  toEffect(() =>
    Result.map(evaluateChecked(diffs, scores), ({ aum, fnBefore, fpBefore, gradient, left, right, thresh }) => ({
      aum,
      left,
      right,
      gradient,
      totalError: { thresh, fpBefore, fnBefore }
    }))
  )
