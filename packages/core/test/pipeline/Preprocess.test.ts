import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Select from "../../src/data/Select.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Seed from "../../src/Seed.ts"
import { issuesOf, registry } from "../support/pipelines.ts"

type Columns = Readonly<Record<string, Column.Column>>
const featuresOf = (columns: Columns): Features.Features =>
  Features.make(Object.entries(columns), Column.length(Object.values(columns)[0]!))

/** What each stage is bound to. */
const preprocessors = (pipeline: Preprocess.Stage<string> | Pipeline.Pipeline<"preprocess", string>) =>
  pipeline.stages.map(({ bound }) => {
    const { part } = Result.getOrThrow(bound)
    if (part.kind !== "preprocess") throw new Error(`expected preprocessing, got ${part.kind}`)
    return part.preprocessor
  })

const seed = Seed.root(1)
const fitted = (stage: Preprocess.Stage<string>, train: Columns) =>
  preprocessors(stage)[0]!.fit(featuresOf(train), { seed })

/** Fits on the first features, applies to the second (default: the same). */
const run = (stage: Preprocess.Stage<string>, train: Columns, other: Columns = train) =>
  Effect.runSync(Effect.result(Effect.flatMap(fitted(stage, train), ({ apply }) => apply(featuresOf(other)))))

/** Columns as text, null where missing. */
const texts = ({ columns, rows }: Features.Features) =>
  Object.fromEntries(
    Array.from(columns, ([name, column]) => [
      name,
      Array.from({ length: rows }, (_, row) => Column.toText(column, row))
    ])
  )
const result = (...args: Parameters<typeof run>) => texts(Result.getOrThrow(run(...args)))
const typesOf = (features: Features.Features) => Array.from(features.columns.values(), ({ type }) => type)
const failure = (...args: Parameters<typeof run>) => issuesOf(run(...args)).map(([, message]) => message)

describe("select", () => {
  const columns = { a: Column.numeric([1]), b: Column.text(["x"]), c: Column.boolean([true]) }

  it("keeps the named columns in the given order", () => {
    expect(Object.keys(result(Preprocess.select(["c", "a"]), columns))).toEqual(["c", "a"])
  })

  it("names every unknown column, and the closest one", () => {
    expect(failure(Preprocess.select(["A", "zzz", "b"]), columns)).toEqual([
      'Preprocess.select: no feature column "A" reaches this stage; did you mean "a"?',
      'Preprocess.select: no feature column "zzz" reaches this stage; there are a, b, c'
    ])
  })

  it("fails on rows that lack a column", () => {
    expect(failure(Preprocess.select(["a"]), columns, { b: Column.text(["x"]) })).toEqual([
      'Preprocess.select: no feature column "a" reaches this stage; there are b'
    ])
  })
})

describe("selectors", () => {
  const columns = {
    x1: Column.numeric([1, null]),
    x2: Column.numeric([1, 3]),
    site: Column.text(["a", null]),
    big: Column.text(["a", "b"])
  }

  it("choose what a stage changes; it leaves alone what it cannot work on", () => {
    expect(result(Preprocess.standardise({ columns: Select.except(["x1"]) }), columns)).toEqual({
      x1: ["1", null],
      x2: ["-1", "1"],
      site: ["a", null],
      big: ["a", "b"]
    })
    expect(Object.keys(result(Preprocess.oneHot({ columns: Select.cardinality({ atLeast: 2 }) }), columns))).toEqual([
      "x1",
      "x2",
      "site",
      "big=a",
      "big=b"
    ])
    expect(Object.keys(result(Preprocess.select(Select.missing()), columns))).toEqual(["x1", "site"])
  })

  it("are decided on the training rows", () => {
    const other = { ...columns, x1: Column.numeric([1, 2]), x2: Column.numeric([null, 1]) }
    expect(result(Preprocess.select(Select.missing()), columns, other)).toEqual({ x1: ["1", "2"], site: ["a", null] })
  })

  it("are plain JSON", () => {
    const { stages } = Preprocess.standardise({ columns: Select.matching(/^x/) })
    const json = { type: "Preprocess.standardise", columns: { matching: "^x" } }
    expect(stages[0]!.json).toEqual(json)
    expect(Pipeline.toJson(Result.getOrThrow(Pipeline.fromJson([json], registry)))).toEqual([json])
  })

  it("name columns that are there, wherever a name stands", () => {
    const selector = Select.anyOf(Select.type("numeric"), Select.except(["sit"]))
    expect(failure(Preprocess.standardise({ columns: selector }), columns)).toEqual([
      'Preprocess.standardise: no feature column "sit" reaches this stage; did you mean "site"?'
    ])
  })

  it.each<[unknown, string, string]>([
    ["age", "", "Expected a list of names, or a selector such as { type: numeric }"],
    [{ anyOf: [{ matchnig: "x" }] }, "anyOf.0.matchnig", 'is not a known key; did you mean "matching"?'],
    [{ typ: "numeric" }, "typ", 'is not a known key; did you mean "type"?'],
    [
      { pattern: "x" },
      "pattern",
      "is not a known key; known are type, matching, missing, cardinality, except, anyOf, allOf"
    ],
    [{ matching: "(" }, "matching", "Expected a regular expression"],
    [{ cardinality: {} }, "cardinality", "Expected atLeast, atMost or both"]
  ])("say in one sentence what is wrong with %j", (columns, place, message) => {
    for (const type of ["Preprocess.standardise", "Ingress.numeric", "Image.transpose"]) {
      const [first] = issuesOf(Pipeline.fromJson([{ type, columns }], registry))
      expect(first).toEqual([["0.columns", place].filter((part) => part !== "").join("."), `${type}: ${message}`])
    }
  })

  it("are noted where no column matches a pattern", () => {
    const notes = (stage: Preprocess.Stage<string>) =>
      preprocessors(stage)[0]!
        .notes(featuresOf(columns))
        .map(({ code }) => code)
    expect(notes(Preprocess.standardise({ columns: Select.matching(/^z/) }))).toEqual(["no-match"])
    expect(notes(Preprocess.standardise({ columns: Select.matching(/^x/) }))).toEqual([])
  })
})

