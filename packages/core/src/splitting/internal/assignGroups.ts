/**
 * The assignment of groups to folds: both algorithms of `Folds`, on codes that are known to be right.
 *
 * Once as few groups are left as there are empty folds, each goes into an empty one: where there are as many groups as
 * folds, no fold is ever empty.
 */
import { fillFolds } from "./fillFolds.ts"
import { countPairs, type Rows, type Tally } from "./tally.ts"

/** Rows with group and stratum coded from 0, every code below its count occurring. */
export interface Input extends Rows {
  /** The number of folds K, from 1 to the number of groups. */
  readonly folds: number
  readonly algorithm: "rss" | "wasikowski"
  /** The subset of each row, coded from 0, and their number: each fold gets rows of each, if that can be. */
  readonly subset?: { readonly codes: Int32Array; readonly names: number } | undefined
}

/** What shuffles: the part of a `Seed.Generator` that is needed here. */
export interface Shuffler {
  readonly shuffle: (array: Int32Array) => void
}

/** Assigns a fold in [0, K) to every row. Rows of a group share their fold. Ties are broken by `random` only. */
export const assignGroups = (input: Input, random: Shuffler): Int32Array => {
  const counts = countPairs(input)
  const order = randomOrder(input, random)
  const foldOfGroup =
    input.algorithm === "wasikowski" ? wasikowski(input, counts, order) : leastSquares(input, counts, order)
  if (input.subset !== undefined) {
    const { codes, names } = input.subset
    fillFolds(foldOfGroup, {
      folds: input.folds,
      byStratum: counts,
      strata: input.strata,
      bySubset: countPairs({ ...input, stratum: codes, strata: names }),
      subsets: names
    })
  }
  return input.group.map((g) => foldOfGroup[g]!)
}

/** Groups by the place of their first row in a random order of the rows. */
const randomOrder = ({ group, groups }: Input, random: Shuffler): Int32Array => {
  const rows = group.map((_, row) => row)
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

/**
 * Sorts groups, and leaves those in their order that are alike. Groups of one row, as rows without a group are, are alike
 * in each stratum: strata are sorted, and their rows dealt out.
 */
export const sortGroups = (order: Int32Array, counts: Tally, compare: (a: number, b: number) => number): void => {
  const { pairOfRow, rowsOfStratum, stratum } = counts
  if (pairOfRow.length > order.length) {
    order.sort(compare)
    return
  }
  const example = new Int32Array(rowsOfStratum.length)
  // Each group has one pair, which has its number.
  for (const g of order) example[stratum[g]!] = g
  example.sort(compare)
  const rank = new Int32Array(rowsOfStratum.length)
  example.forEach((g, i) => {
    const before = example[i - 1]
    if (before !== undefined) rank[stratum[g]!] = rank[stratum[before]!]! + (compare(before, g) === 0 ? 0 : 1)
  })
  const next = new Int32Array(rowsOfStratum.length + 1)
  for (const g of order) next[rank[stratum[g]!]! + 1]! += 1
  for (let r = 1; r < next.length; r++) next[r]! += next[r - 1]!
  for (const g of order.slice()) order[next[rank[stratum[g]!]!]!++] = g
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
  sortGroups(
    order,
    counts,
    (a, b) => distance[a]! - distance[b]! || rowsOfGroup[b]! - rowsOfGroup[a]! || weight[a]! - weight[b]!
  )

  const filled = new Float64Array(strata * folds)
  const excess = new Float64Array(folds)
  const foldOfGroup = new Int32Array(groups)
  const vacant = new Uint8Array(folds).fill(1)
  let vacancies = folds
  for (let i = 0; i < groups; i++) {
    const g = order[i]!
    const onlyVacant = groups - i <= vacancies
    let best = 0
    let bestLoad = Infinity
    let bestExcess = Infinity
    for (let f = 0; f < folds; f++) {
      if (onlyVacant && vacant[f] === 0) continue
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
    vacancies -= vacant[best]!
    vacant[best] = 0
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
  sortGroups(order, counts, (a, b) => spread[b]! - spread[a]!)

  const filled = new Float64Array(strata * folds)
  const squares = new Float64Array(strata)
  const placed = new Float64Array(strata)
  const rowsOfFold = new Float64Array(folds)
  const foldOfGroup = new Int32Array(groups)
  let vacancies = folds
  for (let i = 0; i < groups; i++) {
    const g = order[i]!
    const onlyVacant = groups - i <= vacancies
    let best = 0
    let bestSpread = Infinity
    for (let f = 0; f < folds; f++) {
      if (onlyVacant && rowsOfFold[f]! > 0) continue
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
    if (rowsOfFold[best] === 0) vacancies -= 1
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
