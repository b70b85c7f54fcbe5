import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Select from "../../src/data/Select.ts"

const columns = new Map<string, Column.Column>([
  ["x1", Column.numeric([1.5, null])],
  ["x2", Column.indices(Int32Array.of(1, 2))],
  ["site", Column.text(["a", "b"])],
  ["day", Column.date([0, 86_400_000])],
  ["yes", Column.boolean([true, false])]
])

describe("names", () => {
  it.each<[string, Select.Select, ReadonlyArray<string>]>([
    ["a list in its own order, without what is not there", ["site", "no", "x1"], ["site", "x1"]],
    ["numbers, whole ones too", Select.type("numeric"), ["x1", "x2"]],
    ["only whole ones", { type: "integer" }, ["x2"]],
    ["one of several types", Select.type("string", "date"), ["site", "day"]],
    ["by pattern", Select.matching(/^x\d$/), ["x1", "x2"]],
    ["with missing values", Select.missing(), ["x1"]],
    ["complete", Select.missing(false), ["x2", "site", "day", "yes"]],
    ["all but some", Select.except(["site", "yes"]), ["x1", "x2", "day"]],
    ["a union", Select.anyOf(["site"], Select.missing()), ["x1", "site"]],
    ["an intersection", Select.allOf(Select.type("numeric"), Select.except(["x1"])), ["x2"]],
    ["every column", Select.all(), ["x1", "x2", "site", "day", "yes"]],
    ["none", Select.none(), []],
    ["few values", Select.cardinality({ atMost: 1 }), ["x1"]],
    ["many values", Select.cardinality({ atLeast: 2 }), ["x2", "site", "day", "yes"]],
    ["as many values", Select.cardinality({ atLeast: 2, atMost: 2 }), ["x2", "site", "day", "yes"]],
    ["all but the rest", Select.except(Select.except(["day"])), ["day"]]
  ])("%s", (_, selector, expected) => {
    expect(Select.names(selector, columns)).toEqual(expected)
    expect(Schema.decodeUnknownSync(Select.schema)(JSON.parse(JSON.stringify(selector)))).toEqual(selector)
  })
})

it("knows the names that are written out", () => {
  expect(Select.named(Select.anyOf(["a"], Select.except(["b"]), Select.matching("c")))).toEqual(["a", "b"])
})

it("knows the patterns that are written out", () => {
  expect(Select.patterns(Select.allOf(["a"], Select.except(Select.matching(/^b/)), Select.matching("c")))).toEqual([
    "^b",
    "c"
  ])
})

it("counts no tensor among columns of many values", () => {
  const image: Column.Tensor = {
    type: "tensor",
    stores: [],
    store: new Uint16Array(2),
    place: Int32Array.of(0, 1),
    steps: [],
    missing: null
  }
  expect(Select.names(Select.cardinality({ atLeast: 0 }), [["image", image]])).toEqual([])
})

it.each([
  [{}, /atLeast, atMost or both/],
  [{ atLeast: 3, atMost: 2 }, /no less than atLeast, 3/],
  [{ atLeast: -1 }, /0/]
])("refuses the bounds %j", (cardinality, message) => {
  expect(() => Schema.decodeUnknownSync(Select.schema)({ cardinality })).toThrow(message)
})

it("refuses a pattern that is none", () => {
  expect(() => Schema.decodeUnknownSync(Select.schema)({ matching: "(" })).toThrow(/regular expression/)
})
