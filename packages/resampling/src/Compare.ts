/**
 * Compares training on other subsets, or on all, with training on the same subset.
 *
 * For each task, learner, resampling and test subset, the scores of other and of all are paired with those of same by
 * their test set, and the mean difference is tested. Differences are compare − same: a positive one is worse for an
 * error and better for an AUC.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Estimate, Outcome, Pair } from "./internal/statistics.ts"
import { compare, holm, mean } from "./internal/statistics.ts"
import * as Score from "./Score.ts"
import type { Cell, ScoreRow, Value } from "./Score.ts"

export type { Estimate, NotTestable } from "./internal/statistics.ts"

/** Says why scores cannot be compared: what was given, which rule it breaks, what to do. */
export class CompareError extends Schema.TaggedError<CompareError>()("CompareError", {
  reason: Schema.Literals([
    "NoScores",
    "UnknownMeasure",
    "SeveralMeasures",
    "NothingToCompare",
    "NotDownsampled",
    "InvalidOption"
  ]),
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.given} ${this.rule}. ${this.advice}`
  }
}

/** How to compare. */
export interface Options {
  /** The measure; may be left out when the table has one. */
  readonly measure?: string
  /** The level below which an adjusted p-value counts as significant; 0.05 by default. */
  readonly alpha?: number
  /** Decimals of labels; 4 by default. */
  readonly digits?: number
}

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
export interface Test extends Outcome {
  readonly task: string
  readonly learner: string
  readonly resampling: string
  readonly testSubset: string
  readonly comparison: "all-same" | "other-same"
  readonly compare: "all" | "other"
  readonly measure: string
  /** Nominal sizes of the two training sets, in groups. */
  readonly sameSize: number
  readonly compareSize: number
  /** Test sets left out because one of the two scores is undefined or absent. */
  readonly unpaired: number
  /** Adjusted by Holm's method over all tests of the table. */
  readonly pPairedHolm: Estimate
  readonly pWelchHolm: Estimate
  readonly pCorrectedHolm: Estimate
  /** Whether the adjusted paired p-value is below alpha. */
  readonly significant: boolean
  /** Of the unadjusted paired test, such as "P = 0.1234" or "P < 0.0001". */
  readonly label: string
}

/** What has to be said beside any table of these p-values. */
export const caution =
  "Folds share training rows, so the paired and Welch p-values are too small; pCorrected allows for it (Nadeau and " +
  "Bengio 2003). Only the columns named Holm are adjusted for multiple tests, over all tests of the table."

const refuse = (reason: CompareError["reason"], given: string, rule: string, advice: string) =>
  Effect.fail(new CompareError({ reason, given, rule, advice }))

interface Settings {
  readonly measure: string
  readonly alpha: number
  readonly digits: number
}

const settings = Effect.fnUntraced(function* (
  rows: ReadonlyArray<ScoreRow>,
  { alpha = 0.05, digits = 4, measure }: Options
): Effect.fn.Return<Settings, CompareError> {
  if (rows.length === 0) {
    return yield* refuse("NoScores", "a score table without rows", "has nothing to compare", "Run some jobs first.")
  }
  if (!Number.isInteger(digits) || digits < 0 || digits > 20) {
    return yield* refuse("InvalidOption", `digits = ${digits}`, "is not a number of decimals", "Use 0 to 20.")
  }
  if (!(alpha > 0 && alpha < 1)) {
    return yield* refuse("InvalidOption", `alpha = ${alpha}`, "is not between 0 and 1", "Use 0.05, for example.")
  }
  const known = Score.measures(rows)
  const list = known.join(", ")
  if (measure === undefined) {
    const [only] = known
    if (only !== undefined && known.length === 1) return { measure: only, alpha, digits }
    return yield* refuse(
      "SeveralMeasures",
      `measures ${list}`,
      "are more or less than one",
      "Name the measure to compare."
    )
  }
  if (!known.includes(measure)) {
    return yield* refuse("UnknownMeasure", `measure "${measure}"`, "is not in the score table", `Use one of: ${list}.`)
  }
  return { measure, alpha, digits }
})

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

/**
 * Writes a p-value as people do: with so many decimals, or as less than the least that these can show.
 *
 * @example
 * Compare.pText(0.00001) // => "< 0.0001"
 */
export const pText = (p: Estimate | null, digits = 4): string => {
  if (typeof p !== "number") return "not testable"
  return p < 10 ** -digits ? `< ${(10 ** -digits).toFixed(digits)}` : p.toFixed(digits)
}

const labelOf = (p: Estimate, digits: number): string =>
  typeof p !== "number" ? pText(p) : `P ${pText(p, digits).replace(/^(?=\d)/, "= ")}`

type Untested = Omit<Test, "pPairedHolm" | "pWelchHolm" | "pCorrectedHolm" | "significant">

const comparisons = ["other", "all"] as const

const testSet = (row: ScoreRow): string => JSON.stringify([row.repetition, row.testFold, row.seed])

const testsOf = (rows: ReadonlyArray<ScoreRow>, { alpha, digits, measure }: Settings): ReadonlyArray<Test> => {
  const cells = Map.groupBy(rows, (row) => JSON.stringify([row.task, row.learner, row.resampling, row.testSubset]))
  const found = [...cells.values()].flatMap((members) => {
    const same = new Map(members.filter((row) => row.trainSubsets === "same").map((row) => [testSet(row), row]))
    return comparisons.flatMap((name): ReadonlyArray<Untested> => {
      const others = members.filter((row) => row.trainSubsets === name)
      const [first] = others
      const [firstSame] = same.values()
      if (first === undefined || firstSame === undefined) return []
      const pairs = others.flatMap((row) => pairOf(same.get(testSet(row)), row, measure))
      const outcome = compare(pairs)
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
          unpaired: Math.max(same.size, others.length) - pairs.length,
          ...outcome,
          label: labelOf(outcome.pPaired, digits)
        }
      ]
    })
  })
  const paired = holm(found.map((test) => test.pPaired))
  const welch = holm(found.map((test) => test.pWelch))
  const corrected = holm(found.map((test) => test.pCorrected))
  return found.map((test, i) => adjusted(test, paired[i]!, welch[i]!, corrected[i]!, alpha))
}

const adjusted = (
  test: Untested,
  pPairedHolm: Estimate,
  pWelchHolm: Estimate,
  pCorrectedHolm: Estimate,
  alpha: number
): Test => ({
  ...test,
  pPairedHolm,
  pWelchHolm,
  pCorrectedHolm,
  significant: typeof pPairedHolm === "number" && pPairedHolm < alpha
})

const pairOf = (same: ScoreRow | undefined, row: ScoreRow, measure: string): ReadonlyArray<Pair> => {
  if (same === undefined) return []
  const a = valueOf(same, measure)
  const b = valueOf(row, measure)
  if (typeof a !== "number" || typeof b !== "number") return []
  return [{ same: a, compare: b, testShare: row.testRows / Math.min(row.trainRows, same.trainRows) }]
}

const nothing = refuse(
  "NothingToCompare",
  "a score table",
  "compares no training sets",
  'Use the resampling sameOther with subsets "SO", "SA" or "SOA".'
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
 * Scores are paired by repetition, fold and re-draw. Where a test is undefined (one pair, or all differences equal) the
 * p-value is `{ notTestable: reason }`, never 0 or 1. See {@link caution} for what the p-values do not allow for.
 *
 * *Errors*: `CompareError` for no rows, no or several measures, and nothing to compare.
 *
 * ```ts
 * const tests = yield* Compare.pvalues(Score.table(results), { measure: "auc" })
 * tests[0].label // => "P = 0.0003"
 * ```
 *
 * Source: T. D. Hocking et al., SOAK, Statistical Analysis and Data Mining 2026 (arXiv 2410.08643).
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
    seed: 0,
    trainRows: mean(draws.map((row) => row.trainRows)),
    scores: { [measure]: defined.length === 0 ? values[0]! : mean(defined) }
  }
}
