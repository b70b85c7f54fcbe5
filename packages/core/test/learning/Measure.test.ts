import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Measure from "../../src/learning/Measure.ts"
import * as Prediction from "../../src/learning/Prediction.ts"

const rowsOf = (n: number) => Int32Array.from({ length: n }, (_, i) => i)

/** A binary prediction from labels, 1 = positive, and probabilities of the positive class. */
const binary = (labels: ReadonlyArray<number>, positive: ReadonlyArray<number>): Prediction.Labelled => ({
  kind: "binary",
  levels: ["yes", "no"],
  rows: rowsOf(labels.length),
  truth: Float64Array.from(labels, (label) => 1 - label),
  response: Float64Array.from(positive, (p) => (p >= 0.5 ? 0 : 1)),
  prob: Float64Array.from(positive.flatMap((p) => [p, 1 - p])),
  scores: undefined
})

const multiclass = (truth: ReadonlyArray<number>, prob: ReadonlyArray<ReadonlyArray<number>>): Prediction.Labelled => ({
  kind: "multiclass",
  levels: ["eggs", "ham", "spam"],
  rows: rowsOf(truth.length),
  truth: Float64Array.from(truth),
  response: Float64Array.from(prob, (row) => row.indexOf(Math.max(...row))),
  prob: Float64Array.from(prob.flat()),
  scores: undefined
})

const regression = (truth: ReadonlyArray<number>, response: ReadonlyArray<number>): Prediction.Labelled => ({
  kind: "regression",
  levels: [],
  rows: rowsOf(truth.length),
  truth: Float64Array.from(truth),
  response: Float64Array.from(response),
  prob: undefined,
  scores: undefined
})

const reason = (value: Measure.Measured) => (Measure.isDefined(value) ? `defined: ${value}` : value.reason)

