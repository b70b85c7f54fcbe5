/**
 * SOAK: Same/Other/All K-fold cross-validation.
 *
 * Rows fall into subsets (regions, years, sites). To predict in subset S, is it better to train on S (*same*), on the
 * rest (*other*), or on both (*all*)? For each subset S and fold k the test rows are those of S in fold k, identical
 * for the three, so that differences are paired; the training rows are those of S, of the rest, or all, in the other
 * folds. Training sets can also be cut to equal sizes, which separates what the rows are from how many they are.
 *
 * Source: T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643).
 */
import * as Seed from "@rocflow/core/Seed"
import type { Algorithm } from "./Folds.ts"
import { rowsWhere } from "./internal/split.ts"
import type { Split, TrainSubsets } from "./internal/split.ts"
import { tally } from "./internal/tally.ts"
import type { Units } from "./internal/units.ts"

/** Which train subsets are compared: any of **s**ame, **o**ther, **a**ll. */
export type Selection = "S" | "O" | "A" | "SO" | "SA" | "SOA"

/** The parameters of SOAK. */
export interface Options {
  /** The number of folds, at least 2; a fold role takes its place. */
  readonly folds: number
  /** −1: full training sets only; 0: also all at the smallest size; m ≥ 1: also m sizes below it, see {@link sizes}. */
  readonly sizes: number
  /** The factor between two sizes, in [0, 1]. */
  readonly ratio: number
  /** How many times the downsampling order is drawn, at least 1; not a random seed. */
  readonly seeds: number
  readonly subsets: Selection
  /** Ordinary cross-validation, as if there were one subset. */
  readonly ignoreSubset: boolean
  readonly algorithm: Algorithm
}

/** Nominal numbers of groups in the full training sets of one test subset. */
export interface Nominal {
  readonly all: number
  readonly other: number
  readonly same: number
}

const letters = [
  ["all", "A"],
  ["other", "O"],
  ["same", "S"]
] as const

/**
 * Computes the nominal sizes of full training sets, in groups, for each test subset:
 * same = ⌊groups of S · (K − 1) / K⌋, all = the sum of these floors, other = all − same.
 *
 * ```ts
 * SameOther.nominal([105, 32, 52], 3)[0] // => { all: 125, other: 55, same: 70 }, and not all = ⌊189 · 2 / 3⌋ = 126
 * ```
 */
export const nominal = (groupsOfSubset: ReadonlyArray<number>, folds: number): ReadonlyArray<Nominal> => {
  const same = groupsOfSubset.map((groups) => Math.floor((groups * (folds - 1)) / folds))
  const all = same.reduce((sum, size) => sum + size, 0)
  return same.map((size) => ({ all, other: all - size, same: size }))
}

/**
 * Lists the training set sizes of each train subset, ascending, given the full sizes of the selected ones.
 *
 * With `sizes` = −1 only the full size; 0: also the smallest of the full sizes; m ≥ 1: of the pool of all full sizes and
 * ⌊min · ratio^j⌋ for j = 1..m, those up to the own full size. Sizes below one group are left out.
 *
 * ```ts
 * SameOther.sizes([126], 4, 0.8) // => [[51, 64, 80, 100, 126]]
 * SameOther.sizes([700, 600, 100], 0, 0.5) // => [[100, 700], [100, 600], [100]]
 * ```
 */
export const sizes = (
  full: ReadonlyArray<number>,
  sizes: number,
  ratio: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const least = Math.min(...full)
  const steps = Array.from({ length: Math.max(0, sizes) }, (_, j) => Math.floor(least * ratio ** (j + 1)))
  const pool = sizes < 0 ? [] : sizes === 0 ? [least] : [...full, ...steps]
  return full.map((own) => [...new Set([...pool.filter((size) => size >= 1 && size < own), own])].sort((a, b) => a - b))
}

/**
 * Lists the splits, given the fold of every row. Order: train subsets (all, other, same), fold, test subset, draw, size.
 *
 * Downsampling is per cell (test subset, fold), train subset and draw: the (group, stratum) pairs of the candidates are
 * shuffled, the j-th of the L pairs of a stratum gets the value full · j / L, and a set of nominal size n keeps values
 * ≤ n. So each stratum keeps ⌊L · n / full⌋ pairs, small sets are nested in larger ones, and a group is kept whole when
 * any of its pairs is. A full set takes every candidate, whatever its nominal number, and is there once, not per draw.
 */
