/**
 * The splits of Same/Other/All cross-validation.
 */
import * as Seed from "@rocflow/core/Seed"
import { rowsWhere, type Split, type TrainSubsets } from "@rocflow/core/splitting/Split"
import * as Units from "@rocflow/core/splitting/Units"
import * as SameOther from "../SameOther.ts"

const letters = [
  ["all", "A"],
  ["other", "O"],
  ["same", "S"]
] as const

/**
 * Lists the splits, given the fold of every row. Order: train subsets (all, other, same), fold, test subset, draw, size.
 *
 * Downsampling is per cell (test subset, fold), train subset and draw: the (group, stratum) pairs of the candidates are
 * shuffled, the j-th of the L pairs of a stratum gets the value full · j / L, and a set of nominal size n keeps values
 * ≤ n. So each stratum keeps ⌊L · n / full⌋ pairs, small sets are nested in larger ones, and a group is kept whole when
 * any of its pairs is. A full set takes every candidate, whatever its nominal number, and is there once, not per draw.
 */
export const sameOther = (
  units: Units.Units,
  foldOf: Int32Array,
  folds: number,
  options: Omit<SameOther.Options, "folds" | "algorithm">,
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
  const full = SameOther.nominal(subset === undefined ? [units.groups] : countGroups(units, subset), folds)
  const ladders = full.map((own) =>
    SameOther.sizes(
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
const countGroups = (units: Units.Units, subset: Units.Codes): ReadonlyArray<number> => {
  const counts = subset.names.map(() => 0)
  for (const code of Units.tally(units, subset).stratum) counts[code]! += 1
  return counts
}

/** Prepares the drawing of nested training sets; the last function gives the rows of a nominal size. */
const downsampler = (units: Units.Units) => {
  const pairs = Units.tally(units)
  const strata = units.stratum.names.length
  const groupOfPair = new Int32Array(pairs.count.length)
  for (let g = 0; g < units.groups; g++) groupOfPair.fill(g, pairs.first[g]!, pairs.first[g + 1]!)

  return (candidates: Int32Array, full: number, random: Seed.Generator): ((size: number) => Int32Array) => {
    const seen = new Uint8Array(groupOfPair.length)
    const drawn = new Int32Array(candidates.length)
    const pairsOfStratum = new Int32Array(strata)
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
    const taken = new Int32Array(strata)
    for (const pair of order) {
      const s = pairs.stratum[pair]!
      taken[s]! += 1
      const g = groupOfPair[pair]!
      needed[g] = Math.min(needed[g]!, Math.ceil((full * taken[s]!) / pairsOfStratum[s]!))
    }
    return (size) => candidates.filter((row) => needed[units.group[row]!]! <= size)
  }
}
