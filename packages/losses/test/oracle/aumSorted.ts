/**
 * Value and one-sided derivatives of the binary AUM by sorting: the definition written out, in O(N log N). It shares no
 * step with `aumLinear.ts` but the derivative of a row in its group.
 *
 *     AUM = Σ over neighbouring groups (T_k − T_(k−1)) · min(FP/Dn, FN/Dp) between them,   T = −score
 */
import * as Tied from "../../src/internal/aumTied.ts"
import type { Denominator, Floats, Labels } from "../../src/internal/aumRows.ts"
import { argsort } from "../../src/internal/argsort.ts"

export interface Sorted {
  readonly aum: number
  readonly left: Float64Array
  readonly right: Float64Array
}

const mass = (label: number, wanted: number, weight: number): number => (label === wanted ? weight : 0)

/**
 * Returns AUM and both one-sided derivatives; all zero if one class has no mass.
 */
export const evaluate = (scores: Floats, labels: Labels, denominator: Denominator, weights?: Floats): Sorted => {
  const n = scores.length
  const left = new Float64Array(n)
  const right = new Float64Array(n)
  const weight = (i: number): number => (weights === undefined ? 1 : weights[i]!)
  let negatives = 0
  let positives = 0
  for (let i = 0; i < n; i++) {
    negatives += mass(labels[i]!, 0, weight(i))
    positives += mass(labels[i]!, 1, weight(i))
  }
  if (!(negatives > 0 && positives > 0)) return { aum: 0, left, right }
  const rate = denominator === "rate"
  const totals = { positives, negativeDenominator: rate ? negatives : 1, positiveDenominator: rate ? positives : 1 }
  const order = argsort(scores)
  const group: Tied.Group = { negativesAbove: 0, positivesAbove: 0, negativesAt: 0, positivesAt: 0 }
  let aum = 0
  for (let end = n - 1; end >= 0;) {
    const score = scores[order[end]!]!
    let start = end
    group.negativesAt = 0
    group.positivesAt = 0
    for (; start >= 0 && scores[order[start]!] === score; start--) {
      const i = order[start]!
      group.negativesAt += mass(labels[i]!, 0, weight(i))
      group.positivesAt += mass(labels[i]!, 1, weight(i))
    }
    for (let k = end; k > start; k--) {
      const i = order[k]!
      left[i] = Tied.left(group, totals, labels[i]!, weight(i))
      right[i] = Tied.right(group, totals, labels[i]!, weight(i))
    }
    group.negativesAbove += group.negativesAt
    group.positivesAbove += group.positivesAt
    if (start >= 0) {
      const fpr = group.negativesAbove / totals.negativeDenominator
      const fnr = (positives - group.positivesAbove) / totals.positiveDenominator
      aum += (score - scores[order[start]!]!) * Math.min(fpr, fnr)
    }
    end = start
  }
  return { aum, left, right }
}
