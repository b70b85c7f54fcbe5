/**
 * The splits of the ordinary resamplings: cross-validation, holdout, bootstrap, and so on.
 *
 * What is drawn are groups (single rows when there is no group role). Cross-validation balances strata by `Folds`. The
 * others draw groups at random within strata; a group that spans strata is counted in the one with most of its rows.
 */
import * as Seed from "@rocflow/core/Seed"
import * as Folds from "../Folds.ts"
import { rowsWhere } from "./split.ts"
import type { Split } from "./split.ts"
import { tally } from "./tally.ts"
import type { Units } from "./units.ts"

type Place = Partial<Pick<Split, "testFold" | "repetition">>

const ordinary = (iteration: number, place: Place, groups: number, train: Int32Array, test: Int32Array): Split => ({
  iteration,
  testSubset: "full",
  trainSubsets: "same",
  groups,
  testFold: place.testFold ?? 0,
  seed: 0,
  nTrainGroups: groups,
  repetition: place.repetition ?? 0,
  train,
  test
})

const range = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, i) => i)

const drawSeed = (seed: Seed.Seed, repetition: number): Seed.Generator =>
  Seed.generator(Seed.derive(seed, "draw", repetition))

/** Draws folds over the whole table, or takes those of the fold role. */
export const foldsOf = (
  units: Units,
  folds: number,
  algorithm: Folds.Algorithm,
  seed: Seed.Seed,
  repetition = 0
): Int32Array =>
  units.fold?.codes ??
  Folds.assign({ ...units, folds, algorithm }, Seed.generator(Seed.derive(seed, "folds", repetition)))

/** K splits per repetition; each fold is the test set once. */
export const crossValidation = (units: Units, folds: number, repeats: number, seed: Seed.Seed): ReadonlyArray<Split> =>
  range(repeats).flatMap((repetition) => {
    const foldOf = foldsOf(units, folds, "rss", seed, repetition)
    return range(folds).map((testFold) =>
      ordinary(
        repetition * folds + testFold,
        { testFold, repetition },
        Math.floor((units.groups * (folds - 1)) / folds),
        rowsWhere(units.rows, (row) => foldOf[row] !== testFold),
        rowsWhere(units.rows, (row) => foldOf[row] === testFold)
      )
    )
  })

/** The groups of each stratum; a group belongs to the stratum with most of its rows, the first of several. */
const groupsByStratum = (units: Units): ReadonlyArray<Int32Array> => {
  const pairs = tally(units)
  const main = new Int32Array(units.groups)
  for (let g = 0; g < units.groups; g++) {
    let best = pairs.first[g]!
    for (let p = best + 1; p < pairs.first[g + 1]!; p++) if (pairs.count[p]! > pairs.count[best]!) best = p
    main[g] = pairs.stratum[best]!
  }
  return range(units.strata)
    .map((stratum) => rowsWhere(units.groups, (g) => main[g] === stratum))
    .filter((members) => members.length > 0)
}

/**
 * Shares out `ratio` of each stratum in whole groups: rounded along the cumulative sum, so that every stratum is within
 * one group of its share and the total is rounded once.
 */
const quotas = (strata: ReadonlyArray<Int32Array>, ratio: number): ReadonlyArray<number> => {
  let sofar = 0
  return strata.map((members) => {
    const before = Math.round(sofar * ratio)
    sofar += members.length
    return Math.round(sofar * ratio) - before
  })
}

/** Splits that train on a random share `ratio` of the groups, without replacement, and test on the others. */
export const subsampling = (units: Units, repeats: number, ratio: number, seed: Seed.Seed): ReadonlyArray<Split> => {
  const strata = groupsByStratum(units)
  const quota = quotas(strata, ratio)
  return range(repeats).map((repetition) => {
    const random = drawSeed(seed, repetition)
    const isTrain = new Uint8Array(units.groups)
    for (const [s, members] of strata.entries()) {
      const order = members.slice()
      random.shuffle(order)
      for (const g of order.subarray(0, quota[s])) isTrain[g] = 1
    }
    return ordinary(
      repetition,
      { repetition },
      quota.reduce((sum, n) => sum + n, 0),
      rowsWhere(units.rows, (row) => isTrain[units.group[row]!] === 1),
      rowsWhere(units.rows, (row) => isTrain[units.group[row]!] === 0)
    )
  })
}

/** Splits that train on groups drawn with replacement, and test on those never drawn. */
export const bootstrap = (units: Units, repeats: number, ratio: number, seed: Seed.Seed): ReadonlyArray<Split> => {
  const strata = groupsByStratum(units)
  const quota = quotas(strata, ratio)
  return range(repeats).map((repetition) => {
    const random = drawSeed(seed, repetition)
    const times = new Int32Array(units.groups)
    for (const [s, members] of strata.entries()) {
      for (let i = 0; i < quota[s]!; i++) times[members[random.below(members.length)]!]! += 1
    }
    const train: Array<number> = []
    for (let row = 0; row < units.rows; row++) {
      for (let i = times[units.group[row]!]!; i > 0; i--) train.push(row)
    }
    return ordinary(
      repetition,
      { repetition },
      quota.reduce((sum, n) => sum + n, 0),
      Int32Array.from(train),
      rowsWhere(units.rows, (row) => times[units.group[row]!] === 0)
    )
  })
}

/** One split per group, which is its test set. Groups come by their first row. */
export const leaveOneOut = (units: Units): ReadonlyArray<Split> => {
  const seen = new Set<number>(units.group)
  return [...seen].map((g, i) =>
    ordinary(
      i,
      { testFold: i },
      units.groups - 1,
      rowsWhere(units.rows, (row) => units.group[row] !== g),
      rowsWhere(units.rows, (row) => units.group[row] === g)
    )
  )
}

/** One split that trains and tests on all rows. */
export const insample = (units: Units): ReadonlyArray<Split> => {
  const all = rowsWhere(units.rows, () => true)
  return [ordinary(0, {}, units.groups, all, all)]
}

/** The splits given by their rows. Their nominal size is the mean one, so that they are one cell of a score table. */
export const custom = (
  units: Units,
  train: ReadonlyArray<ReadonlyArray<number>>,
  test: ReadonlyArray<ReadonlyArray<number>>
): ReadonlyArray<Split> => {
  const sizes = train.map((rows) => new Set(rows.map((row) => units.group[row])).size)
  const groups = Math.floor(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)
  return train.map((rows, i) =>
    ordinary(i, { testFold: i }, groups, Int32Array.from(rows).sort(), Int32Array.from(test[i]!).sort())
  )
}