describe("impute", () => {
  it.each<[string, Column.Column, "mean" | "median" | "mode", string, Column.Type]>([
    ["the mean", Column.numeric([1, 2, 6, null]), "mean", "3", "numeric"],
    ["the middle value", Column.numeric([10, 9, 1, null]), "median", "9", "numeric"],
    ["the mean of the two middle values", Column.numeric([10, 1, 2, 4, null]), "median", "3", "numeric"],
    ["a whole median of whole numbers", Result.getOrThrow(Column.integer([1, 3, null])), "median", "2", "integer"],
    [
      "a half of whole numbers, which become numeric",
      Result.getOrThrow(Column.integer([1, 2, null])),
      "median",
      "1.5",
      "numeric"
    ],
    ["the most frequent number", Column.numeric([2.5, 1, 2.5, null]), "mode", "2.5", "numeric"],
    [
      "the smallest of the most frequent numbers",
      Result.getOrThrow(Column.integer([10, 9, 10, 9, null])),
      "mode",
      "9",
      "integer"
    ],
    ["the most frequent text", Column.text(["b", "a", "b", null]), "mode", "b", "string"],
    ["the first text by code point at a tie", Column.text(["b", "a", null]), "mode", "a", "string"],
    [
      "the first level of a factor at a tie",
      Result.getOrThrow(Column.factor(["a", "b", null], { levels: ["b", "a"] })),
      "mode",
      "b",
      "factor"
    ],
    ["the most frequent truth value", Column.boolean([false, true, false, null]), "mode", "false", "boolean"]
  ])("fills with %s", (_, column, method, expected, type) => {
    const filled = Result.getOrThrow(run(Preprocess.impute({ method }), { x: column }))
    expect(texts(filled)["x"]!.at(-1)).toBe(expected)
    expect(texts(filled)["x"]!.slice(0, -1)).toEqual(texts(featuresOf({ x: column }))["x"]!.slice(0, -1))
    expect(typesOf(filled)).toEqual([type])
    expect(Column.hasMissing(filled.columns.get("x")!)).toBe(false)
  })

  it("uses the training rows for any rows", () => {
    const train = { x: Column.numeric([1, 3]) }
    expect(result(Preprocess.impute({ method: "mean" }), train, { x: Column.numeric([null, 100]) })).toEqual({
      x: ["2", "100"]
    })
  })

  it("leaves columns that the method does not fit as they are", () => {
    const columns = { x: Column.text(["a", null]), n: Column.numeric([1, null]), b: Column.boolean([true, null]) }
    expect(result(Preprocess.impute({ method: "mean" }), columns)).toEqual({
      x: ["a", null],
      n: ["1", "1"],
      b: ["true", null]
    })
    expect(result(Preprocess.impute({ method: "constant", value: "?" }), columns)).toEqual({
      x: ["a", "?"],
      n: ["1", null],
      b: ["true", null]
    })
  })

  it("adds a constant to the levels of a factor, at the end", () => {
    const filled = Result.getOrThrow(
      run(Preprocess.impute({ method: "constant", value: "none" }), {
        x: Column.asFactor(Column.text(["b", null, "a"]))
      })
    )
    expect(filled.columns.get("x")).toMatchObject({ levels: ["a", "b", "none"], missing: null })
  })

  it("refuses a named column that the method does not fit", () => {
    const columns = { x: Column.text(["a", null]) }
    expect(failure(Preprocess.impute({ method: "mean", columns: ["x"] }), columns)).toEqual([
      'Preprocess.impute: cannot fill the string column "x" with its mean; use method "mode", or a constant of its type'
    ])
    expect(failure(Preprocess.impute({ method: "constant", value: 1, columns: ["x"] }), columns)).toEqual([
      'Preprocess.impute: cannot fill the string column "x" with 1; use method "mode", or a constant of its type'
    ])
  })

  it.each(["mean", "median", "mode"] as const)("refuses a column without values (%s)", (method) => {
    expect(failure(Preprocess.impute({ method }), { x: Column.numeric([null, null]) })).toEqual([
      'Preprocess.impute: column "x" has no value in the training rows; drop it by Preprocess.select, or use method "constant"'
    ])
  })

  it("fills a column without values with a constant", () => {
    expect(result(Preprocess.impute({ method: "constant", value: 7 }), { x: Column.numeric([null]) })).toEqual({
      x: ["7"]
    })
  })

  it("needs a value for the method constant", () => {
    const resolve = (options: Parameters<typeof Preprocess.impute>[0]) =>
      issuesOf(Pipeline.check(Preprocess.impute(options))).map(([, message]) => message)
    expect(resolve({ method: "constant" })).toEqual(['Preprocess.impute: method "constant" needs a value'])
  })
})

