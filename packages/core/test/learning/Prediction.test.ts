import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Prediction from "../../src/learning/Prediction.ts"

const levels = { binary: ["yes", "no"], multiclass: ["a", "b", "c"], regression: [] } as const
const of = (
  kind: keyof typeof levels,
  outputs: ReadonlyArray<number>,
  truth: ReadonlyArray<number>,
  predictType: "prob" | "response" = "prob"
) =>
  Prediction.fromOutputs(
    { schema: { kind, levels: levels[kind] }, rows: truth.length, truth: Float64Array.from(truth) },
    outputs,
    predictType
  )

describe("outputs", () => {
  it("are one, or one a class", () => {
    expect(Prediction.outputs("binary", ["a", "b"])).toBe(1)
    expect(Prediction.outputs("regression", [])).toBe(1)
    expect(Prediction.outputs("multiclass", ["a", "b", "c"])).toBe(3)
    expect(Prediction.outputs("multiclass", ["a", "b"])).toBe(2)
  })
})

describe("binary", () => {
  it("is positive unless the logit is below 0; a tie is positive", () => {
    expect(of("binary", [-1, -1e-9, 0, 1e-9, 2], [1, 1, 0, 0, 0]).response).toEqual(Float64Array.of(1, 1, 0, 0, 0))
  })

  it("has sigmoid probabilities, the positive level first", () => {
    const { prob } = of("binary", [0, Math.log(3), -Math.log(3)], [0, 0, 0])
    expect(prob).toHaveLength(6)
    const expected = [0.5, 0.5, 0.75, 0.25, 0.25, 0.75]
    expected.forEach((value, i) => expect(prob![i]).toBeCloseTo(value, 14))
  })

  it("keeps the relative precision of small probabilities, and overflows nowhere", () => {
    const { prob } = of("binary", [-700, 700, 1e4, -1e4], [0, 0, 0, 0])
    expect(prob![0]! / Math.exp(-700)).toBeCloseTo(1, 10)
    expect(prob![3]! / Math.exp(-700)).toBeCloseTo(1, 10)
    expect(prob!.slice(4)).toEqual(Float64Array.of(1, 0, 0, 1))
  })

  it("has probabilities that sum to 1 and agree with the response", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -30, max: 30, noNaN: true })), (logits) => {
        const { prob, response, scores } = of(
          "binary",
          logits,
          logits.map(() => 0)
        )
        logits.forEach((logit, i) => {
          expect(prob![2 * i]! + prob![2 * i + 1]!).toBeCloseTo(1, 14)
          expect(prob![2 * i]! >= 0.5).toBe(response[i] === 0 || prob![2 * i] === 0.5)
          expect(scores![i]).toBe(logit)
        })
      })
    )
  })

  it("has no probabilities if only the response was asked for", () => {
    const prediction = of("binary", [1], [1], "response")
    expect(prediction.prob).toBeUndefined()
    expect(prediction.scores).toEqual(Float64Array.of(1))
  })
})

describe("multi-class", () => {
  it("is the largest logit, the first at a tie, with softmax probabilities", () => {
    const prediction = of("multiclass", [0, Math.log(2), 0, 5, 5, 1], [0, 0])
    expect(prediction.response).toEqual(Float64Array.of(1, 0))
    ;[0.25, 0.5, 0.25].forEach((value, k) => expect(prediction.prob![k]).toBeCloseTo(value, 14))
    expect(prediction.scores).toBeUndefined()
  })

  it("has probabilities that sum to 1, also of huge logits, and do not change when all logits shift", () => {
    const triple = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: -1000, max: 1000 })))
    fc.assert(
      fc.property(fc.array(triple, { minLength: 1 }), fc.integer({ min: -500, max: 500 }), (rows, shift) => {
        const truth = rows.map(() => 0)
        const { prob } = of("multiclass", rows.flat(), truth)
        const shifted = of(
          "multiclass",
          rows.flat().map((v) => v! + shift),
          truth
        ).prob
        expect(shifted).toEqual(prob)
        rows.forEach((_, i) => expect(prob![3 * i]! + prob![3 * i + 1]! + prob![3 * i + 2]!).toBeCloseTo(1, 12))
      })
    )
  })
})

describe("regression", () => {
  it("is the number", () => {
    expect(of("regression", [1.5, -2], [1, 2])).toMatchObject({
      response: Float64Array.of(1.5, -2),
      prob: undefined,
      scores: undefined
    })
  })
})

describe("toColumns", () => {
  const written = (prediction: Prediction.Prediction) =>
    Object.fromEntries(
      Prediction.toColumns(prediction).map(([name, column]) => [
        name,
        Array.from(prediction.rows, (_, row) => Column.toText(column, row))
      ])
    )

  it("names the levels of a binary prediction", () => {
    expect(written(of("binary", [0, -1000], [0, 1]))).toEqual({
      row: ["0", "1"],
      truth: ["yes", "no"],
      response: ["yes", "no"],
      "prob.yes": ["0.5", "0"],
      "prob.no": ["0.5", "1"],
      score: ["0", "-1000"]
    })
  })

  it("names the levels of a multi-class prediction, and writes no score", () => {
    const columns = written(of("multiclass", [0, 0, 1000], [1]))
    expect(columns).toEqual({
      row: ["0"],
      truth: ["b"],
      response: ["c"],
      "prob.a": ["0"],
      "prob.b": ["0"],
      "prob.c": ["1"]
    })
  })

  it("keeps the order of levels in factors, also of those that do not occur", () => {
    const [, [, truth]] = Prediction.toColumns(of("multiclass", [0, 1, 0], [1])) as [unknown, [string, Column.Factor]]
    expect(truth.levels).toEqual(["a", "b", "c"])
  })

  it("writes the numbers of a regression", () => {
    expect(written(of("regression", [1.5], [2]))).toEqual({ row: ["0"], truth: ["2"], response: ["1.5"] })
  })
})

describe("rows without a known target", () => {
  const blank = Prediction.fromOutputs(
    { schema: { kind: "regression", levels: [] }, rows: 2, truth: undefined },
    [1, 2],
    "prob"
  )

  it("are numbered from 0, have no truth, and are not labelled", () => {
    expect(blank.rows).toEqual(Int32Array.of(0, 1))
    expect([blank.truth, Prediction.isLabelled(blank)]).toEqual([undefined, false])
    expect(Prediction.isLabelled(of("regression", [1], [2]))).toBe(true)
  })

  it("are written without a column of truth", () => {
    expect(Prediction.toColumns(blank).map(([name]) => name)).toEqual(["row", "response"])
  })
})

describe("columns", () => {
  it("come back as the prediction that they were made of", () => {
    const levels3 = ["1", "2", "1.0"]
    const cases = [
      of("binary", [-1, 0.5, 2], [0, 1, 1]),
      of("binary", [-1, 0.5], [0, 1], "response"),
      Prediction.fromOutputs(
        { schema: { kind: "multiclass", levels: levels3 }, rows: 2, truth: undefined },
        [1, 2, 3, 3, 2, 1],
        "prob"
      ),
      of("regression", [1.5, -2], [1, 2])
    ]
    for (const prediction of cases) {
      const columns = new Map(Prediction.toColumns(prediction))
      expect(Prediction.fromColumns(columns, prediction)).toEqual(prediction)
    }
    expect(Prediction.fromColumns(new Map(), { kind: "binary", levels: ["a", "b"] })).toBe(undefined)
  })
})
