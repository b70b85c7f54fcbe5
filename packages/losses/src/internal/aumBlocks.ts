/**
 * The unweighted binary AUM by the compiled passes, in blocks that fit in their memory.
 *
 * 1. Bins: equal-width between the extremes, or, of more than one block, where a sample says that the crossing may be.
 * 2. Histogram of all rows: it gives the bin of the crossing exactly, and all counts above and below.
 * 3. Sweep: settles every row outside that bin, its derivative as well as its share of the value. With `s*` the crossing,
 *    Σ (s − s*) over the negatives above is Σ (s − upper) + their number · (upper − s*), without cancellation.
 * 4. The few rows in the bin are narrowed down to `s*` and settled one by one.
 */
import type { Kernel, Passes } from "../kernels/aumKernel.ts"
import * as Bins from "./aumBins.ts"
import type { Histograms } from "./aumHistogram.ts"
import * as Rows from "./aumRows.ts"
import type { Denominator, Floats, Labels } from "./aumRows.ts"
import { narrow } from "./aumSelect.ts"
import * as Tied from "./aumTied.ts"

/** Of more rows than one block holds, so many are looked at first. */
const sampleSize = 1024
/** How often bins may be made smaller: for the sample, and for all rows. */
const sampleZooms = 4
const mostZooms = 2

/** Copies rows from .. to − 1 to the start of `target`. */
const copy = (source: Labels, from: number, to: number, target: Floats): void =>
  target.set(from === 0 && to === source.length ? source : source.subarray(from, to))

/**
 * Makes the evaluation, which returns AUM and writes the derivatives as `aumLinear.ts` documents, or returns undefined
 * where the rows are of one class, or not finite, or constant, or too far apart to subtract.
 */
