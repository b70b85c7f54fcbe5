import type * as Loss from "@rocflow/core/pipeline/Loss"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as AllPairs from "../src/AllPairs.ts"
import { explicit } from "./support/evaluate.ts"

const evaluate = (
  definition: Loss.Definition<"binary">,
  scores: ReadonlyArray<number>,
  targets: ReadonlyArray<number>,
  margin = 1,
  weights?: ReadonlyArray<number>
) => {
  const gradient = new Float64Array(scores.length)
  const value = explicit(definition, { margin }).evaluate(
    Float64Array.from(scores),
    Float64Array.from(targets),
    gradient,
    weights && Float64Array.from(weights)
  )
  return { value, gradient: [...gradient] }
}

/** The definition itself: every pair in turn. */
const naive = (
  shape: { readonly value: (d: number) => number; readonly slope: (d: number) => number },
  scores: ReadonlyArray<number>,
  targets: ReadonlyArray<number>,
  margin: number,
  weights: ReadonlyArray<number>
) => {
  let value = 0
  let total = 0
  const gradient = scores.map(() => 0)
  for (let i = 0; i < scores.length; i++) {
    for (let j = 0; j < scores.length; j++) {
      if (targets[i] !== 1 || targets[j] !== 0) continue
      const pair = weights[i] * weights[j]
      const d = margin - (scores[i] - scores[j])
      total += pair
      value += pair * shape.value(d)
      gradient[i] -= pair * shape.slope(d)
      gradient[j] += pair * shape.slope(d)
    }
  }
  return total === 0 ? { value: 0, gradient } : { value: value / total, gradient: gradient.map((g) => g / total) }
}

const families = [
  [
    "squaredHinge",
    AllPairs.squaredHingeDefinition,
    { value: (d: number) => Math.max(0, d) ** 2, slope: (d: number) => 2 * Math.max(0, d) }
  ],
  ["square", AllPairs.squareDefinition, { value: (d: number) => d ** 2, slope: (d: number) => 2 * d }]
] as const

const score = fc.oneof(
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.integer({ min: -20, max: 20 }).map((x) => x / 10),
  fc.integer({ min: -2, max: 2 })
)

const rows = fc.array(fc.record({ score, target: fc.nat(1), weight: fc.integer({ min: 0, max: 3 }) }), {
  minLength: 1,
  maxLength: 60,
  size: "max"
})

describe.each(families)("AllPairs.%s", (_, definition, shape) => {
  it("equals the double loop over pairs, value and gradient, with weights and ties", () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 0.5, 1, 2.5), fc.boolean(), (given, margin, weighted) => {
        const scores = given.map((row) => row.score)
        const targets = given.map((row) => row.target)
        const weights = given.map((row) => (weighted ? row.weight : 1))
        const expected = naive(shape, scores, targets, margin, weights)
        const actual = evaluate(definition, scores, targets, margin, weighted ? weights : undefined)
        expect(actual.value).toBeCloseTo(expected.value, 11)
        actual.gradient.forEach((g, i) => expect(g).toBeCloseTo(expected.gradient[i], 11))
      }),
      { numRuns: 300 }
    )
  })

  it("is 0 for a batch of one class, which has no pairs", () => {
    for (const label of [0, 1]) {
      expect(evaluate(definition, [3, -4], [label, label])).toEqual({ value: 0, gradient: [0, 0] })
    }
    expect(evaluate(definition, [3, -4], [1, 0], 1, [1, 0])).toEqual({ value: 0, gradient: [0, 0] })
  })

  it("is margin^2 for constant scores", () => {
    const { value } = evaluate(definition, [7, 7, 7, 7, 7], [1, 0, 0, 1, 0], 1.5)
    expect(value).toBeCloseTo(2.25, 14)
  })

  it("keeps its precision for large scores that are close together", () => {
    // In sums of scores to the second power around zero, 10^9 squared has a spacing of 128.
    const targets = [1, 0, 1, 0, 0]
    const near = [0.25, 0.5, -1, 0, 1.75]
    const far = near.map((s) => s + 1e9)
    expect(evaluate(definition, far, targets).value).toBeCloseTo(evaluate(definition, near, targets).value, 6)
  })

  it("evaluates 10^6 rows in log-linear time: the double loop would take minutes", { timeout: 20_000 }, () => {
    const count = 1_000_000
    const scores = Float32Array.from({ length: count }, (_, i) => ((i * 7919) % 10_007) / 1000)
    const targets = Float32Array.from({ length: count }, (_, i) => (i % 10 === 0 ? 1 : 0))
    const gradient = new Float32Array(count)
    expect(definition.make({ margin: 1 }).evaluate(scores, targets, gradient)).toBeGreaterThan(0)
    expect(Math.abs(gradient.reduce((a, b) => a + b))).toBeLessThan(1e-4)
  })
})

describe("AllPairs", () => {
  it("counts pairs, not rows: one positive at 0.5 against negatives at 0 and -1", () => {
    // margin 1: the differences are 0.5 and 1.5; squared hinge (0.5^2 + 0) / 2, square (0.5^2 + 0.5^2) / 2
    const hinge = evaluate(AllPairs.squaredHingeDefinition, [0.5, 0, -1], [1, 0, 0])
    expect(hinge).toEqual({ value: 0.125, gradient: [-0.5, 0.5, 0] })
    expect(evaluate(AllPairs.squareDefinition, [0.5, 0, -1], [1, 0, 0]).value).toBe(0.25)
  })

  it("bounds: with margin 1, the squared hinge is at least 1 - AUC with ties counted as errors", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const scores = given.map((row) => row.score)
        const targets = given.map((row) => row.target)
        const errors = naive(
          { value: (d) => (d >= 1 ? 1 : 0), slope: () => 0 },
          scores,
          targets,
          1,
          targets.map(() => 1)
        )
        const { value } = evaluate(AllPairs.squaredHingeDefinition, scores, targets)
        expect(value).toBeGreaterThanOrEqual(errors.value - 1e-12)
      })
    )
  })

  it("squared hinge is 0 exactly when every pair is a margin apart, and at most the square loss", () => {
    expect(evaluate(AllPairs.squaredHingeDefinition, [2, 5, 1, -3], [1, 1, 0, 0]).value).toBe(0)
    fc.assert(
      fc.property(rows, (given) => {
        const scores = given.map((row) => row.score)
        const targets = given.map((row) => row.target)
        const hinge = evaluate(AllPairs.squaredHingeDefinition, scores, targets).value
        expect(hinge).toBeLessThanOrEqual(evaluate(AllPairs.squareDefinition, scores, targets).value + 1e-12)
      })
    )
  })
})