describe("oneHot", () => {
  const train = {
    size: Result.getOrThrow(Column.factor(["M", "S", null], { levels: ["S", "M", "L"] })),
    n: Column.numeric([1, 2, 3]),
    site: Column.text(["10", "9", "10"])
  }

  it("replaces a column in its place by one a level; a missing value stays missing", () => {
    expect(result(Preprocess.oneHot(), train)).toEqual({
      "size=S": ["0", "1", null],
      "size=M": ["1", "0", null],
      "size=L": ["0", "0", null],
      n: ["1", "2", "3"],
      "site=10": ["1", "0", "1"],
      "site=9": ["0", "1", "0"]
    })
    expect(Object.keys(result(Preprocess.oneHot(), train))).toEqual([
      "size=S",
      "size=M",
      "size=L",
      "n",
      "site=10",
      "site=9"
    ])
  })

  it("leaves the first level out", () => {
    expect(result(Preprocess.oneHot({ drop: "first", columns: ["site"] }), train)).toMatchObject({
      "site=9": ["0", "1", "0"]
    })
    expect(Object.keys(result(Preprocess.oneHot({ drop: "first" }), train))).toEqual([
      "size=M",
      "size=L",
      "n",
      "site=9"
    ])
  })

  it("encodes a named column of any type", () => {
    expect(
      result(Preprocess.oneHot({ columns: ["n"] }), { n: Result.getOrThrow(Column.integer([10, 9, 10])) })
    ).toEqual({
      "n=9": ["0", "1", "0"],
      "n=10": ["1", "0", "1"]
    })
  })

  it("gives zeros for a level that was not there in training, or an error", () => {
    const other = { ...train, site: Column.text(["11", "9", null]) }
    expect(result(Preprocess.oneHot({ columns: ["site"] }), train, other)).toMatchObject({
      "site=10": ["0", "0", null],
      "site=9": ["0", "1", null]
    })
    expect(failure(Preprocess.oneHot({ columns: ["site"], unknown: "error" }), train, other)).toEqual([
      'Preprocess.oneHot: column "site" holds "11", which was not among the training levels 10, 9; correct it, or use unknown: "zero"'
    ])
  })

  it("has exactly one 1 in every complete row of a training column", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (values) => {
        const all = Preprocess.oneHot({ minFrequency: 1 })
        const encoded = Result.getOrThrow(run(all, { x: Column.text(values) }))
        expect(encoded.columns.size).toBe(new Set(values).size)
        values.forEach((value, row) => {
          const ones = [...encoded.columns].filter(([, column]) => Column.asNumbers(column)![row] === 1)
          expect(ones.map(([name]) => name)).toEqual([`x=${value}`])
        })
      })
    )
  })
})

