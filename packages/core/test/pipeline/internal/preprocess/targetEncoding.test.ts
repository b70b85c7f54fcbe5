import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import * as Preprocess from "../../../../src/pipeline/Preprocess.ts"
import { applied, failure, fit, notes, numbers, target } from "../../../support/preprocess.ts"

const site = Column.text(["a", "b", "a", null, "c", "b", "a", null, "b", "a"])
const fresh = { site: Column.text(["a", "b", "c", null, "z"]) }
const binary = target("binary", [0, 1, 0, 0, 1, 1, 1, 1, 0, 0])
const regression = target("regression", [2.5, -1, 3, 0.5, 7, -2, 1, 4, 0, 2], [0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
const multiclass = target("multiclass", [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], [0, 0, 0, 0, 1, 1, 1, 2, 2, 2])

const close = (given: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(given).toHaveLength(expected.length)
  expected.forEach((value, i) => expect(given[i]).toBeCloseTo(value, 12))
}

/**
 * scikit-learn 1.9.1: `TargetEncoder(smooth=…, target_type=…).fit(X, y).transform(new)`, X = a b a None c b a None b a,
 * new = a b c None z; y of the binary target is 1 where ours is of the positive class.
 */
describe("new rows are encoded as by scikit-learn", () => {
  it.each<[string, number | "auto", Preprocess.TrainingTarget, ReadonlyArray<number>]>([
    ["binary", "auto", binary, [0.7105263157894737, 0.3714285714285714, 0, 0.5, 0.5]],
    ["binary", 2, binary, [0.6666666666666666, 0.4, 0.3333333333333333, 0.5, 0.5]],
    ["binary", 0, binary, [0.75, 0.3333333333333333, 0, 0.5, 0.5]],
    ["regression", "auto", regression, [2.115772103526142, -0.9059888579387185, 7, 2.1405005688282137, 1.7]],
    ["regression", 2, regression, [1.9833333333333334, 0.08, 3.466666666666667, 1.975, 1.7]],
    ["regression", 0, regression, [2.125, -1, 7, 2.25, 1.7]]
  ])("%s, smooth %s", (_, smooth, given, expected) => {
    close(numbers(applied(Preprocess.targetEncoding({ smooth }), { site }, fresh, given))["site"]!, expected)
  })

  it.each<[number | "auto", ReadonlyArray<ReadonlyArray<number>>]>([
    [
      "auto",
      [
        [0.6928104575163399, 0, 0.2591240875912409],
        [0, 0.32464146023468055, 0.5710560625814862],
        [0, 1, 0],
        [0.4657534246575342, 0.4253731343283582, 0],
        [0.4, 0.3, 0.3]
      ]
    ],
    [
      2,
      [
        [0.6333333333333333, 0.1, 0.26666666666666666],
        [0.16, 0.32, 0.52],
        [0.26666666666666666, 0.5333333333333333, 0.2],
        [0.45, 0.4, 0.15],
        [0.4, 0.3, 0.3]
      ]
    ]
  ])("several classes, a column each, smooth %s", (smooth, expected) => {
    const made = numbers(applied(Preprocess.targetEncoding({ smooth }), { site }, fresh, multiclass))
    expect(Object.keys(made)).toEqual(["site.a", "site.b", "site.c"])
    Object.values(made).forEach((column, k) =>
      close(
        column,
        expected.map((row) => row[k]!)
      )
    )
  })
})

/** scikit-learn 1.9.1: `TargetEncoder(smooth=…, target_type="continuous", cv=3, shuffle=False).fit_transform(X, y)`. */
describe("training rows are encoded by the rows of other folds, as by scikit-learn", () => {
  const shown = (smooth: number | "auto", given: Preprocess.TrainingTarget) => {
    const { training } = Result.getOrThrow(fit(Preprocess.targetEncoding({ smooth, folds: 3 }), { site }, given))
    return numbers(training!.features!)
  }

  it("of a regression", () => {
    close(
      shown("auto", regression)["site"]!,
      [
        1.5073891625615763, -0.8301886792452831, 1.5073891625615763, 4, 1.5714285714285714, -0.40977777777777774,
        2.481578947368421, 0.5, -1.450313634862991, 2.14839533538936
      ]
    )
    close(
      shown(1, regression)["site"]!,
      [
        1.6666666666666667, 0, 1.6666666666666667, 3, 1.5714285714285714, 0.19047619047619047, 2.267857142857143,
        1.0357142857142856, -0.4761904761904762, 2.017857142857143
      ]
    )
  })

  it("of several classes", () => {
    close(
      shown("auto", multiclass)["site.a"]!,
      [1, 0, 1, 0, 0.42857142857142855, 0, 0.6113744075829384, 1, 0, 0.6113744075829384]
    )
    close(
      shown("auto", multiclass)["site.c"]!,
      [
        0, 1, 0, 0, 0.2857142857142857, 0.41860465116279066, 0.32065217391304346, 0, 0.41860465116279066,
        0.32065217391304346
      ]
    )
  })
})

describe("columns", () => {
  it("of categories are replaced in their places, others stay", () => {
    const train = { x: Column.numeric([1, 2]), site: Column.text(["a", "b"]), y: Column.boolean([true, false]) }
    const made = applied(Preprocess.targetEncoding(), train, train, target("regression", [1, 3]))
    expect(Array.from(made.columns, ([name, { type }]) => `${name} ${type}`)).toEqual([
      "x numeric",
      "site numeric",
      "y boolean"
    ])
  })
})

it("notes a column of labels", () => {
  const label = Column.text(Array.from({ length: 20 }, (_, row) => `l${row}`))
  expect(notes(Preprocess.targetEncoding(), { label })).toEqual(["label-column"])
})

describe("refuses", () => {
  it("rows without a target", () => {
    expect(failure(Preprocess.targetEncoding(), { site })).toEqual([
      "Preprocess.targetEncoding: looks at the target of the training rows, and there is none; give fit a target, or fit it in a learner"
    ])
  })

  it("rows that are one group", () => {
    const one = target("regression", [1, 2], [0, 0])
    expect(failure(Preprocess.targetEncoding(), { site: Column.text(["a", "b"]) }, undefined, one)).toEqual([
      "Preprocess.targetEncoding: the training rows are one row, or one group, so that none can be encoded by others; give it more, or leave it out"
    ])
  })

  it("columns of one name", () => {
    const train = { "site.a": Column.numeric([1, 2, 3]), site: Column.text(["x", "y", "x"]) }
    expect(
      failure(Preprocess.targetEncoding({ columns: ["site"] }), train, train, target("multiclass", [0, 1, 2]))
    ).toEqual(['Preprocess.targetEncoding: would make two columns "site.a"; rename one of the columns, or a level'])
  })
})
