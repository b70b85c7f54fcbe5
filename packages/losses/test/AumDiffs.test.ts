import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as AumDiffs from "../src/AumDiffs.ts"
import { argsort } from "../src/internal/argsort.ts"

const rowsOf = ({ example, fnDiff, fpDiff, pred }: AumDiffs.AumDiffs) =>
  Array.from(example, (e, row) => [e, pred[row], fpDiff[row], fnDiff[row]])

const expectClose = (actual: ReadonlyArray<ReadonlyArray<number>>, expected: ReadonlyArray<ReadonlyArray<number>>) => {
  expect(actual.length).toBe(expected.length)
  for (const [row, values] of expected.entries()) {
    for (const [column, value] of values.entries()) expect(actual[row][column]).toBeCloseTo(value, 12)
  }
}

const refusal = (effect: Effect.Effect<AumDiffs.AumDiffs, AumDiffs.InvalidDiffs>) => Effect.runSync(Effect.flip(effect))

const row = (example: number | string, pred: number, fpDiff = 1, fnDiff = 0) => ({ example, pred, fpDiff, fnDiff })
const errorRow = (example: number | string, minLambda: number, fp: number, fn: number) => ({
  example,
  minLambda,
  fp,
  fn
})

// Penalties are e^k; numbers from the documentation of R package aum 2024.6.19.
const exp = Math.exp
const changepoints = [
  errorRow("one", 0, 10, 0),
  errorRow("one", exp(1), 4, 2),
  errorRow("one", exp(2), 4, 2),
  errorRow("one", exp(3), 0, 8),
  errorRow("two", 0, 1, 0),
  errorRow("two", exp(4), 0, 0),
  errorRow("two", exp(5), 0, 0),
  errorRow("two", exp(6), 0, 2),
  errorRow("three", 0, 100, 0),
  errorRow("three", exp(44), 0, 0),
  errorRow("three", exp(45), 0, 0),
  errorRow("three", exp(46), 0, 100),
  errorRow("constantFN", 0, 11, 1),
  errorRow("constantFN", exp(9), 2, 1)
]

describe("AumDiffs.binary", () => {
  const third = 1 / 3

  it.effect("divides by the class sizes for a rate (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.binary([0, 0, 1, 1, 1], { denominator: "rate" })
      expect(rowsOf(diffs)).toEqual([
        [0, 0, 0.5, 0],
        [1, 0, 0.5, 0],
        [2, 0, 0, -third],
        [3, 0, 0, -third],
        [4, 0, 0, -third]
      ])
      expect(diffs.examples).toBe(5)
    })
  )

  it.effect("counts by default, and reads every coding of the labels", () =>
    Effect.gen(function* () {
      const counts = yield* AumDiffs.binary([0, 1])
      expect(rowsOf(counts)).toEqual([
        [0, 0, 1, 0],
        [1, 0, 0, -1]
      ])
      expect(yield* AumDiffs.binary([-1, 1])).toEqual(counts)
      expect(yield* AumDiffs.binary([false, true])).toEqual(counts)
      expect(yield* AumDiffs.binary(Float32Array.of(0, 1), { denominator: "count" })).toEqual(counts)
    })
  )

  it.each([
    { labels: [-1, 1, 2], index: 2 }, // R package aum 2024.6.19
    { labels: [0, 1, -1], index: 2 },
    { labels: [-1, 1, 0], index: 2 },
    { labels: [1, Number.NaN], index: 1 },
    { labels: [0.5], index: 0 },
    { labels: [1, null as unknown as number, 0], index: 1 },
    { labels: [1, 0, undefined as unknown as number], index: 2 },
    { labels: ["1" as unknown as number, 0], index: 0 }
  ])("refuses the labels $labels", ({ index, labels }) => {
    expect(refusal(AumDiffs.binary(labels))).toMatchObject({ _tag: "InvalidDiffs", reason: "InvalidLabel", index })
  })

  it("refuses no labels, one class with a rate, and unknown denominators", () => {
    expect(refusal(AumDiffs.binary([])).reason).toBe("NoLabels")
    expect(refusal(AumDiffs.binary([1, 1], { denominator: "rate" })).reason).toBe("SingleClass")
    expect(refusal(AumDiffs.binary([0], { denominator: "rate" })).reason).toBe("SingleClass")
    expect(refusal(AumDiffs.binary([0, 1], { denominator: "ratio" as "rate" })).reason).toBe("UnknownDenominator")
  })

  it("says what was given, which rule it breaks and what to do", () => {
    expect(refusal(AumDiffs.binary([0, 7])).message).toBe(
      "label 7 in row 1: labels are 0 and 1, or -1 and 1, or booleans, and the two codings are not mixed; " +
        "recode the labels so that 1 is the positive class."
    )
  })
})

