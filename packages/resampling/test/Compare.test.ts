import * as Effect from "effect/Effect"
import { undefinedBecause } from "@rocflow/core/learning/Measure"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Compare from "../src/Compare.ts"
import type { ScoreRow, Value } from "../src/Score.ts"
import { holm } from "../src/internal/statistics.ts"
import { row, rows } from "./support/scores.ts"

const pvalues = (rows: ReadonlyArray<ScoreRow>, options?: Compare.Options) =>
  Effect.runSync(Compare.pvalues(rows, options))
const failure = <A>(effect: Effect.Effect<A, Compare.CompareError>) => Effect.runSync(Effect.flip(effect))

const featureless = { same: [124.1, 125.0], other: [126.2, 127.0], all: [128.3, 129.0] }
const rpart = { all: [8.1, 9.0], other: [12.2, 13.0], same: [22.3, 23.0] }
const two = [...rows(featureless, { learner: "featureless" }), ...rows(rpart, { learner: "rpart" })]

const conv = { same: [0.91, 0.915, 0.93], other: [0.71, 0.715, 0.72] }
const auc = [...rows({ same: [0.5, 0.5, 0.5] }, { learner: "featureless" }), ...rows(conv, { learner: "conv" })]

describe("Compare.pvalues", () => {
  // R package mlr3resampling 2026.6.12
  it.each([
    ["featureless", "other-same", 2.0500000000000043, 0.015524233636627699, 0.07796017121400704, 124.55, 126.6],
    ["featureless", "all-same", 4.1000000000000085, 0.015524233636627699, 0.02196954690993825, 124.55, 128.65],
    ["rpart", "other-same", -10.05, 0.0031672364175981157, 0.0030158210557387224, 22.65, 12.6],
    ["rpart", "all-same", -14.100000000000001, 0.004514958147878186, 0.002188842231501481, 22.65, 8.55]
  ])("of %s, %s", (learner, comparison, meanDiff, pPaired, pWelch, sameMean, compareMean) => {
    const test = pvalues(two).find((test) => test.learner === learner && test.comparison === comparison)!
    expect(test.pairs).toBe(2)
    expect(test.meanDiff).toBeCloseTo(meanDiff, 11)
    expect(test.pPaired).toBeCloseTo(pPaired, 11)
    expect(test.pWelch).toBeCloseTo(pWelch, 11)
    expect(test.baselineMean).toBeCloseTo(sameMean, 11)
    expect(test.compareMean).toBeCloseTo(compareMean, 11)
  })

  it("of three folds of AUC, without a row for a learner with same only", () => {
    // R package mlr3resampling 2026.6.12
    const tests = pvalues(auc, { measure: "error" })
    expect(tests.length).toBe(1)
    expect(tests[0]!.meanDiff).toBeCloseTo(-0.2033333333333334, 11)
    expect(tests[0]!.pPaired).toBeCloseTo(0.0002686366737525428, 11)
    expect(tests[0]!.pWelch).toBeCloseTo(0.00010577523913947388, 11)
    expect(tests[0]).toMatchObject({ learner: "conv", comparison: "other-same", pairs: 3, label: "P = 0.0007" })
  })

  it("has the effect size and the corrected test by their formulas", () => {
    // differences 1, 2, 3, 4: mean 2.5, sd √(5/3); t = 2.5 / (sd · √(1/4 + 50/100)), 3 degrees of freedom.
    // mpmath 1.3: betainc(3/2, 1/2, 0, 3/(3 + t²), regularized=True) at t² = 5
    const [test] = pvalues(rows({ same: [10, 11, 13, 12], other: [11, 13, 16, 16] }))
    expect(test!.effectSize).toBeCloseTo(2.5 / Math.sqrt(5 / 3), 12)
    expect(test!.diffSd).toBeCloseTo(Math.sqrt(5 / 3), 12)
    expect(test!.p).toBeCloseTo(0.1113671547140839, 12)
    // t = 2.5 / (sd / 2): t² = 15
    expect(test!.pPaired).toBeCloseTo(0.03046629166217099, 12)
  })

  it("corrects with the smaller of the two training sets", () => {
    const scores = { same: [10, 11, 13, 12], other: [11, 13, 16, 16] }
    const large = [...rows({ same: scores.same }), ...rows({ other: scores.other }, { trainRows: 1000 })]
    expect(pvalues(large)[0]!.p).toBe(pvalues(rows(scores))[0]!.p)
  })

  it("has the interval that belongs to the corrected test", () => {
    // t = 2.5 / e with e = √(5/3) · √0.75 = 1.118034; R 4.5: qt(0.975, 3) = 3.182446305284263
    const [test] = pvalues(rows({ same: [10, 11, 13, 12], other: [11, 13, 16, 16] }))
    const half = 3.182446305284263 * Math.sqrt(5 / 3) * Math.sqrt(0.75)
    expect(test!.lower).toBeCloseTo(2.5 - half, 10)
    expect(test!.upper).toBeCloseTo(2.5 + half, 10)
  })

  it("has 0 in the interval exactly where p is at least alpha", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 2, maxLength: 12 }), (pairs) => {
        const [test] = pvalues(rows({ same: pairs.map(([a]) => a), all: pairs.map(([, b]) => b) }))
        const { lower, p, upper } = test!
        if (typeof p !== "number" || typeof lower !== "number" || typeof upper !== "number") return
        if (Math.abs(p - 0.05) < 1e-9) return
        expect(lower <= 0 && upper >= 0).toBe(p > 0.05)
      })
    )
  })

  it("waits for jobs that are not finished, and says how many", () => {
    const open = rows({ same: [1, 2, 3], other: [2, 4, 5] }).map((each) =>
      each.testFold === 0 && each.trainSubsets === "other"
        ? { ...each, status: "open" as const, scores: { error: undefinedBecause("the job is not finished") } }
        : each
    )
    expect(pvalues(open)[0]).toMatchObject({ pairs: 2, open: 1, unpaired: 0 })
    const all = open.map((each) => ({ ...each, status: "open" as const }))
    expect(pvalues(all)[0]).toMatchObject({ pairs: 0, open: 3, p: { notTestable: "0 of 3 pairs are finished" } })
  })

  it("is never less with the correction", () => {
    const scores = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        minLength: 2,
        maxLength: 12
      }
    )
    fc.assert(
      fc.property(scores, (pairs) => {
        const [test] = pvalues(rows({ same: pairs.map(([a]) => a), all: pairs.map(([, b]) => b) }))
        if (typeof test!.pPaired !== "number" || typeof test!.p !== "number") return
        expect(test!.p).toBeGreaterThanOrEqual(test!.pPaired)
        expect(test!.pPaired).toBeGreaterThanOrEqual(0)
        expect(test!.pPaired).toBeLessThanOrEqual(1)
      })
    )
  })

  it("says why a test has no answer", () => {
    const reason = (scores: Parameters<typeof rows>[0]) => pvalues(rows(scores))[0]!
    const equal = { notTestable: "all differences are equal" }
    // 1.1 − 1, 2.1 − 2 and 3.1 − 3 differ by rounding only
    expect(reason({ same: [1, 2, 3], other: [1.1, 2.1, 3.1] })).toMatchObject({
      p: equal,
      pPaired: equal,
      lower: equal,
      upper: equal,
      effectSize: equal,
      pHolm: equal,
      significant: false,
      diffSd: 0,
      label: "not testable"
    })
    expect(reason({ same: [1, 2, 3], other: [1, 2, 3] })).toMatchObject({ pPaired: equal, meanDiff: 0, pWelch: 1 })
    expect(reason({ same: [1, 1], other: [2, 2] }).pWelch).toEqual({
      notTestable: "the scores of each side are all equal"
    })
    expect(reason({ same: [1], other: [2] })).toMatchObject({
      meanDiff: 1,
      pPaired: { notTestable: "1 pair of defined scores, and at least 2 are needed" }
    })
  })

  it("leaves out pairs with an undefined score, and counts them", () => {
    const absent: Value = undefinedBecause("one class")
    const [test] = pvalues(rows({ same: [1, absent, 3, 7], other: [2, 2, 5, absent] }))
    expect(test).toMatchObject({ pairs: 2, unpaired: 2, baselineMean: 2, compareMean: 3.5, meanDiff: 1.5 })
    expect(pvalues(rows({ same: [absent], other: [1] }))[0]).toMatchObject({
      pairs: 0,
      meanDiff: { notTestable: "no pair of defined scores" }
    })
  })

  it("pairs by fold, not by order, and uses full training sets only", () => {
    const shuffled = two.toReversed()
    const small = rows({ other: [0, 0], same: [0, 0] }, { learner: "rpart", nTrainGroups: 10 })
    const byKey = (tests: ReadonlyArray<Compare.Test>) =>
      new Map(tests.map((test) => [`${test.learner} ${test.comparison}`, test.pPaired]))
    expect(byKey(pvalues([...small, ...shuffled]))).toEqual(byKey(pvalues(two)))
  })

  it("adjusts the tests of a learner that ignores the features apart", () => {
    const named = [...rows(featureless, { learner: "Featureless" }), ...rows(rpart, { learner: "rpart" })]
    const family = (options?: Compare.Options) => pvalues(named, options).map((test) => test.family)
    expect(family()).toEqual([2, 2, 2, 2])
    expect(family({ baselines: [] })).toEqual([4, 4, 4, 4])
    expect(pvalues(named).slice(2)).toEqual(pvalues(rows(rpart, { learner: "rpart" })))
    expect(Compare.remarks(pvalues(named)).join(" ")).toContain("a learner that ignores the features make a family")
    expect(Compare.remarks(pvalues(named, { baselines: [] }), { baselines: [] }).join(" ")).not.toContain("ignores")
    const learners = ["Featureless", "one thing", "tree"].map((id) => ({ id, json: { type: id } }))
    expect(Compare.baselines({ learners: [...learners, { id: "nothing", json: { type: "Featureless" } }] })).toEqual([
      "Featureless",
      "nothing"
    ])
  })

  it("says how large an effect must be to be shown, and when none can be", () => {
    const shifted = (by: number) =>
      pvalues([
        ...rows({ same: [10, 11, 13], other: [10 + by, 12 + by, 15 + by] }),
        ...rows(rpart, { learner: "rpart" })
      ])[0]!
    const least = shifted(0).leastEffectSize as number
    // A shift changes the effect size and not its standard deviation, which is 1.
    expect(shifted(least - 1 - 1e-6).effectSize).toBeCloseTo(least, 4)
    expect(shifted(least - 1 - 1e-6).p).toBeCloseTo(0.05 / shifted(0).family, 6)
    expect(shifted(least - 1 + 0.01).p).toBeLessThan(0.05 / 3)
    expect(least).toBeGreaterThan(3)
    expect(Compare.remarks([shifted(0)]).join(" ")).toContain(
      `These folds can show large differences only: with 3 pairs and 3 tests, even the clearest one must be more than ${least.toFixed(1)} times`
    )
    const ten = rows({ same: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], other: [2, 4, 3, 6, 6, 8, 8, 8, 9, 12] })
    expect(pvalues(ten)[0]!.leastEffectSize).toBeLessThan(3)
    expect(Compare.remarks(pvalues(ten)).join(" ")).not.toContain("large differences only")
  })

  it("writes labels", () => {
    const label = (digits: number) => pvalues(auc, { digits })[0]!.label
    expect([0, 2, 3, 4, 6].map(label)).toEqual(["P < 1", "P < 0.01", "P < 0.001", "P = 0.0007", "P = 0.000671"])
  })

  it("adjusts over all tests of the table", () => {
    const tests = pvalues(two)
    const p = tests.map((test) => test.p as number)
    const sorted = p.toSorted((a, b) => a - b)
    const expected = [4 * sorted[0]!, 3 * sorted[1]!, 2 * sorted[2]!, 2 * sorted[2]!]
    expect(tests.map((test) => test.pHolm as number).sort((a, b) => a - b)).toEqual(expected)
    expect(tests.map((test) => test.significant)).toEqual(tests.map((test) => (test.pHolm as number) < 0.05))
    expect(pvalues(two, { alpha: 0.001 }).some((test) => test.significant)).toBe(false)
  })

  it.each([
    ["NoScores", [], {}],
    ["UnknownMeasure", two, { measure: "auc" }],
    ["SeveralMeasures", [{ ...row(0), scores: { a: 1, b: 2 } }], {}],
    ["NothingToCompare", rows({ same: [1, 2] }), {}],
    ["NothingToCompare", rows({ all: [1, 2], other: [2, 3] }), {}],
    ["InvalidOption", two, { digits: -1 }],
    ["InvalidOption", two, { digits: 1.5 }],
    ["InvalidOption", two, { alpha: 5 }]
  ] as const)("fails with %s", (reason, table, options) => {
    const error = failure(Compare.pvalues(table, options))
    expect(error.reason).toBe(reason)
    expect(error.message).toBe(`${error.given} ${error.rule}. ${error.advice}`)
  })
})

