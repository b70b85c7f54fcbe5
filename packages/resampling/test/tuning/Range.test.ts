import * as Seed from "@rocflow/core/Seed"
import { decode } from "@rocflow/core/pipeline/Decode"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Range from "../../src/tuning/Range.ts"

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const bounds = <A extends fc.Arbitrary<number>>(each: A) =>
  fc
    .tuple(each, each)
    // Wide enough that values between the bounds differ.
    .filter(([a, b]) => Math.abs(a - b) > 1e-6 * Math.max(Math.abs(a), Math.abs(b)))
    .map(([a, b]) => ({ from: Math.min(a, b) + 0, to: Math.max(a, b) + 0 }))

const above = fc.double({ min: 1e-9, max: 1e9, noNaN: true })
const whole = fc.integer({ min: 1, max: 10_000 })
const anyRange: fc.Arbitrary<Range.Range> = fc.oneof(
  bounds(number).map((ends) => ({ type: "real" as const, ...ends })),
  bounds(above).map((ends) => ({ type: "log" as const, ...ends })),
  bounds(whole).map((ends) => ({ type: "integer" as const, ...ends })),
  bounds(whole).map((ends) => ({ type: "integer" as const, ...ends, log: true })),
  fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 9 }).map((values) => ({ type: "choice" as const, values }))
)
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe("at", () => {
  it("gives values of the range", () => {
    fc.assert(
      fc.property(anyRange, share, (range, at) => {
        expect(Range.refusal(range, Range.at(range, at))).toBeUndefined()
      })
    )
  })

  it("begins at the first value, and grows", () => {
    fc.assert(
      fc.property(anyRange, share, share, (range, a, b) => {
        expect(Range.at(range, 0)).toBe(Range.grid(range, 2)[0])
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((each) => Range.shareOf(range, Range.at(range, each)))
        expect(high).toBeGreaterThanOrEqual(low!)
      })
    )
  })

  it("undoes shareOf", () => {
    fc.assert(
      fc.property(anyRange, share, (range, at) => {
        const value = Range.at(range, at)
        const again = Range.at(range, Range.shareOf(range, value))
        const isReal = range.type === "real" || range.type === "log"
        const error = isReal ? Math.abs(Number(again) - Number(value)) / Math.max(range.to, -range.from) : 0
        expect(isReal ? value : again).toEqual(value)
        expect(error).toBeLessThanOrEqual(1e-9)
      })
    )
  })

  it("is as likely to give each whole number, and each choice", () => {
    const random = Seed.generator(Seed.root(1))
    const counts = new Map<unknown, number>()
    for (let i = 0; i < 6000; i++) {
      const value = Range.at({ type: "integer", from: 1, to: 3 }, random.float())
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    // Three standard deviations of a binomial count of 2000 are 110.
    for (const value of [1, 2, 3]) expect(Math.abs(counts.get(value)! - 2000)).toBeLessThan(110)
  })

  it("has its middle at the geometric mean of a logarithmic scale", () => {
    expect(Range.at({ type: "log", from: 0.01, to: 1 }, 0.5)).toBeCloseTo(0.1, 12)
  })
})

describe("grid", () => {
  it("goes from bound to bound", () => {
    fc.assert(
      fc.property(anyRange, fc.integer({ min: 2, max: 9 }), (range, resolution) => {
        const grid = Range.grid(range, resolution)
        expect(new Set(grid).size).toBe(grid.length)
        for (const value of grid) expect(Range.refusal(range, value)).toBeUndefined()
        const [first, last] = range.type === "choice" ? [range.values[0], range.values.at(-1)] : [range.from, range.to]
        expect(grid[0]).toBe(first)
        expect(grid.at(-1)).toBe(last)
      })
    )
  })

  it("is even on the scale", () => {
    expect(Range.grid({ type: "real", from: 0, to: 1 }, 3)).toEqual([0, 0.5, 1])
    expect(Range.grid({ type: "integer", from: 1, to: 64, log: true }, 4)).toEqual([1, 4, 16, 64])
    expect(Range.grid({ type: "integer", from: 1, to: 2 }, 9)).toEqual([1, 2])
  })
})

describe("the schema", () => {
  const problem = (json: unknown) => {
    const read = decode(Range.Range, json)
    return Result.isFailure(read) ? read.failure.map(({ message, path }) => `${path.join(".")}: ${message}`) : []
  }

  it.each([
    [{ type: "log", from: 0, to: 1 }, /from: .*greater than 0/],
    [{ type: "real", from: 2, to: 1 }, /to: is 1, which is not above from, 2/],
    [{ type: "integer", from: 0, to: 9, log: true }, /from: is 0, and a logarithmic scale begins at 1/],
    [{ type: "integer", from: 0.5, to: 9 }, /from: .*integer/],
    [{ type: "choice", values: [] }, /values: /],
    [{ type: "choice", values: [[1], [1]] }, /values: has \[1\] twice/],
    [{ type: "integr", from: 1, to: 2 }, /type: "integr" is not known; did you mean "integer"\?/],
    [{ type: "real", form: 1, to: 2 }, /form: is not a known key; known are type, from, to/]
  ])("refuses %j", (json, message) => {
    expect(problem(json).join("\n")).toMatch(message)
  })
})