describe("AumDiffs.make", () => {
  it.effect("adds rows with the same example and breakpoint to the first of them, in order", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.make([
        row(1, 3, 1, 0),
        row(0, 0, 1, 0),
        row(1, -2, 2, 0),
        row(0, -0, 0, -1),
        row(1, 3, 4, -5)
      ])
      expect(rowsOf(diffs)).toEqual([
        [1, 3, 5, -5],
        [0, 0, 1, -1],
        [1, -2, 2, 0]
      ])
      expect(diffs.examples).toBe(2)
    })
  )

  it.effect("gives names their positions and drops unknown names", () =>
    Effect.gen(function* () {
      const rows = [row("a", 0), row("x", 5), row("b", 1)]
      const diffs = yield* AumDiffs.make(rows, { examples: ["b", "a", "c"] })
      expect(rowsOf(diffs)).toEqual([
        [1, 0, 1, 0],
        [0, 1, 1, 0]
      ])
      expect(diffs.examples).toBe(3)
      expect(diffs.names).toEqual(["b", "a", "c"])
    })
  )

  it.effect("may be empty, and may have examples without rows", () =>
    Effect.gen(function* () {
      expect((yield* AumDiffs.make([])).examples).toBe(0)
      expect((yield* AumDiffs.make([row(0, 0)], { examples: 4 })).examples).toBe(4)
    })
  )

  it.each([
    { reason: "ExampleOutOfRange", index: 1, rows: [row(0, 0), row(2, 0)], examples: 2 },
    { reason: "ExampleOutOfRange", index: 0, rows: [row(-1, 0)], examples: 2 },
    { reason: "ExampleOutOfRange", index: 0, rows: [row(0.5, 0)], examples: undefined },
    { reason: "InvalidExamples", index: undefined, rows: [], examples: -1 },
    { reason: "NonFiniteBreakpoint", index: 1, rows: [row(0, 0), row(0, Infinity)], examples: undefined },
    { reason: "NonFiniteDiff", index: 0, rows: [row(0, 0, Number.NaN)], examples: undefined },
    { reason: "NonFiniteDiff", index: 0, rows: [row(0, 0, 0, -Infinity)], examples: undefined },
    { reason: "NamesNeeded", index: 1, rows: [row(0, 0), row("a", 0)], examples: undefined },
    { reason: "DuplicateName", index: 2, rows: [row("a", 0)], examples: ["a", "b", "a"] }
  ])("refuses $reason", ({ examples, index, reason, rows }) => {
    const error = refusal(AumDiffs.make(rows, examples === undefined ? {} : { examples }))
    expect({ reason: error.reason, index: error.index }).toEqual({ reason, index })
    expect(error.message.split(/[:;] /).length).toBeGreaterThanOrEqual(3)
  })

  it("does not depend on how the rows of one breakpoint are split up", () => {
    const step = fc.record({
      example: fc.nat(3),
      pred: fc.integer({ min: -2, max: 2 }),
      fpDiff: fc.integer({ min: -3, max: 3 }),
      fnDiff: fc.integer({ min: -3, max: 3 })
    })
    const total = (diffs: AumDiffs.AumDiffs, e: number, pred: number) =>
      rowsOf(diffs).filter((r) => r[0] === e && r[1] === pred)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (rows) => {
        const diffs = Effect.runSync(AumDiffs.make(rows, { examples: 4 }))
        const keys = new Set(rows.map((r) => `${r.example},${r.pred}`))
        expect(diffs.example.length).toBe(keys.size)
        for (const { example, pred } of rows) {
          const own = rows.filter((r) => r.example === example && r.pred === pred)
          const sum = (column: "fpDiff" | "fnDiff") => own.reduce((s, r) => s + r[column], 0)
          expect(total(diffs, example, pred)).toEqual([[example, pred, sum("fpDiff"), sum("fnDiff")]])
        }
      })
    )
  })
})

