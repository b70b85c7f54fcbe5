import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import type { SchemaError } from "../../src/data/SchemaError.ts"
import { suggest } from "../../src/internal/suggest.ts"
import { distance } from "../../src/internal/nearest.ts"

/** One column of each type, with the third of four values missing. */
const family: ReadonlyArray<readonly [Column.Type, Column.Column, ReadonlyArray<string | null>]> = [
  ["numeric", Column.numeric([0.5, -2, null, 1e300]), ["0.5", "-2", null, "1e+300"]],
  ["integer", Result.getOrThrow(Column.integer([10, 9, undefined, 10])), ["10", "9", null, "10"]],
  ["boolean", Column.boolean([true, false, null, true]), ["true", "false", null, "true"]],
  [
    "factor",
    Result.getOrThrow(Column.factor(["R", "M", null, "R"], { levels: ["R", "M", "never"] })),
    ["R", "M", null, "R"]
  ],
  ["string", Column.text(["b", "", null, "a"]), ["b", "", null, "a"]]
]

/** The message of what failed. */
const failure = (made: Result.Result<unknown, SchemaError>) => Result.getOrThrow(Result.flip(made)).message

const texts = (column: Column.Column) =>
  Array.from({ length: Column.length(column) }, (_, row) => Column.toText(column, row))

describe.each(family)("%s", (type, column, written) => {
  it("knows its type, length and missing values", () => {
    expect(column.type).toBe(type)
    expect(Column.length(column)).toBe(4)
    expect(column.missing).toEqual(Uint8Array.of(0, 0, 1, 0))
    expect(Column.hasMissing(column)).toBe(true)
    expect(Column.countMissing(column)).toBe(1)
    expect(texts(column)).toEqual(written)
  })

  it("takes rows in order, with repetitions, and forgets missingness that is gone", () => {
    expect(texts(Column.take(column, [3, 2, 2, 0]))).toEqual([written[3], null, null, written[0]])
    const complete = Column.take(column, Int32Array.of(1, 1))
    expect(complete.missing).toBeNull()
    expect(Column.hasMissing(complete)).toBe(false)
    expect(Column.length(Column.take(column, []))).toBe(0)
  })

  it("take composes: taking of a part is taking of the whole", () => {
    const rows = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(rows, fc.array(fc.nat(), { maxLength: 8 }), (first, draws) => {
        const second = draws.map((draw) => draw % first.length)
        expect(Column.take(Column.take(column, first), second)).toEqual(
          Column.take(
            column,
            second.map((row) => first[row])
          )
        )
      })
    )
  })

  it.each([-1, 4, 0.5, Number.NaN])("refuses row %s", (row) => {
    expect(() => Column.take(column, [0, row])).toThrow(/is not one of the 4 rows/)
    expect(() => Column.toText(column, row)).toThrow(/is not one of the 4 rows/)
  })

  it("becomes a factor that says the same", () => {
    const factor = Column.asFactor(column)
    expect(texts(factor)).toEqual(written)
    expect(factor.codes[2]).toBe(-1)
    expect(factor.missing).toEqual(column.missing)
  })
})

describe("constructors", () => {
  it("numbers treat NaN as missing and write NaN where null was given", () => {
    const column = Column.numeric([1, Number.NaN, null])
    expect(column.values).toEqual(Float64Array.of(1, Number.NaN, Number.NaN))
    expect(column.missing).toEqual(Uint8Array.of(0, 1, 1))
    expect(Column.numeric(Float64Array.of(1, 2)).missing).toBeNull()
  })

  it("keep a Float64Array that they are given, and copy any other list", () => {
    const source = Float64Array.of(1, 2)
    expect(Column.numeric(source).values).toBe(source)
    expect(Result.getOrThrow(Column.integer(source)).values).toBe(source)
    const indices = Int32Array.of(3, 1)
    expect(Column.indices(indices)).toEqual(Result.getOrThrow(Column.integer([3, 1])))
  })

  it.each([1.5, 2 ** 53, Number.POSITIVE_INFINITY])("integer refuses %s", (value) => {
    expect(failure(Column.integer([1, value]))).toMatch(/is not an integer of at most 2\^53 - 1/)
    expect(Result.getOrThrow(Column.integer([2 ** 53 - 1])).values[0]).toBe(2 ** 53 - 1)
  })

  it("factor keeps the order of given levels, asFactor sorts by code point", () => {
    const given = Result.getOrThrow(Column.factor(["R", "M", null], { levels: ["M", "R"], ordered: true }))
    expect(given.levels).toEqual(["M", "R"])
    expect(given.codes).toEqual(Int32Array.of(1, 0, -1))
    expect(given.ordered).toBe(true)
    // Code points: "Z" U+005A, "a" U+0061, "ä" U+00E4, U+FF5E, U+1F600 (of which the first UTF-16 unit is smaller: D83D).
    expect(Column.asFactor(Column.text(["😀", "～", "ä", "a", "Z"])).levels).toEqual(["Z", "a", "ä", "～", "😀"])
  })

  it("factor refuses values that are not levels, and repeated levels", () => {
    const wrong = "X" as "M"
    expect(failure(Column.factor(["M", wrong], { levels: ["M", "R"] }))).toBe(
      '"X" (row 1) is not one of the levels "M", "R". Add it to the levels, or give null where the value is unknown.'
    )
    expect(failure(Column.factor(["M"], { levels: ["M", "M"] }))).toMatch(/repeat a level/)
  })
})

