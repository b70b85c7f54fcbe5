import * as fc from "fast-check"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import * as BinaryScores from "../../src/BinaryScores.ts"
import * as Roc from "../../src/Roc.ts"

const made = (curves: ReadonlyArray<Roc.Rates>, steps?: number) => {
  const average = Roc.verticalAverage(curves, steps === undefined ? {} : { steps })
  if (Roc.isUndefined(average)) throw new Error(average.reason)
  return average
}

describe("the vertical average of ROC curves", () => {
  it("is the mean TPR at each FPR, with its deviation", () => {
    // By hand: a perfect curve and the diagonal.
    const average = made(
      [
        { fpr: [0, 0, 1], tpr: [0, 1, 1] },
        { fpr: [0, 1], tpr: [0, 1] }
      ],
      2
    )
    expect([...average.fpr]).toEqual([0, 0.5, 1])
    expect([...average.tpr]).toEqual([0.5, 0.75, 1])
    expect(average.sd![0]).toBeCloseTo(Math.SQRT1_2, 12)
    expect(average.sd![1]).toBeCloseTo(Math.SQRT1_2 / 2, 12)
    expect(average.sd![2]).toBe(0)
  })

  it("of one curve is that curve, and of none undefined", () => {
    const { sd, tpr } = made([{ fpr: [0, 0.5, 1], tpr: [0, 1, 1] }], 4)
    expect([...tpr]).toEqual([0, 0.5, 1, 1, 1])
    expect(sd).toBe(undefined)
    expect(Roc.isUndefined(Roc.verticalAverage([]))).toBe(true)
  })

  it("has the mean of the areas, up to a step, and never falls", () => {
    const fold = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 6 })), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fold, { minLength: 1, maxLength: 5 }), (folds) => {
        const scores = folds.map((rows) =>
          Effect.runSync(
            BinaryScores.make({
              labels: [true, false, ...rows.map(([y]) => y)],
              scores: [3, 3, ...rows.map(([, s]) => s)]
            })
          )
        )
        const curves = scores.map(Roc.curve).flatMap((curve) => (Roc.isUndefined(curve) ? [] : [curve]))
        const areas = scores.map((each) => Roc.auc(each) as number)
        const { fpr, tpr } = made(curves, 1000)
        let area = 0
        for (let k = 1; k < fpr.length; k++) {
          area += ((fpr[k]! - fpr[k - 1]!) * (tpr[k]! + tpr[k - 1]!)) / 2
          expect(tpr[k]).toBeGreaterThanOrEqual(tpr[k - 1]! - 1e-12)
        }
        expect(Math.abs(area - areas.reduce((sum, auc) => sum + auc, 0) / areas.length)).toBeLessThan(0.01)
      })
    )
  })
})
