/** AUM of any table of error differences, with its two one-sided derivatives, by sorting the thresholds. */
import type { Columns } from "./diffsMerge.ts"
import { argsort } from "./argsort.ts"

export interface Evaluation {
  readonly aum: number
  readonly left: Float64Array
  readonly right: Float64Array
  readonly gradient: Float64Array
  /** Per row of the table: its threshold, and the totals just before it. */
  readonly thresh: Float64Array
  readonly fpBefore: Float64Array
  readonly fnBefore: Float64Array
  /** A row at whose threshold a total falls below 0 by more than rounding, or −1. */
  readonly negativeFp: number
  readonly negativeFn: number
}

/** Half the smallest step, negated: a total below it is no rounding error. */
export const floorOf = (diff: Float64Array): number => {
  let smallest = Infinity
  for (let row = 0; row < diff.length; row++) {
    const size = Math.abs(diff[row]!)
    if (size > 0 && size < smallest) smallest = size
  }
  return -smallest / 2
}

/**
 * min(a + da, b + db) − min(a, b), without rounding where one of the two stays the smaller: examples of one class
 * then have the same derivative to the last bit, and their lines in a search stay parallel.
 */
const minChange = (a: number, da: number, b: number, db: number) => {
  const a1 = a + da
  const b1 = b + db
  if (a <= b && a1 <= b1) return da
  if (b <= a && b1 <= a1) return db
  return Math.min(a1, b1) - Math.min(a, b)
}

/**
 * Rows with equal thresholds T = pred − score form a group. With FP summed from below and FN from above,
 * AUM = Σ (T_k − T_(k−1)) min(fpBefore_k, fnBefore_k) over neighbouring groups, and a row adds to its example
 *
 *   right: min(fpBefore + fpDiff, fnBefore + fnDiff) − min(fpBefore, fnBefore)
 *   left:  min(fpAfter, fnAfter) − min(fpAfter − fpDiff, fnAfter − fnDiff)
 *
 * because raising the score by a little takes the row to just before its group, and lowering it to just after.
 */
export const evaluate = ({ example, fnDiff, fpDiff, pred }: Columns, scores: ArrayLike<number>): Evaluation => {
  const rows = example.length
  const left = new Float64Array(scores.length)
  const right = new Float64Array(scores.length)
  const gradient = new Float64Array(scores.length)
  const thresh = new Float64Array(rows)
  const fpBefore = new Float64Array(rows)
  const fnBefore = new Float64Array(rows)
  for (let row = 0; row < rows; row++) thresh[row] = pred[row]! - scores[example[row]!]! + 0
  const order = argsort(thresh)
  const fpFloor = floorOf(fpDiff)
  const fnFloor = floorOf(fnDiff)
  let negativeFp = -1
  let negativeFn = -1

  let fn = 0
  for (let start = rows - 1; start >= 0;) {
    const t = thresh[order[start]!]!
    let end = start
    while (end >= 0 && thresh[order[end]!] === t) fn -= fnDiff[order[end--]!]!
    if (fn < fnFloor) negativeFn = order[start]!
    fn = Math.max(fn, 0)
    for (let k = start; k > end; k--) fnBefore[order[k]!] = fn
    start = end
  }

  let aum = 0
  let fp = 0
  let previous = 0
  for (let start = 0; start < rows;) {
    const first = order[start]!
    const t = thresh[first]!
    const fnHere = fnBefore[first]!
    if (start > 0) aum += (t - previous) * Math.min(fp, fnHere)
    let fpAfter = fp
    let end = start
    while (end < rows && thresh[order[end]!] === t) fpAfter += fpDiff[order[end++]!]!
    if (fpAfter < fpFloor && negativeFp < 0) negativeFp = first
    fpAfter = Math.max(fpAfter, 0)
    const fnAfter = end < rows ? fnBefore[order[end]!]! : 0
    for (let k = start; k < end; k++) {
      const row = order[k]!
      const e = example[row]!
      fpBefore[row] = fp
      right[e]! += minChange(fp, fpDiff[row]!, fnHere, fnDiff[row]!)
      left[e]! -= minChange(fpAfter, -fpDiff[row]!, fnAfter, -fnDiff[row]!)
    }
    fp = fpAfter
    previous = t
    start = end
  }
  for (let e = 0; e < gradient.length; e++) gradient[e] = (left[e]! + right[e]!) / 2
  return { aum, left, right, gradient, thresh, fpBefore, fnBefore, negativeFp, negativeFn }
}
