import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Column from "../../../../src/data/Column.ts"
import { findNothing } from "../../../../src/pipeline/Decode.ts"
import * as Features from "../../../../src/pipeline/Features.ts"
import * as Ingress from "../../../../src/pipeline/Ingress.ts"
import { MissingValues } from "../../../../src/pipeline/MissingValues.ts"
import type { FittedIngress } from "../../../../src/pipeline/Stage.ts"
import { issuesOf, partOf } from "../../../support/pipelines.ts"

const bound = (options: object) =>
  partOf(Ingress.piecewiseLinearDefinition.bind(options, findNothing), "ingress").ingress
const features = (columns: Readonly<Record<string, Column.Column>>) =>
  Features.make(Object.entries(columns), Column.length(Object.values(columns)[0]!))
const numbers = (a: ReadonlyArray<number | null>) => features({ a: Column.numeric(a) })
const fit = (given: Features.Features, bins: number) => Result.getOrThrow(bound({ bins }).fit(given))

/** The entries of all rows. */
const read = ({ open, shape }: FittedIngress, given: Features.Features) =>
  Effect.gen(function* () {
    const { fill } = yield* open(given)
    const into = new Float32Array(given.rows * shape[0]! * shape[1]!).fill(9)
    fill(
      Array.from({ length: given.rows }, (_, row) => row),
      into
    )
    return [...into]
  }).pipe(Effect.scoped, Effect.result, Effect.runSync)
const encoded = (...args: Parameters<typeof read>) => Result.getOrThrow(read(...args))

describe("bins", () => {
  it("lie between quantiles of the training rows", () => {
    // numpy.quantile([0, 1, 2, 10], [0, 1/2, 1]) is [0, 1.5, 10].
    expect(fit(numbers([10, 0, 2, 1]), 2).state()).toEqual({ columns: ["a"], edges: [[0, 1.5, 10]] })
  })

  it("are fewer where quantiles are equal; the entries of the others are 0", () => {
    const fitted = fit(features({ a: Column.numeric([0, 0, 0, 4]), b: Column.numeric([5, 5, 5, 5]) }), 3)
    expect(fitted.state()).toEqual({ columns: ["a", "b"], edges: [[0, 4], [5]] })
    expect(fitted.shape).toEqual([2, 3])
    const rows = features({ a: Column.numeric([1]), b: Column.numeric([6]) })
    expect(encoded(fitted, rows)).toEqual([0.25, 0, 0, 0, 0, 0])
  })

  it("are kept in the state", () => {
    const fitted = fit(numbers([0, 1, 2, 3]), 3)
    const back = Result.getOrThrow(bound({ bins: 3 }).load(JSON.parse(JSON.stringify(fitted.state()))))
    expect(back.shape).toEqual([1, 3])
    expect(encoded(back, numbers([1.5]))).toEqual([1, 0.5, 0])
  })
})

describe("the encoding", () => {
  // Gorishniy et al. 2022, equation 1.
  it("is 1 for bins below, the share of its own bin, 0 above, and open at both ends", () => {
    const fitted = fit(numbers([0, 1, 2, 4]), 3)
    expect(fitted.state()).toMatchObject({ edges: [[0, 1, 2, 4]] })
    const rows = numbers([-1, 0, 0.25, 1, 1.5, 3, 4, 6])
    const expected = [
      [-1, 0, 0],
      [0, 0, 0],
      [0.25, 0, 0],
      [1, 0, 0],
      [1, 0.5, 0],
      [1, 1, 0.5],
      [1, 1, 1],
      [1, 1, 2]
    ]
    expect(encoded(fitted, rows)).toEqual(expected.flat())
  })

  it("takes whole numbers and truth values, and learns of rows that are there", () => {
    const mixed = features({
      whole: Result.getOrThrow(Column.integer([0, 2, null])),
      truth: Column.boolean([true, false, true])
    })
    const fitted = fit(mixed, 1)
    expect(fitted.state()).toMatchObject({
      edges: [
        [0, 2],
        [0, 1]
      ]
    })
    expect(Result.getOrThrow(Result.flip(read(fitted, mixed)))).toBeInstanceOf(MissingValues)
  })
})

it("refuses text", () => {
  expect(issuesOf(bound({}).fit(features({ a: Column.text(["1"]) })))).toEqual([
    [
      "",
      'Ingress.piecewiseLinear: takes numbers, but got "a" (string); name the columns of numbers, and take the others in another branch of a Merge'
    ]
  ])
})
