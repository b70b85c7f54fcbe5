import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { foldLines, meanLine, thin, thinRoc } from "../src/internal/curves.ts"
import type { HistoryRow } from "../src/ReportModel.ts"

const point = (fold: number, epoch: number, value: number): HistoryRow => ({
  task: "t",
  learner: "l",
  testSubset: "full",
  trainSubsets: "same",
  fold,
  epoch,
  series: "train loss",
  value,
  kept: false
})

describe("thin", () => {
  it("keeps the ends, the order and at most the count", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 100 }), (length, count) => {
        const items = Array.from({ length }, (_, i) => i)
        const kept = thin(items, count)
        expect(kept.length).toBe(Math.min(length, count))
        expect(kept[0]).toBe(0)
        expect(kept.at(-1)).toBe(length - 1)
        expect([...new Set(kept)].sort((a, b) => a - b)).toEqual([...kept])
      })
    )
  })
})

describe("learning curves", () => {
  const rows = [point(1, 2, 3), point(0, 1, 1), point(1, 1, 3), point(0, 2, 5), point(2, 1, 5), point(0, 3, 9)]

  it("makes a line for each fold, in the order of epochs", () => {
    const lines = foldLines(rows, 100).map((line) => line.map(({ epoch, value }) => [epoch, value]))
    expect(lines).toContainEqual([
      [1, 1],
      [2, 5],
      [3, 9]
    ])
    expect(lines).toContainEqual([
      [1, 3],
      [2, 3]
    ])
    expect(lines).toHaveLength(3)
  })

  it("averages over folds as far as all of them go", () => {
    // Epoch 1: (1 + 3 + 5) / 3; in epoch 2 one of three folds has stopped.
    expect(meanLine(rows, 100)).toEqual([{ epoch: 1, value: 3 }])
    // Epoch 1: (1 + 3) / 2; epoch 2: (5 + 3) / 2; in epoch 3 one of two folds has stopped.
    expect(
      meanLine(
        rows.filter(({ fold }) => fold < 2),
        100
      )
    ).toEqual([
      { epoch: 1, value: 2 },
      { epoch: 2, value: 4 }
    ])
  })
})

describe("thinRoc", () => {
  const steps = fc.array(fc.boolean(), { minLength: 1, maxLength: 3000 })
  const curveOf = (positives: ReadonlyArray<boolean>) => {
    const p = Math.max(1, positives.filter(Boolean).length)
    const n = Math.max(1, positives.length - positives.filter(Boolean).length)
    const fpr = [0]
    const tpr = [0]
    for (const positive of positives) {
      fpr.push(fpr.at(-1)! + (positive ? 0 : 1 / n))
      tpr.push(tpr.at(-1)! + (positive ? 1 / p : 0))
    }
    return { fpr, tpr }
  }
  const areaOf = (points: ReadonlyArray<{ fpr: number; tpr: number }>) =>
    points.slice(1).reduce((sum, b, i) => sum + ((b.fpr - points[i].fpr) * (b.tpr + points[i].tpr)) / 2, 0)

  it("keeps the ends and the area to within the step, with few points", () => {
    fc.assert(
      fc.property(steps, (positives) => {
        const { fpr, tpr } = curveOf(positives)
        const step = 0.01
        const kept = thinRoc(fpr, tpr, step)
        const all = fpr.map((x, i) => ({ fpr: x, tpr: tpr[i] }))
        expect(kept[0]).toEqual(all[0])
        expect(kept.at(-1)).toEqual(all.at(-1))
        expect(Math.abs(areaOf(kept) - areaOf(all))).toBeLessThanOrEqual(2 * step)
        expect(kept.length).toBeLessThanOrEqual(2 / step + 3)
      })
    )
  })

  it("drops nothing but the inner points of straight pieces when the step is zero", () => {
    expect(thinRoc([0, 0, 0, 0.5, 1, 1], [0, 0.25, 0.5, 0.5, 0.5, 1], 0)).toEqual([
      { fpr: 0, tpr: 0 },
      { fpr: 0, tpr: 0.5 },
      { fpr: 1, tpr: 0.5 },
      { fpr: 1, tpr: 1 }
    ])
  })
})
