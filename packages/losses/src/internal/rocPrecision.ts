/**
 * Precision and recall, in the conventions of scikit-learn.
 */
import type { BinaryScores } from "../BinaryScores.ts"
import * as Groups from "./rocGroups.ts"
import * as Undefined from "./undefinedValue.ts"
import type { Measured } from "./undefinedValue.ts"

/**
 * `precision[k]` and `recall[k]` hold when scores **≥** `thresholds[k]` are called positive; thresholds ascend. One more
 * entry, precision 1 and recall 0, ends the curve: it has no threshold.
 *
 * @category models
 */
export interface PrecisionRecall {
  readonly precision: Float64Array
  readonly recall: Float64Array
  readonly thresholds: Float64Array
}

const noPositives = (measure: string): Undefined.Undefined =>
  Undefined.make(`${measure} needs a positive row, and no positive row has weight`)

/**
 * Computes the precision-recall curve, one point for every distinct score. O(N log N).
 *
 * Precision = tp/(tp+fp), recall = tp/(tp+fn), both in [0, 1]. Without positives it is undefined.
 *
 * **Gotchas.** As `precision_recall_curve` of scikit-learn 1.x, where scores equal to a threshold are called positive
 * (elsewhere in `Roc` they are called negative). Without positives scikit-learn sets recall to 1.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.precisionRecall(s) // => precision: [0.5, 0.667, 0.5, 1, 1], recall: [1, 1, 0.5, 0.5, 0]
 * @category computing
 */
export const precisionRecall = (s: BinaryScores): PrecisionRecall | Undefined.Undefined => {
  const { count, fp, positives, score, tp } = Groups.make(s)
  if (!(positives > 0)) return noPositives("the precision-recall curve")
  const precision = new Float64Array(count + 1)
  const recall = new Float64Array(count + 1)
  for (let k = 0; k < count; k++) {
    precision[count - 1 - k] = tp[k]! / (tp[k]! + fp[k]!)
    recall[count - 1 - k] = tp[k]! / positives
  }
  precision[count] = 1
  return { precision, recall, thresholds: score.slice().reverse() }
}

/**
 * Computes the average precision: Σ (recall_k − recall_(k−1)) · precision_k, a step function without interpolation, as
 * `average_precision_score` of scikit-learn. In [0, 1]; undefined without positives (scikit-learn: 0).
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.averagePrecision(s) // => 0.8333333333333333
 * @category computing
 */
export const averagePrecision = (s: BinaryScores): Measured => {
  const { count, fp, positives, tp } = Groups.make(s)
  if (!(positives > 0)) return noPositives("average precision")
  let sum = 0
  let before = 0
  for (let k = 0; k < count; k++) {
    sum += ((tp[k]! - before) * tp[k]!) / (tp[k]! + fp[k]!)
    before = tp[k]!
  }
  return sum / positives
}
