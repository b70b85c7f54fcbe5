import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as AllPairs from "../src/AllPairs.ts"
import * as Aucm from "../src/Aucm.ts"
import { evaluating } from "./support/evaluate.ts"
import * as LibAuc from "./support/libauc.ts"
import { binaryRows, mean } from "./support/rows.ts"

const evaluate = evaluating(Aucm.definition)
const square = evaluating(AllPairs.squareDefinition)

/** The objective of the paper (and of LibAUC's AUCMLoss version 2), with its variables. */
const saddle = (
  positives: ReadonlyArray<number>,
  negatives: ReadonlyArray<number>,
  margin: number,
  { a, alpha, b }: { readonly a: number; readonly b: number; readonly alpha: number }
) =>
  mean(positives.map((p) => (p - a) ** 2)) +
  mean(negatives.map((q) => (q - b) ** 2)) +
  2 * alpha * (margin - mean(positives) + mean(negatives)) -
  alpha ** 2

describe("Aucm", () => {
  it("has the gradient of LibAUC", () => {
    const { gradient } = evaluate(LibAuc.scores, LibAuc.targets, { margin: 1 })
    gradient.forEach((slope, i) => expect(slope).toBeCloseTo(LibAuc.gradients.aucm[i], 8))
  })

  it("is the value of the published saddle point, which the means and the gap attain", () => {
    const shift = fc.integer({ min: -8, max: 8 }).map((quarters) => quarters / 4)
    fc.assert(
      fc.property(binaryRows, fc.constantFrom(0, 1, 3), shift, shift, shift, (rows, margin, da, db, dalpha) => {
        const { negatives, positives, scores, targets } = rows
        const { value } = evaluate(scores, targets, { margin })
        const best = {
          a: mean(positives),
          b: mean(negatives),
          alpha: Math.max(0, margin - mean(positives) + mean(negatives))
        }
        const at = (point: typeof best) => saddle(positives, negatives, margin, point)
        expect(value).toBeCloseTo(at(best), 9)
        expect(at({ ...best, a: best.a + da, b: best.b + db })).toBeGreaterThan(value - 1e-9)
        expect(at({ ...best, alpha: Math.max(0, best.alpha + dalpha) })).toBeLessThan(value + 1e-9)
      })
    )
  })

  it("is LibAUC's version 1 divided by r (1 - r), r the share of positives", () => {
    // (1 - r) mean((h - a)^2 [y = 1]) + r mean((h - b)^2 [y = 0])
    //   + 2 alpha (r (1 - r) m + mean(r h [y = 0] - (1 - r) h [y = 1])) - r (1 - r) alpha^2
    fc.assert(
      fc.property(binaryRows, ({ negatives, positives, scores, targets }) => {
        const [n, r, margin] = [scores.length, positives.length / scores.length, 1]
        const sum = (of: (score: number, y: number) => number) =>
          scores.reduce((total, score, i) => total + of(score, targets[i]), 0) / n
        const [a, b] = [mean(positives), mean(negatives)]
        const alpha = Math.max(0, margin - a + b)
        const version1 =
          (1 - r) * sum((h, y) => (h - a) ** 2 * y) +
          r * sum((h, y) => (h - b) ** 2 * (1 - y)) +
          2 * alpha * (r * (1 - r) * margin + sum((h, y) => r * h * (1 - y) - (1 - r) * h * y)) -
          r * (1 - r) * alpha ** 2
        expect(version1 / (r * (1 - r))).toBeCloseTo(evaluate(scores, targets, { margin }).value, 8)
      })
    )
  })

  it("is the square of all pairs where the means are no further apart than the margin, and below it elsewhere", () => {
    fc.assert(
      fc.property(binaryRows, fc.constantFrom(0, 1, 5), ({ negatives, positives, scores, targets }, margin) => {
        const [found, all] = [evaluate(scores, targets, { margin }), square(scores, targets, { margin })]
        const lead = mean(positives) - mean(negatives)
        expect(found.value).toBeCloseTo(all.value - Math.max(0, lead - margin) ** 2, 9)
        const slope = 2 * Math.max(0, lead - margin)
        found.gradient.forEach((entry, i) => {
          const more = targets[i] === 1 ? slope / positives.length : -slope / negatives.length
          expect(entry).toBeCloseTo(all.gradient[i] - more, 9)
        })
      })
    )
  })
})
