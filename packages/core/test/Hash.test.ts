import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { canonicalJson, hashTexts } from "../src/Hash.ts"

describe("canonicalJson", () => {
  it("tells apart what JSON writes alike", () => {
    const alike = [null, Number.NaN, Infinity, -Infinity, 0, -0, "NaN", [], {}, [null], { a: null }, { a: Number.NaN }]
    expect(new Set(alike.map(canonicalJson)).size).toBe(alike.length)
  })

  it("does not depend on the order of keys, and leaves out what is undefined", () => {
    expect(canonicalJson({ b: 1, a: { d: [2], c: undefined } })).toBe('{"a":{"d":[2]},"b":1}')
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const turned = Object.fromEntries(Object.entries(data).toReversed())
        expect(canonicalJson(turned)).toBe(canonicalJson(data))
      })
    )
  })

  it("is the JSON of ordinary data", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        // Without −0, which JSON cannot write.
        const plain: unknown = JSON.parse(JSON.stringify(data))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      })
    )
  })
})

it("hashTexts tells where one text ends and the next begins", () => {
  const lists = [["a", "b"], ["ab", ""], ["", "ab"], ["ab"], ["1:a", "b"]]
  expect(new Set(lists.map(hashTexts)).size).toBe(lists.length)
})
