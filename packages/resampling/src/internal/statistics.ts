/**
 * The arithmetic behind score tables: moments, t tests, Holm's adjustment. Pure functions of arrays of numbers.
 */
import * as StudentT from "../StudentT.ts"

/** Says why a test has no answer, where another program would print NaN, 0 or 1. */
export interface NotTestable {
  readonly notTestable: string
}

/** A number, or why there is none. */
export type Estimate = number | NotTestable

export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The standard deviation with n − 1; NaN for fewer than two values. */
export const sd = (values: ReadonlyArray<number>): number => {
  const center = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1))
}

/**
 * The moments of values that count by weights: the mean, the standard deviation without bias of the weights, and Kish's
 * effective number of values, which is n where all weights are equal.
 */
export const moments = (values: ReadonlyArray<{ readonly value: number; readonly weight: number }>) => {
  const total = (f: (each: { readonly value: number; readonly weight: number }) => number) =>
    values.reduce((sum, each) => sum + f(each), 0)
  const first = total(({ weight }) => weight)
  const second = total(({ weight }) => weight ** 2)
  const center = total(({ value, weight }) => weight * value) / first
  const squares = total(({ value, weight }) => weight * (value - center) ** 2)
  return { center, spread: Math.sqrt(squares / (first - second / first)), effective: first ** 2 / second }
}

/** Scores of a test set by what is compared and by its baseline, and the sizes of the sets. */
export interface Pair {
  readonly baseline: number
  readonly compare: number
  /** Rows of the test set over rows of the smaller training set. */
  readonly testShare: number
}

/** The outcome of comparing paired scores; differences are compare − baseline. */
export interface Outcome {
  readonly meanDiff: Estimate
  /** The confidence interval of the mean difference that belongs to `p`. */
  readonly lower: Estimate
  readonly upper: Estimate
  readonly baselineMean: Estimate
  readonly compareMean: Estimate
  readonly baselineSd: Estimate
  readonly compareSd: Estimate
  readonly diffSd: Estimate
  /** Of the mean difference, corrected. */
  readonly standardError: Estimate
  readonly pairs: number
  /** Of the corrected resampled t-test. */
  readonly p: Estimate
  /** Of the naive paired t-test, which takes the pairs for independent. */
  readonly pPaired: Estimate
  readonly pWelch: Estimate
  readonly effectSize: Estimate
}

/**
 * Rounding alone makes equal differences unequal by some ulps of the scores; a spread of that size is none.
 */
const isConstant = (spread: number, pairs: ReadonlyArray<Pair>): boolean =>
  spread <=
  10 *
    Number.EPSILON *
    Math.max(...pairs.map(({ compare, baseline }) => Math.max(Math.abs(baseline), Math.abs(compare))))

/**
 * Compares paired scores; `level` is that of the confidence interval.
 *
 * With J pairs, mean difference d and standard deviation s of the differences:
 * - corrected: t = d / e, e = s · √(1/J + n_test/n_train), J − 1 degrees of freedom, because folds share training rows
 *   (Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003); interval d ∓ t_level · e
 * - paired: t = d / (s / √J), J − 1 degrees of freedom
 * - Welch: t = d / √(s₁²/J + s₂²/J), Satterthwaite's degrees of freedom
 * - effect size: d / s (Cohen's d of the differences)
 */
export const compare = (pairs: ReadonlyArray<Pair>, level: number): Outcome => {
  const count = pairs.length
  const none = (reason: string): NotTestable => ({ notTestable: reason })
  const ifAny = (value: number): Estimate => (count === 0 ? none("no pair of defined scores") : value)
  const few = none(`${count} pair${count === 1 ? "" : "s"} of defined scores, and at least 2 are needed`)
  const ifTwo = (value: number): Estimate => (count < 2 ? few : value)

  const baseline = pairs.map((pair) => pair.baseline)
  const other = pairs.map((pair) => pair.compare)
  const diff = mean(other) - mean(baseline)
  const baselineSd = sd(baseline)
  const otherSd = sd(other)
  const diffSd = sd(pairs.map((pair) => pair.compare - pair.baseline))

  const equal = none("all differences are equal")
  const constant = isConstant(diffSd, pairs)
  const tested = (value: () => number): Estimate => (count < 2 ? few : constant ? equal : value())
  const error = diffSd * Math.sqrt(1 / count + mean(pairs.map((pair) => pair.testShare)))
  const bound = (sign: number) => tested(() => diff + sign * StudentT.quantile((1 + level) / 2, count - 1) * error)

  const baselineError = baselineSd ** 2 / count
  const otherError = otherSd ** 2 / count
  const welchDf = ((baselineError + otherError) ** 2 * (count - 1)) / (baselineError ** 2 + otherError ** 2)
  const flat = isConstant(Math.hypot(baselineSd, otherSd), pairs)
  return {
    meanDiff: ifAny(diff),
    lower: bound(-1),
    upper: bound(1),
    baselineMean: ifAny(mean(baseline)),
    compareMean: ifAny(mean(other)),
    baselineSd: ifTwo(baselineSd),
    compareSd: ifTwo(otherSd),
    diffSd: ifTwo(constant ? 0 : diffSd),
    standardError: tested(() => error),
    pairs: count,
    p: tested(() => StudentT.twoSided(diff / error, count - 1)),
    pPaired: tested(() => StudentT.twoSided(diff / (diffSd / Math.sqrt(count)), count - 1)),
    pWelch:
      count < 2
        ? few
        : flat
          ? none("the scores of each side are all equal")
          : StudentT.twoSided(diff / Math.sqrt(baselineError + otherError), welchDf),
    effectSize: tested(() => diff / diffSd)
  }
}

/**
 * Adjusts p-values for multiple tests by Holm's step-down method; what is not testable stays and does not count.
 *
 * The i-th smallest of m becomes the largest of (m − j + 1)·p₍ⱼ₎ over j ≤ i, at most 1.
 *
 * ```ts
 * holm([0.01, 0.04, 0.03]) // => [0.03, 0.06, 0.06]
 * ```
 */
export const holm = (values: ReadonlyArray<Estimate>): ReadonlyArray<Estimate> => {
  const tests = values.flatMap((p, i) => (typeof p === "number" ? [{ p, i }] : [])).sort((a, b) => a.p - b.p)
  const adjusted = [...values]
  let largest = 0
  for (const [rank, { i, p }] of tests.entries()) {
    largest = Math.max(largest, Math.min(1, (tests.length - rank) * p))
    adjusted[i] = largest
  }
  return adjusted
}
