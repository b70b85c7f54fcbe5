/**
 * Compares training sets, and learners, by the scores of their jobs.
 *
 * - training on other subsets, or on all, with training on the same: {@link pvalues}, {@link downsampling}
 * - learners with each other, on the same splits: {@link learners}
 *
 * Scores are paired by their test set. Differences are compare − baseline: a positive one is worse for an error and
 * better for an AUC; {@link verdict} says which.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import { type CompareError, type Options, refuse, settings, type Settings } from "./CompareOptions.ts"
import { adjust, type Contrast, outcomeOf, pairOf, type Unadjusted } from "./Contrast.ts"
import { mean } from "./internal/statistics.ts"
import * as Score from "./Score.ts"
import type { Cell, ScoreRow, Value } from "./Score.ts"

export { learners } from "./CompareLearners.ts"
export type { LearnerOptions, LearnerTest, OneTestSet } from "./CompareLearners.ts"
export { baselines, CompareError, comparesLearners, unitRemark } from "./CompareOptions.ts"
export type { Options } from "./CompareOptions.ts"
export { powerRemark, pText, remarks, verdict } from "./Contrast.ts"
export type { Contrast, Verdict } from "./Contrast.ts"
export type { Estimate, NotTestable } from "./internal/statistics.ts"

/** The distribution of scores of one training set: a point and a segment of the plot. */
export interface Stat extends Cell {
  readonly mean: Value
  readonly sd: Value
  readonly n: number
  readonly undefinedCount: number
  /** mean − sd; the mean where the sd is undefined. */
  readonly lower: Value
  /** mean + sd; the mean where the sd is undefined. */
  readonly upper: Value
  /** Such as "0.9183 ± 0.0104". */
  readonly label: string
}

/** One test, of other or of all against same. */
export interface Test extends Contrast {
  readonly learner: string
  readonly comparison: "all-same" | "other-same"
  readonly compare: "all" | "other"
  /** Nominal sizes of the two training sets, in groups. */
  readonly sameSize: number
  readonly compareSize: number
}

const isFull = (row: ScoreRow): boolean => row.nTrainGroups === row.groups

const valueOf = (row: ScoreRow, measure: string): Value =>
  row.scores[measure] ?? Measure.undefinedBecause("not measured")

const statOf = (cell: Cell, rows: ReadonlyArray<ScoreRow>, { digits, measure }: Settings): Stat => {
  const { mean, n, sd, undefinedCount } = Score.summarise(rows.map((row) => valueOf(row, measure)))
  const spread = Score.isUndefined(sd) ? 0 : sd
  const shift = (by: number): Value => (Score.isUndefined(mean) ? mean : mean + by)
  const label = Score.isUndefined(mean)
    ? "undefined"
    : `${mean.toFixed(digits)}${Score.isUndefined(sd) ? "" : ` ± ${sd.toFixed(digits)}`}`
  return { ...cell, mean, sd, n, undefinedCount, lower: shift(-spread), upper: shift(spread), label }
}

const statsOf = (rows: ReadonlyArray<ScoreRow>, settings: Settings): ReadonlyArray<Stat> =>
  Score.byCell(rows).map(([cell, members]) => statOf(cell, members, settings))

const comparisons = ["other", "all"] as const

const testSet = (row: ScoreRow): string => JSON.stringify([row.repetition, row.testFold, row.seed])

const testsOf = (rows: ReadonlyArray<ScoreRow>, settings: Settings): ReadonlyArray<Test> => {
  const { measure } = settings
  const cells = Map.groupBy(rows, (row) => JSON.stringify([row.task, row.learner, row.resampling, row.testSubset]))
  const found = [...cells.values()].flatMap((members) => {
    const bySets = (name: string) =>
      new Map(members.filter((row) => row.trainSubsets === name).map((row) => [testSet(row), row]))
    const same = bySets("same")
    return comparisons.flatMap((name): ReadonlyArray<Unadjusted<Test>> => {
      const others = bySets(name)
      const [first] = others.values()
      const [firstSame] = same.values()
      if (first === undefined || firstSame === undefined) return []
      const sets = [...new Set([...same.keys(), ...others.keys()])]
      const { learner, resampling, task, testSubset } = first
      return [
        {
          task,
          learner,
          resampling,
          testSubset,
          comparison: `${name}-same`,
          compare: name,
          measure,
          sameSize: firstSame.nTrainGroups,
          compareSize: first.nTrainGroups,
          ...outcomeOf(
            sets.map((set) => pairOf(same.get(set), others.get(set), measure)),
            settings
          )
        }
      ]
    })
  })
  return adjust(found, ({ learner, resampling, task }) => [task, resampling, settings.baselines.has(learner)], settings)
}

const nothing = refuse(
  "NothingToCompare",
  "a score table",
  "compares no training sets",
  'Use the resampling sameOther with subsets "SO", "SA" or "SOA", or compare learners.'
)

/**
 * Summarises the scores of full training sets: mean, sd, count and a label for each task, learner, resampling, test
 * subset and train subsets. Ordinary resamplings have the train subsets "same" and the test subset "full".
 */
export const stats = (
  rows: ReadonlyArray<ScoreRow>,
  options: Options = {}
): Effect.Effect<ReadonlyArray<Stat>, CompareError> =>
  Effect.map(settings(rows, options), (settings) => statsOf(rows.filter(isFull), settings))

