import { describe, expect, it } from "vitest"
import * as Measure from "@rocflow/core/learning/Measure"
import type { Labelled } from "@rocflow/core/learning/Prediction"
import * as Seed from "@rocflow/core/Seed"
import fc from "fast-check"
import * as Bootstrap from "../src/internal/bootstrap.ts"
import * as Interval from "../src/Interval.ts"

/** Rows of two classes, of which so many are called wrong. */
const wrong = (x: number, n: number): Labelled => ({
  kind: "binary",
  levels: ["yes", "no"],
  rows: Int32Array.from({ length: n }, (_, row) => row),
  truth: new Float64Array(n),
  response: Float64Array.from({ length: n }, (_, row) => (row < x ? 1 : 0)),
  prob: undefined,
  scores: undefined
})

/** Rows of two classes with scores. */
const scored = (positives: ReadonlyArray<number>, negatives: ReadonlyArray<number>): Labelled => {
  const scores = Float64Array.of(...positives, ...negatives)
  return {
    kind: "binary",
    levels: ["yes", "no"],
    rows: Int32Array.from(scores.keys()),
    truth: Float64Array.from(scores, (_, row) => (row < positives.length ? 0 : 1)),
    response: scores.map((score) => (score >= 0 ? 0 : 1)),
    prob: undefined,
    scores
  }
}

const numbers = (truth: ReadonlyArray<number>, response: ReadonlyArray<number>): Labelled => ({
  kind: "regression",
  levels: [],
  rows: Int32Array.from(truth.keys()),
  truth: Float64Array.from(truth),
  response: Float64Array.from(response),
  prob: undefined,
  scores: undefined
})

const found = (estimated: Interval.Estimated): Interval.Interval => {
  if (Measure.isUndefined(estimated)) throw new Error(estimated.reason)
  return estimated
}
const bounds = (estimated: Interval.Estimated) => [found(estimated).lower, found(estimated).upper] as const
const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance: number) => {
  expected.forEach((value, i) => expect(Math.abs(actual[i]! - value), `${actual}`).toBeLessThan(tolerance))
}

const positives = [0.2, -0.3, 0.8, 1.4, 2.1, 1.1, 0.4, 0.2, 1.7, 2.6, 1.3, -0.2, 0, 2.6]
const negatives = [
  0.2, -1.7, -0.1, -1.2, -0.6, -0.5, -0.7, 0.6, -0.1, -0.6, 0.4, 0.8, -1.6, -0.3, -1, -0.2, -1.3, 0, 0, -0.3, -1, -0.4
]
const sample = scored(positives, negatives)

describe("wilson", () => {
  it.each([
    // Newcombe, Statistics in Medicine 17, 1998, table I, method 3 (without the correction for continuity).
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718]
  ])("of %i of %i is the published one", (x, n, lower, upper) => {
    near(bounds(Interval.wilson(Measure.error, wrong(x, n))), [lower, upper], 0.00005)
  })

  it.each([
    // statsmodels.stats.proportion.proportion_confint(x, n, alpha, method="wilson"), statsmodels 0.15.0
    [81, 263, 0.95, 0.2552885198782742, 0.36620957698280004],
    [1, 29, 0.95, 0.006113214292762667, 0.17175521879320294],
    [15, 148, 0.9, 0.06744326224687144, 0.14957293174640032]
  ])("of %i of %i at level %d is that of statsmodels", (x, n, level, lower, upper) => {
    const interval = found(Interval.wilson(Measure.error, wrong(x, n), { level }))
    near([interval.value, interval.lower, interval.upper], [x / n, lower, upper], 1e-12)
    expect(interval).toMatchObject({ level, method: "Wilson" })
  })

  it("is that of the rows which the measure is a share of", () => {
    // Of 14 positives 12 are called so, of 22 negatives 6: statsmodels as above.
    near(bounds(Interval.wilson(Measure.tpr(), sample)), [0.6005862050302964, 0.959906078728535], 1e-12)
    near(bounds(Interval.wilson(Measure.fpr(), sample)), [0.13150760287989469, 0.4815173401240239], 1e-12)
    near(bounds(Interval.wilson(Measure.ppv(), sample)), [0.4374946729594511, 0.8372122524916632], 1e-12)
    near(
      bounds(Interval.wilson(Measure.precision({ classes: "micro" }), sample)),
      bounds(Interval.wilson(Measure.accuracy, sample)),
      1e-12
    )
  })

  it("mirrors where a share is turned around", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const rows = wrong(Math.round(share * n), n)
        const [lower, upper] = bounds(Interval.wilson(Measure.error, rows))
        near(bounds(Interval.wilson(Measure.accuracy, rows)), [1 - upper, 1 - lower], 1e-12)
      })
    )
  })

  it.each<[string, Measure.Measure, string]>([
    ["AUC", Measure.auc, "Wilson's interval is of shares of rows, and AUC is none; take that of the bootstrap"],
    ["a mean over classes", Measure.precision({ classes: "macro" }), "a mean over classes is no share of rows"]
  ])("refuses %s", (_, measure, reason) => {
    expect(Interval.wilson(measure, sample)).toEqual(Measure.undefinedBecause(reason))
  })
})

