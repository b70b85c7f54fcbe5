/**
 * Measures on cases whose values scikit-learn computed (`measures.json`: random cases with ties and rare classes), and laws of
 * those with options.
 */
import { readFileSync } from "node:fs"
import * as Core from "../../src/Definitions.ts"
import { decode } from "../../src/pipeline/Decode.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Measure from "../../src/learning/Measure.ts"
import type { Labelled } from "../../src/learning/Prediction.ts"

const Values = Schema.Record(Schema.String, Schema.Finite)
const numbers = Schema.Array(Schema.Finite)
const { cases, version } = Schema.decodeUnknownSync(
  Schema.Struct({
    version: Schema.String,
    cases: Schema.Array(
      Schema.Union([
        Schema.Struct({ kind: Schema.Literal("binary"), truth: numbers, prob: numbers, values: Values }),
        Schema.Struct({
          kind: Schema.Literal("multiclass"),
          classes: Schema.Int,
          truth: numbers,
          prob: Schema.Array(numbers),
          values: Values
        }),
        Schema.Struct({ kind: Schema.Literal("regression"), truth: numbers, response: numbers, values: Values })
      ])
    )
  })
)(JSON.parse(readFileSync(new URL("measures.json", import.meta.url), "utf8")))

/** The measures of the columns, by their names there. */
const measures: Readonly<Record<string, Measure.Measure>> = {
  ...Object.fromEntries(Measure.definitions.map((measure) => [measure.id, measure])),
  fbeta2: Measure.fbeta({ beta: 2 }),
  fbetaMacro: Measure.fbeta({ beta: 0.5, classes: "macro" }),
  fbetaMicro: Measure.fbeta({ classes: "micro" }),
  fbetaWeighted: Measure.fbeta({ classes: "weighted" }),
  precisionMacro: Measure.precision({ classes: "macro" }),
  recallMacro: Measure.recall({ classes: "macro" }),
  recallWeighted: Measure.recall({ classes: "weighted" }),
  partialAuc3: Measure.partialAuc({ maxFpr: 0.3 }),
  tpr3: Measure.tpr({ threshold: 0.3 }),
  tnr3: Measure.tnr({ threshold: 0.3 }),
  pinball9: Measure.pinball({ quantile: 0.9 })
}
/** Of several classes the cases have other values of β. */
const ofClasses: typeof measures = {
  ...measures,
  fbetaMacro: Measure.fbeta({ classes: "macro" }),
  fbetaWeighted: Measure.fbeta({ beta: 2, classes: "weighted" })
}

const binary = (truth: ReadonlyArray<number>, positive: ReadonlyArray<number>): Labelled => ({
  kind: "binary",
  levels: ["yes", "no"],
  rows: Int32Array.from(truth.keys()),
  truth: Float64Array.from(truth),
  response: Float64Array.from(positive, (p) => (p >= 0.5 ? 0 : 1)),
  prob: Float64Array.from(positive.flatMap((p) => [p, 1 - p])),
  scores: undefined
})

const multiclass = (
  classes: number,
  truth: ReadonlyArray<number>,
  prob: ReadonlyArray<ReadonlyArray<number>>
): Labelled => ({
  kind: "multiclass",
  levels: Array.from({ length: classes }, (_, k) => `class ${k}`),
  rows: Int32Array.from(truth.keys()),
  truth: Float64Array.from(truth),
  response: Float64Array.from(prob, (row) => row.indexOf(Math.max(...row))),
  prob: Float64Array.from(prob.flat()),
  scores: undefined
})

const predictionOf = (given: (typeof cases)[number]): Labelled => {
  switch (given.kind) {
    case "binary":
      return binary(given.truth, given.prob)
    case "multiclass":
      return multiclass(given.classes, given.truth, given.prob)
    case "regression":
      return {
        kind: "regression",
        levels: [],
        rows: Int32Array.from(given.truth.keys()),
        truth: Float64Array.from(given.truth),
        response: Float64Array.from(given.response),
        prob: undefined,
        scores: undefined
      }
  }
}

