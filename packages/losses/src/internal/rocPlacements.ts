/**
 * Placement values (DeLong): for a positive, the share of negatives below it; for a negative, the share of positives
 * above it; ties count one half. The mean over either class is the AUC. From one sort instead of all pairs.
 */
import type { BinaryScores } from "../BinaryScores.ts"
import { argsort } from "./argsort.ts"

/** Returns the placement of every row, in the order of the rows. Both classes must have rows; weights are not used. */
export const placements = (s: BinaryScores): Float64Array => {
  const { labels, negatives, positives, scores } = s
  const order = argsort(scores)
  const n = order.length
  const result = new Float64Array(n)
  let negativesBelow = 0
  let positivesBelow = 0
  for (let start = 0; start < n;) {
    const score = scores[order[start]!]!
    let end = start
    let positivesAt = 0
    while (end < n && scores[order[end]!] === score) positivesAt += labels[order[end++]!]!
    const negativesAt = end - start - positivesAt
    for (let k = start; k < end; k++) {
      const i = order[k]!
      result[i] =
        labels[i] === 1
          ? (negativesBelow + negativesAt / 2) / negatives
          : (positives - positivesBelow - positivesAt / 2) / positives
    }
    negativesBelow += negativesAt
    positivesBelow += positivesAt
    start = end
  }
  return result
}

/** S10/P + S01/N: the variance of the mean of placements (or of differences of placements), from both classes. */
export const varianceOfMean = (values: Float64Array, s: BinaryScores): number => {
  const count = [s.negatives, s.positives]
  const mean = [0, 0]
  for (let i = 0; i < values.length; i++) mean[s.labels[i]!]! += values[i]! / count[s.labels[i]!]!
  const squares = [0, 0]
  for (let i = 0; i < values.length; i++) squares[s.labels[i]!]! += (values[i]! - mean[s.labels[i]!]!) ** 2
  return squares.reduce((sum, square, k) => sum + square / (count[k]! - 1) / count[k]!, 0)
}
