/**
 * One tested difference, compare − baseline, and what it shows. All comparisons of a run, in the terminal and in the
 * report, are made here.
 *
 * The test is the corrected resampled t-test of Nadeau and Bengio: scores of folds are not independent, because folds
 * share training rows, and a naive paired t-test calls chance a finding several times too often. Its p-values are then
 * adjusted by Holm's method over a family of tests, and the verdict looks at those.
 *
 * Sources: C. Nadeau and Y. Bengio, Inference for the generalization error, Machine Learning 52, 2003; S. Holm, A simple
 * sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979; E. R. DeLong et al.,
 * Comparing the areas under two or more correlated ROC curves, Biometrics 44, 1988.
 */
import type * as Measure from "@rocflow/core/learning/Measure"
import { type Settings, usualBaselines } from "./CompareOptions.ts"
import { compare, type Estimate, holm, type Outcome, type Pair } from "./internal/statistics.ts"
import type { ScoreRow } from "./Score.ts"
import * as StudentT from "./StudentT.ts"

/** A difference and its test; differences are compare − baseline. */
export interface Contrast extends Outcome {
  readonly task: string
  readonly resampling: string
  readonly testSubset: string
  readonly measure: string
  /** The test of `p`, `lower` and `upper`. */
  readonly method: "corrected resampled t-test" | "DeLong"
  /** Test sets left out because one of the two scores is undefined or absent. */
  readonly unpaired: number
  /** Test sets that wait for a job. */
  readonly open: number
  /** The number of tests that `pHolm` is adjusted for. */
  readonly family: number
  /** `p`, adjusted by Holm's method over its family. */
  readonly pHolm: Estimate
  /**
   * What |effectSize| must exceed for `pHolm` to be below alpha where it is the clearest difference of its family:
   * t(1 − alpha/2m) · standardError / diffSd, for m tests.
   */
  readonly leastEffectSize: Estimate
  /** Whether `pHolm` is below alpha. */
  readonly significant: boolean
  /** Of `pHolm`, such as "P = 0.1234" or "P < 0.0001". */
  readonly label: string
}

/** A contrast whose family is not known yet. */
export type Unadjusted<A extends Contrast = Contrast> = Omit<A, keyof Adjusted>

/** What a contrast has of its family. */
type Adjusted = Pick<Contrast, "family" | "pHolm" | "leastEffectSize" | "significant" | "label">

/** The scores of one test set: a pair, or why they make none. */
export type Paired = Pair | "open" | "undefined"

/** Pairs the scores of a test set. */
export const pairOf = (baseline: ScoreRow | undefined, compare: ScoreRow | undefined, measure: string): Paired => {
  if (baseline?.status === "open" || compare?.status === "open") return "open"
  const a = baseline?.scores[measure]
  const b = compare?.scores[measure]
  if (typeof a !== "number" || typeof b !== "number") return "undefined"
  return { baseline: a, compare: b, testShare: compare!.testRows / Math.min(compare!.trainRows, baseline!.trainRows) }
}

/** Tests the pairs that are complete, and counts the others. */
export const outcomeOf = (
  paired: ReadonlyArray<Paired>,
  { alpha }: Settings
): Outcome & Pick<Contrast, "method" | "unpaired" | "open"> => {
  const pairs = paired.filter((pair) => typeof pair === "object")
  const open = paired.filter((pair) => pair === "open").length
  const outcome = compare(pairs, 1 - alpha)
  const waiting = { notTestable: `${pairs.length} of ${pairs.length + open} pairs are finished` }
  return {
    ...outcome,
    ...(open > 0 && typeof outcome.p !== "number"
      ? { p: waiting, pPaired: waiting, pWelch: waiting, lower: waiting, upper: waiting }
      : {}),
    method: "corrected resampled t-test",
    unpaired: paired.length - pairs.length - open,
    open
  }
}

/** Adjusts p-values by Holm's method within families. */
export const adjust = <A extends Unadjusted>(
  found: ReadonlyArray<A>,
  familyOf: (contrast: A) => ReadonlyArray<string | boolean>,
  { alpha, digits }: Settings
): ReadonlyArray<A & Adjusted> => {
  const families = Map.groupBy(found, (contrast) => JSON.stringify(familyOf(contrast)))
  const adjusted = new Map(
    [...families.values()].flatMap((members) => {
      const ps = holm(members.map(({ p }) => p))
      const family = ps.filter((p) => typeof p === "number").length
      return members.map((contrast, i) => [contrast, { pHolm: ps[i]!, family }] as const)
    })
  )
  return found.map((contrast) => {
    const { family, pHolm } = adjusted.get(contrast)!
    const significant = typeof pHolm === "number" && pHolm < alpha
    const leastEffectSize = leastOf(contrast, alpha / family)
    return { ...contrast, family, pHolm, leastEffectSize, significant, label: labelOf(pHolm, digits) }
  })
}

/** The effect size whose p-value is alpha. */
const leastOf = ({ diffSd, pairs, standardError }: Unadjusted, alpha: number): Estimate =>
  typeof standardError === "number" && typeof diffSd === "number"
    ? (StudentT.quantile(1 - alpha / 2, pairs - 1) * standardError) / diffSd
    : standardError

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