describe("holm", () => {
  it("multiplies the i-th smallest of m by m − i + 1, and rises", () => {
    // By hand: 3 · 0.01, 2 · 0.03, and 1 · 0.04 raised to the one before
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06])
    expect(holm([0.6, { notTestable: "x" }, 0.7])).toEqual([1, { notTestable: "x" }, 1])
  })

  it("keeps the order, and never lowers a p-value or passes Bonferroni's", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
        const adjusted = holm(ps) as ReadonlyArray<number>
        for (const [i, p] of ps.entries()) {
          expect(adjusted[i]!).toBeGreaterThanOrEqual(p)
          expect(adjusted[i]!).toBeLessThanOrEqual(Math.min(1, p * ps.length) + 1e-15)
          expect(ps.every((q, j) => p >= q || adjusted[i]! <= adjusted[j]!)).toBe(true)
        }
      })
    )
  })
})

describe("Compare.verdict", () => {
  it.each([
    [{ meanDiff: -0.2, pHolm: 0.01, significant: true }, "maximise", "worse"],
    [{ meanDiff: -0.2, pHolm: 0.01, significant: true }, "minimise", "better"],
    [{ meanDiff: 0.2, pHolm: 0.01, significant: true }, undefined, "higher"],
    [{ meanDiff: 0.2, pHolm: 0.06, significant: false }, "maximise", "no difference shown"],
    [{ meanDiff: 0.2, pHolm: { notTestable: "one pair" }, significant: false }, "maximise", "not testable"]
  ] as const)("of %j, %s: %s", (contrast, direction, verdict) => {
    expect(Compare.verdict(contrast, direction)).toBe(verdict)
  })
})