describe("cardinality", () => {
  it.each<[string, Column.Column, number]>([
    ["numbers", Column.numeric([1, 1, 3, null]), 2],
    ["text", Column.text(["a", "", null, "a"]), 2],
    ["truth values", Column.boolean([true, null]), 1],
    [
      "a factor, of which a level does not occur",
      Result.getOrThrow(Column.factor(["a", null], { levels: ["b", "a"] })),
      1
    ],
    ["nothing", Column.date([null]), 0]
  ])("counts the different values of %s", (_, column, expected) => {
    expect(Column.cardinality(column)).toBe(expected)
  })
})

describe("asFactor", () => {
  it.each<[string, Column.Column, ReadonlyArray<string>]>([
    ["integers in numeric order", Result.getOrThrow(Column.integer([10, 9, -1, 9])), ["-1", "9", "10"]],
    ["numbers in numeric order", Column.numeric([0.5, 10, 9, null]), ["0.5", "9", "10"]],
    ["texts by code point", Column.text(["10", "9", "b", "B"]), ["10", "9", "B", "b"]],
    ["true before false", Column.boolean([false, true]), ["true", "false"]],
    ["only what occurs", Column.boolean([false, null]), ["false"]],
    ["text without what stands for missing", Column.text(["a", null]), ["a"]],
    ["text with the empty string", Column.text(["a", ""]), ["", "a"]]
  ])("%s", (_, column, levels) => {
    expect(Column.asFactor(column).levels).toEqual(levels)
  })

  it("returns a factor as it is", () => {
    const factor = Result.getOrThrow(Column.factor(["a"], { levels: ["b", "a"] }))
    expect(Column.asFactor(factor)).toBe(factor)
  })
})

describe("asNumbers", () => {
  it("gives numbers as they are, truth values as 1 and 0, nothing for text and levels", () => {
    const numbers = Column.numeric([1, null])
    expect(Column.asNumbers(numbers)).toBe(numbers.values)
    expect(Column.asNumbers(Column.boolean([true, false, null]))).toEqual(Float64Array.of(1, 0, Number.NaN))
    expect(Column.asNumbers(Column.text(["1"]))).toBeUndefined()
    expect(Column.asNumbers(Column.asFactor(Column.text(["1"])))).toBeUndefined()
  })
})

describe("suggestions", () => {
  // Levenshtein's textbook example: kitten → sitten → sittin → sitting.
  it.each([
    ["kitten", "sitting", 3],
    ["", "abc", 3],
    ["abc", "abc", 0],
    ["abc", "bc", 1]
  ])("distance(%s, %s) = %i", (a, b, expected) => {
    expect(distance(a, b)).toBe(expected)
  })

  it("is a metric", () => {
    const word = fc.string({ maxLength: 6 })
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(distance(a, b)).toBe(distance(b, a))
        expect(distance(a, b) === 0).toBe(a === b)
        expect(distance(a, c)).toBeLessThanOrEqual(distance(a, b) + distance(b, c))
      })
    )
  })

  it("names the nearest, or what there is", () => {
    expect(suggest("clas", ["Class", "V1"])).toBe('Did you mean "Class"?')
    expect(suggest("Class ", ["class", "V1"])).toBe('Did you mean "class"?')
    expect(suggest("target", ["Class", "V1"])).toBe('Choose one of "Class", "V1".')
    expect(
      suggest(
        "zzz",
        Array.from({ length: 12 }, (_, i) => `V${i}`)
      )
    ).toMatch(/"V9" and 2 more\.$/)
  })
})
