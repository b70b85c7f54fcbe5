/**
 * Which learner is better, on the same splits?
 */
import type { TrainSubsets } from "@rocflow/core/splitting/Split"
import * as Effect from "effect/Effect"
import { type CompareError, type Options, refuse, settings, type Settings } from "./CompareOptions.ts"
import { adjust, type Contrast, outcomeOf, type Paired, pairOf, type Unadjusted } from "./Contrast.ts"
import { type Estimate, mean } from "./internal/statistics.ts"
import type { ScoreRow } from "./Score.ts"

/** One test, of a learner against another one. */
export interface LearnerTest extends Contrast {
  readonly learner: string
  /** The learner that it is compared with. */
  readonly baseline: string
  readonly trainSubsets: TrainSubsets
  /** Whether the pairs are means over all test subsets; `testSubset` is "overall" then. */
  readonly overall: boolean
}

/**
 * Tests two learners on the rows of the one test set that they share, by their predictions; undefined where that cannot
 * be done, or not for this measure.
 */
export type OneTestSet = (
  measure: string,
  baseline: ScoreRow,
  compare: ScoreRow
) => { readonly p: Estimate; readonly lower: Estimate; readonly upper: Estimate } | undefined

/** How to compare learners. */
export interface LearnerOptions extends Options {
  /** DeLong's test, from stored predictions; score tables have none. Its interval should have the level 1 − alpha. */
  readonly oneTestSet?: OneTestSet
}

const fold = (row: ScoreRow): string => JSON.stringify([row.repetition, row.testFold, row.seed])

/** The scores of one learner on one kind of split, by test set. */
type ByTestSet = ReadonlyMap<string, ScoreRow>

const byTestSet = (rows: ReadonlyArray<ScoreRow>): ByTestSet =>
  new Map(rows.map((row) => [JSON.stringify([fold(row), row.testSubset]), row]))

/** How often a training row occurs in the training sets that a fold has, one for each test subset. */
const occurrences = (trainSubsets: TrainSubsets, testSubsets: number): number =>
  trainSubsets === "all" ? testSubsets : trainSubsets === "other" ? Math.max(1, testSubsets - 1) : 1