describe("Compare.learners", () => {
  const compared = (rows: ReadonlyArray<ScoreRow>, options?: Compare.LearnerOptions) =>
    Effect.runSync(Compare.learners(rows, options))
  const three = [
    ...rows({ same: [1, 2, 3, 4] }, { learner: "a" }),
    ...rows({ same: [2, 4, 5, 8] }, { learner: "b" }),
    ...rows({ same: [1, 1, 3, 3] }, { learner: "c" })
  ]

  it("tests every pair once, the later against the earlier, as training sets are tested", () => {
    const tests = compared(three)
    expect(tests.map(({ baseline, learner, meanDiff }) => [learner, baseline, meanDiff])).toEqual([
      ["b", "a", 2.25],
      ["c", "a", -0.5],
      ["c", "b", -2.75]
    ])
    const [same] = pvalues(rows({ same: [1, 2, 3, 4], other: [2, 4, 5, 8] }))
    expect(tests[0]).toMatchObject({ p: same!.p, lower: same!.lower, pPaired: same!.pPaired, pairs: 4 })
    expect(tests.map(({ pHolm }) => pHolm)).toEqual(holm(tests.map(({ p }) => p)))
    expect(tests.map(({ family }) => family)).toEqual([3, 3, 3])
    // Whether b and c are better than nothing is another question.
    expect(compared(three, { baselines: ["a"] }).map(({ family }) => family)).toEqual([2, 2, 1])
  })

  it("changes the sign when the learners change places, and nothing else", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 2, maxLength: 8 }), (pairs) => {
        const [a, b] = [0, 1].map((i) => rows({ same: pairs.map((pair) => pair[i]!) }, { learner: "ab"[i]! }))
        const [one, two] = [compared([...a!, ...b!])[0]!, compared([...b!, ...a!])[0]!]
        expect({ ...two, meanDiff: 0 }).toMatchObject({ pairs: one.pairs, learner: "a", baseline: "b" })
        if (typeof one.p !== "number" || typeof one.lower !== "number") return
        expect(two.p).toBeCloseTo(one.p, 12)
        expect(two.meanDiff).toBeCloseTo(-(one.meanDiff as number), 12)
        expect(two.upper).toBeCloseTo(-one.lower, 12)
      })
    )
  })

  it("is per test subset and kind of training set, and overall as the mean of a fold", () => {
    const subset = (testSubset: string, learner: string, shift: number) =>
      rows({ same: [1 + shift, 2 + shift], all: [3, 4] }, { testSubset, learner })
    const tests = compared([
      ...subset("s", "a", 0),
      ...subset("s", "b", 1),
      ...subset("t", "a", 0),
      ...subset("t", "b", 3)
    ])
    expect(
      tests.map(({ meanDiff, overall, testSubset, trainSubsets }) => [trainSubsets, testSubset, overall, meanDiff])
    ).toEqual([
      ["same", "s", false, 1],
      ["same", "t", false, 3],
      ["same", "overall", true, 2],
      ["all", "s", false, 0],
      ["all", "t", false, 0],
      ["all", "overall", true, 0]
    ])
  })

  it("lets predictions decide where there is one test set", () => {
    const one = [...rows({ same: [0.8] }, { learner: "a" }), ...rows({ same: [0.9] }, { learner: "b" })]
    expect(compared(one)[0]).toMatchObject({ pairs: 1, method: "corrected resampled t-test" })
    const delong: Compare.OneTestSet = (measure, baseline, compare) =>
      measure === "error" && baseline.learner === "a" && compare.learner === "b"
        ? { p: 0.03, lower: 0.01, upper: 0.19 }
        : undefined
    expect(compared(one, { oneTestSet: delong })[0]).toMatchObject({
      method: "DeLong",
      p: 0.03,
      pHolm: 0.03,
      significant: true,
      lower: 0.01
    })
    expect(compared(three, { oneTestSet: delong })[0]!.method).toBe("corrected resampled t-test")
  })

  it("needs two learners", () => {
    expect(failure(Compare.learners(rows({ same: [1, 2] }))).message).toBe(
      "a score table has one learner. Compare it with another one."
    )
  })
})

