/**
 * What stages of numbers keep, whatever the numbers are.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { made } from "../../support/stages.ts"

// A range of 10⁻³⁰⁸ would send what is new to infinity, and rightly.
const real = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (Math.abs(x) < 1e-100 ? 0 : x))
const values = fc.array(fc.oneof(real, fc.integer({ min: -3, max: 3 })), { minLength: 1, maxLength: 60 })

const mapped = (stage: Preprocess.Stage<never>, train: ReadonlyArray<number>, x: ReadonlyArray<number>) =>
  made(stage, { x: train }, { x })["x"]!.map((y) => Number(y ?? Number.NaN))

const monotone: ReadonlyArray<readonly [string, Preprocess.Stage<never>]> = [
  ["robustScale", Preprocess.robustScale()],
  ["smoothClip", Preprocess.smoothClip()],
  ["minMax", Preprocess.minMax()],
  ["minMax, clipped", Preprocess.minMax({ clip: true })],
  ["quantileTransform to normal", Preprocess.quantileTransform()],
  ["quantileTransform to uniform", Preprocess.quantileTransform({ output: "uniform", quantiles: 7, noise: 0.1 })],
  ["log1p", Preprocess.log1p()],
  ["signedRoot", Preprocess.signedRoot()],
  ["yeoJohnson", Preprocess.yeoJohnson()],
  ["bin", Preprocess.bin()]
]

describe("stages of one number", () => {
  it.each(monotone)("keep the order of numbers, and make finite ones: %s", (_, stage) => {
    fc.assert(
      fc.property(values, values, (train, other) => {
        const x = [...other, ...train].sort((a, b) => a - b)
        const y = mapped(stage, train, x)
        const largest = Math.max(1, ...y.map(Math.abs))
        expect(y.every(Number.isFinite)).toBe(true)
        // Rounding may turn two that are nearly one.
        expect(y.slice(1).every((each, i) => each >= y[i]! - 1e-12 * largest)).toBe(true)
      })
    )
  })

  it("put training rows where they say", () => {
    fc.assert(
      fc.property(values, (train) => {
        for (const y of mapped(Preprocess.minMax({ to: [-2, 5] }), train, train)) {
          expect(y).toBeGreaterThanOrEqual(-2)
          expect(y).toBeLessThanOrEqual(5 + 1e-9)
        }
        for (const y of mapped(Preprocess.quantileTransform({ output: "uniform" }), train, train)) {
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThanOrEqual(1)
        }
        const standard = mapped(Preprocess.yeoJohnson(), train, train)
        const mean = standard.reduce((sum, y) => sum + y, 0) / standard.length
        expect(Math.abs(mean)).toBeLessThan(1e-6)
      })
    )
  })
})

describe("splines", () => {
  it.each(["constant", "linear", "continue", "periodic"] as const)("add up to 1 everywhere: %s", (extrapolation) => {
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom("uniform" as const, "quantile" as const),
        (train, other, degree, placement) => {
          const x = [...new Set([...train, -7, 0, 1, 2, 5, 8, 20, 33])]
          const span = placement === "uniform" ? Math.max(...x) - Math.min(...x) : 0
          // Far beyond the ends the pieces are large, and their sum is their difference.
          const near = other.map((each) =>
            Math.min(Math.max(each, Math.min(...x) - span / 9), Math.max(...x) + span / 9)
          )
          const options = { degree, placement, extrapolation, knots: 5 }
          const splines = Object.values(made(Preprocess.spline(options), { x }, { x: near }))
          near.forEach((_, row) => {
            expect(splines.reduce((sum, spline) => sum + Number(spline[row]), 0)).toBeCloseTo(1, 6)
          })
        }
      ),
      { numRuns: 40 }
    )
  })
})

describe("pca", () => {
  it("keeps all distances, and makes columns without correlation", () => {
    const row = fc.tuple(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: -9, max: 9 })
    )
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 12 }), (rows) => {
        const columns = { a: rows.map(([a]) => a), b: rows.map(([, b]) => b), c: rows.map(([, , c]) => c) }
        const pcs = Object.values(made(Preprocess.pca(), columns)).map((column) => column.map(Number))
        const distance = (of: ReadonlyArray<ReadonlyArray<number>>, i: number, j: number) =>
          Math.hypot(...of.map((column) => column[i]! - column[j]!))
        rows.forEach((_, i) => {
          expect(distance(pcs, 0, i)).toBeCloseTo(distance(Object.values(columns), 0, i), 4)
        })
        for (const [k, one] of pcs.entries()) {
          for (const two of pcs.slice(k + 1)) {
            expect(one.reduce((sum, x, i) => sum + x * two[i]!, 0)).toBeCloseTo(0, 4)
          }
        }
      })
    )
  })
})
