/**
 * The confusion matrix at one threshold, and every rate made of it.
 */
import type { BinaryScores } from "../BinaryScores.ts"
import * as Undefined from "./undefinedValue.ts"
import type { Measured } from "./undefinedValue.ts"

/**
 * Sums of weights (numbers of rows without weights) and their ratios; a ratio whose denominator is 0 is undefined.
 *
 * - `tpr` tp/(tp+fn): sensitivity, recall; `fnr` = 1 − tpr
 * - `fpr` fp/(fp+tn); `tnr` = 1 − fpr: specificity
 * - `ppv` tp/(tp+fp): precision; `npv` tn/(tn+fn)
 * - `accuracy`, `balancedAccuracy` (tpr+tnr)/2, `youden` tpr − fpr
 * - `f1` 2tp/(2tp+fp+fn); `mcc` (tp·tn − fp·fn)/√((tp+fp)(tp+fn)(tn+fp)(tn+fn))
 *
 * @category models
 */
export interface Confusion {
  readonly threshold: number
  readonly tp: number
  readonly fp: number
  readonly tn: number
  readonly fn: number
  readonly tpr: Measured
  readonly fpr: Measured
  readonly tnr: Measured
  readonly fnr: Measured
  readonly ppv: Measured
  readonly npv: Measured
  readonly accuracy: Measured
  readonly balancedAccuracy: Measured
  readonly youden: Measured
  readonly f1: Measured
  readonly mcc: Measured
}

const ratio = (numerator: number, denominator: number, name: string, empty: string): Measured =>
  denominator > 0
    ? numerator / denominator
    : Undefined.make(`${name} is divided by ${empty}, which is ${Number.isNaN(denominator) ? "not a number" : 0}`)

const both = (a: Measured, b: Measured, combine: (a: number, b: number) => number): Measured =>
  typeof a !== "number" ? a : typeof b !== "number" ? b : combine(a, b)

const fromCounts = (threshold: number, tp: number, fp: number, tn: number, fn: number): Confusion => {
  const positives = "the weight of the positives"
  const negatives = "the weight of the negatives"
  const tpr = ratio(tp, tp + fn, "tpr", positives)
  const fpr = ratio(fp, fp + tn, "fpr", negatives)
  const tnr = ratio(tn, fp + tn, "tnr", negatives)
  // Roots before products: four large factors would overflow.
  const spread = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn)
  return {
    threshold,
    tp,
    fp,
    tn,
    fn,
    tpr,
    fpr,
    tnr,
    fnr: ratio(fn, tp + fn, "fnr", positives),
    ppv: ratio(tp, tp + fp, "ppv", "the weight of the rows called positive"),
    npv: ratio(tn, tn + fn, "npv", "the weight of the rows called negative"),
    accuracy: ratio(tp + tn, tp + fp + tn + fn, "accuracy", "the weight of all rows"),
    balancedAccuracy: both(tpr, tnr, (a, b) => (a + b) / 2),
    youden: both(tpr, fpr, (a, b) => a - b),
    f1: ratio(2 * tp, 2 * tp + fp + fn, "f1", "2 tp + fp + fn"),
    mcc: ratio(tp * tn - fp * fn, spread, "mcc", "the product of the four margins")
  }
}

/**
 * Counts the errors when rows with a score **above** the threshold are called positive, and all rates made of them.
 *
 * `threshold` may be ±Infinity; at NaN, which no score is above or below, counts are NaN and rates undefined.
 *
 * **Gotchas.** A score equal to the threshold is called negative, as in the definition of AUM and of `curve`;
 * scikit-learn's thresholds call it positive. Where the denominator is 0 scikit-learn returns 0.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [2, -3.5, -1, 1.5] })
 * Roc.confusion(s, 0).tpr // => 0.5
 * @category computing
 */
export const confusion = (s: BinaryScores, threshold: number): Confusion => {
  if (Number.isNaN(threshold)) return fromCounts(threshold, Number.NaN, Number.NaN, Number.NaN, Number.NaN)
  const { labels, scores, weights } = s
  let tp = 0
  let fp = 0
  let tn = 0
  let fn = 0
  for (let i = 0; i < scores.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    const above = scores[i]! > threshold
    if (labels[i] === 1) {
      if (above) tp += weight
      else fn += weight
    } else if (above) fp += weight
    else tn += weight
  }
  return fromCounts(threshold, tp, fp, tn, fn)
}
