import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Range from "../../src/tuning/Range.ts"
import * as Template from "../../src/tuning/Template.ts"

const rate = { tune: "log", name: "rate", from: 0.01, to: 1 }

/** A list with an alternative that is none, one or two items, and an optimizer of which one kind has a rate. */
const json = {
  pipeline: [
    { tune: "choice", name: "scaling", of: { none: [], plain: "scale", robust: ["robust", { type: "clip", at: 3 }] } },
    { type: "linear", units: { tune: "integer", name: "units", from: 2, to: 8 } },
    { tune: "choice", name: "how", of: { sgd: { type: "sgd", rate }, adam: "adam" } },
    { type: "end", sizes: { tune: "choice", name: "sizes", values: [[1], [1, 2]] } }
  ]
}
const template = Result.getOrThrow(Template.read(json))

describe("fill", () => {
  it("puts values and alternatives in their places", () => {
    expect(Template.fill(template, { scaling: "robust", units: 3, how: "sgd", rate: 0.1, sizes: [1, 2] })).toEqual({
      pipeline: [
        "robust",
        { type: "clip", at: 3 },
        { type: "linear", units: 3 },
        { type: "sgd", rate: 0.1 },
        { type: "end", sizes: [1, 2] }
      ]
    })
  })

  it("leaves out an alternative of nothing", () => {
    expect(Template.fill(template, { scaling: "none", units: 2, how: "adam", sizes: [1] })).toEqual({
      pipeline: [{ type: "linear", units: 2 }, "adam", { type: "end", sizes: [1] }]
    })
  })
})

describe("refusal", () => {
  const good = { scaling: "none", units: 2, how: "sgd", rate: 0.1, sizes: [1] }
  it("takes what closes every place", () => {
    expect(Template.refusal(template, good)).toEqual([])
  })

  it.each([
    [{ ...good, untis: 3 }, '"untis" is not open; open are scaling, units, how, rate, sizes'],
    [{ ...good, units: 9 }, '"units" must be a whole number from 2 to 8, got 9'],
    [{ ...good, rate: 2 }, '"rate" must be a number from 0.01 to 1, got 2'],
    [{ ...good, how: "lion" }, '"how" must be one of "sgd", "adam", got "lion"'],
    [{ scaling: "none", how: "sgd" }, "give values to: units, rate, sizes"],
    [{ ...good, how: "adam" }, '"rate" has no say where how is "adam"']
  ])("refuses %j", (given, message) => {
    expect(Template.refusal(template, given)[0]).toContain(message)
  })
})

describe("enumerate", () => {
  it("has what is open in an alternative only where that is chosen", () => {
    const all = Array.from(Template.enumerate(template, ({ range }) => Range.grid(range, 2)))
    // 3 scalings × 2 units × (2 rates of one optimizer + the other one) × 2 sizes
    expect(all).toHaveLength(3 * 2 * (2 + 1) * 2)
    for (const each of all) expect(Template.refusal(template, each)).toEqual([])
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(all.length)
  })
})

describe("corners", () => {
  it("reach every choice and both bounds of every range", () => {
    const all = Template.corners(template).map(({ values }) => values)
    for (const each of all) expect(Template.refusal(template, each)).toEqual([])
    const seen = (name: string) =>
      new Set(all.map((each) => JSON.stringify(each[name])).filter((text) => text !== undefined))
    expect([...seen("rate")].sort()).toEqual(["0.01", "1"])
    expect(seen("scaling").size).toBe(3)
    expect(seen("sizes").size).toBe(2)
    expect(seen("units").size).toBe(2)
  })
})

describe("read", () => {
  const issues = (given: unknown) => {
    const read = Template.read(given)
    return Result.isFailure(read) ? read.failure.map(({ message, path }) => `${path.join(".")}: ${message}`) : []
  }

  it.each([
    [{ a: { tune: "log", from: 1, to: 2 } }, /a\.name: is missing/],
    [
      { a: [{ tune: "integr", name: "x", from: 1, to: 2 }] },
      /a\.0\.tune: "integr" is not known; did you mean "integer"/
    ],
    [{ a: { tune: "choice", name: "x", of: ["a"] } }, /a\.of: /],
    [{ a: { tune: "choice", name: "x", of: {} } }, /a\.values: /],
    [[rate, { ...rate, to: 2 }], /"rate" is tuned over two ranges/]
  ])("refuses %j", (given, message) => {
    expect(issues(given).join("\n")).toMatch(message)
  })

  it("takes one name in two places, which have one value", () => {
    const twice = Result.getOrThrow(Template.read([rate, rate]))
    expect(Template.fill(twice, { rate: 0.5 })).toEqual([0.5, 0.5])
  })
})
