/**
 * Selection of the crossing score: the highest score `s*` such that, calling every score from `s*` up positive,
 * FP/Dn ≥ FN/Dp. Expected time O(n), no allocation.
 *
 * Equal-width bins against radix digits of the float bits, histogram and compaction of 10⁶ normal float32 scores:
 *
 *     2048 equal bins   2.7 ms   0.20% of the rows left    16 KiB
 *     radix, 11 bits    2.9 ms   2.2%                      16 KiB
 *     radix, 16 bits    2.7 ms   0.07%                    512 KiB
 *
 * Equal bins are as fast, take both precisions by one map, and their number can shrink with n, where 512 KiB would have
 * to be cleared for every small batch. The price is that an outlier can hide all other scores in one bin: then further
 * histograms follow over a window taken from a sample, and when these hardly help (ties, or scores over hundreds of
 * octaves) a quickselect, which depends on the order of the scores only.
 */
import * as Histogram from "./aumHistogram.ts"
import { keepAll, partition } from "./aumPartition.ts"
import type { Rows } from "./aumRows.ts"
import type { Crossing } from "./aumTied.ts"

/** Partitioning is faster than a histogram at 32 rows and slower at 100. */
const fewRows = 48
/** So few candidates of so many rows are partitioned without a further histogram. */
const fewCandidates = 4096

/**
 * Finds the crossing among the first `n` candidates and writes it to `crossing`, which holds the masses above them.
 */
export const narrow = (rows: Rows, histograms: Histogram.Histograms, n: number, crossing: Crossing): void => {
  let candidates = n
  while (candidates > fewCandidates) {
    const before = candidates
    candidates = Histogram.overCandidates(rows, histograms, before, crossing)
    if (candidates > before / 2) break
  }
  partition(rows, candidates, crossing)
}

/**
 * Finds the crossing of the `n` rows, which must hold mass of both classes, and writes it to `crossing`.
 */
export const select = (rows: Rows, histograms: Histogram.Histograms, n: number, crossing: Crossing): void => {
  crossing.negativesAbove = 0
  crossing.positivesAbove = 0
  narrow(rows, histograms, n < fewRows ? keepAll(rows, n) : Histogram.overRows(rows, histograms, n, crossing), crossing)
}
