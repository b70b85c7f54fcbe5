import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Bce from "../src/Bce.ts"
import * as Focal from "../src/Focal.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(Focal.definition)

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

const bce = (scores: ReadonlyArray<number>, targets: ReadonlyArray<number>) =>
  Bce.definition
    .make({ posWeight: 1, reduction: "mean" })
    .evaluate(Float64Array.from(scores), Float64Array.from(targets), new Float64Array(scores.length))

describe("Focal", () => {
  it("is alpha_t (1/2)^gamma ln 2 at a logit of 0", () => {
    expect(evaluate([0], [1]).value).toBeCloseTo(0.25 * 0.25 * Math.LN2, 16)
    expect(evaluate([0], [0]).value).toBeCloseTo(0.75 * 0.25 * Math.LN2, 16)
    expect(evaluate([0], [1], { gamma: 3, alpha: 0.6 }).value).toBeCloseTo((0.6 / 8) * Math.LN2, 16)
  })

  it("is the formula of torchvision's sigmoid_focal_loss, written out", () => {
    // p = sigmoid(x); p_t = p y + (1 - p)(1 - y); alpha_t = alpha y + (1 - alpha)(1 - y)
    // loss = alpha_t * bce(x, y) * (1 - p_t)^gamma
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.double({ min: -12, max: 12, noNaN: true }),
        fc.nat(1),
        fc.double({ min: 0, max: 5, noNaN: true }),
        unit,
        (x, y, gamma, alpha) => {
          const p = sigmoid(x)
          const pt = p * y + (1 - p) * (1 - y)
          const expected = (alpha * y + (1 - alpha) * (1 - y)) * -Math.log(pt) * (1 - pt) ** gamma
          expect(evaluate([x], [y], { gamma, alpha }).value).toBeCloseTo(expected, 10)
        }
      )
    )
  })

  it("weighs a well classified row down as the paper says: 100 times at p_t = 0.9, gamma = 2", () => {
    // Lin et al. 2017, section 3.2: "with gamma = 2, an example classified with p_t = 0.9 would have 100x lower loss
    // compared with CE"; alpha = 1 leaves only the focusing factor of a positive
    const logit = Math.log(0.9 / 0.1)
    expect(bce([logit], [1]) / evaluate([logit], [1], { alpha: 1 }).value).toBeCloseTo(100, 9)
  })

  it("is half of binary cross-entropy for gamma = 0, alpha = 1/2", () => {
    const scores = [0.3, -2, 40, -40]
    const targets = [1, 0, 0, 1]
    expect(evaluate(scores, targets, { gamma: 0, alpha: 0.5 }).value).toBeCloseTo(bce(scores, targets) / 2, 13)
  })

  it("ignores one class for alpha = 0 and alpha = 1", () => {
    expect(evaluate([-3], [1], { alpha: 0 }).value).toBe(0)
    expect(evaluate([3], [0], { alpha: 1 }).value).toBe(0)
  })

  it("grows like binary cross-entropy for a certain and wrong answer", () => {
    expect(evaluate([-1e4], [1], { alpha: 1 })).toEqual({ value: 1e4, gradient: [-1] })
  })
})
