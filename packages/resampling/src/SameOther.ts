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
import type { Algorithm } from "@rocflow/core/splitting/Folds"

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