describe("oneHot of many levels", () => {
  const repeated = (level: string, times: number) => Array.from({ length: times }, () => level)
  const site = Column.text([
    ...repeated("big", 9),
    ...repeated("mid", 6),
    ...repeated("low", 4),
    ...Array.from({ length: 12 }, (_, i) => `one${i}`)
  ])

  it.each<[string, Parameters<typeof Preprocess.oneHot>[0], ReadonlyArray<string>]>([
    ["keeps those of 5 rows where there are more than 10", {}, ["site=big", "site=mid"]],
    ["keeps those of as many rows as is said", { minFrequency: 4 }, ["site=big", "site=low", "site=mid"]],
    ["keeps the most frequent", { minFrequency: 1, maxCategories: 3 }, ["site=big", "site=low", "site=mid"]],
    [
      "takes the first at ties",
      { minFrequency: 1, maxCategories: 4 },
      ["site=big", "site=low", "site=mid", "site=one0"]
    ]
  ])("%s", (_, options, names) => {
    const encoded = result(Preprocess.oneHot(options), { site })
    expect(Object.keys(encoded)).toEqual(names)
    expect(encoded["site=big"]!.slice(8, 10)).toEqual(["1", "0"])
  })

  it("knows a rare level from an unknown one", () => {
    const strict = Preprocess.oneHot({ unknown: "error" })
    expect(result(strict, { site }, { site: Column.text(["one3"]) })).toMatchObject({ "site=big": ["0"] })
    expect(failure(strict, { site }, { site: Column.text(["new"]) })).toEqual([
      'Preprocess.oneHot: column "site" holds "new", which was not among the training levels big, mid; correct it, or use unknown: "zero"'
    ])
  })

  it("keeps all of a declared factor of few levels, also those that are not there", () => {
    const level = Result.getOrThrow(Column.factor(["a"], { levels: ["a", "b"] }))
    expect(Object.keys(result(Preprocess.oneHot(), { level }))).toEqual(["level=a", "level=b"])
  })
})

describe("dates", () => {
  // 2024-02-29 is a Thursday, 2023-12-31 a Sunday.
  const seen = Column.date([Date.UTC(2024, 1, 29, 6, 30), null, Date.UTC(2023, 11, 31)])

  it("takes parts of the calendar and the clock, in UTC", () => {
    expect(
      result(Preprocess.dates({ parts: ["year", "month", "day", "weekday", "hour", "daysSince"] }), { seen })
    ).toEqual({
      "seen.year": ["2024", null, "2023"],
      "seen.month": ["2", null, "12"],
      "seen.day": ["29", null, "31"],
      "seen.weekday": ["4", null, "7"],
      "seen.hour": ["6.5", null, "0"],
      "seen.daysSince": ["60.270833333333336", null, "0"]
    })
  })

  it("counts days from the first training row, or from a given day", () => {
    const later = { seen: Column.date([Date.UTC(2024, 0, 1)]) }
    expect(result(Preprocess.dates({ parts: ["daysSince"] }), { seen }, later)["seen.daysSince"]).toEqual(["1"])
    const since = Preprocess.dates({ parts: ["daysSince"], since: "2024-01-31" })
    expect(result(since, { seen }, later)["seen.daysSince"]).toEqual(["-30"])
  })

  it("leaves the hour out where there are only days", () => {
    const day = Column.date([0, 86_400_000])
    expect(Object.keys(result(Preprocess.dates(), { day }))).toEqual([
      "day.year",
      "day.month",
      "day.weekday",
      "day.daysSince"
    ])
  })

  it("puts what comes round again on a circle", () => {
    const months = Column.date(Array.from({ length: 12 }, (_, month) => Date.UTC(2023, month, 1)))
    const { "m.month.cos": cos, "m.month.sin": sin } = result(Preprocess.dates({ parts: ["month"], cyclic: true }), {
      m: months
    })
    const distance = (a: number, b: number) =>
      Math.hypot(Number(cos![a]) - Number(cos![b]), Number(sin![a]) - Number(sin![b]))
    expect(distance(11, 0)).toBeCloseTo(distance(0, 1), 12)
    expect(distance(0, 6)).toBeCloseTo(2, 12)
  })

  it("does not depend on the time zone of the machine", () => {
    const zone = process.env["TZ"]
    const shown = ["UTC", "America/New_York", "Australia/Lord_Howe"].map((name) => {
      process.env["TZ"] = name
      return result(Preprocess.dates(), { seen })
    })
    if (zone === undefined) delete process.env["TZ"]
    else process.env["TZ"] = zone
    expect(shown[1]).toEqual(shown[0])
    expect(shown[2]).toEqual(shown[0])
  })

  it("refuses a column that is no date", () => {
    expect(failure(Preprocess.dates({ columns: ["x"] }), { x: Column.numeric([1]) })).toEqual([
      'Preprocess.dates: cannot take parts of the numeric column "x"; read it as date (columns, dateFormat) or leave it out'
    ])
  })
})

