import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { admit, makeCandidates } from "../../../src/internal/elasticNet/candidates.ts"
import { makeDesign } from "../../../src/internal/elasticNet/featureDesign.ts"
import { productMinimiser } from "../../../src/internal/elasticNet/productMinimiser.ts"
import { makeLinearFit, type Minimiser, penaltyOf, softThreshold } from "../../../src/internal/elasticNet/quadratic.ts"
import { residualMinimiser } from "../../../src/internal/elasticNet/residualMinimiser.ts"
import { draws, normal, uniform } from "../random.ts"

interface Case {
  readonly seed: number
  readonly n: number
  readonly p: number
  readonly intercept: boolean
}

const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  n: fc.integer({ min: 5, max: 40 }),
  p: fc.integer({ min: 1, max: 12 }),
  intercept: fc.boolean()
})

const penalty = { l1: 0.02, l2: 0.03 }

/** A quadratic problem with very unequal weights, and its minimum by one call of a minimiser. */
const solve = ({ seed, n, p, intercept }: Case, make: typeof productMinimiser, moveWeights: boolean) => {
  const next = uniform(seed)
  const x = draws(n * p, () => normal(next))
  const design = makeDesign({ n, p, x }, { standardize: true, intercept: true })
  const fit = makeLinearFit(n, p)
  const weight = draws(n, () => next() ** 4 / n)
  const target = draws(n, () => 3 * normal(next))
  const candidates = makeCandidates(p)
  for (const j of design.usable) admit(candidates, j)
  const scores = (): Float64Array =>
    draws(n, () => 0).map((_, i) => fit.intercept + fit.beta.reduce((sum, b, j) => sum + b * design.columns[j][i], 0))
  const objective = (): number =>
    scores().reduce((sum, eta, i) => sum + 0.5 * weight[i] * (target[i] - eta) ** 2, penaltyOf(fit.beta, penalty))
  const minimiser: Minimiser = make(design, fit, intercept, 1e-18)
  const run = (): number => {
    const eta = scores()
    for (let i = 0; i < n; i++) fit.residual[i] = fit.weight[i] * (target[i] - eta[i])
    return minimiser.minimise(penalty, candidates, 1e6)
  }
  if (moveWeights) {
    // Weights of another problem first, apart by far more than what products are kept for.
    fit.weight.set(weight.map((w) => 1 / n - w / 2))
    run()
  }
  fit.weight.set(weight)
  const sweeps = run()
  return { fit, objective, sweeps }
}

describe("minimisers", () => {
  it.each([false, true])(
    "reach the same minimum by residuals and by products, in one call: weights moved %s",
    (moved) => {
      fc.assert(
        fc.property(cases, (one) => {
          const a = solve(one, residualMinimiser, moved)
          const b = solve(one, productMinimiser, moved)
          expect(a.fit.intercept).toBeCloseTo(b.fit.intercept, 6)
          a.fit.beta.forEach((beta, j) => expect(beta).toBeCloseTo(b.fit.beta[j], 6))
          expect(one.intercept || a.fit.intercept === 0).toBe(true)
        }),
        { seed: 1 }
      )
    }
  )

  it("cannot be improved upon by moving any coefficient or the intercept", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(residualMinimiser, productMinimiser), (one, make) => {
        const { fit, objective } = solve(one, make, false)
        const best = objective()
        for (const step of [-1e-3, 1e-3]) {
          for (let j = 0; j < one.p; j++) {
            fit.beta[j] += step
            expect(objective()).toBeGreaterThan(best)
            fit.beta[j] -= step
          }
          fit.intercept += one.intercept ? step : 0
          expect(objective()).toBeGreaterThanOrEqual(best)
          fit.intercept -= one.intercept ? step : 0
        }
      }),
      { seed: 2 }
    )
  })

  it("needs few passes where weights make a column look like the intercept", () => {
    // Nearly all weight on rows whose values are 1.0 and 1.1: with the intercept as a coordinate of its own this takes
    // thousands of passes.
    const x = Float64Array.of(1, 1.1, 1, 1.1, 300)
    const design = makeDesign({ n: 5, p: 1, x }, { standardize: true, intercept: true })
    for (const make of [residualMinimiser, productMinimiser]) {
      const fit = makeLinearFit(5, 1)
      fit.weight.set([0.25, 0.25, 0.25, 0.25, 1e-14])
      const candidates = makeCandidates(1)
      admit(candidates, 0)
      const target = [0, 1, 0, 1, 0]
      for (let i = 0; i < 5; i++) fit.residual[i] = fit.weight[i] * target[i]
      const minimiser = make(design, fit, true, 1e-16)
      expect(minimiser.minimise({ l1: 1e-14, l2: 0 }, candidates, 1000)).toBeLessThan(6)
      expect(fit.intercept + fit.beta[0] * design.columns[0][0]).toBeCloseTo(0, 3)
      expect(fit.intercept + fit.beta[0] * design.columns[0][1]).toBeCloseTo(1, 3)
    }
  })

  it("shrinks towards zero", () => {
    expect([softThreshold(-3, 1), softThreshold(0.5, 1), softThreshold(3, 1)]).toEqual([-2, 0, 2])
    expect(penaltyOf(Float64Array.of(1, -2), { l1: 3, l2: 4 })).toBe(19)
  })
})
