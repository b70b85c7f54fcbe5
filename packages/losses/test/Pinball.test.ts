import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as L1 from "../src/L1.ts"
import * as Pinball from "../src/Pinball.ts"
import { evaluating } from "./support/evaluate.ts"

const evaluate = evaluating(Pinball.definition)
const absolute = evaluating(L1.definition)

const values = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 30 })

describe("Pinball", () => {
  it("is scikit-learn's mean_pinball_loss", () => {
    // mean_pinball_loss([1, 2, 3], [0, 2, 3], alpha = 0.1), mean_pinball_loss([1, 2, 3], [1, 2, 4], alpha = 0.1): its docs
    expect(evaluate([0, 2, 3], [1, 2, 3], { quantile: 0.1 }).value).toBeCloseTo(0.1 / 3, 15)
    expect(evaluate([1, 2, 4], [1, 2, 3], { quantile: 0.1 }).value).toBeCloseTo(0.3, 15)
  })

  it("is half of the absolute error for the median, subgradients included", () => {
    fc.assert(
      fc.property(values, (targets) => {
        const scores = targets.map((_, i) => (i % 3) - 1)
        const [found, expected] = [evaluate(scores, targets), absolute(scores, targets)]
        expect(found.value).toBeCloseTo(expected.value / 2, 12)
        found.gradient.forEach((slope, i) => expect(slope).toBeCloseTo(expected.gradient[i] / 2, 12))
      })
    )
  })

  it("is least where a share q of the targets lies below", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 9 }), (targets, tenths) => {
        const quantile = tenths / 10
        const at = (score: number) =>
          evaluate(
            targets.map(() => score),
            targets,
            { quantile }
          ).value
        const sorted = targets.toSorted((a, b) => a - b)
        const best = at(sorted[Math.ceil(quantile * targets.length) - 1])
        for (let tried = -41; tried <= 41; tried++) expect(at(tried)).toBeGreaterThan(best - 1e-12)
      })
    )
  })
})
