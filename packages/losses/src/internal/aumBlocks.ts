/**
 * The unweighted binary AUM by the compiled passes, in blocks that fit in their memory.
 *
 * 1. Bins: equal-width between the extremes or, of many rows, where a sample says that the crossing may be.
 * 2. Codes: one byte a row, its bin and its label. A histogram of the codes gives the bin of the crossing exactly.
 * 3. The few rows in that bin are narrowed down to the crossing `s*`.
 * 4. Derivatives: that of a row outside the bin depends on its code only. They give the value, as
 *    AUM = Σ derivative · (s − s*) + margin/2 · Σ |derivative|, and the latter sum is known from the histogram.
 * 5. The rows in the bin are settled one by one.
 */
import type { Kernel, Passes } from "../kernels/aumKernel.ts"
import * as Bins from "./aumBins.ts"
import type { Histograms } from "./aumHistogram.ts"
import * as Rows from "./aumRows.ts"
import type { Denominator, Floats, Labels, Variant } from "./aumRows.ts"
import { narrow } from "./aumSelect.ts"
import * as Tied from "./aumTied.ts"

/** The sample that is looked at first if the rows fill more than one block, else if the bins between the extremes fail. */
const sampleSize = 512
/** How often the bins of the sample may be made smaller. */
const mostZooms = 8

const part = <A extends Labels>(rows: A, from: number, to: number): A =>
  (from === 0 && to === rows.length ? rows : rows.subarray(from, to)) as A

/**
 * Makes the evaluation, which returns AUM and writes the derivatives as `aumLinear.ts` documents, or returns undefined
 * where the rows are of one class, or not finite, or constant, or too far apart to subtract.
 */
