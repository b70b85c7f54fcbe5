import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as AllPairs from "../src/AllPairs.ts"
import * as PartialAuc from "../src/PartialAuc.ts"
import { evaluating } from "./support/evaluate.ts"
import * as LibAuc from "./support/libauc.ts"
import { binaryRows, mean } from "./support/rows.ts"

const cvar = evaluating(PartialAuc.cvarDefinition)
const dro = evaluating(PartialAuc.droDefinition)
const squaredHinge = evaluating(AllPairs.squaredHingeDefinition)

/** The squared hinges of one positive with all negatives. */
const hinges = (p: number, negatives: ReadonlyArray<number>, margin: number) =>
  negatives.map((q) => Math.max(0, margin - (p - q)) ** 2)

const margins = fc.constantFrom(0, 1, 2.5)

describe("PartialAuc.cvar", () => {
  it("is the mean over positives of the least of s + mean(max(0, l - s)) / maxFpr over s (Zhu et al. 2022)", () => {
    fc.assert(
      fc.property(binaryRows, margins, fc.integer({ min: 1, max: 20 }), (rows, margin, twentieths) => {
        const { negatives, positives, scores, targets } = rows
        const maxFpr = twentieths / 20
        const expected = positives.map((p) => {
          const losses = hinges(p, negatives, margin)
          // Piecewise linear in s, so it is least at a kink.
          return Math.min(...losses.map((s) => s + mean(losses.map((l) => Math.max(0, l - s))) / maxFpr))
        })
        expect(cvar(scores, targets, { margin, maxFpr }).value).toBeCloseTo(mean(expected), 8)
      })
    )
  })

  it("is the all-pairs squared hinge of the k highest negatives when k of n is the share", () => {
    fc.assert(
      fc.property(binaryRows, margins, fc.nat(30), (rows, margin, at) => {
        const { negatives, positives, scores, targets } = rows
        const k = 1 + (at % negatives.length)
        const highest = negatives.toSorted((a, b) => b - a).slice(0, k)
        const kept = [...positives, ...highest]
        const labels = [...positives.map(() => 1), ...highest.map(() => 0)]
        const { gradient, value } = cvar(scores, targets, { margin, maxFpr: k / negatives.length })
        expect(value).toBeCloseTo(squaredHinge(kept, labels, { margin }).value, 9)
        // What is below the highest k has no gradient.
        const lowest = Math.min(...highest)
        const below = gradient.filter((_, i) => targets[i] === 0 && scores[i] < lowest)
        below.forEach((slope) => expect(slope).toBeCloseTo(0, 9))
      })
    )
  })

  it("is the all-pairs squared hinge for the whole curve", () => {
    fc.assert(
      fc.property(binaryRows, margins, ({ scores, targets }, margin) => {
        expect(cvar(scores, targets, { margin, maxFpr: 1 })).toEqual(squaredHinge(scores, targets, { margin }))
      })
    )
  })

  it("never rises with the share", () => {
    fc.assert(
      fc.property(binaryRows, margins, ({ scores, targets }, margin) => {
        const values = [0.01, 0.1, 0.3, 0.7, 1].map((maxFpr) => cvar(scores, targets, { margin, maxFpr }).value)
        values.slice(1).forEach((value, i) => expect(value).toBeLessThanOrEqual(values[i] + 1e-9))
      })
    )
  })

  it("cuts tied negatives in proportion to their weights", () => {
    // Half of the weight 4 is that of the two tied negatives, 1.5 each: two thirds of each count.
    const { gradient, value } = cvar([0, 0, 0, -9], [1, 0, 0, 0], { maxFpr: 0.5 }, [1, 1.5, 1.5, 1])
    expect(value).toBeCloseTo(1, 14)
    expect(gradient).toEqual([-2, 1, 1, 0].map((slope) => expect.closeTo(slope, 14)))
  })
})

describe("PartialAuc.dro", () => {
  it("has the gradient of LibAUC", () => {
    const { gradient } = dro(LibAuc.scores, LibAuc.targets, { margin: 1, lambda: 2 })
    gradient.forEach((slope, i) => expect(slope).toBeCloseTo(LibAuc.gradients.dro[i], 8))
  })

  it("is the mean over positives of lambda log(mean(exp(l / lambda)))", () => {
    fc.assert(
      fc.property(binaryRows, margins, fc.constantFrom(0.5, 1, 10), (rows, margin, lambda) => {
        const { negatives, positives, scores, targets } = rows
        const expected = positives.map(
          (p) => lambda * Math.log(mean(hinges(p, negatives, margin).map((l) => Math.exp(l / lambda))))
        )
        expect(dro(scores, targets, { margin, lambda }).value).toBeCloseTo(mean(expected), 8)
      })
    )
  })

  it("is at least what any other weights of the negatives give, less lambda times their divergence", () => {
    const masses = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 30, maxLength: 30 })
    fc.assert(
      fc.property(binaryRows, masses, fc.constantFrom(0.5, 2), (rows, many, lambda) => {
        const { negatives, positives, scores, targets } = rows
        const raw = many.slice(0, negatives.length)
        const total = raw.reduce((a, b) => a + b)
        const shares = raw.map((mass) => mass / total)
        const divergence = shares.reduce((sum, share) => sum + share * Math.log(share * negatives.length), 0)
        const robust = positives.map(
          (p) => hinges(p, negatives, 1).reduce((sum, l, j) => sum + shares[j] * l, 0) - lambda * divergence
        )
        expect(dro(scores, targets, { lambda }).value).toBeGreaterThan(mean(robust) - 1e-9)
      })
    )
  })

  it("lies between the mean over negatives and the hardest, and tends to them for large and small lambda", () => {
    fc.assert(
      fc.property(binaryRows, margins, ({ negatives, positives, scores, targets }, margin) => {
        const average = squaredHinge(scores, targets, { margin }).value
        const hardest = mean(positives.map((p) => Math.max(...hinges(p, negatives, margin))))
        const values = [1e-6, 0.1, 1, 10, 1e9].map((lambda) => dro(scores, targets, { margin, lambda }).value)
        values.slice(1).forEach((value, i) => expect(value).toBeLessThanOrEqual(values[i] + 1e-9))
        expect(values[0]).toBeCloseTo(hardest, 4)
        expect(values[4]).toBeCloseTo(average, 4)
        expect(hardest).toBeGreaterThanOrEqual(average - 1e-9)
      })
    )
  })
})
