/**
 * The best split of a node by its histogram.
 */
import type { Coded } from "../histogram/bins.ts"
import { type Histograms, perBin, type Place } from "./histograms.ts"

/** What bounds a split. */
export interface SplitOptions {
  /** No child has fewer rows, or a smaller sum of second derivatives. */
  readonly minRows: number
  readonly minHessian: number
  /** The ridge penalty on the value of a leaf. */
  readonly l2: number
  /**
   * What is added to the second derivatives of a level before levels are put in order; levels of fewer rows than that in
   * the node move together, as one.
   */
  readonly levelSmoothing: number
}

/** A split; `column` is −1 when there is none. `left` is 1 for codes that go left, of columns without an order. */
export interface Split {
  gain: number
  column: number
  code: number
  missingLeft: boolean
  left: Uint8Array | undefined
  gLeft: number
  hLeft: number
  rowsLeft: number
}

/** What a node adds up to. */
interface Sums {
  readonly g: number
  readonly h: number
  readonly rows: number
}

/** A score must be larger by this factor: of equal ones, which rounding makes differ, the first is taken. */
const clearly = 1 + 1e-12

/**
 * Makes the search for the split with the largest gain
 *
 *   G_L²/(H_L + l2) + G_R²/(H_R + l2) − G²/(H + l2),
 *
 * twice the decrease of the quadratic approximation of the loss when both children take their best values. Missing values
 * are tried on both sides. Levels without an order, missing ones among them, are put in that of `G/(H + levelSmoothing)`,
 * among whose cuts the best of all partitions is if nothing is added (Fisher 1958). Rare levels count as one: put in order
 * one by one they would let any column of many levels part the training rows by their noise.
 *
 * Of equal gains the first column's is taken, and of one column the lowest code's.
 */
export const makeSearch = (
  { columns: all }: Coded,
  { column: placeOf, found, numbers, search, start }: Histograms,
  { l2, levelSmoothing, minHessian, minRows }: SplitOptions
) => {
  const order = new Int32Array(257)
  const level = new Float64Array(257)

  const searchUnordered = (place: Place, column: number, { g, h, rows }: Sums, split: Split): void => {
    const { bins } = all[column]!
    const histogram = numbers()
    const first = placeOf(place, column)
    const rare = bins + 1
    let [gRare, hRare, rowsRare] = [0, 0, 0]
    let present = 0
    for (let code = 0; code <= bins; code++) {
      const at = first + code * perBin
      const count = histogram[at + 2]!
      if (count === 0) continue
      if (count < levelSmoothing) {
        gRare += histogram[at]!
        hRare += histogram[at + 1]!
        rowsRare += count
        continue
      }
      level[code] = histogram[at]! / (histogram[at + 1]! + levelSmoothing)
      order[present++] = code
    }
    if (rowsRare > 0) {
      level[rare] = gRare / (hRare + levelSmoothing)
      order[present++] = rare
    }
    order.subarray(0, present).sort((a, b) => level[a]! - level[b]! || a - b)
    let [gLeft, hLeft, rowsLeft, leftCount] = [0, 0, 0, 0]
    for (let r = 0; r + 1 < present; r++) {
      const code = order[r]!
      const at = first + code * perBin
      gLeft += code === rare ? gRare : histogram[at]!
      hLeft += code === rare ? hRare : histogram[at + 1]!
      rowsLeft += code === rare ? rowsRare : histogram[at + 2]!
      if (rowsLeft < minRows || hLeft < minHessian) continue
      if (rows - rowsLeft < minRows || h - hLeft < minHessian) break
      const score = (gLeft * gLeft) / (hLeft + l2) + (g - gLeft) ** 2 / (h - hLeft + l2)
      if (!(score > found.score.value * clearly)) continue
      found.score.value = score
      Object.assign(split, { column, gLeft, hLeft, rowsLeft })
      leftCount = r + 1
    }
    if (leftCount === 0) return
    // Levels that the node has not seen follow the child with more rows, as missing values do.
    const left = new Uint8Array(bins + 1).fill(2 * split.rowsLeft >= rows ? 1 : 0)
    for (let r = 0; r < present; r++) {
      const code = order[r]!
      const side = r < leftCount ? 1 : 0
      if (code !== rare) left[code] = side
      else {
        for (let each = 0; each <= bins; each++) {
          const count = histogram[first + each * perBin + 2]!
          if (count > 0 && count < levelSmoothing) left[each] = side
        }
      }
    }
    split.left = left
    split.missingLeft = left[bins] === 1
  }

  const searchOrdered = (place: Place, column: number, { rows }: Sums, split: Split): void => {
    const better = search(place, column)
    if (better === 0) return
    split.column = column
    split.code = found.code.value
    split.gLeft = found.gLeft.value
    split.hLeft = found.hLeft.value
    split.rowsLeft = found.rowsLeft.value
    split.missingLeft = better === 2 ? found.missingLeft.value === 1 : 2 * split.rowsLeft >= rows
    split.left = undefined
  }

  /** Writes the best split of a node with these sums. */
  return (place: Place, columns: Int32Array, sums: Sums, split: Split): void => {
    const own = (sums.g * sums.g) / (sums.h + l2)
    start(sums.g, sums.h, sums.rows, l2, minRows, minHessian, own)
    for (const column of columns) {
      if (all[column]!.ordered) searchOrdered(place, column, sums, split)
      else searchUnordered(place, column, sums, split)
    }
    if (split.column >= 0) split.gain = found.score.value - own
  }
}