/** What a test shows; "higher" and "lower" are of measures that do not say which way is better. */
export type Verdict = "better" | "worse" | "higher" | "lower" | "no difference shown" | "not testable"

/**
 * Says what a test shows of `compare`: the one verdict of the terminal and the report.
 *
 * It goes by `pHolm`. *Gotcha*: "no difference shown" does not mean that there is none; look at the interval.
 *
 * @example
 * Compare.verdict({ meanDiff: -0.2, pHolm: 0.01, significant: true }, "maximise") // => "worse"
 */
export const verdict = (
  { meanDiff, pHolm, significant }: Pick<Contrast, "meanDiff" | "pHolm" | "significant">,
  direction: Measure.Measure["direction"]
): Verdict => {
  if (typeof pHolm !== "number" || typeof meanDiff !== "number") return "not testable"
  if (!significant || meanDiff === 0) return "no difference shown"
  if (direction === undefined) return meanDiff > 0 ? "higher" : "lower"
  return meanDiff > 0 === (direction === "maximise") ? "better" : "worse"
}

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`

/** The sizes of the families that have tests: "12", or "3 to 6". */
const sizes = (contrasts: ReadonlyArray<Contrast>): string => {
  const found = contrasts.map(({ family }) => family).filter((family) => family > 0)
  const [least, most] = [Math.min(...found), Math.max(...found)]
  return least === most ? String(most) : `${least} to ${most}`
}

/** Beyond so many standard deviations, differences of scores are so clear that nobody needs a test. */
const hopeless = 3

/**
 * Says so where folds are too few for the number of tests: where even the clearest difference must be more than three times its
 * standard deviation over folds.
 */
export const powerRemark = (
  contrasts: ReadonlyArray<{
    readonly pairs: number
    readonly family: number
    readonly leastEffectSize: Estimate | null
  }>
): ReadonlyArray<string> => {
  const weak = contrasts.flatMap(({ family, leastEffectSize, pairs }) =>
    typeof leastEffectSize === "number" && leastEffectSize > hopeless ? [{ family, leastEffectSize, pairs }] : []
  )
  if (weak.length === 0) return []
  const { family, leastEffectSize, pairs } = weak.reduce((a, b) => (b.leastEffectSize > a.leastEffectSize ? b : a))
  return [
    `These folds can show large differences only: with ${times(pairs, "pair")} and ${times(family, "test")}, even the clearest one ` +
      `must be more than ${leastEffectSize.toFixed(leastEffectSize < 10 ? 1 : 0)} times its standard deviation over folds. That no ` +
      `difference is shown says little here; more folds, or repetitions of them, tell more.`
  ]
}

/**
 * Says what has to be said below a table of tests, a sentence or two each; `naive` says whether the table has the
 * interval, P and the naive P besides P (Holm), `baselines` which learners ignore the features.
 */
export const remarks = (
  contrasts: ReadonlyArray<Contrast & { readonly learner: string; readonly baseline?: string }>,
  {
    baselines = usualBaselines,
    naive = true
  }: { readonly baselines?: ReadonlyArray<string>; readonly naive?: boolean } = {}
): ReadonlyArray<string> => {
  const unpaired = contrasts.reduce((total, each) => total + each.unpaired, 0)
  const reasons = Map.groupBy(
    contrasts.flatMap(({ p }) => (typeof p === "number" ? [] : [p.notTestable])),
    (reason) => reason
  )
  const ofLearners = contrasts.some((contrast) => "baseline" in contrast)
  const families = ofLearners
    ? "pairs of learners on the same test and training sets"
    : "tests of the same task and measure"
  const isApart = contrasts.some(
    ({ baseline = "", family, learner }) => family > 0 && (baselines.includes(learner) || baselines.includes(baseline))
  )
  const apart = isApart ? "; those with a learner that ignores the features make a family of their own" : ""
  return [
    ...(contrasts.some(({ p, method }) => typeof p === "number" && method !== "DeLong")
      ? [
          "Tested by the corrected resampled t-test (Nadeau and Bengio 2003), which allows for folds that share training " +
            "rows."
        ]
      : []),
    ...(naive ? ["The naive P is of a paired t-test that takes folds for independent; it is too small."] : []),
    ...(contrasts.some(({ method }) => method === "DeLong")
      ? ["Where learners share one test set, the interval and P are of DeLong's test of the AUC on its rows (1988)."]
      : []),
    ...(contrasts.some(({ family }) => family > 1)
      ? [
          `P (Holm) is adjusted for the ${sizes(contrasts)} ${families} (Holm 1979)${apart}.` +
            (naive
              ? " It decides what is better or worse; the 95 % interval and P are of each difference by itself."
              : "")
        ]
      : []),
    ...powerRemark(contrasts),
    ...(unpaired > 0
      ? [`Only test sets with both scores are compared; ${times(unpaired, "pair")} with an undefined one left out.`]
      : []),
    ...Array.from(reasons, ([reason, all]) => `Not testable: ${reason} (${times(all.length, "test")}).`)
  ]
}
