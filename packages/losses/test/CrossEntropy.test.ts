import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as CrossEntropy from "../src/CrossEntropy.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(CrossEntropy.definition)

describe("CrossEntropy", () => {
  it("is log K for K equal scores, with the gradient 1/K - [k = truth]", () => {
    expect(evaluate([5, 5, 5, 5], [2])).toEqual({ value: Math.log(4), gradient: [0.25, 0.25, -0.75, 0.25] })
  })

  it("is the formula of PyTorch's CrossEntropyLoss, written out", () => {
    // l = -log(exp(x_truth) / sum_k exp(x_k)), mean over the rows
    const first = -Math.log(Math.exp(0.5) / (Math.exp(1) + Math.exp(-2) + Math.exp(0.5)))
    const second = -Math.log(Math.exp(3) / (Math.exp(3) + Math.exp(1) + Math.exp(2)))
    expect(evaluate([1, -2, 0.5, 3, 1, 2], [2, 0]).value).toBeCloseTo((first + second) / 2, 15)
  })

  it("has the gradient softmax - onehot", () => {
    const total = Math.exp(1) + Math.exp(-2) + Math.exp(0.5)
    const { gradient } = evaluate([1, -2, 0.5], [1])
    expect(gradient[0]).toBeCloseTo(Math.exp(1) / total, 15)
    expect(gradient[1]).toBeCloseTo(Math.exp(-2) / total - 1, 15)
    expect(gradient[2]).toBeCloseTo(Math.exp(0.5) / total, 15)
  })

  it("smooths labels as PyTorch's CrossEntropyLoss(label_smoothing = e), written out", () => {
    const scores = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(scores, fc.nat(3), fc.double({ min: 0, max: 0.9, noNaN: true }), (scores, truth, e) => {
        const total = scores.reduce((sum, s) => sum + Math.exp(s), 0)
        const targets = scores.map((_, k) => (k === truth ? 1 - e : 0) + e / 4)
        const { gradient, value } = evaluate(scores, [truth], { labelSmoothing: e })
        const terms = scores.map((s, k) => -targets[k] * (s - Math.log(total)))
        expect(value).toBeCloseTo(
          terms.reduce((a, b) => a + b),
          9
        )
        scores.forEach((s, k) => expect(gradient[k]).toBeCloseTo(Math.exp(s) / total - targets[k], 12))
      })
    )
  })

  it("has a gradient that sums to 0 in every row", () => {
    const scores = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 5, maxLength: 5 })
    fc.assert(
      fc.property(scores, scores, fc.nat(4), fc.nat(4), (a, b, i, j) => {
        const { gradient } = evaluate([...a, ...b], [i, j], {}, [1, 3])
        for (const row of [gradient.slice(0, 5), gradient.slice(5)]) {
          expect(row.reduce((x, y) => x + y)).toBeCloseTo(0, 14)
        }
      })
    )
  })

  it("keeps its relative precision for a certain and right answer", () => {
    // log(1 + 2 exp(-60)) = 2 exp(-60), far below the spacing of doubles at 1
    const { gradient, value } = evaluate([60, 0, 0], [0])
    expect(value / (2 * Math.exp(-60))).toBeCloseTo(1, 14)
    expect(gradient[0] / (-2 * Math.exp(-60))).toBeCloseTo(1, 14)
  })

  it("gives a row without weight no gradient", () => {
    const { gradient, value } = evaluate([1, -2, 3, 4], [0, 0], {}, [0, 2])
    expect(value).toBeCloseTo(Math.log1p(Math.exp(1)), 15)
    expect(gradient.slice(0, 2).map(Math.abs)).toEqual([0, 0])
  })
})
