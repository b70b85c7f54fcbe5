import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import * as Pipeline from "../../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../../src/pipeline/Preprocess.ts"
import * as Seed from "../../../../src/Seed.ts"
import { issuesOf } from "../../../support/pipelines.ts"
import { applied, failure, featuresOf, fit, numbers, texts } from "../../../support/preprocess.ts"
import * as Effect from "effect/Effect"

describe("outOfRange", () => {
  const train = { x: Column.numeric([1, 5, null]), site: Column.text(["a", null, "b"]) }

  /** mlr3pipelines, `imputeoor`: min(x) − offset − multiplier·diff(range(x)), or above the maximum; both 1. */
  it("lies beyond the range by its width and one more", () => {
    expect(texts(applied(Preprocess.impute({ method: "outOfRange" }), train))).toEqual({
      x: ["1", "5", "-4"],
      site: ["a", null, "b"]
    })
    expect(
      numbers(
        applied(Preprocess.impute({ method: { outOfRange: { side: "above", offset: 0, multiplier: 2 } } }), train)
      )["x"]
    ).toEqual([1, 5, 13])
  })

  it("fills a column that is complete in training by its range", () => {
    const complete = { x: Column.numeric([1, 5]) }
    expect(
      numbers(applied(Preprocess.impute({ method: "outOfRange" }), complete, { x: Column.numeric([null]) }))
    ).toEqual({ x: [-4] })
  })
})

describe("level", () => {
  it("is one of its own, the last; an ordered factor has it first", () => {
    const site = Column.asFactor(Column.text(["b", null, "a"]))
    const size = Result.getOrThrow(Column.factor(["M", null, "S"], { levels: ["S", "M"], ordered: true }))
    const made = applied(Preprocess.impute({ method: "level" }), { site, size })
    expect(made.columns.get("site")).toMatchObject({ levels: ["a", "b", "missing"], codes: Int32Array.of(1, 2, 0) })
    expect(made.columns.get("size")).toMatchObject({ levels: ["missing", "S", "M"], codes: Int32Array.of(2, 0, 1) })
    expect(made.columns.get("size")).toMatchObject({ ordered: true, missing: null })
  })

  it("that training did not have is unseen to later stages", () => {
    const train = { site: Column.text(["a", "b"]) }
    expect(applied(Preprocess.impute({ method: "level" }), train).columns.get("site")).toBe(train.site)
    expect(texts(applied(Preprocess.impute({ method: "level" }), train, { site: Column.text([null]) }))).toEqual({
      site: ["missing"]
    })
  })

  it("must not be there already", () => {
    const train = { site: Column.text(["missing", null]) }
    expect(failure(Preprocess.impute({ method: "level" }), train)).toEqual([
      'Preprocess.impute: column "site" has a level "missing" already; give another one by value'
    ])
    expect(texts(applied(Preprocess.impute({ method: "level", value: "?" }), train))).toEqual({
      site: ["missing", "?"]
    })
  })
})

describe("draws", () => {
  const rows = 4000
  const id = Column.numeric(Float64Array.from({ length: rows }, (_, row) => row))
  const missing = Column.numeric(new Float64Array(rows).fill(Number.NaN))
  const drawn = (method: Parameters<typeof Preprocess.impute>[0]["method"], train: Column.Column) =>
    numbers(
      applied(
        Preprocess.impute({ method, columns: ["x"] }),
        { x: train, id: Column.numeric(new Float64Array(Column.length(train))) },
        { x: missing, id }
      )
    )["x"]!

  it("a sample are the training values, each as often as it is there", () => {
    const values = drawn("sample", Column.numeric([1, 2, 2, 7]))
    expect(new Set(values)).toEqual(new Set([1, 2, 7]))
    // Four standard deviations of a share of 1/2, and of 1/4.
    expect(Math.abs(values.filter((value) => value === 2).length / rows - 0.5)).toBeLessThan(0.032)
    expect(Math.abs(values.filter((value) => value === 7).length / rows - 0.25)).toBeLessThan(0.028)
  })

  it("a histogram is uniform within bins of equal width", () => {
    const values = drawn({ histogram: { bins: 2 } }, Column.numeric([0, 1, 1, 10]))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(10)
    expect(Math.abs(values.filter((value) => value < 5).length / rows - 0.75)).toBeLessThan(0.028)
    const low = values.filter((value) => value < 5)
    expect(Math.abs(low.reduce((sum, value) => sum + value, 0) / low.length - 2.5)).toBeLessThan(0.11)
  })

  it("⌈log₂ n + 1⌉ bins by default, one for a constant", () => {
    const stateOf = (x: Column.Column) =>
      Result.getOrThrow(fit(Preprocess.impute({ method: "histogram" }), { x })).state()
    expect(stateOf(Column.numeric([0, 1, 2, 3, 4]))).toMatchObject([{ edges: [0, 1, 2, 3, 4], counts: [1, 1, 1, 2] }])
    expect(stateOf(Column.numeric([3, 3]))).toMatchObject([{ edges: [3, 3], counts: [2] }])
  })

  it("depends on the seed and on the row's own values, not on its place", () => {
    const train = { x: Column.numeric([1, 2, 3, 4, 5, 6, 7, 8]), id: Column.numeric([1, 2, 3, 4, 5, 6, 7, 8]) }
    const other = { x: Column.numeric([null, null, null, 1, null]), id: Column.numeric([5, 9, 5, 0, -1]) }
    const by = (seed: number) => {
      const { apply } = Result.getOrThrow(
        fit(Preprocess.impute({ method: "histogram" }), train, undefined, Seed.root(seed))
      )
      return numbers(Effect.runSync(apply(featuresOf(other))))["x"]!
    }
    const [a, b, c, d, e] = by(1)
    expect(c).toBe(a)
    expect(d).toBe(1)
    expect(new Set([a, b, e]).size).toBe(3)
    expect(by(2)).not.toEqual(by(1))
  })

  it("any type", () => {
    const train = {
      site: Column.asFactor(Column.text(["a", "a", null])),
      yes: Column.boolean([true, null, true]),
      day: Column.date([86_400_000, null, 86_400_000])
    }
    const made = applied(Preprocess.impute({ method: "sample" }), train)
    expect(texts(made)).toEqual({
      site: ["a", "a", "a"],
      yes: ["true", "true", "true"],
      day: ["1970-01-02", "1970-01-02", "1970-01-02"]
    })
  })
})

it("refuses a value where the method has its own, and a method that is none", () => {
  const messages = (options: Parameters<typeof Preprocess.impute>[0]) =>
    issuesOf(Pipeline.check(Preprocess.impute(options))).map(([, message]) => message)
  expect(messages({ method: "mean", value: 3 })).toEqual([
    'Preprocess.impute: a value is used only by the methods "constant" and "level"'
  ])
  // @ts-expect-error a misspelt method
  expect(messages({ method: "meen" })[0]).toContain("mean")
})