/**
 * Tests other − same and all − same on full training sets, for each task, learner, resampling and test subset.
 *
 * Scores are paired by repetition, fold and re-draw. With J pairs, mean difference d and standard deviation s of the
 * differences, the corrected resampled t-test has
 *
 *     t = d / (s · √(1/J + n_test/n_train)),   J − 1 degrees of freedom
 *
 * where n_train are the rows of the smaller of the two training sets, both sizes as the splits have them. `p` is its
 * two-sided p-value, `lower` and `upper` its interval at 1 − alpha, and `pHolm` is `p` adjusted over the family: the tests
 * of one task, resampling and measure; those of learners that ignore the features make another one. `p` and the interval belong
 * together and are of this test alone; only `pHolm` knows of the others. Beside them stand `pPaired`, of the naive paired t-test, and `pWelch`, of the
 * unpaired one.
 *
 * *Gotchas*: all of it, Welch's test and the means too, is of complete pairs; `unpaired` counts those left out (Welch's
 * test in R uses every score, so it differs where some are missing). Where a test is undefined (one pair, or all
 * differences equal) it is `{ notTestable: reason }`, never 0 or 1, and does not count in the family. Rows of
 * `Score.planned` that wait for a job are counted by `open`.
 *
 * *Errors*: `CompareError` for no rows, no or several measures, and nothing to compare.
 *
 * ```ts
 * const tests = yield* Compare.pvalues(Score.table(results), { measure: "auc" })
 * tests[0].label // => "P = 0.0243"
 * Compare.verdict(tests[0], "maximise") // => "worse"
 * ```
 *
 * Sources: T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643), whose p-values are
 * `pPaired` and `pWelch`; C. Nadeau and Y. Bengio, Machine Learning 52, 2003; S. Holm, Scandinavian Journal of Statistics
 * 6, 1979.
 */
export const pvalues = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoreRow>,
  options: Options = {}
): Effect.fn.Return<ReadonlyArray<Test>, CompareError> {
  const tests = testsOf(rows.filter(isFull), yield* settings(rows, options))
  return tests.length === 0 ? yield* nothing : tests
})

/** Statistics and tests at one kind of training set size. */
export interface Panel {
  readonly stats: ReadonlyArray<Stat>
  readonly tests: ReadonlyArray<Test>
}

/** Comparisons of full training sets, and of sets that are equally large. */
export interface Downsampling {
  readonly full: Panel
  readonly smallest: Panel
}

/**
 * Compares at full size, and at the smallest size that all train subsets of a test subset have in common.
 *
 * A difference that vanishes at equal size is an effect of the sample size; one that stays is a difference between the
 * subsets. Needs a resampling with `sizes` ≥ 0. Scores of several re-draws are averaged within their test set, so that
 * pairs are test sets.
 *
 * *Errors*: those of {@link pvalues}, and `CompareError` when nothing was downsampled.
 */
export const downsampling = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoreRow>,
  options: Options = {}
): Effect.fn.Return<Downsampling, CompareError> {
  const given = yield* settings(rows, options)
  const small = [
    ...Map.groupBy(rows, (row) => JSON.stringify([row.task, row.learner, row.resampling, row.testSubset])).values()
  ].flatMap(smallestCommon)
  const averaged = [...Map.groupBy(small, drawOf).values()].map((draws) => average(draws, given.measure))
  if (averaged.length === 0) {
    return yield* refuse(
      "NotDownsampled",
      "a score table",
      "has no train subsets of equal size",
      "Use the resampling sameOther with sizes = 0."
    )
  }
  const panel = (rows: ReadonlyArray<ScoreRow>): Panel => ({ stats: statsOf(rows, given), tests: testsOf(rows, given) })
  const found = { full: panel(rows.filter(isFull)), smallest: panel(averaged) }
  return found.full.tests.length === 0 ? yield* nothing : found
})

/** The rows of one test subset at the smallest size common to its train subsets; none without downsampled rows. */
const smallestCommon = (rows: ReadonlyArray<ScoreRow>): ReadonlyArray<ScoreRow> => {
  if (rows.every(isFull)) return []
  const bySubset = Map.groupBy(rows, (row) => row.trainSubsets)
  const [first = new Set<number>(), ...rest] = Array.from(
    bySubset.values(),
    (rows) => new Set(rows.map((row) => row.nTrainGroups))
  )
  const common = [...first].filter((size) => rest.every((sizes) => sizes.has(size)))
  const size = Math.min(...common)
  return bySubset.size < 2 ? [] : rows.filter((row) => row.nTrainGroups === size)
}

const drawOf = (row: ScoreRow): string =>
  JSON.stringify([
    row.task,
    row.learner,
    row.resampling,
    row.testSubset,
    row.trainSubsets,
    row.repetition,
    row.testFold
  ])

/** One row for all re-draws of a training set; undefined draws are left out, unless all are. */
const average = (draws: ReadonlyArray<ScoreRow>, measure: string): ScoreRow => {
  const values = draws.map((row) => valueOf(row, measure))
  const defined = values.filter(Measure.isDefined)
  return {
    ...draws[0]!,
    status: draws.some(({ status }) => status === "open") ? "open" : draws[0]!.status,
    seed: 0,
    trainRows: mean(draws.map((row) => row.trainRows)),
    scores: { [measure]: defined.length === 0 ? values[0]! : mean(defined) }
  }
}
