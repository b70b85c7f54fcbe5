import type * as Job from "@rocflow/resampling/Job"
import { describe, expect, it } from "vitest"
import * as Figure from "../src/Figure.ts"
import { document } from "../src/html.ts"
import { featuresOf } from "../src/internal/features.ts"
import { features } from "../src/featuresFigure.ts"
import type { ReportModel } from "../src/ReportModel.ts"
import { sampleModel } from "./sampleModel.ts"

/** A job of a split that ended well, and what its model says. */
const job = (
  said: Pick<Job.Result, "coefficients" | "importance">,
  more: Partial<Job.Result["job"]> = {}
): Job.Result => ({
  id: "0",
  job: {
    task: "t",
    learner: "lasso",
    resampling: "cv",
    iteration: 1,
    testSubset: "full",
    trainSubsets: "same",
    groups: 10,
    testFold: 1,
    seed: 1,
    nTrainGroups: 10,
    repetition: 1,
    trainRows: 10,
    testRows: 5,
    ...more
  },
  status: "ok",
  scores: {},
  seconds: 0,
  ...said
})

const coefficients = (values: Readonly<Record<string, number>>, of = 3): Pick<Job.Result, "coefficients"> => ({
  coefficients: {
    columns: ["(intercept)", ...Object.keys(values)],
    values: [9, ...Object.values(values)],
    perSd: [0, ...Object.values(values).map((value) => 2 * value)],
    of
  }
})

describe("what models used", () => {
  it("is the mean over all splits, with 0 where a model does not use a column", () => {
    const rows = featuresOf([
      job(coefficients({ a: 1, b: -3 })),
      job(coefficients({ a: 2 })),
      job(coefficients({ b: 100 }), { nTrainGroups: 5 })
    ])
    expect(rows).toEqual([
      expect.objectContaining({
        of: "perSd",
        term: "a",
        mean: 3,
        sd: Math.SQRT2,
        size: 3,
        used: 2,
        splits: 2,
        columns: 3
      }),
      expect.objectContaining({ of: "perSd", term: "b", mean: -3, sd: Math.sqrt(18), size: 3, used: 1, splits: 2 })
    ])
  })

  it("has every term in every cell, those of the largest in any cell first", () => {
    const rows = featuresOf([
      job(coefficients({ a: 1 }), { testSubset: "north" }),
      job(coefficients({ b: 2 }), { testSubset: "south" }),
      job(coefficients({}), { testSubset: "west" })
    ])
    expect(rows.map(({ mean, sd, term, testSubset, used }) => [term, testSubset, mean, sd, used])).toEqual([
      ["b", "north", 0, null, 0],
      ["b", "south", 4, null, 1],
      ["b", "west", 0, null, 0],
      ["a", "north", 2, null, 1],
      ["a", "south", 0, null, 0],
      ["a", "west", 0, null, 0]
    ])
  })

  it("is told by the unit of columns where models do not know their deviation, and by class", () => {
    const rows = featuresOf([
      job({
        coefficients: { columns: ["a", "a", "b"], levels: ["x", "y", "y"], values: [1, -2, 3], of: 6 }
      })
    ])
    expect(rows.map(({ columns, level, mean, of, term }) => [of, term, level, mean, columns])).toEqual([
      ["perUnit", "b", "y", 3, 3],
      ["perUnit", "a", "y", -2, 3],
      ["perUnit", "a", "x", 1, 3]
    ])
  })

  it("is the share of a column in the gain of all splits", () => {
    const rows = featuresOf([
      job({ importance: { columns: ["a", "b"], gain: [6, 2], splits: [3, 1], of: 7, total: 10 } }),
      job({ importance: { columns: ["b"], gain: [4], splits: [2], of: 7, total: 4 } })
    ])
    expect(rows.map(({ columns, mean, of, term, used }) => [of, term, mean, used, columns])).toEqual([
      ["share", "b", 0.6, 2, 7],
      ["share", "a", 0.3, 1, 7]
    ])
  })

  it("is nothing where no model says something", () => {
    expect(featuresOf([job({})])).toEqual([])
    const model: ReportModel = { ...sampleModel(), features: [] }
    expect(features(model, "trees")).toEqual([])
    expect(document(model, [])).not.toContain("What the models used")
  })

  it("is drawn of the terms that matter most, one row a term with a point for each training set, and is a table of all", () => {
    const model = sampleModel({ folds: 4, epochs: 2 })
    const [figure] = features(model, "trees")
    expect(figure.lists).toHaveLength(2 * 3)
    const [{ blocks, reference }] = figure.lists
    expect(reference).toBe(0)
    const rows = blocks.flatMap(({ rows }) => rows)
    expect(rows.map(({ label }) => label)).toEqual(Array.from({ length: 8 }, (_, j) => `column ${j}`))
    expect(rows[1]).toMatchObject({ sample: "0 · 4 · 4 of 4", points: [{ at: 0 }, { at: 0.9 }, { at: 0.9 }] })
    expect(figure.caption).toContain(
      "the 8 columns of the largest mean size in any list (elastic-net: of 21, mlp.aum.rate: of 21)"
    )
    expect(figure.caption).toContain("means over 4 splits with full training sets")
    const ordinary = features(sampleModel({ subsets: [], folds: 4, epochs: 2 }), "trees")[0]
    expect(ordinary.keys).toEqual([])
    expect(ordinary.lists[0].blocks[0].rows).toHaveLength(10)
    expect(ordinary.lists[0].blocks[0].rows[0]).toMatchObject({
      sample: "4 of 4",
      points: [{ text: "−1.000 ± 0.050" }]
    })
    const page = document(model, [])
    expect(page.match(/column 9/g)).toHaveLength(2 * 3)
  })

  it("has a name and a picture like other figures", () => {
    const found = Figure.all(sampleModel({ folds: 2, epochs: 2 })).filter(({ kind }) => kind === "features")
    expect(found.map(({ name }) => name)).toEqual(["features-trees"])
  })
})
