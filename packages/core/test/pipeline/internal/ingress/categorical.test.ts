import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import { findNothing } from "../../../../src/pipeline/Decode.ts"
import * as Features from "../../../../src/pipeline/Features.ts"
import * as Ingress from "../../../../src/pipeline/Ingress.ts"
import type { FittedIngress } from "../../../../src/pipeline/Stage.ts"
import { issuesOf, partOf } from "../../../support/pipelines.ts"

const bound = (options: object = {}) =>
  partOf(Ingress.categoricalDefinition.bind(options, findNothing), "ingress").ingress
const fit = (given: Features.Features, options?: object) => Result.getOrThrow(bound(options).fit(given))

const features = (columns: Readonly<Record<string, Column.Column>>) =>
  Features.make(Object.entries(columns), Column.length(Object.values(columns)[0]!))

/** The codes of all rows. */
const read = ({ columns, open }: FittedIngress, given: Features.Features) =>
  Effect.runSync(
    Effect.scoped(
      Effect.map(open(given), ({ fill }) => {
        const into = new Float32Array(given.rows * columns.length)
        fill(
          Array.from({ length: given.rows }, (_, row) => row),
          into
        )
        return [...into]
      })
    )
  )

const training = features({
  site: Column.text(["b", "a", null, "b"]),
  size: Result.getOrThrow(Column.factor(["M", "S", "M", "M"], { levels: ["S", "M", "L"] })),
  ward: Result.getOrThrow(Column.integer([10, 9, 10, 9])),
  open: Column.boolean([true, false, true, true])
})

describe("levels", () => {
  it("are those that occur in training, in natural order, and become 1, 2, …; 0 is missing", () => {
    const fitted = fit(training)
    expect(fitted.columns).toEqual(["site", "size", "ward", "open"])
    expect(fitted.shape).toEqual([4])
    expect(fitted.cardinalities).toEqual([2, 2, 2, 2])
    expect(read(fitted, training)).toEqual([2, 2, 2, 1, 1, 1, 1, 2, 0, 2, 2, 1, 2, 2, 1, 1])
  })

  it("that training did not see are 0, whatever the order of a factor's levels", () => {
    const fitted = fit(training, { columns: ["size", "site", "ward"] })
    const rows = features({
      size: Result.getOrThrow(Column.factor(["L", "S"], { levels: ["L", "M", "S"] })),
      site: Column.text(["c", "a"]),
      ward: Column.numeric([11, 10])
    })
    expect(read(fitted, rows)).toEqual([0, 0, 0, 1, 1, 2])
  })

  it("are all missing where a column is", () => {
    const empty = features({ a: Column.text([null, null]) })
    expect(fit(empty).cardinalities).toEqual([0])
    expect(read(fit(empty), empty)).toEqual([0, 0])
  })

  it("are kept in the state", () => {
    const fitted = fit(training)
    const back = Result.getOrThrow(bound().load(JSON.parse(JSON.stringify(fitted.state()))))
    expect([back.columns, back.shape, back.cardinalities]).toEqual([fitted.columns, fitted.shape, fitted.cardinalities])
    expect(read(back, training)).toEqual(read(fitted, training))
    expect(issuesOf(bound().load(["site"]))[0]![1]).toContain("Ingress.categorical: ")
  })
})

it("refuses numbers and dates", () => {
  const wrong = features({ a: Column.numeric([1]), b: Column.date([0]), c: Column.text(["x"]) })
  expect(issuesOf(bound().fit(wrong))).toEqual([
    [
      "",
      'Ingress.categorical: takes categories, but got "a" (numeric), "b" (date); name the columns that are categories, and take the others by an ingress of their own in another branch of a Merge'
    ]
  ])
  expect(issuesOf(bound({ columns: ["d"] }).fit(wrong))[0]![1]).toContain('no feature column "d" reaches this stage')
})