describe("standardise", () => {
  it("divides by the deviation with divisor n", () => {
    // sklearn.preprocessing.StandardScaler().fit_transform([[1], [2], [3], [4]]): mean 2.5, scale √1.25.
    const { x } = result(Preprocess.standardise(), { x: Column.numeric([1, 2, 3, 4]) })
    const expected = [-1.3416407865, -0.4472135955, 0.4472135955, 1.3416407865]
    x!.forEach((value, i) => expect(Number(value)).toBeCloseTo(expected[i]!, 9))
  })

  it("gives mean 0 and deviation 1 on the training rows", () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(values, (given) => {
        fc.pre(Math.max(...given) - Math.min(...given) > 1e-3)
        const scaled = result(Preprocess.standardise(), { x: Column.numeric(given) })["x"]!.map(Number)
        const mean = scaled.reduce((a, b) => a + b, 0) / scaled.length
        expect(mean).toBeCloseTo(0, 5)
        expect(scaled.reduce((a, b) => a + (b - mean) ** 2, 0) / scaled.length).toBeCloseTo(1, 5)
      })
    )
  })

  it("uses the training rows for any rows", () => {
    expect(result(Preprocess.standardise(), { x: Column.numeric([0, 2]) }, { x: Column.numeric([11, null]) })).toEqual({
      x: ["10", null]
    })
  })

  it.each([
    ["small", [3, 3, 3]],
    ["large, whose mean rounds", Array.from({ length: 10 }, () => 1e9 + 0.1)],
    ["zero", [0, 0]]
  ])("only shifts a constant column (%s)", (_, values) => {
    const { x } = result(Preprocess.standardise(), { x: Column.numeric(values) })
    x!.forEach((value) => expect(Math.abs(Number(value))).toBeLessThan(1e-5))
  })

  it("keeps missing values missing and out of the statistics, also in an empty column", () => {
    expect(
      result(Preprocess.standardise(), {
        x: Result.getOrThrow(Column.integer([null, 1, 3])),
        e: Column.numeric([null, null, null])
      })
    ).toEqual({ x: [null, "-1", "1"], e: [null, null, null] })
  })

  it("leaves columns that are no numbers, and refuses them when named", () => {
    const columns = { s: Column.text(["a"]), b: Column.boolean([true]) }
    expect(result(Preprocess.standardise(), columns)).toEqual({ s: ["a"], b: ["true"] })
    expect(failure(Preprocess.standardise({ columns: ["s"] }), columns)).toEqual([
      'Preprocess.standardise: cannot scale the string column "s"; encode it by Preprocess.oneHot or leave it out'
    ])
  })
})

describe("dropConstants", () => {
  const columns = {
    one: Column.numeric([1, 1, null]),
    none: Column.text([null, null, null]),
    two: Column.boolean([true, false, null]),
    level: Result.getOrThrow(Column.factor(["a", "a", "a"], { levels: ["a", "b"] }))
  }

  it("drops columns with one value or none, whatever their levels say", () => {
    expect(Object.keys(result(Preprocess.dropConstants(), columns))).toEqual(["two"])
  })

  it("drops only among the named ones", () => {
    expect(Object.keys(result(Preprocess.dropConstants({ columns: ["one"] }), columns))).toEqual([
      "none",
      "two",
      "level"
    ])
  })

  it("drops by the training rows, whatever the other rows hold", () => {
    const other = { ...columns, one: Column.numeric([1, 2, 3]), two: Column.boolean([true, true, true]) }
    expect(Object.keys(result(Preprocess.dropConstants(), columns, other))).toEqual(["two"])
  })
})

describe("several stages", () => {
  it("work each on what the one before made", () => {
    const columns = { x: Column.numeric([1, null, 3]), s: Column.text(["a", "b", "a"]) }
    const pipeline = Preprocess.impute({ method: "mean" }).pipe(
      Preprocess.oneHot({ drop: "first" }),
      Preprocess.standardise({ columns: ["s=b"] })
    )
    const out = preprocessors(pipeline).reduce(
      (features, { fit }) => Effect.runSync(Effect.flatMap(fit(features, { seed }), ({ apply }) => apply(features))),
      featuresOf(columns)
    )
    expect(Object.keys(texts(out))).toEqual(["x", "s=b"])
    expect(texts(out)["x"]).toEqual(["1", "2", "3"])
    expect(Number(texts(out)["s=b"]![1])).toBeCloseTo(Math.SQRT2, 12)
  })
})
