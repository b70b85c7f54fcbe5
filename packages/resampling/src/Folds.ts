/**
 * Assigns groups of rows to folds, so that every fold has about the same share of every stratum.
 *
 * A group may span strata, so this is a balancing problem, and both algorithms are greedy: sort the groups, hardest
 * first, and put each where it disturbs least. Write c[g,s] for the rows of group g in stratum s, total[s] for the rows
 * of stratum s, ideal[s] = total[s] / K, and n[s,f] for the rows of s already in fold f.
 *
 * - `rss` minimises the residual sum of squares Σ (n[s,f] − ideal[s])². Groups come by ascending Σ (c − ideal)², then
 *   descending size, then ascending Σ ideal·c, then at random. Adding g to f changes the sum by Σ 2·c·n[s,f] plus what
 *   does not depend on f; ties go to the least Σ max(0, n + c − ideal), then to the lowest fold. All terms are
 *   multiplied by K, hence integers: no tie depends on rounding. Without groups it is stratified K-fold with counts
 *   within one of each other. Time O(N + K·P) for P pairs (group, stratum), and one sort of the groups.
 * - `wasikowski` is what scikit-learn's StratifiedGroupKFold does: groups by descending standard deviation of their
 *   stratum counts, then at random; the fold minimises the mean over strata of the standard deviation over folds of
 *   n / total; ties go to the fold with fewest rows.
 *
 * Source: T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643).
 */
import { tally } from "./internal/tally.ts"
import type { Rows, Tally } from "./internal/tally.ts"

/** How groups are put into folds. */
export type Algorithm = "rss" | "wasikowski"

/** Rows with group and stratum coded from 0, every code below its count occurring. */
export interface Input extends Rows {
  /** The number of folds K, from 1 to the number of groups. */
  readonly folds: number
  readonly algorithm?: Algorithm
}

/** What shuffles: the part of a `Seed.Generator` that is needed here. */
export interface Shuffler {
  readonly shuffle: (array: Int32Array) => void
}

/**
 * Assigns a fold in [0, K) to every row. Rows of a group share their fold. Ties are broken by `random` only.
 *
 * ```ts
 * const five = Int32Array.of(0, 1, 2, 3, 4)
 * Folds.assign({ group: five, groups: 5, stratum: new Int32Array(5), strata: 1, folds: 2 }, { shuffle: () => {} })
 * // => Int32Array [0, 1, 0, 1, 0]
 * ```
 */
export const assign = (input: Input, random: Shuffler): Int32Array => {
  const counts = tally(input)
  const order = randomOrder(input, random)
  const foldOfGroup =
    input.algorithm === "wasikowski" ? wasikowski(input, counts, order) : leastSquares(input, counts, order)
  return Int32Array.from(input.group, (g) => foldOfGroup[g]!)
}

/** Groups by the place of their first row in a random order of the rows. */
const randomOrder = ({ group, groups }: Input, random: Shuffler): Int32Array => {
  const rows = Int32Array.from(group, (_, row) => row)
  random.shuffle(rows)
  const order = new Int32Array(groups)
  const seen = new Uint8Array(groups)
  let next = 0
  for (const row of rows) {
    const g = group[row]!
    if (seen[g] === 1) continue
    seen[g] = 1
    order[next++] = g
  }
  return order
}

const leastSquares = ({ folds, groups, strata }: Input, counts: Tally, order: Int32Array): Int32Array => {
  const { count, first, rowsOfGroup, rowsOfStratum, stratum } = counts
  const distance = new Float64Array(groups)
  const weight = new Float64Array(groups)
  for (let g = 0; g < groups; g++) {
    for (let p = first[g]!; p < first[g + 1]!; p++) {
      const c = count[p]!
      const product = rowsOfStratum[stratum[p]!]! * c
      distance[g]! += folds * c * c - 2 * product
      weight[g]! += product
    }
  }
  order.sort((a, b) => distance[a]! - distance[b]! || rowsOfGroup[b]! - rowsOfGroup[a]! || weight[a]! - weight[b]!)

  const filled = new Float64Array(strata * folds)
  const excess = new Float64Array(folds)
  const foldOfGroup = new Int32Array(groups)
  for (const g of order) {
    let best = 0
    let bestLoad = Infinity
    let bestExcess = Infinity
    for (let f = 0; f < folds; f++) {
      let load = 0
      let over = excess[f]!
      for (let p = first[g]!; p < first[g + 1]!; p++) {
        const n = filled[stratum[p]! * folds + f]!
        load += n * count[p]!
        over += growth(n, count[p]!, folds, rowsOfStratum[stratum[p]!]!)
      }
      if (load < bestLoad || (load === bestLoad && over < bestExcess)) {
        best = f
        bestLoad = load
        bestExcess = over
      }
    }
    foldOfGroup[g] = best
    excess[best] = bestExcess
    for (let p = first[g]!; p < first[g + 1]!; p++) filled[stratum[p]! * folds + best]! += count[p]!
  }
  return foldOfGroup
}

/** By how much K · max(0, n − ideal) grows when c rows come to n. */
const growth = (n: number, c: number, folds: number, total: number): number =>
  Math.max(0, folds * (n + c) - total) - Math.max(0, folds * n - total)

const wasikowski = ({ folds, groups, strata }: Input, counts: Tally, order: Int32Array): Int32Array => {
  const { count, first, rowsOfGroup, rowsOfStratum, stratum } = counts
  const spread = new Float64Array(groups)
  for (let g = 0; g < groups; g++) {
    for (let p = first[g]!; p < first[g + 1]!; p++) spread[g]! += strata * count[p]! * count[p]!
    spread[g]! -= rowsOfGroup[g]! * rowsOfGroup[g]!
  }
  order.sort((a, b) => spread[b]! - spread[a]!)

  const filled = new Float64Array(strata * folds)
  const squares = new Float64Array(strata)
  const placed = new Float64Array(strata)
  const rowsOfFold = new Float64Array(folds)
  const foldOfGroup = new Int32Array(groups)
  for (const g of order) {
    let best = 0
    let bestSpread = Infinity
    for (let f = 0; f < folds; f++) {
      // Only strata of this group change, and in each the sum of squares tells its variance over folds.
      let sum = 0
      for (let p = first[g]!; p < first[g + 1]!; p++) {
        const s = stratum[p]!
        const c = count[p]!
        const after = squares[s]! + c * (2 * filled[s * folds + f]! + c)
        const rows = placed[s]! + c
        sum += Math.sqrt(folds * after - rows * rows) / rowsOfStratum[s]!
      }
      if (sum < bestSpread || (sum === bestSpread && rowsOfFold[f]! < rowsOfFold[best]!)) {
        best = f
        bestSpread = sum
      }
    }
    foldOfGroup[g] = best
    rowsOfFold[best]! += rowsOfGroup[g]!
    for (let p = first[g]!; p < first[g + 1]!; p++) {
      const s = stratum[p]!
      const c = count[p]!
      squares[s]! += c * (2 * filled[s * folds + best]! + c)
      placed[s]! += c
      filled[s * folds + best]! += c
    }
  }
  return foldOfGroup
}
