/**
 * The splits of the ordinary resamplings: cross-validation, holdout, bootstrap, and so on.
 *
 * What is drawn are groups (single rows when there is no group role). Cross-validation balances strata by `Folds`; the
 * others draw a share of each stratum by `Draw`.
 */
import * as Seed from "@rocflow/core/Seed"
import * as Draw from "@rocflow/core/splitting/Draw"
import * as Folds from "@rocflow/core/splitting/Folds"
import { rowsWhere, type Split } from "@rocflow/core/splitting/Split"
import type { SplitProblem } from "@rocflow/core/splitting/SplitProblem"
import type { Units } from "@rocflow/core/splitting/Units"
import * as Result from "effect/Result"

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

/** Draws folds over the whole table, or takes those of the fold role. */
export const foldsOf = (
  units: Units,
  folds: number,
  algorithm: Folds.Algorithm,
  seed: Seed.Seed,
  { everySubset = false, repetition = 0 }: { readonly everySubset?: boolean; readonly repetition?: number } = {}
): Result.Result<Int32Array, SplitProblem> =>
  units.fold === undefined
    ? Folds.assign(units, { folds, algorithm, everySubset }, Seed.derive(seed, "folds", repetition))
    : Result.succeed(units.fold.codes)

/** K splits per repetition; each fold is the test set once. */
export const crossValidation = (
  units: Units,
  folds: number,
  repeats: number,
  seed: Seed.Seed
): Result.Result<ReadonlyArray<Split>, SplitProblem> =>
  Result.map(
    Result.all(range(repeats).map((repetition) => foldsOf(units, folds, "rss", seed, { repetition }))),
    (drawn) =>
      drawn.flatMap((foldOf, repetition) =>
        range(folds).map((testFold) =>
          ordinary(
            repetition * folds + testFold,
            { testFold, repetition },
            Math.floor((units.groups * (folds - 1)) / folds),
            rowsWhere(units.rows, (row) => foldOf[row] !== testFold),
            rowsWhere(units.rows, (row) => foldOf[row] === testFold)
          )
        )
      )
  )

/** Splits that train on a random share `ratio` of the groups, without replacement, and test on the others. */
export const subsampling = (units: Units, repeats: number, ratio: number, seed: Seed.Seed): ReadonlyArray<Split> => {
  const shares = Draw.shares(units, ratio)
  return range(repeats).map((repetition) => {
    const times = Draw.without(shares, Seed.derive(seed, "draw", repetition))
    return ordinary(
      repetition,
      { repetition },
      shares.total,
      rowsWhere(units.rows, (row) => times[units.group[row]!] === 1),
      rowsWhere(units.rows, (row) => times[units.group[row]!] === 0)
    )
  })
}

/** Splits that train on groups drawn with replacement, and test on those never drawn. */
export const bootstrap = (units: Units, repeats: number, ratio: number, seed: Seed.Seed): ReadonlyArray<Split> => {
  const shares = Draw.shares(units, ratio)
  return range(repeats).map((repetition) => {
    const times = Draw.withReplacement(shares, Seed.derive(seed, "draw", repetition))
    const train: Array<number> = []
    for (let row = 0; row < units.rows; row++) {
      for (let i = times[units.group[row]!]!; i > 0; i--) train.push(row)
    }
    return ordinary(
      repetition,
      { repetition },
      shares.total,
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

/** How rows in an order are divided; see `Resampling.forward`. */
export interface Chain {
  readonly folds: number
  readonly window: "expanding" | "sliding"
  readonly horizon?: number
  readonly gap: number
}

/** The place of each row among the times of its series, and how many times each series has. */
const places = (units: Units, time: Int32Array): { readonly place: Int32Array; readonly times: Int32Array } => {
  const series = units.unit === "group" ? units.group : new Int32Array(units.rows)
  const order = Int32Array.from({ length: units.rows }, (_, row) => row).sort((a, b) => time[a]! - time[b]!)
  const count = units.unit === "group" ? units.groups : 1
  const times = new Int32Array(count)
  const last = new Int32Array(count).fill(-1)
  const place = new Int32Array(units.rows)
  for (const row of order) {
    const own = series[row]!
    if (time[row] !== last[own]) {
      times[own]! += 1
      last[own] = time[row]!
    }
    place[row] = times[own]! - 1
  }
  return { place, times: Int32Array.from(series, (own) => times[own]!) }
}

/** The number of times that the first training set has in a series of so many; none is left where it is below 1. */
export const firstWindow = (times: number, { folds, gap, horizon }: Chain): number => {
  const tested = horizon ?? Math.floor(times / (folds + 1))
  return tested < 1 ? 0 : times - folds * tested - gap
}

/**
 * Splits that train on earlier and test on later times, within each series. A series of T times is tested in its last
 * K · h ones, h at a time.
 */
export const forward = (units: Units, time: Int32Array, chain: Chain): ReadonlyArray<Split> => {
  const { folds, gap, horizon, window } = chain
  const { place, times } = places(units, time)
  const splits = range(folds).map((fold) => {
    const sides = (row: number): "train" | "test" | undefined => {
      const tested = horizon ?? Math.floor(times[row]! / (folds + 1))
      const from = times[row]! - (folds - fold) * tested
      const at = place[row]!
      if (at >= from) return at < from + tested ? "test" : undefined
      const first = window === "sliding" ? from - gap - firstWindow(times[row]!, chain) : 0
      return at >= first && at < from - gap ? "train" : undefined
    }
    return {
      train: rowsWhere(units.rows, (row) => sides(row) === "train"),
      test: rowsWhere(units.rows, (row) => sides(row) === "test")
    }
  })
  const size = Math.floor(splits.reduce((sum, { train }) => sum + train.length, 0) / folds)
  return splits.map(({ test, train }, fold) => ordinary(fold, { testFold: fold }, size, train, test))
}

/** The shortest series has so many times; one series without a group role. */
export const shortest = (units: Units, time: Int32Array): number =>
  places(units, time).times.reduce((least, times) => Math.min(least, times), Number.POSITIVE_INFINITY)

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
