/**
 * The rows of a binary problem gathered into groups of equal scores: all that a ROC curve depends on.
 */
import type { BinaryScores } from "../BinaryScores.ts"
import { argsort } from "./argsort.ts"
import * as Undefined from "./undefinedValue.ts"

/**
 * Groups in descending order of their score. `fp[k]` and `tp[k]` are the weights of the negatives and of the positives
 * that are called positive when the groups 0 .. k are. Groups without weight are left out.
 */
export interface Groups {
  readonly count: number
  readonly score: Float64Array
  readonly fp: Float64Array
  readonly tp: Float64Array
  /** Weight of all negatives and of all positives: the last entries of `fp` and `tp`. */
  readonly negatives: number
  readonly positives: number
}

/** Gathers the groups. O(N). */
export const make = (s: BinaryScores): Groups => {
  const { labels, scores, weights } = s
  const order = argsort(scores)
  const n = scores.length
  const score = new Float64Array(n)
  const fp = new Float64Array(n)
  const tp = new Float64Array(n)
  let count = 0
  let negatives = 0
  let positives = 0
  for (let end = n - 1; end >= 0;) {
    const value = scores[order[end]!]!
    const before = negatives + positives
    for (; end >= 0 && scores[order[end]!] === value; end--) {
      const i = order[end]!
      const weight = weights === undefined ? 1 : weights[i]!
      if (labels[i] === 1) positives += weight
      else negatives += weight
    }
    if (negatives + positives > before) {
      // −0 becomes +0: which of the two came first must not show.
      score[count] = value + 0
      fp[count] = negatives
      tp[count++] = positives
    }
  }
  const cut = (values: Float64Array): Float64Array => values.subarray(0, count)
  return { count, score: cut(score), fp: cut(fp), tp: cut(tp), negatives, positives }
}

/** The reason why a measure that needs both classes does not exist, if one has no weight. */
export const missingClass = (groups: { readonly negatives: number; readonly positives: number }, measure: string) => {
  if (groups.positives > 0 && groups.negatives > 0) return undefined
  const missing = groups.positives > 0 ? "negative" : groups.negatives > 0 ? "positive" : "positive or negative"
  return Undefined.make(`${measure} needs both classes, and no ${missing} row has weight`)
}
