/**
 * Columns as small whole numbers: of at most 255 bins between quantiles of the training rows, so that a split is found by
 * adding up bins and not by sorting rows.
 */

import { sortNumbers } from "../sortNumbers.ts"

/** The most bins of a column; the code behind the last one is that of missing values, so that codes are bytes. */
export const mostBins = 255

/**
 * How the values of a column become bins.
 *
 * - Of an order: bin `b` has the values `thresholds[b − 1] < x ≤ thresholds[b]`.
 * - Of levels: `bin[code]` of each level code; rare levels have the code of missing values when there are too many.
 *
 * The code `bins` is that of missing values.
 */
export type Bins =
  | { readonly ordered: true; readonly bins: number; readonly thresholds: Float64Array }
  | { readonly ordered: false; readonly bins: number; readonly bin: Int32Array }

/** Rows as codes: `codes[row * rowStride + column * columnStride]`. */
export interface Coded {
  readonly codes: Uint8Array
  readonly rowStride: number
  readonly columnStride: number
  readonly columns: ReadonlyArray<Bins>
}

const midpoint = (a: number, b: number): number => {
  const middle = a + (b - a) / 2
  // Of two neighbouring floats the midpoint can be the higher one, which would then not go right.
  return middle < b ? middle : a
}

/**
 * Finds the thresholds between at most `bins` bins: midpoints between the distinct values if there are no more than that,
 * else the weighted quantiles `1/bins, 2/bins, …`, at a tie the mean of two neighbours (the inverse of the empirical
 * distribution, averaged), as scikit-learn does.
 *
 * @example
 * thresholdsOf(Float64Array.of(3, 1, 1, NaN, 2), undefined, 255) // => [1.5, 2.5]
 */
export const thresholdsOf = (values: Float64Array, weights: Float64Array | undefined, bins: number): Float64Array => {
  let order: Int32Array | undefined
  let sorted: Float64Array
  if (weights === undefined) {
    // NaN comes last.
    sorted = sortNumbers(values)
    let known = sorted.length
    while (known > 0 && Number.isNaN(sorted[known - 1]!)) known--
    sorted = sorted.subarray(0, known)
  } else {
    order = Int32Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!))
    order.sort((a, b) => values[a]! - values[b]!)
    sorted = Float64Array.from(order, (row) => values[row]!)
  }
  const n = sorted.length
  const found: Array<number> = []
  for (let i = 1; i < n && found.length < bins; i++) {
    if (sorted[i]! > sorted[i - 1]!) found.push(midpoint(sorted[i - 1]!, sorted[i]!))
  }
  if (found.length < bins) return Float64Array.from(found)
  found.length = 0
  const weightAt = (i: number): number => (order === undefined ? 1 : weights![order[i]!]!)
  let total = 0
  for (let i = 0; i < n; i++) total += weightAt(i)
  let i = 0
  let below = weightAt(0)
  for (let k = 1; k < bins; k++) {
    while (i < n - 1 && below * bins < k * total) below += weightAt(++i)
    const tie = below * bins === k * total && i < n - 1
    const threshold = tie ? midpoint(sorted[i]!, sorted[i + 1]!) : sorted[i]!
    if (threshold > (found.at(-1) ?? -Infinity) && threshold < sorted[n - 1]!) found.push(threshold)
  }
  return Float64Array.from(found)
}

/** The most frequent levels by weight have bins, in the order of the levels. */
const levelBins = (
  codes: Float64Array,
  levels: number,
  weights: Float64Array | undefined,
  bins: number
): Int32Array => {
  const frequency = new Float64Array(levels)
  for (let i = 0; i < codes.length; i++) if (codes[i]! < levels) frequency[codes[i]!]! += weights?.[i] ?? 1
  const kept = new Uint8Array(levels)
  const byFrequency = Int32Array.from(frequency.keys()).sort((a, b) => frequency[b]! - frequency[a]! || a - b)
  for (const level of byFrequency.subarray(0, bins)) if (frequency[level]! > 0) kept[level] = 1
  let next = 0
  return Int32Array.from(kept, (keep) => (keep === 1 ? next++ : -1))
}

/**
 * Finds the bins of a column: of numbers and places in an order, NaN where missing, or, with `levels`, of level codes, of
 * which `levels` is that of missing values.
 */
export const binsOf = (
  values: Float64Array,
  levels: number | undefined,
  weights: Float64Array | undefined,
  most: number
): Bins => {
  if (levels === undefined) {
    const thresholds = thresholdsOf(values, weights, most)
    return { ordered: true, bins: thresholds.length + 1, thresholds }
  }
  return fromLevelBins(levelBins(values, levels, weights, most))
}

/** Bins of levels: the bin of each, −1 for a rare one. */
export const fromLevelBins = (given: Int32Array): Bins => {
  const bins = given.reduce((most, bin) => Math.max(most, bin + 1), 0)
  return { ordered: false, bins, bin: given.map((bin) => (bin < 0 ? bins : bin)) }
}

/** Writes the codes of the values of one column. */
const encodeColumn = (values: Float64Array, column: Bins, codes: Uint8Array, from: number, stride: number): void => {
  if (!column.ordered) {
    for (let i = 0; i < values.length; i++) codes[from + i * stride] = column.bin[values[i]!] ?? column.bins
    return
  }
  const { bins, thresholds } = column
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    let low = 0
    let high = bins - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= thresholds[middle]!) high = middle
      else low = middle + 1
    }
    codes[from + i * stride] = value === value ? low : bins
  }
}

/** Codes the columns, one after the other (`byColumn`, for training) or row by row (for prediction). */
export const encodeColumns = (
  values: ReadonlyArray<Float64Array>,
  columns: ReadonlyArray<Bins>,
  rows: number,
  layout: "byColumn" | "byRow"
): Coded => {
  const p = columns.length
  const codes = new Uint8Array(rows * p)
  const [rowStride, columnStride] = layout === "byColumn" ? [1, rows] : [p, 1]
  columns.forEach((column, j) => encodeColumn(values[j]!, column, codes, j * columnStride, rowStride))
  return { codes, rowStride, columnStride, columns }
}