describe("deLong", () => {
  it("is that of others on the scale of the AUC", () => {
    // roc_auc_score(y, s, confidence_level=0.95, method="delong") of the Python package confidenceinterval 1.0.5
    const interval = found(Interval.deLong(Measure.auc, sample, { scale: "auc" }))
    near(
      [interval.value, interval.lower, interval.upper],
      [0.8912337662337663, 0.7884622708768758, 0.9940053328065959],
      1e-6
    )
    expect(interval.method).toBe("DeLong")
  })

  it("is symmetric about the logit by default", () => {
    const { lower, upper, value } = found(Interval.deLong(Measure.auc, sample))
    // The standard error of the numbers above, by the delta method.
    const se = (0.9940053328065959 - 0.8912337662337663) / 1.959963984540054
    const logit = (p: number) => Math.log(p / (1 - p))
    near(
      [logit(upper) - logit(value), logit(value) - logit(lower)],
      Array(2).fill((1.959963984540054 * se) / (value * (1 - value))),
      1e-5
    )
  })

  it("refuses other measures, and classes that are separated or lacking", () => {
    expect(Interval.deLong(Measure.brier, sample)).toEqual(
      Measure.undefinedBecause("DeLong's interval is of AUC, and not of Brier score; take that of the bootstrap")
    )
    expect(Interval.deLong(Measure.auc, scored([2, 3], [0, 1]))).toEqual(
      Measure.undefinedBecause(
        "the scores separate the classes, or are all equal, and do not show how an AUC of 1 varies"
      )
    )
    expect(Interval.deLong(Measure.auc, scored([2, 2, 2, 2, 2, 2], Array(10).fill(2)))).toMatchObject({
      reason: /AUC of 0\.5 varies$/
    })
    expect(Interval.deLong(Measure.auc, scored([2, 3], []))).toEqual(
      Measure.undefinedBecause("AUC needs both classes, and these rows have one")
    )
  })
})

/** The spatial test data, A, of Efron and Tibshirani (1993), table 14.1, of which they estimate the variance. */
const spatial = numbers(
  Array(26).fill(0),
  [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41]
)
const variance = Measure.define({
  id: "variance",
  label: "variance",
  summary: "Variance of the responses",
  direction: undefined,
  range: [0, Infinity],
  accepts: ["regression"],
  needs: "response",
  evaluate: ({ response }) => {
    const mean = response.reduce((sum, x) => sum + x, 0) / response.length
    return response.reduce((sum, x) => sum + (x - mean) ** 2, 0) / response.length
  }
})

