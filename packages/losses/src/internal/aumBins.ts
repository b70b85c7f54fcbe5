/**
 * Equal-width bins over the scores of compiled passes, and the bin of the crossing. Bin 0 also holds all scores below,
 * the last bin all scores above. The bin of a score is weakly monotone in floating point: tied scores never part.
 */
import type { Denominator } from "./aumRows.ts"

/** The bin of a score is the integer next to (s − low)·scale. */
export interface Bins {
  low: number
  scale: number
  last: number
}

/** The bins in which the crossing may be, their rows, and the rows above. */
export interface Found {
  first: number
  last: number
  negativesAbove: number
  positivesAbove: number
  rows: number
}

/** Rows of the histogram, of which a sample leaves a doubt. */
export interface Counted {
  negatives: number
  positives: number
  sampled: boolean
}

/** The doubt, in standard errors. What it misses falls in an outer bin and only costs time. */
const certainty = 3
/** So few bins with more rows than this, and more than one row in sixteen, are worth a closer look. */
const fewBins = 8
const fewRows = 64

/**
 * Walks down from the last bin. FP·Dp − FN·Dn rises from below to above 0 at the crossing; it may be in all bins where
 * this is within its doubt of 0.
 */
export const find = (
  histogram: Int32Array,
  bins: Bins,
  { negatives, positives, sampled }: Counted,
  denominator: Denominator,
  found: Found
): void => {
  const perNegative = denominator === "rate" ? positives : 1
  const perPositive = denominator === "rate" ? negatives : 1
  const varianceNegative = (certainty * perNegative) ** 2
  const variancePositive = (certainty * perPositive) ** 2
  let falsePositives = 0
  let falseNegatives = positives
  let variance = 0
  found.last = -1
  for (let bin = bins.last; bin >= 0; bin--) {
    const here = histogram[2 * bin]!
    const positivesHere = histogram[2 * bin + 1]!
    const excess = (falsePositives + here) * perNegative - (falseNegatives - positivesHere) * perPositive
    if (sampled) {
      variance =
        (falsePositives + here + 1) * varianceNegative + (falseNegatives - positivesHere + 1) * variancePositive
    }
    const certain = excess * excess >= variance
    if (found.last < 0 && (excess >= 0 || !certain)) {
      found.last = bin
      found.negativesAbove = falsePositives
      found.positivesAbove = positives - falseNegatives
    }
    falsePositives += here
    falseNegatives -= positivesHere
    found.first = bin
    if (excess >= 0 && certain) break
  }
  found.rows = falsePositives + positives - falseNegatives - found.negativesAbove - found.positivesAbove
}

/** Whether there are so many rows in so few bins that smaller bins may help. */
export const crowded = ({ first, last, rows }: Found, { negatives, positives }: Counted): boolean =>
  last - first < fewBins && rows > Math.max(fewRows, (negatives + positives) / 16)

/** Spreads the bins over those found. Returns false, and changes nothing, if they would become too small to compute. */
export const zoom = (bins: Bins, { first, last }: Found): boolean => {
  const scale = (bins.scale * bins.last) / (last - first + 1)
  if (!(scale < Infinity)) return false
  bins.low += (first - 0.5) / bins.scale
  bins.scale = scale
  return true
}
