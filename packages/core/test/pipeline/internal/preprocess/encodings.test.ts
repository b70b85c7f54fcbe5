import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import * as Select from "../../../../src/data/Select.ts"
import * as Pipeline from "../../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../../src/pipeline/Preprocess.ts"
import { issuesOf } from "../../../support/pipelines.ts"
import { applied, failure, notes, numbers, texts } from "../../../support/preprocess.ts"

const factor = (values: ReadonlyArray<string | null>, levels: ReadonlyArray<string>, ordered = false) =>
  Result.getOrThrow(Column.factor(values, { levels, ordered }))

describe("missingIndicator", () => {
  const train = {
    x: Column.numeric([1, null, 3]),
    site: Column.text(["a", "b", null]),
    whole: Column.numeric([1, 2, 3])
  }

  it("adds a truth value for each column that is incomplete in training, behind all others", () => {
    const made = applied(Preprocess.missingIndicator(), train)
    expect(texts(made)).toMatchObject({
      "x.missing": ["false", "true", "false"],
      "site.missing": ["false", "false", "true"]
    })
    expect([...made.columns.keys()]).toEqual(["x", "site", "whole", "x.missing", "site.missing"])
    expect(made.columns.get("x.missing")!.type).toBe("boolean")
  })

  it("has the columns of training, whatever is missing elsewhere", () => {
    const other = { ...train, x: Column.numeric([1, 2, 3]), whole: Column.numeric([null, 1, 1]) }
    const made = texts(applied(Preprocess.missingIndicator(), train, other))
    expect(Object.keys(made)).toEqual(["x", "site", "whole", "x.missing", "site.missing"])
    expect(made["x.missing"]).toEqual(["false", "false", "false"])
  })

  it("takes the chosen columns, complete ones too", () => {
    expect(Object.keys(texts(applied(Preprocess.missingIndicator({ columns: Select.all() }), train)))).toEqual([
      "x",
      "site",
      "whole",
      "x.missing",
      "site.missing",
      "whole.missing"
    ])
  })
})

describe("ordinalEncoding", () => {
  const size = factor(["M", "S", null], ["S", "M", "L"], true)

  it("makes whole numbers of ordered factors, and leaves others alone", () => {
    const made = applied(Preprocess.ordinalEncoding(), { size, site: Column.text(["a", "b", "a"]) })
    expect(texts(made)).toEqual({ size: ["1", "0", null], site: ["a", "b", "a"] })
    expect(made.columns.get("size")!.type).toBe("integer")
  })

  /** scikit-learn 1.9.1: `OrdinalEncoder(categories=[["S", "M", "L"]], handle_unknown="use_encoded_value", unknown_value=nan)`. */
  it("takes a given order; a value without a place is missing, or an error", () => {
    const order = { size: ["S", "M", "L"] }
    const train = { size: Column.text(["M", "S", "L"]) }
    const other = { size: Column.text(["L", "S", "XL", "M"]) }
    expect(texts(applied(Preprocess.ordinalEncoding({ order }), train, other))).toEqual({
      size: ["2", "0", null, "1"]
    })
    expect(failure(Preprocess.ordinalEncoding({ order, unknown: "error" }), train, other)).toEqual([
      'Preprocess.ordinalEncoding: column "size" holds "XL", which has no place in the order S < M < L; correct it, or use unknown: "missing"'
    ])
    expect(notes(Preprocess.ordinalEncoding({ order }), other)).toEqual(["no-place"])
    expect(notes(Preprocess.ordinalEncoding({ order }), train)).toEqual([])
  })

  it("takes the order of the levels of chosen columns", () => {
    const train = { site: Column.text(["b", "a", "c"]), size }
    expect(texts(applied(Preprocess.ordinalEncoding({ columns: Select.type("string") }), train))).toMatchObject({
      site: ["1", "0", "2"],
      size: ["M", "S", null]
    })
    expect(failure(Preprocess.ordinalEncoding({ order: { sizes: ["a"] } }), train)).toEqual([
      'Preprocess.ordinalEncoding: no feature column "sizes" reaches this stage; did you mean "size"?'
    ])
  })

  it("refuses an order that names a level twice", () => {
    const issues = issuesOf(Pipeline.check(Preprocess.ordinalEncoding({ order: { size: ["S", "S"] } })))
    expect(issues.map(([path]) => path)).toEqual(["0.order.size"])
  })
})

