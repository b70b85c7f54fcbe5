/**
 * Equal-width histograms of the masses of both classes. The bin of a score, `⌊(s − low)·scale⌋`, is weakly monotone in
 * floating point (also when `scale` over- or underflows: bins only become fewer), hence tied scores never part.
 */
import { crosses } from "./aumRows.ts"
import type { Rows } from "./aumRows.ts"
import type { Crossing } from "./aumTied.ts"

export interface Histograms {
  readonly counts: Int32Array
  readonly masses: Float64Array
  readonly sample: Float64Array
}

const mostBins = 2048
const sampleSize = 64
/** The window of a further histogram leaves out this many of the lowest and highest scores of the sample. */
const trimmed = 6

/** Makes the memory; the bins of both classes alternate: negatives at 2·bin, positives at 2·bin + 1. */
export const make = (): Histograms => ({
  counts: new Int32Array(2 * mostBins + 2),
  masses: new Float64Array(2 * mostBins + 2),
  sample: new Float64Array(sampleSize)
})

const countRows = (rows: Rows, counts: Int32Array, n: number, low: number, scale: number): void => {
  const { label, score } = rows
  for (let i = 0; i < n; i++) counts[2 * (((score[i]! - low) * scale) | 0) + label[i]!]! += 1
}

const weighRows = (rows: Rows, masses: Float64Array, n: number, low: number, scale: number): void => {
  const { label, mass, score } = rows
  for (let i = 0; i < n; i++) masses[2 * (((score[i]! - low) * scale) | 0) + label[i]!]! += mass[i]!
}

/** The bin of a score when scores below and above the window go to the first and to the last bin. */
const clampedBin = (s: number, low: number, scale: number): number => {
  const position = (s - low) * scale
  return position > 0 ? (position < mostBins ? position | 0 : mostBins) : 0
}

const weighCandidates = (rows: Rows, masses: Float64Array, n: number, low: number, scale: number): void => {
  const { candidate, code, mass, weighted } = rows
  for (let k = 0; k < n; k++) {
    const c = code[k]!
    masses[2 * clampedBin(candidate[k]!, low, scale) + (c & 1)]! += weighted ? mass[c >> 1]! : 1
  }
}

/** Walks down from the highest bin, adds the masses it passes to `crossing`, and returns the bin of the crossing. */
const walk = (rows: Rows, histogram: Int32Array | Float64Array, bins: number, crossing: Crossing): number => {
  let falsePositives = crossing.negativesAbove
  let truePositives = crossing.positivesAbove
  let bin = bins
  for (; bin > 0; bin--) {
    const negatives = histogram[2 * bin]!
    const positives = histogram[2 * bin + 1]!
    if (crosses(rows, falsePositives + negatives, truePositives + positives)) break
    falsePositives += negatives
    truePositives += positives
  }
  crossing.negativesAbove = falsePositives
  crossing.positivesAbove = truePositives
  return bin
}

const keepRows = (rows: Rows, n: number, low: number, scale: number, bin: number): number => {
  const { candidate, code, label, score } = rows
  let kept = 0
  for (let i = 0; i < n; i++) {
    const s = score[i]!
    if ((((s - low) * scale) | 0) === bin) {
      candidate[kept] = s
      code[kept++] = 2 * i + label[i]!
    }
  }
  return kept
}

const keepCandidates = (rows: Rows, n: number, low: number, scale: number, bin: number): number => {
  const { candidate, code } = rows
  let kept = 0
  for (let k = 0; k < n; k++) {
    const s = candidate[k]!
    if (clampedBin(s, low, scale) === bin) {
      candidate[kept] = s
      code[kept++] = code[k]!
    }
  }
  return kept
}

/** Makes the rows of the bin of the crossing the candidates and returns their number. */
export const overRows = (rows: Rows, histograms: Histograms, n: number, crossing: Crossing): number => {
  const bins = Math.min(mostBins, 1 << (31 - Math.clz32(n >> 1)))
  const low = rows.lowest
  const scale = bins / (rows.highest - low)
  const histogram = rows.weighted ? histograms.masses : histograms.counts
  histogram.fill(0, 0, 2 * bins + 2)
  if (rows.weighted) weighRows(rows, histograms.masses, n, low, scale)
  else countRows(rows, histograms.counts, n, low, scale)
  return keepRows(rows, n, low, scale, walk(rows, histogram, bins, crossing))
}

/**
 * Narrows the first `n` candidates down by one more histogram and returns how many are left. Its window comes from a
 * sample, so that scores far out do not matter.
 */
export const overCandidates = (rows: Rows, histograms: Histograms, n: number, crossing: Crossing): number => {
  const { masses, sample } = histograms
  for (let k = 0; k < sampleSize; k++) sample[k] = rows.candidate[Math.floor((k * n) / sampleSize)]!
  sample.sort()
  const low = sample[trimmed]!
  const scale = mostBins / (sample[sampleSize - 1 - trimmed]! - low)
  masses.fill(0)
  weighCandidates(rows, masses, n, low, scale)
  return keepCandidates(rows, n, low, scale, walk(rows, masses, mostBins, crossing))
}
