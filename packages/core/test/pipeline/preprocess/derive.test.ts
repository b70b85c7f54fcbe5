import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { issuesOf } from "../../support/pipelines.ts"
import { failure, made, run } from "../../support/stages.ts"

const dates = (texts: ReadonlyArray<string | null>) =>
  Column.date(texts.map((text) => (text === null ? null : Column.parseDate(text))))

const given = {
  a: [1, 2, null],
  b: [4, 0, 3],
  flag: Column.boolean([true, null, false]),
  site: Column.asFactor(Column.text(["north", "south", null])),
  note: Column.text(["a b", "", "Ünï"]),
  seen: dates(["1970-01-02", "2024-02-29", null]),
  "odd name": [7, 8, 9]
}

/** The values of an expression. */
const of = (expression: string) => made(Preprocess.derive({ columns: { result: expression } }), given)["result"]!

const problem = (expression: string) => failure(Preprocess.derive({ columns: { result: expression } }), given)[0]!

/** What is wrong with the expression itself, before there are any columns. */
const refused = (expression: string) =>
  issuesOf(Pipeline.check(Preprocess.derive({ columns: { result: expression } })))[0]?.[1]

describe("derive", () => {
  it.each<[string, ReadonlyArray<number | string | null>]>([
    ["a + b", [5, 2, null]],
    ["a - b - 1", [-4, 1, null]],
    ["b / a", [4, 0, null]],
    ["a / b", [0.25, null, null]],
    ["2 + 3 * 4 ^ 2", [50, 50, 50]],
    ["(2 + 3) * 4", [20, 20, 20]],
    ["-2 ^ 2", [-4, -4, -4]],
    ["2 ^ -1", [0.5, 0.5, 0.5]],
    ["2 ^ 3 ^ 2", [512, 512, 512]],
    ["--1", [1, 1, 1]],
    ["-7 % 3", [2, 2, 2]],
    [".5e1 + 1.", [6, 6, 6]],
    ["`odd name` * 2", [14, 16, 18]],
    ["(a > 1) + flag", [1, null, null]],
    ["seen - date('1970-01-01')", [1, 19_782, null]],
    ["sqrt(b) + abs(-1) + log(exp(2))", [5, 3, Math.sqrt(3) + 3]],
    ["log(-1)", [null, null, null]],
    ["round(-2.5) + round(2.5) + floor(-0.5) + ceil(0.5)", [0, 0, 0]],
    ["min(a, b, 2)", [1, 0, null]],
    ["max(a, b)", [4, 2, null]],
    ["cbrt(8) + log2(8) + log10(1000) + sign(-3) + log1p(0)", [7, 7, 7]],
    ["sin(0) + cos(0) + tan(0) + atan2(0, 1)", [1, 1, 1]],
    ["length(note)", [3, 0, 3]],
    ["coalesce(a, b)", [1, 2, 3]],
    ["if(a > 1, a, 0 - a)", [-1, 2, null]],
    ["if(flag, 1, 0)", [1, null, 0]]
  ])("numbers: %s", (expression, expected) => expect(of(expression)).toEqual(expected))

  it.each<[string, ReadonlyArray<number | string | null>]>([
    ["a > 1", [0, 1, null]],
    ["a >= 1 and b <= 3", [0, 1, null]],
    ["a == 1 || b != 3", [1, 1, null]],
    ["not flag", [0, null, 1]],
    ["!flag && true", [0, null, 1]],
    ["flag and false", [0, 0, 0]],
    ["flag or true", [1, 1, 1]],
    ["flag or false", [1, null, 0]],
    ["true or false and false", [1, 1, 1]],
    ["not false == true", [1, 1, 1]],
    ["flag == (a == 1)", [1, null, null]],
    ['site == "north"', [1, 0, null]],
    ["site in ('north', 'east')", [1, 0, null]],
    ["b in (0, 3)", [0, 1, 1]],
    ["isMissing(site)", [0, 0, 1]],
    ["isMissing(a / b)", [0, 0, 1]],
    ['contains(note, "b")', [1, 0, 0]],
    ["startsWith(note, 'Ü') or endsWith(note, 'b')", [1, 0, 1]]
  ])("truth values: %s", (expression, expected) => expect(of(expression)).toEqual(expected))

  it.each<[string, ReadonlyArray<number | string | null>]>([
    ['if(site in ("north"), site, "other")', ["north", "other", null]],
    ['coalesce(site, "none")', ["north", "south", "none"]],
    ['"say \\"so\\""', ['say "so"', 'say "so"', 'say "so"']]
  ])("text: %s", (expression, expected) => expect(of(expression)).toEqual(expected))

  it("adds columns in order, and puts one of a known name in its place", () => {
    const columns = { b: "b * 2", sum: "a + b", double: "sum * 2" }
    const { a, b } = given
    expect(made(Preprocess.derive({ columns }), { a, b })).toEqual({
      a: [1, 2, null],
      b: [8, 0, 6],
      sum: [9, 2, null],
      double: [18, 4, null]
    })
    const { columns: typed } = Result.getOrThrow(
      run(Preprocess.derive({ columns: { x: "a", y: "a > 1", z: "site" } }), given)
    )
    expect(["x", "y", "z"].map((name) => typed.get(name)!.type)).toEqual(["numeric", "boolean", "string"])
  })

  it.each([
    ["a +", 'character 4 of "a +": expected a number, a text, a column or a bracket, found the end; add one'],
    [
      "a ** 2",
      'character 4 of "a ** 2": expected a number, a text, a column or a bracket, found *; powers are written with ^'
    ],
    ["(a", 'character 3 of "(a": expected ) after what is in brackets, found the end; add it'],
    ["a b", 'character 3 of "a b": expected an operator or the end, found b; see the operators of Preprocess.derive'],
    ["a = 1", 'character 3 of "a = 1": "=" begins nothing that is known; write == to compare'],
    ["a == 'x", 'character 6 of "a == \'x": "\'" begins nothing that is known; close the \''],
    ["a & b", 'character 3 of "a & b": "&" begins nothing that is known; write &&'],
    [
      "a # b",
      'character 3 of "a # b": "#" begins nothing that is known; see the operators of Preprocess.derive; a column of such a name stands in `backticks`'
    ],
    ["1 < a < 3", 'character 7 of "1 < a < 3": a second comparison < of one value; join two by and: a < b and b < c'],
    ["a in b", 'character 6 of "a in b": expected ( before the values, found b; add it']
  ])("refuses, where it is written, %s", (expression, message) => {
    expect(refused(expression)).toBe(`Preprocess.derive: ${message}`)
  })

  it("refuses what is nested without end, and does not overflow", () => {
    expect(refused(`${"(".repeat(1500)}1`)).toMatch(/is more than 200 levels deep; split it into two columns$/)
    expect(refused(`${"-".repeat(1500)}1`)).toMatch(/is more than 200 levels deep/)
    expect(refused(`${"2^".repeat(900)}1`)).toMatch(/is more than 200 levels deep/)
    expect(refused(`${"1+".repeat(5000)}1`)).toMatch(/is the end of 2000 words; split it into two columns$/)
    expect(of(`${"1+".repeat(999)}1`)).toEqual([1000, 1000, 1000])
  })

  it.each([
    [
      "a / wieght",
      'character 5 of "a / wieght": no feature column "wieght" reaches this stage; there are a, b, flag, site, note, seen, odd name'
    ],
    [
      "sites == 'x'",
      'character 1 of "sites == \'x\'": no feature column "sites" reaches this stage; did you mean "site"?'
    ],
    ["1 + sqr(a)", 'character 5 of "1 + sqr(a)": there is no function "sqr"; did you mean "sqrt"?'],
    [
      "a + site",
      'character 5 of "a + site": is text where a number is needed; give a number, or compare the text: site == "a"'
    ],
    ["a == site", 'character 6 of "a == site": is text beside a number; give values of one type'],
    ["a and flag", 'character 1 of "a and flag": is a number where a truth value is needed; compare it: age > 60'],
    ["if(a, 1, 2)", 'character 4 of "if(a, 1, 2)": is a number where a truth value is needed; compare it: age > 60'],
    ["if(flag, 1, 'x')", "character 13 of \"if(flag, 1, 'x')\": is text beside a number; give values of one type"],
    ["sqrt(1, 2)", 'character 1 of "sqrt(1, 2)": sqrt is given 2 values; write sqrt(a)'],
    ["length(a)", 'character 8 of "length(a)": is a number where text is needed; write length(text)']
  ])("refuses, of these columns, %s", (expression, message) => {
    expect(problem(expression)).toBe(`Preprocess.derive: column "result", ${message}`)
  })

  it("knows no names of the language that it is written in", () => {
    for (const name of ["constructor", "toString", "__proto__", "process", "globalThis"]) {
      expect(problem(`${name}(1)`)).toMatch(/there is no function/)
      expect(problem(name)).toMatch(/no feature column/)
    }
  })
})
