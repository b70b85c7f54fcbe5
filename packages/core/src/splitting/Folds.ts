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
 * In both, once as few groups are left as there are empty folds, each goes into an empty one. With `everySubset` the same
 * is seen to for every subset, after the assignment.
 *
 * Source: T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643).
 */
import * as Result from "effect/Result"
import * as Seed from "../Seed.ts"
import { assignGroups, type Input } from "./internal/assignGroups.ts"
import { SplitProblem } from "./SplitProblem.ts"
import type { Units } from "./Units.ts"

/** How groups are put into folds. @category models */
export type Algorithm = Input["algorithm"]

/** How many folds, and how groups are dealt to them. @category models */
export interface Options {
  /** The number of folds K, from 1 to the number of groups. */
  readonly folds: number
  /** Default: `rss`. */
  readonly algorithm?: Algorithm
  /**
   * Whether every fold gets rows of every subset, where a subset has groups enough. Default false. The assignment stays
   * that of the algorithm unless a fold lacks a subset; then the groups are moved or swapped that disturb least.
   */
  readonly everySubset?: boolean
}

const checkFolds = (folds: number, { groups, unit }: Units): SplitProblem | undefined => {
  if (!Number.isInteger(folds) || folds < 1) {
    return new SplitProblem({
      reason: "InvalidOption",
      given: `folds = ${folds}`,
      rule: "is not a whole number of at least 1",
      advice: `Use up to ${groups} folds.`
    })
  }
  if (folds <= groups) return undefined
  return new SplitProblem({
    reason: "TooManyFolds",
    given: `folds = ${folds}`,
    rule: `is more than the ${groups} ${unit}s`,
    advice: `Use at most ${groups} folds.`
  })
}

/**
 * Assigns a fold in [0, K) to every row: the rows of a group to one, and at least one group to each. A fold role has no
 * say here.
 *
 * Deterministic in the units and the seed, which breaks ties.
 *
 * *Errors*: `SplitProblem` for `folds` that is no whole number from 1 to the number of groups.
 *
 * @example
 * Folds.assign(units, { folds: 2 }, Seed.root(1)) // of 5 rows: three in one fold, two in the other
 * @category constructors
 */
export const assign = (
  units: Units,
  { algorithm = "rss", everySubset = false, folds }: Options,
  seed: Seed.Seed
): Result.Result<Int32Array, SplitProblem> => {
  const problem = checkFolds(folds, units)
  if (problem !== undefined) return Result.fail(problem)
  const { group, groups, stratum } = units
  const subset = everySubset && units.subset !== undefined ? units.subset : undefined
  const rows = {
    group,
    groups,
    stratum: stratum.codes,
    strata: stratum.names.length,
    subset: subset && { codes: subset.codes, names: subset.names.length }
  }
  return Result.succeed(assignGroups({ ...rows, folds, algorithm }, Seed.generator(seed)))
}
