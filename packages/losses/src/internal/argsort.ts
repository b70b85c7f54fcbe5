/**
 * Stable ordering of numbers by radix sort.
 *
 * A double becomes a pair of 32-bit words that compare, as unsigned integers, like the doubles themselves: the sign
 * bit is set for positive numbers, and all bits are inverted for negative ones. Six passes over digits of 11 or 10
 * bits follow, least significant first; a digit that all keys share costs nothing.
 */
import type { Floats } from "@rocflow/core/pipeline/Loss"

const digits = [
  { word: 0, shift: 0 },
  { word: 0, shift: 11 },
  { word: 0, shift: 22 },
  { word: 1, shift: 0 },
  { word: 1, shift: 11 },
  { word: 1, shift: 22 }
] as const
const bins = 2048
const mask = bins - 1

/** Below this size the histograms cost more than the comparisons of an insertion sort. */
const small = 64

const insertion = (values: Floats, order: Int32Array) => {
  for (let i = 1; i < order.length; i++) {
    const row = order[i]!
    const value = values[row]!
    let j = i - 1
    while (j >= 0 && values[order[j]!]! > value) {
      order[j + 1] = order[j]!
      j--
    }
    order[j + 1] = row
  }
}

const radix = (values: Floats, order: Int32Array): Int32Array => {
  const n = order.length
  const one = new Float64Array(1)
  const words = new Uint32Array(one.buffer)
  let low = new Uint32Array(n)
  let high = new Uint32Array(n)
  const counts = new Int32Array(digits.length * bins)
  for (let i = 0; i < n; i++) {
    one[0] = values[order[i]!]! + 0 // -0 becomes +0
    const sign = words[1]! >>> 31
    const l = sign === 1 ? ~words[0]! >>> 0 : words[0]!
    const h = sign === 1 ? ~words[1]! >>> 0 : (words[1]! | 0x80000000) >>> 0
    low[i] = l
    high[i] = h
    counts[l & mask]!++
    counts[bins + ((l >>> 11) & mask)]!++
    counts[2 * bins + (l >>> 22)]!++
    counts[3 * bins + (h & mask)]!++
    counts[4 * bins + ((h >>> 11) & mask)]!++
    counts[5 * bins + (h >>> 22)]!++
  }
  let rows: Int32Array = order
  let lowNext = new Uint32Array(n)
  let highNext = new Uint32Array(n)
  let rowsNext: Int32Array = new Int32Array(n)
  for (let d = 0; d < digits.length; d++) {
    const { shift, word } = digits[d]!
    const count = counts.subarray(d * bins, (d + 1) * bins)
    const first = ((word === 0 ? low[0]! : high[0]!) >>> shift) & mask
    if (count[first] === n) continue
    let sum = 0
    for (let bin = 0; bin < bins; bin++) {
      const size = count[bin]!
      count[bin] = sum
      sum += size
    }
    const key = word === 0 ? low : high
    for (let i = 0; i < n; i++) {
      const bin = (key[i]! >>> shift) & mask
      const to = count[bin]!
      count[bin] = to + 1
      lowNext[to] = low[i]!
      highNext[to] = high[i]!
      rowsNext[to] = rows[i]!
    }
    ;[low, lowNext] = [lowNext, low]
    ;[high, highNext] = [highNext, high]
    ;[rows, rowsNext] = [rowsNext, rows]
  }
  return rows
}

/** Returns 0, 1, …, n − 1. */
export const identity = (n: number): Int32Array => {
  const order = new Int32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  return order
}

/**
 * Returns the rows of `order` (default: all rows) by increasing value, rows with equal values in the order given;
 * −0 equals +0. The values must not be NaN. `order` may be overwritten. O(n).
 */
export const argsort = (values: Floats, order: Int32Array = identity(values.length)): Int32Array => {
  if (order.length > small) return radix(values, order)
  insertion(values, order)
  return order
}
