/**
 * Stable ascending order of finite scores, −0 equal to +0: a least-significant-digit radix sort of the float bits.
 */
const digitBits = 11
const digits = 1 << digitBits
const passes = 6
/** Below this many scores, sorting by comparison is faster than clearing the histograms. */
const fewest = 512

const byComparison = (scores: ArrayLike<number>): Int32Array =>
  Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]! || a - b)

/** The digits of one pass, for every key: bits [11·pass, 11·pass + 11) of the 64-bit key held in two halves. */
const digit = (low: number, high: number, pass: number): number => {
  const shift = pass * digitBits
  if (shift >= 32) return (high >>> (shift - 32)) & (digits - 1)
  const bits = low >>> shift
  return (shift + digitBits > 32 ? bits | (high << (32 - shift)) : bits) & (digits - 1)
}

/**
 * Returns the row numbers in ascending order of their scores; tied rows keep their order. O(N).
 *
 * @example
 * argsort([0.5, -1, 0.5]) // => Int32Array [1, 0, 2]
 */
export const argsort = (scores: ArrayLike<number>): Int32Array => {
  const n = scores.length
  if (n < fewest) return byComparison(scores)
  const keys = new Float64Array(n)
  for (let i = 0; i < n; i++) keys[i] = scores[i]! + 0
  const words = new Uint32Array(keys.buffer)
  const histograms = new Int32Array(passes * digits)
  for (let i = 0; i < n; i++) {
    const high = words[2 * i + 1]!
    const negative = high >>> 31 === 1
    const l = negative ? ~words[2 * i]! : words[2 * i]!
    const h = negative ? ~high : high | 0x80000000
    words[2 * i] = l
    words[2 * i + 1] = h
    for (let p = 0; p < passes; p++) histograms[p * digits + digit(l >>> 0, h >>> 0, p)]! += 1
  }
  let order = Int32Array.from({ length: n }, (_, i) => i)
  let other = new Int32Array(n)
  for (let p = 0; p < passes; p++) {
    const counts = histograms.subarray(p * digits, (p + 1) * digits)
    if (counts[digit(words[0]!, words[1]!, p)] === n) continue
    let start = 0
    for (let d = 0; d < digits; d++) {
      const count = counts[d]!
      counts[d] = start
      start += count
    }
    for (let k = 0; k < n; k++) {
      const i = order[k]!
      other[counts[digit(words[2 * i]!, words[2 * i + 1]!, p)]!++] = i
    }
    const swap = order
    order = other
    other = swap
  }
  return order
}
