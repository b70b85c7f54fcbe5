/**
 * The one-sided derivatives of AUM for a row whose score is tied with others, from the masses before and after its
 * group (before: below the threshold of the group, that is, only higher scores are called positive).
 *
 *     right = min(FP + ΔFP, FN + ΔFN) − min(FP, FN)   before the group
 *     left  = min(FP, FN) − min(FP − ΔFP, FN − ΔFN)   after the group
 *
 * Both are computed over the common denominator Dn·Dp: with integer masses the numerators are exact, so rows of one
 * class get identical bits, and an untied row gets exactly 1/Dn or −1/Dp.
 */
import type { Floats, Rows } from "./aumRows.ts"

export interface Group {
  negativesAbove: number
  positivesAbove: number
  negativesAt: number
  positivesAt: number
}

/** The group at the crossing score: the candidates from .. to − 1 of the working copy. */
export interface Crossing extends Group {
  score: number
  from: number
  to: number
}

interface Totals {
  readonly positives: number
  readonly negativeDenominator: number
  readonly positiveDenominator: number
}

export const right = (group: Group, totals: Totals, label: number, mass: number): number => {
  const dn = totals.negativeDenominator
  const dp = totals.positiveDenominator
  const fp = group.negativesAbove
  const fn = totals.positives - group.positivesAbove
  const base = Math.min(fp * dp, fn * dn)
  const moved = label === 0 ? Math.min((fp + mass) * dp, fn * dn) : Math.min(fp * dp, (fn - mass) * dn)
  return (moved - base) / (dn * dp)
}

export const left = (group: Group, totals: Totals, label: number, mass: number): number => {
  const dn = totals.negativeDenominator
  const dp = totals.positiveDenominator
  const fp = group.negativesAbove + group.negativesAt
  const fn = totals.positives - (group.positivesAbove + group.positivesAt)
  const base = Math.min(fp * dp, fn * dn)
  const moved = label === 0 ? Math.min((fp - mass) * dp, fn * dn) : Math.min(fp * dp, (fn + mass) * dn)
  return (base - moved) / (dn * dp)
}

/** Writes the derivatives of the group at the crossing. Without weights, those of a class are all the same. */
export const write = (
  crossing: Crossing,
  rows: Rows,
  gradient: Floats,
  leftOut: Floats | undefined,
  rightOut: Floats | undefined
): void => {
  const negativeLeft = left(crossing, rows, 0, 1)
  const negativeRight = right(crossing, rows, 0, 1)
  const positiveLeft = left(crossing, rows, 1, 1)
  const positiveRight = right(crossing, rows, 1, 1)
  for (let k = crossing.from; k < crossing.to; k++) {
    const label = rows.code[k]! & 1
    const i = rows.code[k]! >> 1
    let l = label === 0 ? negativeLeft : positiveLeft
    let r = label === 0 ? negativeRight : positiveRight
    if (rows.weighted) {
      l = left(crossing, rows, label, rows.mass[i]!)
      r = right(crossing, rows, label, rows.mass[i]!)
    }
    gradient[i] = (l + r) / 2
    if (leftOut !== undefined) leftOut[i] = l
    if (rightOut !== undefined) rightOut[i] = r
  }
}
