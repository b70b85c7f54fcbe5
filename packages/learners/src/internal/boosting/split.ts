/**
 * The best split of a node by its histogram.
 */
import type { Coded } from "../histogram/bins.ts"
import { perBin } from "./histograms.ts"

/** What bounds a split. */
export interface SplitOptions {
  /** No child has fewer rows, or a smaller sum of second derivatives. */
  readonly minRows: number
  readonly minHessian: number
  /** The ridge penalty on the value of a leaf. */
  readonly l2: number
  /** What is added to the second derivatives of a level before levels are put in order. */
  readonly levelSmoothing: number
}

/** A split; `column` is −1 when there is none. `left` is 1 for codes that go left, of columns without an order. */
export interface Split {
  gain: number
  column: number
  code: number
  /** Undefined where the node has no missing values in the column. */
  missingLeft: boolean | undefined
  left: Uint8Array | undefined
  gLeft: number
  hLeft: number
  rowsLeft: number
}

/** Gains below this fraction of the scores that they are the difference of are rounding. */
const rounding = 1e-12

/**
 * Makes the search for the split with the largest gain
 *
 *   G_L²/(H_L + l2) + G_R²/(H_R + l2) − G²/(H + l2),
 *
 * twice the decrease of the quadratic approximation of the loss when both children take their best values. Missing values
 * are tried on both sides. Levels without an order, missing ones among them, are put in that of `G/(H + levelSmoothing)`,
 * among whose cuts the best of all partitions is if nothing is added (Fisher 1958).
 *
 * Of equal gains the first column's is taken, and of one column the lowest code's.
 */
export const makeSearch = (
  { columns: all }: Coded,
  offsets: Int32Array,
  { l2, levelSmoothing, minHessian, minRows }: SplitOptions
) => {
  const order = new Int32Array(256)
  const score = new Float64Array(256)
  let best = 0
  let g = 0
  let h = 0
  let rows = 0

  const take = (
    split: Split,
    column: number,
    code: number,
    missingLeft: boolean | undefined,
    gLeft: number,
    hLeft: number,
    rowsLeft: number
  ): boolean => {
    const gRight = g - gLeft
    const found = (gLeft * gLeft) / (hLeft + l2) + (gRight * gRight) / (h - hLeft + l2)
    if (!(found > best)) return false
    best = found
    split.column = column
    split.code = code
    split.missingLeft = missingLeft
    split.left = undefined
    split.gLeft = gLeft
    split.hLeft = hLeft
    split.rowsLeft = rowsLeft
    return true
  }

  const searchOrdered = (histogram: Float64Array, column: number, bins: number, split: Split): void => {
    const first = offsets[column]!
    const missing = first + bins * perBin
    const missingRows = histogram[missing + 2]!
    for (let pass = 0; pass < (missingRows > 0 ? 2 : 1); pass++) {
      let gLeft = pass === 0 ? 0 : histogram[missing]!
      let hLeft = pass === 0 ? 0 : histogram[missing + 1]!
      let rowsLeft = pass === 0 ? 0 : missingRows
      // With missing values on the right all others may go left.
      const end = pass === 0 && missingRows > 0 ? bins : bins - 1
      for (let code = 0; code < end; code++) {
        const at = first + code * perBin
        const own = histogram[at + 2]!
        if (own === 0) continue
        gLeft += histogram[at]!
        hLeft += histogram[at + 1]!
        rowsLeft += own
        if (rowsLeft < minRows || hLeft < minHessian) continue
        if (rows - rowsLeft < minRows || h - hLeft < minHessian) break
        take(split, column, code, missingRows > 0 ? pass === 1 : undefined, gLeft, hLeft, rowsLeft)
      }
    }
  }

  const searchUnordered = (histogram: Float64Array, column: number, bins: number, split: Split): void => {
    const first = offsets[column]!
    let present = 0
    for (let code = 0; code <= bins; code++) {
      const at = first + code * perBin
      if (histogram[at + 2] === 0) continue
      score[code] = histogram[at]! / (histogram[at + 1]! + levelSmoothing)
      order[present++] = code
    }
    if (present < 2) return
    order.subarray(0, present).sort((a, b) => score[a]! - score[b]! || a - b)
    let [gLeft, hLeft, rowsLeft, leftCount] = [0, 0, 0, 0]
    for (let r = 0; r + 1 < present; r++) {
      const at = first + order[r]! * perBin
      gLeft += histogram[at]!
      hLeft += histogram[at + 1]!
      rowsLeft += histogram[at + 2]!
      if (rowsLeft < minRows || hLeft < minHessian) continue
      if (rows - rowsLeft < minRows || h - hLeft < minHessian) break
      if (take(split, column, 0, undefined, gLeft, hLeft, rowsLeft)) leftCount = r + 1
    }
    if (leftCount === 0) return
    // Levels that the node has not seen follow the child with more rows, as missing values do.
    const left = new Uint8Array(bins + 1).fill(2 * split.rowsLeft >= rows ? 1 : 0)
    for (let r = 0; r < present; r++) left[order[r]!] = r < leftCount ? 1 : 0
    split.left = left
    split.missingLeft = left[bins] === 1
  }

  /** Writes the best split of a node with these sums. */
  return (
    histogram: Float64Array,
    columns: Int32Array,
    sums: { readonly g: number; readonly h: number; readonly rows: number },
    split: Split
  ): void => {
    g = sums.g
    h = sums.h
    rows = sums.rows
    const own = (g * g) / (h + l2)
    best = own * (1 + rounding)
    split.column = -1
    split.gain = 0
    for (const column of columns) {
      const { bins, ordered } = all[column]!
      if (ordered) searchOrdered(histogram, column, bins, split)
      else searchUnordered(histogram, column, bins, split)
    }
    if (split.column < 0) return
    split.gain = best - own
    split.missingLeft ??= 2 * split.rowsLeft >= rows
  }
}
