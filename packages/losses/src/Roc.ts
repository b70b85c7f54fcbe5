/**
 * The ROC curve of a binary problem and what is read from it. O(N log N) at most; ties and row weights are exact.
 *
 * A measure that does not exist for the data (AUC with one class) is a tagged `Undefined` with its reason, never 0, 0.5
 * or NaN.
 */
import type { BinaryScores } from "./BinaryScores.ts"
import * as Groups from "./internal/rocGroups.ts"
import { make, type Measured, type Undefined } from "./internal/undefinedValue.ts"

export { verticalAverage } from "./internal/rocAverage.ts"
export type { Rates, VerticalAverage } from "./internal/rocAverage.ts"
export { confusion } from "./internal/rocConfusion.ts"
export type { Confusion } from "./internal/rocConfusion.ts"
export { averagePrecision, precisionRecall } from "./internal/rocPrecision.ts"
export type { PrecisionRecall } from "./internal/rocPrecision.ts"
export { bestThreshold, equalErrorRate } from "./internal/rocThreshold.ts"
export type { BestThreshold, Criterion, EqualErrorRate } from "./internal/rocThreshold.ts"
export { isUndefined } from "./internal/undefinedValue.ts"
export type { Measured, Undefined } from "./internal/undefinedValue.ts"

/**
 * One entry for every interval (`minConstant`, `maxConstant`) of the constant added to all scores on which the errors do
 * not change, from −∞ (no row is called positive) to +∞ (all are). All rates are in [0, 1]; `min` = min(fpr, fnr).
 *
 * @category models
 */
export interface Curve {
  readonly fpr: Float64Array
  readonly fnr: Float64Array
  readonly tpr: Float64Array
  readonly min: Float64Array
  readonly minConstant: Float64Array
  readonly maxConstant: Float64Array
}

/**
 * Computes the ROC curve: G + 1 points for G distinct scores, from (0, 0) to (1, 1).
 *
 * A row is called positive when score + constant > 0. Rows with equal scores change side together: one diagonal segment.
 * Undefined if a class is missing.
 *
 * **Gotchas.** The area under `min` over the constant is the AUM with rates. Unlike scikit-learn's `roc_curve`, points
 * on a straight line are kept. Groups of rows without weight make no point.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] })
 * Roc.curve(s) // => fpr: [0, 0.5, 0.5, 0.5, 1], tpr: [0, 0, 0.5, 1, 1], minConstant: [-Infinity, -2, -1.5, 1, 3.5], …
 * @category computing
 */
export const curve = (s: BinaryScores): Curve | Undefined => {
  const groups = Groups.make(s)
  const missing = Groups.missingClass(groups, "the ROC curve")
  if (missing !== undefined) return missing
  const { count, negatives, positives } = groups
  const points = count + 1
  const result: Curve = {
    fpr: new Float64Array(points),
    fnr: new Float64Array(points).fill(1),
    tpr: new Float64Array(points),
    min: new Float64Array(points),
    minConstant: new Float64Array(points).fill(-Infinity),
    maxConstant: new Float64Array(points).fill(Infinity)
  }
  for (let k = 0; k < count; k++) {
    const fpr = groups.fp[k]! / negatives
    const fnr = (positives - groups.tp[k]!) / positives
    // Not -score: a score of 0 would become -0.
    const constant = 0 - groups.score[k]!
    result.maxConstant[k] = constant
    result.minConstant[k + 1] = constant
    result.fpr[k + 1] = fpr
    result.fnr[k + 1] = fnr
    result.tpr[k + 1] = groups.tp[k]! / positives
    result.min[k + 1] = Math.min(fpr, fnr)
  }
  return result
}

/**
 * Computes the area under the ROC curve: the probability that a positive has a higher score than a negative, ties
 * counting one half. In [0, 1]; the same as `roc_auc_score` of scikit-learn. Undefined if a class is missing.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.auc(s) // => 0.75
 * @category computing
 */
export const auc = (s: BinaryScores): Measured => {
  const { count, fp, negatives, positives, tp } = Groups.make(s)
  const missing = Groups.missingClass({ negatives, positives }, "AUC")
  if (missing !== undefined) return missing
  let twice = fp[0]! * tp[0]!
  for (let k = 1; k < count; k++) twice += (fp[k]! - fp[k - 1]!) * (tp[k]! + tp[k - 1]!)
  return twice / (2 * negatives * positives)
}

/**
 * Computes the area under the ROC curve for FPR from 0 to `maxFpr`, a number in (0, 1].
 *
 * With `standardized` (default) it is mapped so that chance gives 0.5 and a perfect ranking 1 (McClish 1989), as by
 * `roc_auc_score(max_fpr = …)` of scikit-learn:
 *
 *     ½ (1 + (area − maxFpr²/2) / (maxFpr − maxFpr²/2))
 *
 * Without, it is the plain area, in [0, maxFpr]. Undefined if a class is missing, and for `maxFpr` out of range.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.partialAuc(s, { maxFpr: 0.5 }) // => 0.6666666666666666
 * @see McClish, Analyzing a portion of the ROC curve, Medical Decision Making 9(3), 1989
 * @category computing
 */
export const partialAuc = (
  s: BinaryScores,
  options: { readonly maxFpr: number; readonly standardized?: boolean }
): Measured => {
  const { maxFpr, standardized = true } = options
  if (!(maxFpr > 0 && maxFpr <= 1)) {
    return make(`the partial AUC up to an FPR of ${maxFpr} does not exist: give a maxFpr above 0 and at most 1`)
  }
  const { count, fp, negatives, positives, tp } = Groups.make(s)
  const missing = Groups.missingClass({ negatives, positives }, "partial AUC")
  if (missing !== undefined) return missing
  let area = 0
  let fpr = 0
  let tpr = 0
  for (let k = 0; k < count && fpr < maxFpr; k++) {
    const nextFpr = fp[k]! / negatives
    const nextTpr = tp[k]! / positives
    if (nextFpr > fpr) {
      const end = Math.min(nextFpr, maxFpr)
      const height = tpr + ((end - fpr) / (nextFpr - fpr)) * (nextTpr - tpr)
      area += ((end - fpr) * (tpr + height)) / 2
    }
    fpr = nextFpr
    tpr = nextTpr
  }
  if (!standardized) return area
  const chance = maxFpr ** 2 / 2
  return (1 + (area - chance) / (maxFpr - chance)) / 2
}