export const make = (kernel: Kernel, rows: Rows.Rows, histograms: Histograms, crossing: Tied.Crossing) => {
  const { candidates, capacity, codes, histogram, mostBins, result } = kernel
  const bins: Bins.Bins = { low: 0, scale: 0, last: 0 }
  const found: Bins.Found = { first: 0, last: 0, negativesAbove: 0, positivesAbove: 0, rows: 0 }
  const counted: Bins.Counted = { negatives: 0, positives: 0, sampled: false }
  /** How far negatives lie above the bin of the crossing, and positives below. */
  const beyond = { negatives: 0, positives: 0 }
  /** The rows in the bin of the crossing: selection reorders a copy. */
  let score = new Float64Array(0)
  let code = new Int32Array(0)
  /** Views of the last length asked for, so that the same length again makes no new ones. */
  let slope32 = kernel.single.gradient
  let slope64 = kernel.double.gradient

  const slopes = (passes: Passes, n: number): Floats => {
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

  const setBins = (n: number): boolean => {
    bins.low = result[0]!
    bins.last = Math.min(mostBins, 1 << (31 - Math.clz32(n >> 1)))
    bins.scale = bins.last / (result[1]! - bins.low)
    return bins.scale > 0 && bins.scale < Infinity
  }

  const countSample = (passes: Passes): void => {
    histogram.fill(0, 0, 2 * bins.last + 2)
    passes.countBins(sampleSize, bins.low, bins.scale, bins.last)
    counted.positives = result[0]!
    counted.negatives = sampleSize - counted.positives
    counted.sampled = true
  }

  /** Returns false if a score is not finite. */
  const countAll = (passes: Passes, scores: Floats, labels: Labels, n: number): boolean => {
    histogram.fill(0, 0, 2 * bins.last + 2)
    let positives = 0
    let finite = true
    for (let from = 0; from < n; from += capacity) {
      const to = Math.min(n, from + capacity)
      if (n > capacity) {
        copy(scores, from, to, passes.scores)
        copy(labels, from, to, passes.labels)
      }
      passes.countBins(to - from, bins.low, bins.scale, bins.last)
      positives += result[0]!
      finite &&= result[1] === 0
    }
    counted.positives = positives
    counted.negatives = n - positives
    counted.sampled = false
    return finite
  }

  /** Finds the bin of the crossing. Returns false where `evaluate` gives up. */
  const find = (passes: Passes, scores: Floats, labels: Labels, n: number, denominator: Denominator): boolean => {
    if (n > capacity) {
      sample(passes, scores, labels, n)
      passes.range(sampleSize)
      if (!setBins(n)) return false
      for (let zooms = 0; zooms < sampleZooms; zooms++) {
        countSample(passes)
        Bins.find(histogram, bins, counted, denominator, found)
        if (!Bins.zoom(bins, found) || !Bins.crowded(found, counted)) break
      }
    } else {
      copy(scores, 0, n, passes.scores)
      copy(labels, 0, n, passes.labels)
      passes.range(n)
      if (!setBins(n)) return false
    }
    for (let zooms = 0; ; zooms++) {
      if (!countAll(passes, scores, labels, n)) return false
      if (counted.positives === 0 || counted.negatives === 0) return false
      Bins.find(histogram, bins, counted, denominator, found)
      if (zooms === mostZooms || !Bins.crowded(found, counted) || !Bins.zoom(bins, found)) return true
    }
  }

  const reserve = (n: number): void => {
    if (score.length < n) {
      score = new Float64Array(2 * n)
      code = new Int32Array(2 * n)
    }
    Rows.reserveCandidates(rows, score.length)
  }

  const sweep = (
    passes: Passes,
    scores: Floats,
    labels: Labels,
    n: number,
    gradient: Floats,
    left: Floats | undefined,
    right: Floats | undefined
  ): void => {
    const bin = found.first
    const lower = Bins.lower(bins, bin)
    const upper = Bins.lower(bins, bin + 1)
    const perNegative = 1 / rows.negativeDenominator
    const perPositive = -1 / rows.positiveDenominator
    let kept = 0
    beyond.negatives = 0
    beyond.positives = 0
    for (let from = 0; from < n; from += capacity) {
      const to = Math.min(n, from + capacity)
      if (n > capacity) {
        copy(scores, from, to, passes.scores)
        copy(labels, from, to, passes.labels)
      }
      passes.sweep(to - from, bins.low, bins.scale, bins.last, bin, lower, upper, perNegative, perPositive)
      for (let k = 0; k < result[0]!; k++) {
        score[kept] = candidates[k]!
        code[kept++] = codes[k]! + 2 * from
      }
      beyond.negatives += result[1]!
      beyond.positives += result[2]!
      const slope = slopes(passes, to - from)
      gradient.set(slope, from)
      left?.set(slope, from)
      right?.set(slope, from)
    }
  }

  const select = (): void => {
    for (let k = 0; k < found.rows; k++) {
      rows.candidate[k] = score[k]!
      rows.code[k] = code[k]!
    }
    crossing.negativesAbove = found.negativesAbove
    crossing.positivesAbove = found.positivesAbove
    narrow(rows, histograms, found.rows, crossing)
  }

  /** Adds up the value and writes the derivatives of the rows in the bin that are not tied with the crossing. */
  const settle = (gradient: Floats, left: Floats | undefined, right: Floats | undefined): number => {
    const perNegative = 1 / rows.negativeDenominator
    const perPositive = -1 / rows.positiveDenominator
    const lower = Bins.lower(bins, found.first)
    const upper = Bins.lower(bins, found.first + 1)
    let { negatives, positives } = beyond
    let positivesIn = 0
    for (let k = 0; k < found.rows; k++) {
      const c = code[k]!
      const x = score[k]! - crossing.score
      let slope = 0
      positivesIn += c & 1
      if ((c & 1) === 0) {
        if (x <= 0) continue
        negatives += x
        slope = perNegative
      } else {
        if (x >= 0) continue
        positives -= x
        slope = perPositive
      }
      const i = c >> 1
      gradient[i] = slope
      if (left !== undefined) left[i] = slope
      if (right !== undefined) right[i] = slope
    }
    const positivesBelow = rows.positives - found.positivesAbove - positivesIn
    // Where nothing lies beyond the bin, its end may be anywhere, and the difference infinite.
    if (found.negativesAbove > 0) negatives += found.negativesAbove * (upper - crossing.score)
    if (positivesBelow > 0) positives += positivesBelow * (crossing.score - lower)
    return negatives / rows.negativeDenominator + positives / rows.positiveDenominator
  }

  return (
    scores: Floats,
    labels: Labels,
    n: number,
    denominator: Denominator,
    gradient: Floats,
    left: Floats | undefined,
    right: Floats | undefined
  ): number | undefined => {
    const single =
      scores instanceof Float32Array &&
      gradient instanceof Float32Array &&
      !(left instanceof Float64Array || right instanceof Float64Array)
    const passes = single ? kernel.single : kernel.double
    if (!find(passes, scores, labels, n, denominator)) return undefined
    rows.weighted = false
    rows.positives = counted.positives
    rows.negatives = counted.negatives
    rows.negativeDenominator = denominator === "rate" ? rows.negatives : 1
    rows.positiveDenominator = denominator === "rate" ? rows.positives : 1
    reserve(found.rows)
    sweep(passes, scores, labels, n, gradient, left, right)
    select()
    const aum = settle(gradient, left, right)
    Tied.write(crossing, rows, gradient, left, right)
    return aum
  }
}
