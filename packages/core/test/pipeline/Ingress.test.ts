import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../src/data/Column.ts"
import * as Note from "../../src/data/Note.ts"
import * as Select from "../../src/data/Select.ts"
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import { MissingValues } from "../../src/pipeline/MissingValues.ts"
import { PipelineError } from "../../src/pipeline/PipelineError.ts"
import { issuesOf } from "../support/pipelines.ts"

const bound = (options: Parameters<typeof Ingress.numericDefinition.bind>[0]) => {
  const { part } = Result.getOrThrow(Ingress.numericDefinition.bind(options, findNothing).bound)
  if (part.kind !== "ingress") throw new Error(`expected an ingress, got ${part.kind}`)
  return part.ingress
}
const fit = (options: object, given: Features.Features) =>
  Result.map(bound(options).fit(given), ({ columns }) => columns)

/** All rows of some columns as a network reads them, in the order of `rows`. */
const read = (columns: ReadonlyArray<string>, given: Features.Features, rows?: ReadonlyArray<number>) => {
  const asked = rows ?? Array.from({ length: given.rows }, (_, row) => row)
  const into = new Float32Array(asked.length * columns.length)
  return Effect.fromResult(bound({}).load(columns)).pipe(
    Effect.flatMap(({ open }) => open(given)),
    Effect.tap((source) => source.window(asked)),
    Effect.map((source) => {
      source.fill(asked, into)
      return into
    }),
    Effect.scoped,
    Effect.result,
    Effect.runSync
  )
}
const features = (columns: Readonly<Record<string, Column.Column>>) =>
  Features.make(Object.entries(columns), Column.length(Object.values(columns)[0]!))

const mixed = features({
  real: Column.numeric([0.5, -1]),
  whole: Result.getOrThrow(Column.integer([3, 4])),
  truth: Column.boolean([true, false]),
  site: Column.text(["a", "b"]),
  size: Column.asFactor(Column.text(["S", "M"]))
})
const numbers = features({
  real: Column.numeric([0.5, -1]),
  whole: Result.getOrThrow(Column.integer([3, 4])),
  truth: Column.boolean([true, false])
})

describe("shape", () => {
  it("is one number for each column: those that are named, or all", () => {
    expect(bound({}).shape(7)).toEqual([7])
    expect(bound({ columns: ["a", "b"] }).shape(7)).toEqual([2])
    expect(bound({ columns: { type: "numeric" } }).shape(7)).toEqual([Number.NaN])
  })
})

describe("fit", () => {
  it("takes every column that reaches it, in order, or the named ones", () => {
    expect(fit({}, numbers)).toEqual(Result.succeed(["real", "whole", "truth"]))
    expect(fit({ columns: ["truth", "real"] }, mixed)).toEqual(Result.succeed(["truth", "real"]))
  })

  it("refuses factors and text with the stage that helps", () => {
    expect(issuesOf(fit({}, mixed))).toEqual([
      [
        "",
        'Ingress.numeric: takes numbers, but got "site" (string), "size" (factor); put Preprocess.oneHot before it, take categories by Ingress.categorical in another branch of a Merge, or leave the columns out of the task\'s features'
      ]
    ])
  })

  it("refuses dates with the stage that helps, alone", () => {
    const dates = features({ seen: Column.date([0, 1]) })
    expect(issuesOf(fit({}, dates))[0]![1]).toContain(
      '"seen" (date); put Preprocess.dates before it, or leave the columns out'
    )
  })

  it("names eight of many wrong columns", () => {
    const many = features(Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`c${i}`, Column.text(["a"])])))
    expect(issuesOf(fit({}, many))[0]![1]).toContain('"c7" (string) and 3 more;')
  })

  it("refuses a column that is named twice, whichever ingress takes it", () => {
    const message = 'names "site" twice; name it once'
    const given = { columns: ["site", "dose", "site"] }
    for (const { bind, id } of [
      Ingress.numericDefinition,
      Ingress.categoricalDefinition,
      Ingress.piecewiseLinearDefinition
    ]) {
      expect(Result.getOrThrow(Result.flip(bind(given, findNothing).bound))).toEqual([
        { path: ["columns"], message: `${id}: ${message}` }
      ])
    }
  })

  it("takes the columns that a selector describes, and keeps their names", () => {
    const selector = Select.allOf(Select.type("numeric", "boolean"), Select.except(["truth"]))
    const fitted = Result.getOrThrow(bound({ columns: selector }).fit(mixed))
    expect([fitted.columns, fitted.shape, fitted.state()]).toEqual([["real", "whole"], [2], ["real", "whole"]])
    expect(issuesOf(fit({ columns: Select.except(["reel"]) }, mixed))).toEqual([
      ["", 'Ingress.numeric: no feature column "reel" reaches this stage; did you mean "real"?']
    ])
    expect(issuesOf(fit({ columns: Select.all() }, mixed))[0]![1]).toContain('"site" (string)')
  })

  it("notes a pattern that no column matches", () => {
    expect(bound({ columns: Select.matching(/^re/) }).notes(mixed)).toEqual([])
    expect(
      bound({ columns: Select.anyOf(["real"], Select.matching(/^z/)) })
        .notes(mixed)
        .map(Note.message)
    ).toEqual([
      "Ingress.numeric chooses columns by the pattern ^z, which no feature column matches that reaches it. Correct the pattern; there are real, whole, truth, site, size."
    ])
  })

  it("refuses an unknown name", () => {
    expect(issuesOf(fit({ columns: ["reel"] }, numbers))).toEqual([
      ["", 'Ingress.numeric: no feature column "reel" reaches this stage; did you mean "real"?']
    ])
  })
})