describe("known numbers", () => {
  // The examples of the scikit-learn documentation of the function named in each row.
  const sure = regression([3, -0.5, 2, 7], [2.5, 0, 2, 8])
  const breakfast = multiclass(
    [0, 1, 2],
    [
      [0.8, 0.1, 0.1],
      [0.2, 0.7, 0.1],
      [0.2, 0.2, 0.6]
    ]
  )
  it.each<[string, Measure.Measure, Prediction.Prediction, number]>([
    ["roc_auc_score", Measure.auc, binary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75],
    ["log_loss", Measure.logloss, binary([1, 0, 0, 1], [0.9, 0.1, 0.2, 0.65]), 0.21616187468057912],
    ["brier_score_loss", Measure.brier, binary([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 0.0375],
    ["brier_score_loss, three classes", Measure.brier, breakfast, 0.44 / 3],
    ["mean_squared_error", Measure.mse, sure, 0.375],
    ["root_mean_squared_error", Measure.rmse, sure, 0.6123724356957945],
    ["mean_absolute_error", Measure.mae, sure, 0.5],
    ["r2_score", Measure.rsq, sure, 0.9486081370449679]
  ])("%s", (_, measure, prediction, expected) => {
    expect(measure.evaluate(prediction)).toBeCloseTo(expected, 12)
  })

  it("the share of right and wrong responses", () => {
    const prediction = multiclass(
      [0, 1, 2, 0],
      [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
        [0, 1, 0]
      ]
    )
    expect(Measure.accuracy.evaluate(prediction)).toBe(0.5)
    expect(Measure.error.evaluate(prediction)).toBe(0.5)
    expect(Measure.error.evaluate(binary([1, 0, 0, 0], [0.9, 0.9, 0.1, 0.2]))).toBe(0.25)
  })

  it("log-loss of a sure mistake is −log 1e-15", () => {
    expect(Measure.logloss.evaluate(binary([1], [0]))).toBeCloseTo(34.538776394910684, 10)
    expect(Measure.logloss.evaluate(binary([1], [1]))).toBeCloseTo(1e-15, 16)
  })

  it("log-loss of three classes takes the probability of the true one", () => {
    const prediction = multiclass(
      [2, 0],
      [
        [0.5, 0.25, 0.25],
        [0.5, 0.25, 0.25]
      ]
    )
    expect(Measure.logloss.evaluate(prediction)).toBeCloseTo((Math.log(4) + Math.log(2)) / 2, 12)
  })
})

describe("auc", () => {
  const cases = fc.array(fc.tuple(fc.nat(1), fc.integer({ min: -4, max: 4 })), { minLength: 1, maxLength: 30 })
  const scored = (pairs: ReadonlyArray<readonly [number, number]>): Prediction.Prediction =>
    Prediction.fromOutputs(
      {
        schema: { kind: "binary", levels: ["yes", "no"] },
        rows: pairs.length,
        truth: Float64Array.from(pairs, ([label]) => 1 - label)
      },
      pairs.map(([, score]) => score),
      "prob"
    )

  it("is the share of pairs of a positive and a negative in the right order, ties one half", () => {
    fc.assert(
      fc.property(cases, (pairs) => {
        const positives = pairs.filter(([label]) => label === 1)
        const negatives = pairs.filter(([label]) => label === 0)
        let won = 0
        for (const [, p] of positives) for (const [, n] of negatives) won += p > n ? 1 : p === n ? 0.5 : 0
        const total = positives.length * negatives.length
        const value = Measure.auc.evaluate(scored(pairs))
        expect(Measure.isDefined(value)).toBe(total > 0)
        expect(Measure.isDefined(value) ? value : 0).toBeCloseTo(total > 0 ? won / total : 0, 12)
      })
    )
  })

  it("ranks by the scores, which tell apart what probabilities round together", () => {
    const far = scored([
      [1, 801],
      [0, 800]
    ])
    expect(far.prob).toEqual(Float64Array.of(1, 0, 1, 0))
    expect(Measure.auc.evaluate(far)).toBe(1)
    expect(Measure.auc.evaluate({ ...far, scores: undefined })).toBe(0.5)
  })
})

describe("rows whose target is not known", () => {
  it.each(Measure.definitions.map((measure) => [measure.id, measure] as const))("%s says so", (id, measure) => {
    const blank = { ...binary([1], [0.5]), truth: undefined }
    expect(reason(measure.evaluate(blank))).toBe(`measure "${id}" needs rows whose target is known`)
  })
})

describe("undefined values", () => {
  const bare = { ...binary([1, 0], [0.5, 0.5]), prob: undefined }
  it.each<[string, Measure.Measure, Prediction.Prediction, string]>([
    ["AUC of one class", Measure.auc, binary([1, 1], [0.5, 0.6]), "AUC needs both classes, and these rows have one"],
    ["AUC without scores", Measure.auc, bare, 'AUC needs scores; train with predictType "prob"'],
    [
      "log-loss without probabilities",
      Measure.logloss,
      bare,
      'log-loss needs probabilities; train with predictType "prob"'
    ],
    [
      "Brier without probabilities",
      Measure.brier,
      bare,
      'the Brier score needs probabilities; train with predictType "prob"'
    ],
    [
      "R² of a constant",
      Measure.rsq,
      regression([2, 2], [1, 3]),
      "R² needs a truth that varies, and these rows have one value"
    ],
    // The mean of three times 0.1 rounds to another number.
    [
      "R² of a constant that rounds",
      Measure.rsq,
      regression([0.1, 0.1, 0.1], [1, 3, 2]),
      "R² needs a truth that varies, and these rows have one value"
    ]
  ])("%s", (_, measure, prediction, expected) => {
    expect(reason(measure.evaluate(prediction))).toBe(expected)
  })

  it.each(Measure.definitions.map((measure) => [measure.id, measure] as const))("%s of no rows", (_, measure) => {
    const empty = measure.accepts.includes("regression") ? regression([], []) : binary([], [])
    expect(Measure.isDefined(measure.evaluate(empty))).toBe(false)
  })
})

describe("laws of every measure", () => {
  const truth = fc.nat(2)
  const simplex = fc
    .tuple(fc.nat(9), fc.nat(9), fc.nat(9))
    .map(([a, b, c]) => [a + 1, b, c].map((v) => v / (a + b + c + 1)))
  const multi = fc.array(fc.tuple(truth, simplex), { minLength: 1, maxLength: 20 }).map((rows) =>
    multiclass(
      rows.map(([t]) => t),
      rows.map(([, p]) => p)
    )
  )
  const two = fc
    .array(fc.tuple(fc.nat(1), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 20 })
    .map((rows) =>
      binary(
        rows.map(([t]) => t),
        rows.map(([, p]) => p)
      )
    )
  const real = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8)
  const numbers = fc.array(fc.tuple(real, real), { minLength: 1, maxLength: 20 }).map((rows) =>
    regression(
      rows.map(([t]) => t),
      rows.map(([, r]) => r)
    )
  )
  const predictionOf = { binary: two, multiclass: multi, regression: numbers } as const

  const directed = Measure.definitions.filter(({ direction }) => direction !== undefined)
  const cases = directed.flatMap((measure) =>
    measure.accepts.map((kind) => [`${measure.id} of a ${kind} prediction`, measure, predictionOf[kind]] as const)
  )

  it.each(cases)("%s is best where the prediction is the truth", (_, measure, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (prediction) => {
        const { levels, truth } = prediction
        const right: Prediction.Prediction = {
          ...prediction,
          response: truth,
          prob: Float64Array.from({ length: truth.length * levels.length }, (_, i) =>
            i % levels.length === truth[Math.floor(i / levels.length)] ? 1 : 0
          )
        }
        const value = measure.evaluate(right)
        fc.pre(Measure.isDefined(value))
        expect(value).toBeCloseTo(measure.direction === "maximise" ? measure.range[1] : measure.range[0], 12)
      })
    )
  })

  it("error and accuracy add up to 1", () => {
    fc.assert(
      fc.property(fc.oneof(two, multi), (prediction) => {
        const sum = (Measure.error.evaluate(prediction) as number) + (Measure.accuracy.evaluate(prediction) as number)
        expect(sum).toBeCloseTo(1, 12)
      })
    )
  })
})

describe("AUC of scores that are no numbers", () => {
  it.each([Number.NaN, Infinity, -Infinity])("is undefined for %s, and names the row", (score) => {
    const prediction = {
      kind: "binary" as const,
      levels: ["yes", "no"],
      rows: Int32Array.of(0, 1, 2),
      truth: Float64Array.of(1, 0, 1),
      response: Float64Array.of(1, 0, 1),
      prob: undefined,
      scores: Float64Array.of(0.1, score, 0.3)
    }
    expect(Measure.auc.evaluate(prediction)).toEqual({
      _tag: "Undefined",
      reason: `AUC needs finite scores, and that of row 1 is ${score}`
    })
  })
})
