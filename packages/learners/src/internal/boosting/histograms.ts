/**
 * Sums of gradients by bins: what splits are judged by.
 *
 * A histogram has three numbers a bin, `G` (the sum of the gradients of its rows), `H` (of their second derivatives) and
 * the number of rows; the bins of the columns come one after the other, that of missing values last.
 */
import type { Coded } from "../histogram/bins.ts"

/** The numbers of a bin. */
export const perBin = 3

/** Where the bins of each column begin, in numbers, and behind the last column the length of a histogram. */
export const offsetsOf = ({ columns }: Coded): Int32Array => {
  const offsets = new Int32Array(columns.length + 1)
  columns.forEach(({ bins }, j) => (offsets[j + 1] = offsets[j]! + (bins + 1) * perBin))
  return offsets
}

/** Adds up the rows of a node, all of whose columns lie one after the other; `h` is absent where it is 1 in every row. */
export type Summation = (
  histogram: Float64Array,
  rows: Int32Array,
  g: Float64Array,
  h: Float64Array | undefined,
  columns: Int32Array
) => void

/** Makes the summation of at most `n` rows. */
export const makeSummation = ({ codes, columnStride }: Coded, offsets: Int32Array, n: number): Summation => {
  const ownG = new Float64Array(n)
  const ownH = new Float64Array(n)
  return (histogram, rows, g, h, columns) => {
    const m = rows.length
    // Gathered once, read once for every column.
    for (let t = 0; t < m; t++) ownG[t] = g[rows[t]!]!
    if (h !== undefined) for (let t = 0; t < m; t++) ownH[t] = h[rows[t]!]!
    for (const column of columns) {
      const from = column * columnStride
      const first = offsets[column]!
      histogram.fill(0, first, offsets[column + 1])
      if (h === undefined) {
        for (let t = 0; t < m; t++) {
          const at = first + codes[from + rows[t]!]! * perBin
          histogram[at]! += ownG[t]!
          histogram[at + 2]! += 1
        }
        for (let at = first; at < offsets[column + 1]!; at += perBin) histogram[at + 1] = histogram[at + 2]!
      } else {
        for (let t = 0; t < m; t++) {
          const at = first + codes[from + rows[t]!]! * perBin
          histogram[at]! += ownG[t]!
          histogram[at + 1]! += ownH[t]!
          histogram[at + 2]! += 1
        }
      }
    }
  }
}

/** Takes a child from its parent, in place: what remains is the other child. */
export const subtract = (parent: Float64Array, child: Float64Array, offsets: Int32Array, columns: Int32Array): void => {
  for (const column of columns) {
    for (let at = offsets[column]!; at < offsets[column + 1]!; at++) parent[at]! -= child[at]!
  }
}