describe("open", () => {
  it("writes rows one after another, booleans as 1 and 0", () => {
    expect(read(["real", "whole", "truth"], numbers)).toEqual(Result.succeed(Float32Array.of(0.5, 3, 1, -1, 4, 0)))
    expect(read(["truth", "real"], mixed)).toEqual(Result.succeed(Float32Array.of(1, 0.5, 0, -1)))
  })

  it("refuses missing values, counted by column", () => {
    const incomplete = features({
      a: Column.numeric([1, null, null]),
      b: Column.boolean([true, null, false]),
      c: Result.getOrThrow(Column.integer([1, 2, 3]))
    })
    const error = Result.getOrThrow(Result.flip(read(["a", "b", "c"], incomplete)))
    expect(error).toBeInstanceOf(MissingValues)
    expect(error).toMatchObject({
      columns: [
        { column: "a", count: 2 },
        { column: "b", count: 1 }
      ],
      rows: 3
    })
    expect(error.message).toBe(
      'Ingress.numeric needs complete columns, but values are missing in "a" (2 of 3 rows), "b" (1 of 3 rows); put Preprocess.impute before it (method "median" for numbers, "mode" for any column, ahead of Preprocess.oneHot), or leave the columns out by Preprocess.select'
    )
    expect(Result.isSuccess(read(["c"], incomplete))).toBe(true)
  })

  it("refuses a value beyond single precision, with column and row", () => {
    const large = features({ a: Column.numeric([1, 2]), b: Column.numeric([1, 1e39]) })
    const error = Result.getOrThrow(Result.flip(read(["a", "b"], large)))
    expect(error).toBeInstanceOf(PipelineError)
    expect(error.message).toBe(
      'Ingress.numeric: column "b" is 1e+39 in row 1, which is not finite in single precision; correct or rescale it'
    )
    expect(Result.isFailure(read(["a"], features({ a: Column.numeric([Infinity]) })))).toBe(true)
  })

  it("fills any rows in any order, also several times", () => {
    expect(read(["whole"], numbers, [1, 0, 1])).toEqual(Result.succeed(Float32Array.of(4, 3, 4)))
  })

  it("reads its state back, and refuses another", () => {
    const ingress = bound({})
    const fitted = Result.getOrThrow(ingress.fit(numbers))
    expect(fitted.shape).toEqual([3])
    const back = Result.getOrThrow(ingress.load(JSON.parse(JSON.stringify(fitted.state()))))
    expect([back.columns, back.shape]).toEqual([fitted.columns, fitted.shape])
    expect(issuesOf(ingress.load([3]))).toEqual([["0", "Ingress.numeric: Expected string, got 3"]])
  })

  it("reads no rows as nothing", () => {
    expect(read(["a"], features({ a: Column.numeric([]) }))).toEqual(Result.succeed(new Float32Array()))
  })
})
