/**
 * Choice of a threshold from the ROC curve.
 */
import type { BinaryScores } from "../BinaryScores.ts"
import * as Groups from "./rocGroups.ts"
import * as Undefined from "./undefinedValue.ts"

/**
 * What the best threshold maximises.
 *
 * - `"youden"`: TPR − FPR
 * - `"topLeft"`: minus the distance of (FPR, TPR) from (0, 1)
 * - `"accuracy"`, `"f1"`, `"mcc"`: as in `Confusion`
 *
 * @category models
 */
export type Criterion = "youden" | "topLeft" | "accuracy" | "f1" | "mcc"

/**
 * The best threshold (call scores **above** it positive), the value of the criterion, and the interval
 * [`lowest`, `highest`) of all thresholds with the same errors.
 *
 * @category models
 */
export interface BestThreshold {
  readonly threshold: number
  readonly value: number
  readonly lowest: number
  readonly highest: number
}

type Criteria = Record<Criterion, (tp: number, fp: number, positives: number, negatives: number) => number>

/** NaN, where the criterion does not exist, is never the best. */
const criteria: Criteria = {
  youden: (tp, fp, positives, negatives) => tp / positives - fp / negatives,
  topLeft: (tp, fp, positives, negatives) => -Math.hypot((positives - tp) / positives, fp / negatives),
  accuracy: (tp, fp, positives, negatives) => (tp + negatives - fp) / (positives + negatives),
  f1: (tp, fp, positives) => (2 * tp) / (tp + fp + positives),
  mcc: (tp, fp, positives, negatives) =>
    (tp * (negatives - fp) - fp * (positives - tp)) /
    (Math.sqrt(tp + fp) * Math.sqrt(positives) * Math.sqrt(negatives) * Math.sqrt(positives - tp + negatives - fp))
}

/** A threshold inside [lowest, highest), the middle where there is one. */
const inside = (lowest: number, highest: number): number => {
  if (lowest === -Infinity || highest === Infinity) return lowest
  const middle = lowest + (highest - lowest) / 2
  return middle < highest ? middle : lowest
}

/**
 * Chooses the threshold with the greatest value of a criterion; among equals the highest threshold.
 *
 * Undefined if a class is missing, and for an unknown criterion.
 *
 * **Gotchas.** Choose on other rows than you report on, or the errors reported are too few. If it is best to call every
 * row positive, the threshold is −Infinity; if none, it is the highest score.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.bestThreshold(s, "accuracy") // => { threshold: 0.6000000000000001, value: 0.75, lowest: 0.4, highest: 0.8 }
 * @category computing
 */
export const bestThreshold = (
  s: BinaryScores,
  criterion: Criterion = "youden"
): BestThreshold | Undefined.Undefined => {
  if (!Object.hasOwn(criteria, criterion)) {
    return Undefined.make(`the criterion "${criterion}" is not known: use one of ${Object.keys(criteria).join(", ")}`)
  }
  const measure = criteria[criterion]
  const { count, fp, negatives, positives, score, tp } = Groups.make(s)
  const missing = Groups.missingClass({ negatives, positives }, "the best threshold")
  if (missing !== undefined) return missing
  let best = 0
  let value = -Infinity
  for (let k = 0; k <= count; k++) {
    const candidate =
      k === 0 ? measure(0, 0, positives, negatives) : measure(tp[k - 1]!, fp[k - 1]!, positives, negatives)
    if (candidate > value) {
      value = candidate
      best = k
    }
  }
  const lowest = best === count ? -Infinity : score[best]!
  const highest = best === 0 ? Infinity : score[best - 1]!
  return { threshold: inside(lowest, highest), value, lowest, highest }
}

/**
 * The rate at which FPR = FNR, and the score at which they cross.
 *
 * @category models
 */
export interface EqualErrorRate {
  readonly rate: number
  readonly score: number
}

/**
 * Computes the equal error rate: where the ROC curve, straight lines across ties, meets FPR = FNR. In [0, 1].
 *
 * `score` is the score of the group at which FPR reaches FNR; the crossing of `Aum.binary` with rates is there too.
 * Undefined if a class is missing.
 *
 * @example
 * const s = yield* BinaryScores.make({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] })
 * Roc.equalErrorRate(s) // => { rate: 0.5, score: 0.4 }
 * @category computing
 */
export const equalErrorRate = (s: BinaryScores): EqualErrorRate | Undefined.Undefined => {
  const { count, fp, negatives, positives, score, tp } = Groups.make(s)
  const missing = Groups.missingClass({ negatives, positives }, "the equal error rate")
  if (missing !== undefined) return missing
  // FPR ends at 1 and FNR at 0, so the last group crosses at the latest.
  let k = 0
  while (k < count - 1 && fp[k]! * positives < (positives - tp[k]!) * negatives) k++
  const fpBefore = k === 0 ? 0 : fp[k - 1]!
  const tpBefore = k === 0 ? 0 : tp[k - 1]!
  const gapBefore = (positives - tpBefore) / positives - fpBefore / negatives
  const gapAfter = (positives - tp[k]!) / positives - fp[k]! / negatives
  const part = gapBefore / (gapBefore - gapAfter)
  return { rate: (fpBefore + part * (fp[k]! - fpBefore)) / negatives, score: score[k]! }
}