describe(`the values of ${version}`, () => {
  const rows = cases.flatMap((given, i) =>
    Object.entries(given.values).map(([name, value]) => ({ title: `${name} of case ${i}`, name, value, given }))
  )
  it.each(rows)("$title", ({ given, name, value }) => {
    const measure = (given.kind === "multiclass" ? ofClasses : measures)[name]!
    expect(measure.evaluate(predictionOf(given))).toBeCloseTo(value, 10)
  })
})

const forecasts = fc
  .array(
    fc.tuple(
      fc.nat(1),
      fc.integer({ min: 0, max: 20 }).map((n) => n / 20)
    ),
    { minLength: 2, maxLength: 40 }
  )
  .map((rows) =>
    binary(
      rows.map(([t]) => t),
      rows.map(([, p]) => p)
    )
  )

const value = (measure: Measure.Measure, prediction: Labelled): number => {
  const measured = measure.evaluate(prediction)
  return Measure.isDefined(measured) ? measured : Number.NaN
}

describe("the parts of the Brier score", () => {
  it("add up to it, for any bins", () => {
    fc.assert(
      fc.property(forecasts, fc.integer({ min: 1, max: 15 }), (prediction, bins) => {
        const [reliability, resolution, uncertainty] = (["reliability", "resolution", "uncertainty"] as const).map(
          (part) => value(Measure.brierPart({ part, bins }), prediction)
        )
        expect(reliability! - resolution! + uncertainty!).toBeCloseTo(value(Measure.brier, prediction), 10)
      })
    )
  })
})

describe("areas under curves", () => {
  it("of the whole ROC curve are AUC", () => {
    fc.assert(
      fc.property(forecasts, (prediction) => {
        fc.pre(new Set(prediction.truth).size === 2)
        expect(value(Measure.partialAuc({ maxFpr: 1 }), prediction)).toBeCloseTo(value(Measure.auc, prediction), 10)
      })
    )
  })

  it("do not change with a map of the scores that grows", () => {
    fc.assert(
      fc.property(forecasts, (prediction) => {
        const scores = prediction.response.map((_, i) => Math.exp(3 * prediction.prob![2 * i]!))
        for (const measure of [Measure.averagePrecision, Measure.prauc, Measure.partialAuc(), Measure.tprAtFpr()]) {
          expect(value(measure, { ...prediction, scores })).toEqual(value(measure, prediction))
        }
      })
    )
  })

  it("interpolate precision as Davis and Goadrich do", () => {
    // Two positives among four rows: the first is ranked first, the second ties with both negatives. From (1 of 2, precision 1) to (2 of 2, 1/2) the
    // false positives are 0 to 2: ∫₀¹ (1 + t)/(1 + 3t) dt / 2 = (1/3 + 2/9·ln 4) / 2, and 1/2 before.
    const prediction = binary([0, 1, 1, 0], [0.9, 0.5, 0.5, 0.5])
    expect(value(Measure.prauc, prediction)).toBeCloseTo(0.5 + (1 / 3 + (2 / 9) * Math.log(4)) / 2, 12)
  })

  it("of several classes count the pairs of rows that are told apart", () => {
    const prediction = multiclass(
      3,
      [0, 0, 1, 1, 2, 2],
      [
        [0.6, 0.3, 0.1],
        [0.2, 0.5, 0.3],
        [0.3, 0.65, 0.05],
        [0.5, 0.3, 0.2],
        [0.1, 0.2, 0.7],
        [0.25, 0.3, 0.45]
      ]
    )
    // By hand: 3 of the 4 pairs of rows of classes 0 and 1 are told apart, and all others.
    expect(value(Measure.mu, prediction)).toBeCloseTo((3 / 4 + 1 + 1) / 3, 12)
  })
})