/** The pairs of the test subsets of a fold as one: their mean, in which every test subset counts the same. */
const together = (paired: ReadonlyArray<Paired>, rows: ReadonlyArray<ScoreRow>): Paired => {
  if (paired.includes("open")) return "open"
  const pairs = paired.filter((pair) => typeof pair === "object")
  if (pairs.length < paired.length) return "undefined"
  const sum = (of: (row: ScoreRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const trained = sum((row) => row.trainRows) / occurrences(rows[0]!.trainSubsets, rows.length)
  return {
    baseline: mean(pairs.map((pair) => pair.baseline)),
    compare: mean(pairs.map((pair) => pair.compare)),
    testShare: sum((row) => row.testRows) / trained
  }
}

interface Two {
  readonly baseline: ByTestSet
  readonly compare: ByTestSet
}

const setsOf = ({ baseline, compare }: Two): ReadonlyArray<string> => [
  ...new Set([...baseline.keys(), ...compare.keys()])
]

const onSubset = (two: Two, settings: Settings, oneTestSet: OneTestSet | undefined) => {
  const sets = setsOf(two)
  const paired = sets.map((set) => pairOf(two.baseline.get(set), two.compare.get(set), settings.measure))
  const outcome = outcomeOf(paired, settings)
  const [set] = sets
  if (set === undefined || sets.length > 1 || typeof paired[0] !== "object") return outcome
  const shared = oneTestSet?.(settings.measure, two.baseline.get(set)!, two.compare.get(set)!)
  return shared === undefined ? outcome : { ...outcome, ...shared, method: "DeLong" as const }
}

const overall = (two: Two, settings: Settings) => {
  const rowOf = (set: string): ScoreRow => (two.compare.get(set) ?? two.baseline.get(set))!
  const folds = Map.groupBy(setsOf(two), (set) => fold(rowOf(set)))
  return outcomeOf(
    [...folds.values()].map((sets) =>
      together(
        sets.map((set) => pairOf(two.baseline.get(set), two.compare.get(set), settings.measure)),
        sets.map(rowOf)
      )
    ),
    settings
  )
}

/** Tests all pairs of learners on the splits of one task, resampling and kind of training set. */
const testsOf = (
  rows: ReadonlyArray<ScoreRow>,
  settings: Settings,
  oneTestSet: OneTestSet | undefined
): ReadonlyArray<Unadjusted<LearnerTest>> => {
  const { resampling, task, trainSubsets } = rows[0]!
  const names = [...new Set(rows.map(({ learner }) => learner))]
  const of = (testSubset: string | undefined) => {
    const sets = (learner: string) =>
      byTestSet(
        rows.filter((row) => row.learner === learner && (testSubset === undefined || row.testSubset === testSubset))
      )
    const found = names.map(sets)
    return names.flatMap((baseline, i) =>
      names.slice(i + 1).map((learner, j): Unadjusted<LearnerTest> => {
        const two = { baseline: found[i]!, compare: found[i + 1 + j]! }
        return {
          task,
          resampling,
          trainSubsets,
          learner,
          baseline,
          testSubset: testSubset ?? "overall",
          overall: testSubset === undefined,
          measure: settings.measure,
          ...(testSubset === undefined ? overall(two, settings) : onSubset(two, settings, oneTestSet))
        }
      })
    )
  }
  const subsets = [...new Set(rows.map(({ testSubset }) => testSubset))]
  return [...subsets.flatMap(of), ...(subsets.length > 1 ? of(undefined) : [])]
}

/**
 * Tests each pair of learners on full training sets: for each task, resampling, train subsets and test subset, and
 * overall, where a pair is the mean over the test subsets of a fold.
 *
 * The difference is `learner` − `baseline`; the baseline is the one that comes first in the table. Every learner of a task
 * has the same splits, so scores are paired by test set and tested as by `pvalues`. Overall, n_test are the test rows of
 * all test subsets of the fold and n_train the training rows, each counted once. A family of Holm's method are the pairs
 * of learners with the same task, resampling, train subsets and test subset. Whether a learner is better than nothing is
 * another question than which is the best: pairs with a learner that ignores the features make a family of their own.
 *
 * Where learners share a single test set (a holdout) there is one pair, and nothing to estimate a spread from; then
 * `oneTestSet` may test them by the rows of the test set, as DeLong's test does for the AUC.
 *
 * *Gotchas*: complete pairs only, as in `pvalues`; a fold counts overall only if all of its test subsets do.
 *
 * *Errors*: `CompareError` for no rows, no or several measures, and fewer than two learners.
 *
 * ```ts
 * const tests = yield* Compare.learners(Score.table(results), { measure: "auc" })
 * tests.map(({ baseline, label, learner }) => [learner, baseline, label]) // => [["linear AUM", "Featureless", "P = 0.0011"]]
 * ```
 *
 * Sources: C. Nadeau and Y. Bengio, Machine Learning 52, 2003; E. R. DeLong et al., Biometrics 44, 1988; S. Holm,
 * Scandinavian Journal of Statistics 6, 1979.
 */
export const learners = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoreRow>,
  options: LearnerOptions = {}
): Effect.fn.Return<ReadonlyArray<LearnerTest>, CompareError> {
  const given = yield* settings(rows, options)
  const full = rows.filter((row) => row.nTrainGroups === row.groups)
  const blocks = Map.groupBy(full, (row) => JSON.stringify([row.task, row.resampling, row.trainSubsets]))
  const found = [...blocks.values()].flatMap((block) => testsOf(block, given, options.oneTestSet))
  if (found.length === 0) {
    return yield* refuse("NothingToCompare", "a score table", "has one learner", "Compare it with another one.")
  }
  return adjust(
    found,
    ({ baseline, learner, overall, resampling, task, testSubset, trainSubsets }) => [
      task,
      resampling,
      trainSubsets,
      testSubset,
      overall,
      given.baselines.has(learner) || given.baselines.has(baseline)
    ],
    given
  )
})
