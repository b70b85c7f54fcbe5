import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Split from "../../src/splitting/Split.ts"
import { SplitProblem } from "../../src/splitting/SplitProblem.ts"

const split: Split.Split = {
  iteration: 3,
  testSubset: "full",
  trainSubsets: "same",
  groups: 8,
  testFold: 1,
  seed: 0,
  nTrainGroups: 8,
  repetition: 0,
  train: Int32Array.of(0, 1, 4),
  test: Int32Array.of(2, 3)
}

describe("Split", () => {
  it("has a row in tables, with the sizes of its sets", () => {
    const { test: _, train: __, ...place } = split
    const row = { ...place, trainRows: 3, testRows: 2 }
    expect(Split.columns(split)).toEqual(row)
    expect(Schema.decodeUnknownSync(Split.SplitColumns)(JSON.parse(JSON.stringify(row)))).toEqual(row)
  })

  it.each<[Partial<Split.Split>, string]>([
    [{}, "split 3 (fold 1)"],
    [{ repetition: 2 }, "split 3 (repetition 2, fold 1)"],
    [
      { testSubset: "north", trainSubsets: "other", nTrainGroups: 4, seed: 1 },
      'split 3 (test subset "north", fold 1, train other, size 4, draw 1)'
    ]
  ])("has a name in messages: %o", (changes, name) => {
    expect(Split.describe({ ...split, ...changes })).toBe(name)
  })

  it("lists rows", () => {
    expect(Split.rowsWhere(5, (row) => row % 2 === 0)).toEqual(Int32Array.of(0, 2, 4))
    expect(Split.rowsWhere(5, () => false)).toEqual(new Int32Array())
  })
})

describe("SplitProblem", () => {
  it("has three parts", () => {
    const problem = new SplitProblem({
      reason: "TooManyFolds",
      given: "folds = 200",
      rule: "is more than the 150 rows",
      advice: "Use at most 150 folds."
    })
    expect(problem.message).toBe("folds = 200 is more than the 150 rows. Use at most 150 folds.")
  })
})