export const splits = (
  units: Units,
  foldOf: Int32Array,
  folds: number,
  options: Omit<Options, "folds" | "algorithm">,
  seed: Seed.Seed
): ReadonlyArray<Split> => {
  const subset = options.ignoreSubset || units.subset?.names.length === 1 ? undefined : units.subset
  const subsetOf = subset?.codes ?? new Int32Array(units.rows)
  const names = subset?.names ?? ["full"]
  const selected = letters.flatMap(([name, letter]) => {
    const isSelected = subset === undefined ? name === "same" : options.subsets.includes(letter)
    return isSelected ? [name] : []
  })

  const tests = Array.from({ length: folds }, (_, fold) =>
    names.map((_, code) => rowsWhere(units.rows, (row) => foldOf[row] === fold && subsetOf[row] === code))
  )
  const full = nominal(countGroups(units, subsetOf, names.length), folds)
  const ladders = full.map((own) =>
    sizes(
      selected.map((name) => own[name]),
      options.sizes,
      options.ratio
    )
  )
  const downsample = downsampler(units)
  const found: Array<Split> = []
  for (const [which, trainSubsets] of selected.entries()) {
    for (let testFold = 0; testFold < folds; testFold++) {
      const candidatesOf = (code: number) =>
        rowsWhere(units.rows, (row) => foldOf[row] !== testFold && isCandidate(trainSubsets, subsetOf[row]!, code))
      // The rows of all subsets are the same for each, and with many subsets too many to have them more than once.
      const shared = trainSubsets === "all" ? candidatesOf(0) : undefined
      for (const [code, testSubset] of names.entries()) {
        const candidates = shared ?? candidatesOf(code)
        const groups = full[code]![trainSubsets]
        const test = tests[testFold]![code]!
        const push = (draw: number, nTrainGroups: number, train: Int32Array) =>
          found.push({
            iteration: found.length,
            testSubset,
            trainSubsets,
            groups,
            testFold,
            seed: draw,
            nTrainGroups,
            repetition: 0,
            train,
            test
          })
        const smaller = ladders[code]![which]!.filter((size) => size < groups)
        for (let draw = 0; draw < options.seeds; draw++) {
          if (smaller.length > 0) {
            const path = ["downsample", testSubset, testFold, trainSubsets, draw] as const
            const keep = downsample(candidates, groups, Seed.generator(Seed.derive(seed, ...path)))
            for (const size of smaller) push(draw, size, keep(size))
          }
          if (draw === 0) push(draw, groups, candidates)
        }
      }
    }
  }
  return found
}

const isCandidate = (trainSubsets: TrainSubsets, subset: number, testSubset: number): boolean =>
  trainSubsets === "all" || (subset === testSubset) === (trainSubsets === "same")

/** The number of groups with a row in each subset. */
const countGroups = ({ group, groups }: Units, subsetOf: Int32Array, subsets: number): ReadonlyArray<number> => {
  const pairs = tally({ group, groups, stratum: subsetOf, strata: subsets })
  const counts = Array.from({ length: subsets }, () => 0)
  for (const subset of pairs.stratum) counts[subset]! += 1
  return counts
}

/** Prepares the drawing of nested training sets; the last function gives the rows of a nominal size. */
const downsampler = (units: Units) => {
  const pairs = tally(units)
  const groupOfPair = new Int32Array(pairs.count.length)
  for (let g = 0; g < units.groups; g++) groupOfPair.fill(g, pairs.first[g]!, pairs.first[g + 1]!)

  return (candidates: Int32Array, full: number, random: Seed.Generator): ((size: number) => Int32Array) => {
    const seen = new Uint8Array(groupOfPair.length)
    const drawn = new Int32Array(candidates.length)
    const pairsOfStratum = new Int32Array(units.strata)
    let n = 0
    for (const row of candidates) {
      const pair = pairs.pairOfRow[row]!
      if (seen[pair] === 1) continue
      seen[pair] = 1
      drawn[n++] = pair
      pairsOfStratum[pairs.stratum[pair]!]! += 1
    }
    const order = drawn.subarray(0, n)
    random.shuffle(order)

    // The smallest nominal size that keeps a group, rounded up to a whole number of groups.
    const needed = new Float64Array(units.groups).fill(Infinity)
    const taken = new Int32Array(units.strata)
    for (const pair of order) {
      const s = pairs.stratum[pair]!
      taken[s]! += 1
      const g = groupOfPair[pair]!
      needed[g] = Math.min(needed[g]!, Math.ceil((full * taken[s]!) / pairsOfStratum[s]!))
    }
    return (size) => candidates.filter((row) => needed[units.group[row]!]! <= size)
  }
}