describe("Compare.stats", () => {
  it("has mean, sd and label of each full training set", () => {
    const stats = Effect.runSync(Compare.stats(auc, { digits: 3 }))
    expect(stats.map(({ label, learner, n, trainSubsets }) => [learner, trainSubsets, n, label])).toEqual([
      ["featureless", "same", 3, "0.500 ± 0.000"],
      ["conv", "same", 3, "0.918 ± 0.010"],
      ["conv", "other", 3, "0.715 ± 0.005"]
    ])
    expect(stats[2]!.lower).toBeCloseTo(0.71, 12)
    expect(stats[2]!.upper).toBeCloseTo(0.72, 12)
  })
})

describe("Compare.downsampling", () => {
  const full = [
    ...rows({ same: [5, 6, 7] }, { groups: 36, nTrainGroups: 36 }),
    ...rows({ other: [3, 3, 5] }, { groups: 72, nTrainGroups: 72 }),
    ...rows({ all: [2, 2, 3] }, { groups: 108, nTrainGroups: 108 })
  ]
  const draw = (seed: number) =>
    [
      rows({ other: [5 + seed, 6, 9] }, { groups: 72, nTrainGroups: 36, seed }),
      rows({ all: [4 + seed, 7, 8] }, { groups: 108, nTrainGroups: 36, seed })
    ].flat()
  const reduced = [draw(0), draw(1)].flat()

  it("compares at full and at equal size, with re-draws averaged", () => {
    const panels = Effect.runSync(Compare.downsampling([...full, ...reduced]))
    const show = (panel: Compare.Panel) =>
      panel.tests.map((test) => [test.comparison, test.sameSize, test.compareSize, test.pairs, test.meanDiff])
    expect(show(panels.full)).toEqual([
      ["other-same", 36, 72, 3, 11 / 3 - 6],
      ["all-same", 36, 108, 3, 7 / 3 - 6]
    ])
    expect(show(panels.smallest)).toEqual([
      ["other-same", 36, 36, 3, 20.5 / 3 - 6],
      ["all-same", 36, 36, 3, 19.5 / 3 - 6]
    ])
    expect(panels.smallest.stats.map((stat) => [stat.trainSubsets, stat.n])).toEqual([
      ["same", 3],
      ["other", 3],
      ["all", 3]
    ])
  })

  it("needs downsampled rows", () => {
    const error = failure(Compare.downsampling(full))
    expect(error.message).toBe(
      "a score table has no train subsets of equal size. Use the resampling sameOther with sizes = 0."
    )
  })
})

// R package mlr3resampling 2026.6.12