describe("bootstrap", () => {
  it("has the percentiles and BCa bounds of scipy, classes drawn apart", () => {
    // scipy.stats.bootstrap((positives, negatives), auc, n_resamples=200000, method="percentile" and "BCa"), scipy 1.17.1
    const samples = 20_000
    near(bounds(Interval.bootstrap(Measure.auc, sample, { samples, bounds: "percentile" })), [0.7727, 0.974], 0.006)
    near(bounds(Interval.bootstrap(Measure.auc, sample, { samples })), [0.7395, 0.9643], 0.006)
  })

  it("has the published bounds of the spatial test data", () => {
    // Efron and Tibshirani (1993), table 14.2, of 2000 samples: percentile (100.8, 233.9), BCa (115.8, 259.6). Of 400,000
    // samples scipy has (97.7, 235.7) and (115.5, 261.1).
    const options = { level: 0.9, samples: 20_000 }
    near(bounds(Interval.bootstrap(variance, spatial, { ...options, bounds: "percentile" })), [97.7, 235.7], 2.5)
    near(bounds(Interval.bootstrap(variance, spatial, options)), [115.5, 261.1], 2.5)
  })

  it("estimates their acceleration", () => {
    // 0.061 in the book.
    const source = Bootstrap.source(spatial, Bootstrap.unitsOf(spatial.rows), true)
    expect(Bootstrap.acceleration(variance, source, Seed.root(1))).toBeCloseTo(0.06124011981230746, 12)
    // Two samples: that of scipy.stats.bootstrap.
    const two = Bootstrap.source(sample, Bootstrap.unitsOf(sample.rows), true)
    expect(Bootstrap.acceleration(Measure.auc, two, Seed.root(1))).toBeCloseTo(-0.036459639711858186, 12)
  })

  it("draws as many rows of each class as there are, so that their share has no spread", () => {
    const share = Measure.define({
      ...Measure.error,
      id: "share",
      share: undefined,
      evaluate: ({ truth }) => truth.filter((code) => code === 0).length / truth.length
    })
    expect(Interval.bootstrap(share, sample)).toMatchObject({
      reason: /^error rate is 0\.38\d+ in all samples, so that these rows do not show how it varies$/
    })
    // Not stratified it is that of 14 of 36 rows: binomial, whose quantiles are 8/36 and 20/36 (scipy.stats.binom.ppf).
    const interval = Interval.bootstrap(share, sample, { stratified: false, samples: 20_000, bounds: "percentile" })
    near(bounds(interval), [8 / 36, 20 / 36], 1e-9)
    expect(found(interval).method).toBe("bootstrap, percentiles, 20000 samples")
  })

  it("draws groups whole: rows that come twice count once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
          minLength: 2,
          maxLength: 12
        }),
        (rows) => {
          const [truth, response] = [rows.map(([t]) => t), rows.map(([, r]) => r)]
          const once = Interval.bootstrap(Measure.mae, numbers(truth, response), { samples: 100 })
          const groups = [...rows.keys(), ...rows.keys()].map((row) => `g${row}`)
          const twice = numbers([...truth, ...truth], [...response, ...response])
          expect(Interval.bootstrap(Measure.mae, twice, { samples: 100, groups })).toEqual(once)
          // The same rows, predicted twice.
          const again = { ...twice, rows: Int32Array.from([...rows.keys(), ...rows.keys()]) }
          expect(Interval.bootstrap(Measure.mae, again, { samples: 100 })).toEqual(once)
        }
      )
    )
  })

  it("refuses a measure that often has no value", () => {
    // One of three positives is called so, and is in no sample of three with probability (2/3)³ = 0.296.
    const interval = Interval.bootstrap(Measure.ppv(), scored([1, -1, -2], [-1, -2, -3]))
    const [, count] = /^PPV has no value in (\d+) of 2000 samples$/.exec(
      Measure.isUndefined(interval) ? interval.reason : ""
    )!
    near([Number(count)], [2000 * (2 / 3) ** 3], 70)
  })

  it("refuses to correct what has no value without one of its rows, and takes percentiles", () => {
    const six = Measure.define({
      ...Measure.mae,
      share: undefined,
      evaluate: (prediction) =>
        prediction.truth.length < 6 ? Measure.undefinedBecause("few rows") : Measure.mae.evaluate(prediction)
    })
    const rows = numbers([0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6])
    expect(Interval.bootstrap(six, rows)).toEqual(
      Measure.undefinedBecause("the bias or the skewness of MAE cannot be estimated from these rows")
    )
    expect(Interval.bootstrap(six, rows, { bounds: "percentile" })).toEqual(
      Interval.bootstrap(Measure.mae, rows, { bounds: "percentile" })
    )
  })

  it("is decided by its seed", () => {
    const of = (seed: number) => Interval.bootstrap(Measure.auc, sample, { samples: 200, seed })
    expect(of(1)).toEqual(of(1))
    expect(bounds(of(1))).not.toEqual(bounds(of(2)))
  })

  it("covers the true value about as often as it says", () => {
    // Mean absolute error of exponential errors of mean 1, 40 rows: intervals of skewed means cover a little less.
    const random = Seed.generator(Seed.root(7))
    let covered = 0
    const trials = 400
    for (let i = 0; i < trials; i++) {
      const errors = Array.from({ length: 40 }, () => -Math.log(1 - random.float()))
      const [lower, upper] = bounds(
        Interval.bootstrap(Measure.mae, numbers(Array(40).fill(0), errors), { samples: 400, seed: i })
      )
      if (lower <= 1 && 1 <= upper) covered += 1
    }
    expect(covered / trials).toBeGreaterThan(0.88)
    expect(covered / trials).toBeLessThan(0.97)
  })

  it.each<[string, Interval.Estimated, string]>([
    [
      "one row of a class",
      Interval.bootstrap(Measure.auc, scored([1], [0, 2])),
      "the bootstrap needs two independent rows or groups of the class yes, and there is one"
    ],
    [
      "one group",
      Interval.bootstrap(Measure.mae, numbers([1, 2], [2, 2]), { groups: ["a", "a"] }),
      "the bootstrap needs two independent rows or groups, and there is one"
    ],
    [
      "a value that does not move",
      Interval.bootstrap(Measure.auc, scored([2, 3], [0, 1])),
      "AUC is 1 in all samples, so that these rows do not show how it varies"
    ],
    [
      "few samples",
      Interval.bootstrap(Measure.auc, sample, { samples: 10 }),
      "10 samples have no tails to speak of; give a whole number of 100 or more"
    ],
    [
      "a value that is none",
      Interval.bootstrap(Measure.auc, scored([1, 2], [])),
      "AUC needs both classes, and these rows have one"
    ]
  ])("refuses %s", (_, interval, reason) => {
    expect(interval).toEqual(Measure.undefinedBecause(reason))
  })
})

describe("every method", () => {
  it.each(Object.entries(Interval.methods))(
    "%s refuses levels that are none, and groups of other rows",
    (_, method) => {
      expect(method(Measure.auc, sample, { level: 1 })).toEqual(
        Measure.undefinedBecause("a confidence interval of level 1 does not exist; give a level between 0 and 1")
      )
      expect(method(Measure.auc, sample, { groups: [1] })).toEqual(
        Measure.undefinedBecause("there are 36 rows and 1 groups; give the group of each row")
      )
    }
  )

  it.each([
    ["Wilson's", Interval.wilson(Measure.error, sample, { groups: sample.truth })],
    ["DeLong's", Interval.deLong(Measure.auc, sample, { groups: sample.truth })]
  ])("%s refuses rows that are not independent", (name, interval) => {
    expect(interval).toEqual(
      Measure.undefinedBecause(
        `${name} interval takes rows for independent, and 36 rows are of 2 groups, or were predicted several times; take that of the bootstrap`
      )
    )
  })
})