describe("frequencyEncoding", () => {
  const train = { site: Column.text(["a", "b", "a", null]) }
  const other = { site: Column.text(["b", null, "z"]) }

  it("gives the share of the training rows, or their number; missing is a level, an unknown one has none", () => {
    expect(numbers(applied(Preprocess.frequencyEncoding(), train, other))).toEqual({ site: [0.25, 0.25, 0] })
    expect(numbers(applied(Preprocess.frequencyEncoding({ unit: "count" }), train, other))).toEqual({
      site: [1, 1, 0]
    })
  })

  it("gives a missing value 0 where training had none", () => {
    expect(numbers(applied(Preprocess.frequencyEncoding(), { site: Column.text(["a"]) }, other))).toEqual({
      site: [0, 0, 0]
    })
  })
})

describe("collapseLevels", () => {
  const train = { site: Column.text([..."aaaabbbccd"]) }
  const levelsOf = (options: Parameters<typeof Preprocess.collapseLevels>[0]) => {
    const column = applied(Preprocess.collapseLevels(options), train).columns.get("site")!
    return column.type === "factor" ? column.levels : []
  }

  /** As `OneHotEncoder(min_frequency=3)` and `(min_frequency=0.2)` of scikit-learn 1.9.1 keep a, b and a, b, c. */
  it("keeps the levels of so many rows, of such a share, or the most frequent", () => {
    expect(levelsOf({ minCount: 3 })).toEqual(["a", "b", "other"])
    expect(levelsOf({ minShare: 0.2 })).toEqual(["a", "b", "c", "other"])
    expect(levelsOf({ maxLevels: 1 })).toEqual(["a", "other"])
    expect(levelsOf({ minCount: 2, maxLevels: 2, level: "rare" })).toEqual(["a", "b", "rare"])
  })

  it("makes an unknown level one of the rare, and leaves missing values missing", () => {
    const other = { site: Column.text(["a", "d", "z", null]) }
    expect(texts(applied(Preprocess.collapseLevels({ minCount: 2 }), train, other))).toEqual({
      site: ["a", "other", "other", null]
    })
  })

  it("joins a level of that name", () => {
    const given = { site: Column.text(["other", "other", "a", "b"]) }
    expect(applied(Preprocess.collapseLevels({ minCount: 2 }), given).columns.get("site")).toMatchObject({
      levels: ["other"],
      codes: Int32Array.of(0, 0, 0, 0)
    })
  })

  it("takes ordered factors only by name, and they lose their order", () => {
    const size = factor(["S", "S", "L"], ["S", "M", "L"], true)
    expect(applied(Preprocess.collapseLevels({ minCount: 2 }), { size }).columns.get("size")).toBe(size)
    expect(
      applied(Preprocess.collapseLevels({ minCount: 2, columns: ["size"] }), { size }).columns.get("size")
    ).toMatchObject({ levels: ["S", "other"], ordered: false })
  })

  it("must be told what is rare", () => {
    expect(issuesOf(Pipeline.check(Preprocess.collapseLevels({}))).map(([, message]) => message)).toEqual([
      "Preprocess.collapseLevels: says nothing of what is rare; give minShare, minCount or maxLevels"
    ])
  })
})

describe("dropConstants with a ratio", () => {
  const train = {
    near: Column.numeric([1, 1, 1, 1, 1, 1, 1, 1, 1, 2]),
    far: Column.numeric([1, 1, 1, 1, 1, 1, 1, 1, 2, 3]),
    gaps: Column.numeric([1, 1, 1, null, null, null, null, null, null, 2])
  }

  it("drops columns in which at most so many values differ from the most frequent one; missing are none", () => {
    const left = (ratio?: number) =>
      Object.keys(texts(applied(Preprocess.dropConstants(ratio === undefined ? {} : { ratio }), train)))
    expect(left()).toEqual(["near", "far", "gaps"])
    expect(left(0.1)).toEqual(["far", "gaps"])
    expect(left(0.2)).toEqual(["gaps"])
    expect(left(0.25)).toEqual([])
  })
})