describe("thresholds", () => {
  it("give the best rates that any threshold gives", () => {
    fc.assert(
      fc.property(forecasts, fc.double({ min: 0.01, max: 1, noNaN: true }), (prediction, bound) => {
        fc.pre(new Set(prediction.truth).size === 2)
        const thresholds = [...new Set(prediction.response.map((_, i) => prediction.prob![2 * i]!)), 1.01]
        const rates = thresholds.map((threshold) => {
          const at = { threshold: Math.min(1, threshold) }
          const none = threshold > 1
          return {
            fpr: none ? 0 : value(Measure.fpr(at), prediction),
            tpr: none ? 0 : value(Measure.tpr(at), prediction),
            ppv: none ? 0 : value(Measure.ppv(at), prediction)
          }
        })
        const best = (of: ReadonlyArray<number>) => Math.max(...of)
        expect(value(Measure.tprAtFpr({ maxFpr: bound }), prediction)).toBeCloseTo(
          best(rates.filter(({ fpr }) => fpr <= bound).map(({ tpr }) => tpr)),
          12
        )
        expect(value(Measure.precisionAtRecall({ minRecall: bound }), prediction)).toBeCloseTo(
          best(rates.filter(({ tpr }) => tpr >= bound).map(({ ppv }) => ppv)),
          12
        )
      })
    )
  })
})

describe("cost", () => {
  const prediction = binary([0, 0, 1, 1, 1], [0.9, 0.2, 0.8, 0.1, 0.3])
  it("is the error rate where nothing else is said, and weighs what is", () => {
    expect(value(Measure.cost(), prediction)).toBe(2 / 5)
    expect(value(Measure.cost({ costs: { yes: { no: 5 } } }), prediction)).toBe(6 / 5)
    expect(value(Measure.cost({ costs: { yes: { no: 5 }, no: { yes: 2, no: 0.5 } } }), prediction)).toBe(
      (5 + 2 + 1) / 5
    )
  })
  it("names a class that is not there", () => {
    expect(Measure.cost({ costs: { ill: { no: 5 } } }).evaluate(prediction)).toEqual(
      Measure.undefinedBecause('costs name the class "ill", and there are yes, no')
    )
  })
})

describe("probabilities that are not numbers", () => {
  it.each(["logloss", "brier", "calibrationError", "brierPart"])("give %s no value", (id) => {
    const of = measures[id]!.evaluate(binary([0, 1, 0], [0.5, NaN, 0.2]))
    expect(of).toMatchObject({ _tag: "Undefined" })
  })
})

describe("options", () => {
  const find = Registry.lookup(Result.getOrThrow(Registry.make(Core.all)))
  const read = (json: unknown) => decode(Measure.reference, json, find)

  it("are part of the id where they differ from their defaults, and survive JSON", () => {
    const measure = Measure.fbeta({ beta: 2, classes: "macro" })
    expect([measure.id, measure.label]).toEqual(["fbeta(beta=2, classes=macro)", "F2 (macro)"])
    const again = Result.getOrThrow(read(JSON.parse(JSON.stringify(measure.json))))
    expect([again.id, again.json]).toEqual([measure.id, measure.json])
    expect(Result.getOrThrow(read({ type: "fbeta", beta: 1 })).id).toBe("fbeta")
    expect(Measure.fbeta()).toBe(Measure.definitions.find(({ id }) => id === "fbeta"))
  })

  it.each([
    [{ type: "fbeta", beta: -1 }, /beta.*greater than 0/],
    [{ type: "fbeta", bta: 1 }, /bta.*did you mean "beta"/],
    [{ type: "auc", beta: 1 }, /beta.*is no option of the measure auc/],
    [{ type: "fbta" }, /did you mean "fbeta"/],
    [7, /is no measure; write its name/]
  ])("refuse %j", (json, message) => {
    const result = read(json)
    const issues = Result.isFailure(result) ? result.failure : []
    expect(issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n")).toMatch(message)
  })

  it("have one id, in whatever order they are written", () => {
    const one = Measure.cost({ costs: { a: { b: 2, c: 3 }, b: { a: 1.5 } } })
    const other = Measure.cost({ costs: { b: { a: 1.5 }, a: { c: 3, b: 2 } } })
    expect(one.id).toBe(other.id)
  })

  it("say what they need: a threshold of its own needs probabilities", () => {
    expect([Measure.tpr().needs, Measure.tpr({ threshold: 0.3 }).needs]).toEqual(["response", "prob"])
  })

  it("that break a rule in code make a measure that says so", () => {
    expect(Measure.tpr({ threshold: 2 }).evaluate(binary([0, 1], [0.9, 0.1]))).toEqual(
      Measure.undefinedBecause(expect.stringMatching(/tpr\.threshold: .*between 0 and 1/) as string)
    )
  })
})
