import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { decode } from "../../src/pipeline/Decode.ts"

const issuesOf = (schema: Schema.Codec<unknown, unknown>, given: unknown) =>
  Result.match(decode(schema, given), {
    onSuccess: () => [],
    onFailure: (issues) => issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
  })

const Shape = Schema.Union([
  Schema.Struct({ type: Schema.Literal("circle"), radius: Schema.Finite }),
  Schema.Struct({ type: Schema.Literal("square"), side: Schema.Finite })
])
const Share = Schema.Union([
  Schema.Struct({ holdout: Schema.Finite.check(Schema.isLessThan(1)), measures: Schema.Array(Schema.String) }),
  Schema.Struct({ rows: Schema.Array(Schema.Int), measures: Schema.Array(Schema.String) })
])
const Pair = Schema.Tuple([Schema.Int.check(Schema.isGreaterThan(0)), Schema.Int.check(Schema.isGreaterThan(0))])
const Layer = Schema.Struct({
  units: Schema.Int.check(Schema.isGreaterThan(0)),
  bias: Schema.optionalKey(Schema.Boolean)
})

describe("decode", () => {
  it("gives the value of what fits", () => {
    expect(decode(Layer, { units: 3 })).toEqual(Result.succeed({ units: 3 }))
    expect(decode(Shape, { type: "square", side: 2 })).toEqual(Result.succeed({ type: "square", side: 2 }))
  })

  it.each<readonly [string, Schema.Codec<unknown, unknown>, unknown, ReadonlyArray<string>]>([
    [
      "a slip in a key, and not that the key lacks therefore",
      Layer,
      { unit: 3 },
      ['unit: is not a known key; did you mean "units"?']
    ],
    ["a key like no other", Layer, { units: 3, colour: "red" }, ["colour: is not a known key; known are units, bias"]],
    [
      "a key one level too high",
      Schema.Struct({ epochs: Schema.Int, validation: Schema.optionalKey(Share) }),
      { epochs: 1, holdout: 0.5 },
      ["holdout: is not a known key here; it belongs in validation"]
    ],
    ["any key where there are none", Schema.Struct({}), { a: 1 }, ["a: is not a known key: there are no options"]],
    ["a value out of range", Layer, { units: 0 }, ["units: Expected a value greater than 0, got 0"]],
    ["a value that breaks two rules, once", Layer, { units: -0.5 }, ["units: Expected an integer, got -0.5"]],
    [
      "several problems",
      Layer,
      { units: "3", bias: 1 },
      ['units: Expected number, got "3"', "bias: Expected boolean, got 1"]
    ],
    ["an unknown type", Shape, { type: "sqare" }, ['type: "sqare" is not known; did you mean "square"?']],
    ["an unknown type like none", Shape, { type: "line" }, ['type: "line" is not known; known are circle, square']],
    ["no type", Shape, { side: 1 }, [": has no key type; known types are circle, square"]],
    ["a type alone", Shape, "square", [': is written as { type: circle, … }, got "square"']],
    ["the options of the type that is given", Shape, { type: "square", side: "1" }, ['side: Expected number, got "1"']],
    [
      "the closest of several forms",
      Share,
      { holdout: 2, measures: [] },
      ["holdout: Expected a value less than 1, got 2"]
    ],
    [
      "a list that is too long, once",
      Schema.Struct({ size: Pair }),
      { size: [3, -3, 1, 1] },
      ["size: Expected 2 numbers, got 4; leave out what is too much"]
    ],
    [
      "a list that is too long where one number may stand, too",
      Schema.Struct({ size: Schema.Union([Schema.Int, Pair]) }),
      { size: [3, 3, 1] },
      ["size: Expected 2 numbers, got 3; leave out what is too much"]
    ],
    [
      "a list of anything that is too long",
      Schema.Struct({ named: Schema.Tuple([Schema.String, Schema.Int]) }),
      { named: ["a", 1, 2] },
      ["named: Expected 2 entries, got 3; leave out what is too much"]
    ],
    [
      "one entry where a list stands",
      Schema.Struct({ hidden: Schema.Array(Schema.Int) }),
      { hidden: 64 },
      ["hidden: Expected a list, got 64; write [64]"]
    ],
    [
      "an empty list that must have entries",
      Schema.Struct({ base: Schema.NonEmptyArray(Schema.String) }),
      { base: [] },
      ["base: is an empty list; give it an entry"]
    ],
    ["a list that is too short", Schema.Struct({ size: Pair }), { size: [3] }, ["size.1: is missing; add it"]],
    [
      "a place deep inside",
      Schema.Struct({ layers: Schema.Array(Layer) }),
      { layers: [{ units: 1 }, { units: 1, bia: true }] },
      ['layers.1.bia: is not a known key; did you mean "bias"?']
    ]
  ])("names %s", (_, schema, given, expected) => {
    expect(issuesOf(schema, given)).toEqual(expected)
  })
})
