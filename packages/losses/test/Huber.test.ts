import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Huber from "../src/Huber.ts"
import * as L1 from "../src/L1.ts"
import * as Mse from "../src/Mse.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(Huber.definition)

const residual = fc.double({ min: -10, max: 10, noNaN: true })

const plain = (module: typeof Mse | typeof L1, scores: ReadonlyArray<number>) =>
  module.definition
    .make({ reduction: "mean" })
    .evaluate(Float64Array.from(scores), new Float64Array(scores.length), new Float64Array(scores.length))

describe("Huber", () => {
  it("is the formula of PyTorch's HuberLoss(delta)", () => {
    // 0.5 d^2 if |d| <= delta, else delta (|d| - 0.5 delta)
    fc.assert(
      fc.property(residual, fc.double({ min: 0.1, max: 5, noNaN: true }), (d, delta) => {
        const expected = Math.abs(d) <= delta ? 0.5 * d ** 2 : delta * (Math.abs(d) - 0.5 * delta)
        expect(evaluate([d], [0], { delta }).value).toBeCloseTo(expected, 12)
      })
    )
  })

  it("has the residual, clipped to delta, as gradient", () => {
    expect(evaluate([0.25, 3, -3], [0, 0, 0], { delta: 2, reduction: "sum" }).gradient).toEqual([0.25, 2, -2])
  })

  it("is continuous with its derivative at |d| = delta", () => {
    expect(evaluate([1.5], [0], { delta: 1.5 })).toEqual({ value: 1.125, gradient: [1.5] })
    expect(evaluate([1.5 + 1e-9], [0], { delta: 1.5 }).value).toBeCloseTo(1.125, 8)
  })

  it("is half the squared error for large delta, and tends to delta |d| for small", () => {
    fc.assert(
      fc.property(fc.array(residual, { minLength: 1, maxLength: 6 }), (scores) => {
        const targets = scores.map(() => 0)
        expect(evaluate(scores, targets, { delta: 100 }).value).toBeCloseTo(plain(Mse, scores) / 2, 10)
        expect(evaluate(scores, targets, { delta: 1e-9 }).value / 1e-9).toBeCloseTo(plain(L1, scores), 8)
      })
    )
  })
})