describe("AumDiffs.penalty", () => {
  it.effect("turns penalties into scores and keeps integer examples (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.penalty(
        [errorRow(1, 0, 10, 0), errorRow(1, exp(1), 4, 2), errorRow(1, exp(2), 4, 2), errorRow(1, exp(3), 0, 10)],
        { denominator: "count" }
      )
      expectClose(rowsOf(diffs), [
        [1, -3, 4, -8],
        [1, -1, 6, -2]
      ])
      expect(diffs.examples).toBe(2)
    })
  )

  it.effect("divides by the totals of the requested examples only (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const examples = ["one", "constantFN", "two"]
      const diffs = yield* AumDiffs.penalty(changepoints, { examples, denominator: "rate" })
      expectClose(rowsOf(diffs), [
        [0, -3, 0.2, -0.6],
        [0, -1, 0.3, -0.2],
        [1, -9, 0.45, 0],
        [2, -6, 0, -0.2],
        [2, -4, 0.05, 0]
      ])
      expect(yield* AumDiffs.penalty(changepoints.toReversed(), { examples, denominator: "rate" })).toEqual(diffs)
    })
  )

  it.each([
    { reason: "PenaltyMissingZero", index: 0, rows: [1, 2, 3, 4].map((k) => errorRow(1, exp(k), 10 - k, k)) },
    {
      reason: "PenaltyRepeatedLambda",
      index: 2,
      rows: [errorRow(0, 0, 1, 0), errorRow(0, 1, 0, 0), errorRow(0, 1, 0, 1)]
    },
    { reason: "PenaltyRepeatedLambda", index: 1, rows: [errorRow(0, 0, 1, 0), errorRow(0, 0, 0, 0)] },
    { reason: "InvalidLambda", index: 1, rows: [errorRow(0, 0, 1, 0), errorRow(0, -1, 0, 0)] },
    { reason: "InvalidLambda", index: 0, rows: [errorRow(0, Infinity, 1, 0)] },
    { reason: "NonFiniteError", index: 0, rows: [errorRow(0, 0, Number.NaN, 0)] },
    { reason: "ZeroFalsePositives", index: undefined, rows: [errorRow(0, 0, 1, 0), errorRow(0, 1, 1, 1)] },
    { reason: "ZeroFalseNegatives", index: undefined, rows: [errorRow(0, 0, 1, 0), errorRow(0, 1, 0, 0)] },
    { reason: "NamesNeeded", index: 0, rows: changepoints }
  ])("refuses $reason", ({ index, reason, rows }) => {
    const error = refusal(AumDiffs.penalty(rows, { denominator: "rate" }))
    expect({ reason: error.reason, index: error.index }).toEqual({ reason, index })
  })

  it("does not check examples that nobody asked for", () => {
    const rows = [...changepoints, errorRow("broken", 1, 1, 1)]
    expect(refusal(AumDiffs.penalty(rows, { examples: ["broken"] })).reason).toBe("PenaltyMissingZero")
    expect(Effect.runSync(AumDiffs.penalty(rows, { examples: ["two"] })).example).toEqual(Int32Array.of(0, 0))
  })
})

describe("AumDiffs.errors", () => {
  it.effect("sums from both ends (R package aum 2024.6.19)", () =>
    Effect.gen(function* () {
      const diffs = yield* AumDiffs.make([row(0, 2), row(0, 1, 0, -1), row(1, 3)])
      expect(AumDiffs.errors(diffs)).toEqual([
        { example: 0, minPred: -Infinity, maxPred: 1, fp: 0, fn: 1 },
        { example: 0, minPred: 1, maxPred: 2, fp: 0, fn: 0 },
        { example: 0, minPred: 2, maxPred: Infinity, fp: 1, fn: 0 },
        { example: 1, minPred: -Infinity, maxPred: 3, fp: 0, fn: 0 },
        { example: 1, minPred: 3, maxPred: Infinity, fp: 1, fn: 0 }
      ])
    })
  )

  it("is undone by taking differences", () => {
    const step = fc.record({
      example: fc.nat(5),
      pred: fc.integer({ min: -9, max: 9 }),
      fpDiff: fc.integer({ min: -3, max: 3 }),
      fnDiff: fc.integer({ min: -3, max: 3 })
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (rows) => {
        const diffs = Effect.runSync(AumDiffs.make(rows, { examples: 6 }))
        const intervals = AumDiffs.errors(diffs)
        const back = intervals.flatMap((interval, i) => {
          const next = intervals[i + 1]
          return next?.example === interval.example
            ? [[interval.example, interval.maxPred, next.fp - interval.fp, next.fn - interval.fn]]
            : []
        })
        const sorted = rowsOf(diffs).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!)
        expect(back).toEqual(sorted)
        for (const interval of intervals) {
          expect(interval.minPred === -Infinity && interval.fp !== 0).toBe(false)
          expect(interval.maxPred === Infinity && interval.fn !== 0).toBe(false)
        }
      })
    )
  })
})

describe("argsort", () => {
  const value = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, -0, 5e-324, -5e-324, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity)
  )

  it("orders as the stable comparison sort does, on both sides of the size where it changes method", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 300, size: "max" }), (values) => {
        const expected = values
          .map((_, i) => i)
          .sort((i, j) => (values[i]! < values[j]! ? -1 : values[i]! > values[j]! ? 1 : i - j))
        expect(Array.from(argsort(Float64Array.from(values)))).toEqual(expected)
      })
    )
  })

  it("keeps the given order among equal values", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 200, size: "max" }), (values) => {
        const reversed = Int32Array.from(values, (_, i) => values.length - 1 - i)
        const order = argsort(Float64Array.from(values), reversed)
        for (let k = 1; k < order.length; k++) {
          const [before, after] = [order[k - 1]!, order[k]!]
          expect(values[before] < values[after] || (values[before] === values[after] && before > after)).toBe(true)
        }
      })
    )
  })
})
