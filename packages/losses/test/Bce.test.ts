import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Bce from "../src/Bce.ts"
import * as CrossEntropy from "../src/CrossEntropy.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(Bce.definition)
const smoothed = evaluating(CrossEntropy.definition)

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

describe("Bce", () => {
  it("is ln 2 at a logit of 0, whatever the label", () => {
    // -log(sigmoid(0)) = -log(1 - sigmoid(0)) = log 2
    expect(evaluate([0, 0], [1, 0])).toEqual({ value: Math.LN2, gradient: [-0.25, 0.25] })
  })

  it("is the formula of PyTorch's BCEWithLogitsLoss(pos_weight = c)", () => {
    // l = -[c y log(sigmoid(x)) + (1 - y) log(1 - sigmoid(x))], mean over all rows
    const logit = fc.double({ min: -15, max: 15, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(logit, fc.nat(1)), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        (rows, c) => {
          const terms = rows.map(([x, y]) => -(c * y * Math.log(sigmoid(x)) + (1 - y) * Math.log(1 - sigmoid(x))))
          const { value } = evaluate(
            rows.map(([x]) => x),
            rows.map(([, y]) => y),
            { posWeight: c }
          )
          expect(value).toBeCloseTo(terms.reduce((a, b) => a + b) / rows.length, 8)
        }
      )
    )
  })

  it("has the gradient sigmoid(x) - y", () => {
    const { gradient } = evaluate([1.5, -2, 0.3], [1, 0, 0], { reduction: "sum" })
    expect(gradient[0]).toBeCloseTo(sigmoid(1.5) - 1, 15)
    expect(gradient[1]).toBeCloseTo(sigmoid(-2), 15)
    expect(gradient[2]).toBeCloseTo(sigmoid(0.3), 15)
  })

  it("multiplies the positives' terms by posWeight, and not the divisor of the mean", () => {
    expect(evaluate([0, 0], [1, 0], { posWeight: 3 }).value).toBeCloseTo((3 * Math.LN2 + Math.LN2) / 2, 15)
    expect(evaluate([0], [0], { posWeight: 3 }).value).toBe(Math.LN2)
  })

  it("smooths labels: the formula with the targets (1 - e) y + e / 2 (Keras, BinaryCrossentropy)", () => {
    const logit = fc.double({ min: -15, max: 15, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(logit, fc.nat(1)), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (rows, e) => {
          const targets = rows.map(([, y]) => (1 - e) * y + e / 2)
          const terms = rows.map(([x], i) => {
            const p = sigmoid(x)
            return -(targets[i] * Math.log(p) + (1 - targets[i]) * Math.log(1 - p))
          })
          const { gradient, value } = evaluate(
            rows.map(([x]) => x),
            rows.map(([, y]) => y),
            { labelSmoothing: e }
          )
          expect(value).toBeCloseTo(terms.reduce((a, b) => a + b) / rows.length, 8)
          rows.forEach(([x], i) => expect(gradient[i]).toBeCloseTo((sigmoid(x) - targets[i]) / rows.length, 12))
        }
      )
    )
  })

  it("has its least smoothed term at a finite margin, and weighs a row by its class whatever its targets", () => {
    const best = Math.log(2 / 0.2 - 1)
    const { gradient } = evaluate([best, -best], [1, 0], { labelSmoothing: 0.2 })
    expect(gradient.map(Math.abs)).toEqual([expect.closeTo(0, 15), expect.closeTo(0, 15)])
    const [once, weighed] = [1, 3].map((posWeight) => evaluate([1.5], [1], { labelSmoothing: 0.2, posWeight }))
    expect(weighed.value).toBeCloseTo(3 * once.value, 14)
    expect(weighed.gradient[0]).toBeCloseTo(3 * once.gradient[0], 14)
  })

  it("divides by the total weight", () => {
    // (3 softplus(-1) + 1 softplus(-2)) / (3 + 1)
    const expected = (3 * Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(-2))) / 4
    expect(evaluate([1, -2], [1, 0], {}, [3, 1]).value).toBeCloseTo(expected, 15)
  })

  it("keeps its relative precision for a certain and right answer", () => {
    // softplus(-50) = exp(-50) up to a relative 1e-22; 1 - sigmoid(50) rounds to 0
    const { gradient, value } = evaluate([50, -50], [1, 0], { reduction: "sum" })
    expect(value / (2 * Math.exp(-50))).toBeCloseTo(1, 14)
    expect(gradient[0] / -Math.exp(-50)).toBeCloseTo(1, 14)
    expect(gradient[1] / Math.exp(-50)).toBeCloseTo(1, 14)
  })

  it("grows linearly for a certain and wrong answer", () => {
    expect(evaluate([-1e4], [1])).toEqual({ value: 1e4, gradient: [-1] })
    expect(evaluate([1e4], [0])).toEqual({ value: 1e4, gradient: [1] })
  })

  it("is cross-entropy of the two scores 0 and s", () => {
    const crossEntropy = CrossEntropy.definition.make({ reduction: "mean" })
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), fc.nat(1), (s, y) => {
        const binary = evaluate([s], [y])
        const smooth = { labelSmoothing: 0.1 }
        expect(evaluate([s], [y], smooth).value).toBeCloseTo(smoothed([0, s], [y], smooth).value, 9)
        const gradient = new Float64Array(2)
        const value = crossEntropy.evaluate(Float64Array.of(0, s), Float64Array.of(y), gradient)
        expect(Math.abs(value - binary.value)).toBeLessThanOrEqual(1e-14 * binary.value)
        expect(Math.abs(gradient[1] - binary.gradient[0])).toBeLessThanOrEqual(1e-14 * Math.abs(gradient[1]))
      })
    )
  })
})
