import type * as Prediction from "@rocflow/core/learning/Prediction"
import type * as Job from "@rocflow/resampling/Job"
import { describe, expect, it } from "vitest"
import { drawnOf, fullCells } from "../src/internal/predictedCells.ts"

const result = (id: string, nTrainGroups = 10): Job.Result => ({
  id,
  status: "ok",
  scores: {},
  seconds: 1,
  job: {
    task: "t",
    learner: "l",
    resampling: "r",
    iteration: 0,
    testSubset: "full",
    trainSubsets: "same",
    groups: 10,
    testFold: 0,
    seed: 0,
    nTrainGroups,
    repetition: 0,
    trainRows: 10,
    testRows: 4
  }
})

const predicted = (
  kind: Prediction.Prediction["kind"],
  truth: ReadonlyArray<number>,
  more: Partial<Prediction.Prediction>
): Prediction.Prediction => ({
  kind,
  levels: kind === "binary" ? ["yes", "no"] : kind === "multiclass" ? ["a", "b", "c"] : [],
  rows: Int32Array.from(truth, (_, i) => i),
  truth: Float64Array.from(truth),
  response: new Float64Array(truth.length),
  prob: undefined,
  scores: undefined,
  ...more
})

/** Probabilities of the positive class, with those of the other one. */
const prob = (...values: ReadonlyArray<number>) => Float64Array.from(values.flatMap((p) => [p, 1 - p]))

const of = (...parts: ReadonlyArray<Prediction.Prediction>) =>
  drawnOf(
    parts.map((_, i) => result(String(i))),
    new Map(parts.map((prediction, i) => [String(i), { prediction, groups: undefined }]))
  )

describe("what is drawn of binary predictions", () => {
  // Two folds: yes (code 0) is ranked first in the one, second of two in the other.
  const folds = [
    predicted("binary", [0, 1], { prob: prob(0.8, 0.3) }),
    predicted("binary", [1, 0], { prob: prob(0.8, 0.3) })
  ]

  it("has the mean precision of folds at each recall, and its area", () => {
    const [curve] = of(...folds).precisionRecall
    // In the first fold precision is 1, in the second 1/2, at every recall above 0.
    expect(new Set(curve.precision)).toEqual(new Set([0.75]))
    expect([curve.recall[0], curve.recall.at(-1)]).toEqual([0.02, 1])
    expect(curve).toMatchObject({ averagePrecision: 0.75, prevalence: 0.5, rows: 4, splits: 2 })
  })

  it("counts who is called positive at each threshold, those at it too", () => {
    const [{ fp, negatives, positives, tp }] = of(...folds).thresholds
    expect([positives, negatives]).toEqual([2, 2])
    const at = (i: number) => [tp[i], fp[i]]
    expect([at(0), at(30), at(31), at(80), at(81), at(100)]).toEqual([
      [2, 2],
      [2, 2],
      [1, 1],
      [1, 1],
      [0, 0],
      [0, 0]
    ])
  })

  it("takes the logistic function of logits, and does not call it calibrated", () => {
    const { calibration, thresholds } = of(predicted("binary", [0, 1], { scores: Float64Array.of(0, -3) }))
    expect(thresholds[0].tp.lastIndexOf(1)).toBe(50)
    expect(thresholds[0].fp.lastIndexOf(1)).toBe(4)
    expect(calibration).toEqual([])
  })

  it("keeps rows of one probability together, with Wilson's interval of their share", () => {
    const truth = Array.from({ length: 20 }, (_, i) => (i < 5 ? 0 : 1))
    const { calibration } = of(predicted("binary", truth, { prob: prob(...truth.map(() => 0.4)) }))
    expect(calibration[0].bins).toEqual([
      // 5 of 20: 0.1119 to 0.4687 in Newcombe's tables.
      {
        predicted: expect.closeTo(0.4),
        observed: 0.25,
        lower: expect.closeTo(0.1119, 4),
        upper: expect.closeTo(0.4687, 4),
        rows: 20
      }
    ])
  })

  it("is of full training sets only", () => {
    const [full, small] = [result("full"), result("small", 5)].map((each) => ({ ...each, predictions: "some" }))
    expect(fullCells([small!, full!, result("none")])).toEqual([[full]])
  })
})

it("confusion counts truth by rows and calls by columns, over folds", () => {
  const { confusion } = of(
    predicted("multiclass", [0, 1, 2], { response: Float64Array.of(0, 2, 2) }),
    predicted("multiclass", [1, 1], { response: Float64Array.of(1, 0) })
  )
  expect(confusion[0].counts).toEqual([
    [1, 0, 0],
    [1, 1, 1],
    [0, 0, 1]
  ])
})

it("residuals are truth − prediction, and of many rows some, evenly spread", () => {
  const [few] = of(predicted("regression", [3, 5], { response: Float64Array.of(1, 6) })).residuals
  expect([few.fitted, few.residual]).toEqual([
    [1, 6],
    [2, -1]
  ])
  const many = Array.from({ length: 1000 }, (_, i) => i)
  const [thinned] = of(predicted("regression", many, {})).residuals
  expect(thinned.rows).toBe(1000)
  expect(thinned.residual).toHaveLength(240)
  expect(thinned.residual.at(-1)).toBeGreaterThan(990)
})