export const make = (kernel: Kernel, rows: Rows.Rows, histograms: Histograms, crossing: Tied.Crossing) => {
  const { capacity, extremes, histogram, lastBin } = kernel
  const bins: Bins.Bins = { low: 0, scale: 0, last: 0 }
  const found: Bins.Found = { first: 0, last: 0, negativesAbove: 0, positivesAbove: 0, rows: 0 }
  const counted: Bins.Counted = { negatives: 0, positives: 0, sampled: false }
  /** Of all rows, when they are in more than one block. */
  let codes = new Uint8Array(0)
  /** Half the margin: what is added to the scores of negatives and taken from those of positives. */
  let half = 0
  /** The rows in the bin of the crossing, shifted: selection reorders a copy. */
  let score = new Float64Array(0)
  let code = new Int32Array(0)
  /** Views of the last length asked for, so that the same length again makes no new ones. */
  let slope32 = kernel.single.gradient
  let slope64 = kernel.double.gradient

  const slopesOf = (passes: Passes, n: number): Floats => {
    if (passes === kernel.single) {
      if (slope32.length !== n) slope32 = kernel.single.gradient.subarray(0, n)
      return slope32
    }
    if (slope64.length !== n) slope64 = kernel.double.gradient.subarray(0, n)
    return slope64
  }

  /** Puts rows at random places, one in each of as many parts of equal length, into the block. */
  const sample = (passes: Passes, scores: Floats, labels: Labels, n: number): void => {
    let random = 1
    for (let k = 0; k < sampleSize; k++) {
      random = (Math.imul(random, 1_664_525) + 1_013_904_223) | 0
      const i = Math.floor(((k + (random >>> 8) / 0x1000000) * n) / sampleSize)
      passes.scores[k] = scores[i]!
      passes.labels[k] = labels[i]!
    }
  }

  /** Spreads the bins over the range of the first rows in the block. Returns false, and changes nothing, if it is none. */
  const setBins = (passes: Passes, n: number): boolean => {
    passes.range(n, half)
    const low = extremes[0]!
    const last = Math.min(lastBin, 1 << (31 - Math.clz32(n >> 2)))
    const scale = last / (extremes[1]! - low)
    if (!(scale > 0 && scale < Infinity)) return false
    bins.low = low
    bins.last = last
    bins.scale = scale
    return true
  }

  /**
   * Spreads the bins over those of a sample where the crossing may be. Returns false, and changes nothing, if the sample is
   * constant.
   */
  const setBinsBySample = (
    passes: Passes,
    scores: Floats,
    labels: Labels,
    n: number,
    denominator: Denominator
  ): boolean => {
    sample(passes, scores, labels, n)
    if (!setBins(passes, sampleSize)) return false
    counted.sampled = true
    for (let zooms = 0; zooms < mostZooms; zooms++) {
      kernel.clear()
      counted.positives = passes.encode(sampleSize, half, bins.low, bins.scale, bins.last)
      counted.negatives = sampleSize - counted.positives
      Bins.find(histogram, bins, counted, denominator, found)
      if (!Bins.zoom(bins, found) || !Bins.crowded(found, counted)) break
    }
    return true
  }

  /** Copies rows from .. to − 1 into the block. */
  const load = (passes: Passes, scores: Floats, labels: Labels, from: number, to: number): void => {
    passes.scores.set(part(scores, from, to))
    passes.labels.set(part(labels, from, to))
  }

  /** Finds the bin of the crossing among all rows, which are in the block if it has room. */
  const count = (passes: Passes, scores: Floats, labels: Labels, n: number, denominator: Denominator): void => {
    kernel.clear()
    if (n <= capacity) {
      counted.positives = passes.encode(n, half, bins.low, bins.scale, bins.last)
    } else {
      if (codes.length < n) codes = new Uint8Array(n)
      for (let from = 0; from < n; from += capacity) {
        const to = Math.min(n, from + capacity)
        load(passes, scores, labels, from, to)
        counted.positives = passes.encode(to - from, half, bins.low, bins.scale, bins.last)
        codes.set(part(kernel.codes, 0, to - from), from)
      }
    }
    counted.negatives = n - counted.positives
    counted.sampled = false
    Bins.find(histogram, bins, counted, denominator, found)
  }

  /** Finds the bin of the crossing. Returns false where the evaluation gives up. */
  const find = (passes: Passes, scores: Floats, labels: Labels, n: number, denominator: Denominator): boolean => {
    if (n <= capacity) load(passes, scores, labels, 0, n)
    if (!(n > capacity ? setBinsBySample(passes, scores, labels, n, denominator) : setBins(passes, n))) return false
    count(passes, scores, labels, n, denominator)
    if (counted.positives === 0 || counted.negatives === 0) return false
    // Outliers leave the others in a few bins, a sample may mislead, and ties stay together whatever the bins are.
    if (n <= capacity && n > 2 * sampleSize && Bins.crowded(found, counted)) {
      const changed = setBinsBySample(passes, scores, labels, n, denominator)
      load(passes, scores, labels, 0, n)
      if (changed) count(passes, scores, labels, n, denominator)
    }
    if (Bins.crowded(found, counted) && Bins.zoom(bins, found)) count(passes, scores, labels, n, denominator)
    return true
  }

  /** Narrows the rows in the bin of the crossing down to it. */
  const select = (scores: Floats, n: number): void => {
    if (score.length < found.rows) {
      score = new Float64Array(2 * found.rows)
      code = new Int32Array(2 * found.rows)
    }
    Rows.reserveCandidates(rows, score.length)
    let kept = 0
    for (let from = 0; from < n; from += capacity) {
      const to = Math.min(n, from + capacity)
      if (n > capacity) kernel.codes.set(codes.subarray(from, to))
      const here = kernel.collect(to - from, found.first)
      for (let k = 0; k < here; k++) {
        const row = kernel.rows[k]!
        const y = kernel.codes[row]! & 1
        rows.candidate[kept] = score[kept] = scores[from + row]! + (y === 0 ? half : -half)
        rows.code[kept] = code[kept] = 2 * (from + row) + y
        kept++
      }
    }
    crossing.negativesAbove = found.negativesAbove
    crossing.positivesAbove = found.positivesAbove
    narrow(rows, histograms, kept, crossing)
  }

  /** Writes all derivatives but those in the bin of the crossing, and returns their share of the value. */
  const settle = (
    passes: Passes,
    scores: Floats,
    n: number,
    gradient: Floats,
    left: Floats | undefined,
    right: Floats | undefined
  ): number => {
    kernel.setSlopes(found.first, bins.last, 1 / rows.negativeDenominator, -1 / rows.positiveDenominator)
    let aum = 0
    for (let from = 0; from < n; from += capacity) {
      const to = Math.min(n, from + capacity)
      if (n > capacity) {
        kernel.codes.set(codes.subarray(from, to))
        passes.scores.set(part(scores, from, to))
      }
      aum += passes.settle(to - from, found.first, crossing.score)
      const slope = slopesOf(passes, to - from)
      gradient.set(slope, from)
      left?.set(slope, from)
      right?.set(slope, from)
    }
    const positivesBelow = rows.positives - found.positivesAbove - histogram[2 * found.first + 1]!
    const slopes = found.negativesAbove / rows.negativeDenominator + positivesBelow / rows.positiveDenominator
    // No term is negative but by the rounding of these sums.
    return half === 0 ? aum : Math.max(0, aum + half * slopes)
  }

  /** Writes the derivatives in the bin of the crossing, but those of the tied, and returns their share of the value. */
  const settleBin = (gradient: Floats, left: Floats | undefined, right: Floats | undefined): number => {
    const perNegative = 1 / rows.negativeDenominator
    const perPositive = -1 / rows.positiveDenominator
    let aum = 0
    for (let k = 0; k < found.rows; k++) {
      const c = code[k]!
      const x = score[k]! - crossing.score
      const positive = (c & 1) === 1
      if (positive ? x >= 0 : x <= 0) continue
      const slope = positive ? perPositive : perNegative
      const i = c >> 1
      aum += slope * x
      gradient[i] = slope
      if (left !== undefined) left[i] = slope
      if (right !== undefined) right[i] = slope
    }
    return aum
  }

  return (
    scores: Floats,
    labels: Labels,
    n: number,
    { denominator, margin }: Variant,
    gradient: Floats,
    left: Floats | undefined,
    right: Floats | undefined
  ): number | undefined => {
    half = margin / 2
    const single =
      scores instanceof Float32Array &&
      gradient instanceof Float32Array &&
      Math.fround(half) === half &&
      !(left instanceof Float64Array || right instanceof Float64Array)
    const passes = single ? kernel.single : kernel.double
    if (!find(passes, scores, labels, n, denominator)) return undefined
    rows.weighted = false
    rows.positives = counted.positives
    rows.negatives = counted.negatives
    rows.negativeDenominator = denominator === "rate" ? rows.negatives : 1
    rows.positiveDenominator = denominator === "rate" ? rows.positives : 1
    select(scores, n)
    const aum = settle(passes, scores, n, gradient, left, right) + settleBin(gradient, left, right)
    if (!(aum < Infinity)) return undefined
    Tied.write(crossing, rows, gradient, left, right)
    return aum
  }
}
