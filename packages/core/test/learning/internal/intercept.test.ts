import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { intercept } from "../../../src/learning/internal/intercept.ts"

const errors = (
  scores: ReadonlyArray<number>,
  targets: ReadonlyArray<number>,
  weights: ReadonlyArray<number>,
  at: number
) => scores.reduce((sum, score, i) => sum + ((score + at >= 0 ? 1 : 0) === targets[i] ? 0 : weights[i]), 0)

const rows = fc.array(
  fc.record({
    score: fc.integer({ min: -6, max: 6 }).map((k) => k / 2),
    target: fc.constantFrom(0, 1),
    weight: fc.integer({ min: 0, max: 3 })
  }),
  { minLength: 1, maxLength: 12 }
)

describe("intercept", () => {
  it.each([
    ["between the classes, half-way", [1, 3], [0, 1], -2],
    ["all rows negative: enters the interval by 1", [1, 3], [0, 0], -4],
    ["all rows positive: enters the interval by 1", [1, 3], [1, 1], 0],
    ["nearest to 0 among equal errors", [-1, 1, 4], [1, 0, 1], 2]
  ])("%s", (_, scores, targets, expected) => {
    expect(intercept(scores, targets)).toBeCloseTo(expected, 12)
  })

  it("makes as few weighted errors as any constant", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const scores = given.map(({ score }) => score)
        const targets = given.map(({ target }) => target)
        const weights = given.map(({ weight }) => weight)
        const grid = Array.from({ length: 57 }, (_, k) => (k - 28) / 4 + 0.125)
        const least = Math.min(...grid.map((constant) => errors(scores, targets, weights, constant)))
        expect(errors(scores, targets, weights, intercept(scores, targets, weights))).toBe(least)
      })
    )
  })

  it("moves against the scores: scores + c need the intercept − c", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const scores = given.map(({ score }) => score)
        const targets = given.map(({ target }) => target)
        const ones = given.map(() => 1)
        const shifted = scores.map((score) => score + 4)
        expect(errors(shifted, targets, ones, intercept(shifted, targets))).toBe(
          errors(scores, targets, ones, intercept(scores, targets))
        )
      })
    )
  })

  it("comes to an end for a score that is no number", () => {
    expect(intercept([0.1, Number.NaN, 0.3], [1, 0, 1])).toBeTypeOf("number")
  })
})
