import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as AveragePrecision from "../src/AveragePrecision.ts"
import { evaluating } from "./support/evaluate.ts"
import * as LibAuc from "./support/libauc.ts"
import { binaryRows, mean } from "./support/rows.ts"

const evaluate = evaluating(AveragePrecision.definition)

describe("AveragePrecision", () => {
  it("has the gradient of LibAUC", () => {
    const { gradient } = evaluate(LibAuc.scores, LibAuc.targets, { margin: 1 })
    gradient.forEach((slope, i) => expect(slope).toBeCloseTo(LibAuc.gradients.averagePrecision[i], 8))
  })

  it("is 1 minus the surrogate of SOAP, written out over all pairs (Qi et al. 2021)", () => {
    fc.assert(
      fc.property(binaryRows, fc.constantFrom(0.25, 1, 3), ({ negatives, positives, scores, targets }, margin) => {
        const surrogate = (i: number, over: ReadonlyArray<number>) =>
          over.reduce((sum, s) => sum + Math.max(0, margin - (i - s)) ** 2, 0)
        const precision = positives.map((p) => surrogate(p, positives) / surrogate(p, [...positives, ...negatives]))
        expect(evaluate(scores, targets, { margin }).value).toBeCloseTo(1 - mean(precision), 9)
      })
    )
  })

  it("is N / (margin^2 + N) for one positive", () => {
    // N = (1 - 0.5)^2 + (1 + 1)^2
    expect(evaluate([0.5, 0, 1.5, -3], [1, 0, 0, 0], { margin: 1 }).value).toBeCloseTo(4.25 / 5.25, 14)
  })

  it("is below 1, and 0 exactly when every positive leads every negative by the margin", () => {
    fc.assert(
      fc.property(binaryRows, fc.constantFrom(0.25, 1, 3), ({ negatives, positives, scores, targets }, margin) => {
        const { gradient, value } = evaluate(scores, targets, { margin })
        expect(value).toBeLessThan(1)
        expect(value === 0).toBe(Math.min(...positives) - Math.max(...negatives) >= margin)
        expect(gradient.reduce((a, b) => a + b)).toBeCloseTo(0, 9)
      })
    )
  })

  it("counts a positive as leading where the margin is lost in rounding", () => {
    // 1e17 + 1 is 1e17; the second positive has three sources above it, at 1e17.
    const { gradient, value } = evaluate([1e17, -3, 1e17], [1, 1, 0], { margin: 1 })
    expect(value).toBeCloseTo(0.25, 14)
    expect(gradient.every(Number.isFinite)).toBe(true)
    expect(evaluate([1e17, 1e17], [1, 0], { margin: 1 })).toEqual({ gradient: [0, 0], value: 0 })
  })

  it("never rises when a negative falls", () => {
    fc.assert(
      fc.property(binaryRows, ({ scores, targets }) => {
        const { gradient } = evaluate(scores, targets)
        const ofNegatives = gradient.filter((_, i) => targets[i] === 0)
        expect(Math.min(...ofNegatives)).toBeGreaterThan(-1e-12)
      })
    )
  })
})
