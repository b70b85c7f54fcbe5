import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import * as StudentT from "../src/StudentT.ts"

/** mpmath 1.3, 40 digits: betainc(df/2, 1/2, 0, df/(df + t*t), regularized=True) */
const twoSided = [
  [0.5, 1, 0.7048327646991335],
  [2, 1, 0.2951672353008665],
  [1, 2, 0.4226497308103742],
  [1e8, 2, 9.999999999999999e-17],
  [8, 30, 6.265822475700759e-9],
  [50, 9, 2.568952910874798e-12],
  [100, 3, 2.204521923184911e-6],
  [37, 200, 2.0935513549288753e-91],
  [40, 1000, 1.0478852155173361e-209],
  [5, 1e6, 5.733997870890742e-7]
] as const

/** mpmath 1.3, 40 digits: the root of the distribution function */
const quantiles = [
  [0.975, 1, 12.706204736174694],
  [0.95, 2, 2.9199855803537242],
  [0.995, 4, 4.604094871349992],
  [0.975, 9, 2.262157162798205],
  [0.975, 29, 2.045229642132704],
  [0.975, 1000, 1.962339080826408]
] as const

const relative = (value: number, expected: number) => Math.abs(value / expected - 1)
const degrees = fc.double({ min: 0.2, max: 500, noNaN: true })

describe("StudentT", () => {
  it.each(twoSided)("two-sided p of t = %d, df = %d", (t, df, p) => {
    expect(relative(StudentT.twoSided(t, df), p)).toBeLessThan(1e-13)
    expect(StudentT.twoSided(-t, df)).toBe(StudentT.twoSided(t, df))
    expect(StudentT.survival(t, df)).toBe(StudentT.twoSided(t, df) / 2)
    expect(StudentT.cdf(-t, df)).toBe(StudentT.twoSided(t, df) / 2)
  })

  it.each(quantiles)("quantile %d of df = %d", (p, df, t) => {
    expect(relative(StudentT.quantile(p, df), t)).toBeLessThan(1e-13)
    expect(StudentT.quantile(1 - p, df)).toBeCloseTo(-t, 10)
  })

  it("is closed form with one and two degrees of freedom, in all ranges", () => {
    fc.assert(
      fc.property(fc.double({ min: -12, max: 12, noNaN: true }), (exponent) => {
        const t = 10 ** exponent
        // Cauchy: P(|T| > t) = (2/π) atan(1/t); df = 2: 1 − t/√(2 + t²) = 2 / (s (s + t)) with s = √(2 + t²)
        expect(relative(StudentT.twoSided(t, 1), (2 / Math.PI) * Math.atan2(1, t))).toBeLessThan(2e-13)
        const s = Math.sqrt(2 + t * t)
        expect(relative(StudentT.twoSided(t, 2), 2 / (s * (s + t)))).toBeLessThan(2e-13)
      })
    )
  })

  it("has quantiles that invert the distribution function", () => {
    fc.assert(
      fc.property(degrees, fc.double({ min: 1e-12, max: 0.4999, noNaN: true }), (df, p) => {
        expect(relative(StudentT.cdf(StudentT.quantile(p, df), df), p)).toBeLessThan(1e-11)
      })
    )
  })

  it("has a density that is the slope of the distribution function", () => {
    fc.assert(
      fc.property(degrees, fc.double({ min: 0.1, max: 4, noNaN: true }), (df, t) => {
        const h = 1e-4
        const slope = (StudentT.survival(t - h, df) - StudentT.survival(t + h, df)) / (2 * h)
        expect(relative(slope, StudentT.density(t, df))).toBeLessThan(1e-5)
      })
    )
  })

  it("has the limits of a distribution", () => {
    expect(StudentT.twoSided(0, 3)).toBe(1)
    expect(StudentT.twoSided(Infinity, 3)).toBe(0)
    expect(StudentT.cdf(-Infinity, 3)).toBe(0)
    expect(StudentT.cdf(Infinity, 3)).toBe(1)
    expect(StudentT.quantile(0.5, 3)).toBe(0)
    expect(StudentT.quantile(1, 3)).toBe(Infinity)
    expect(StudentT.quantile(0, 3)).toBe(-Infinity)
    expect(relative(StudentT.twoSided(1e300, 1), (2 / Math.PI) * 1e-300)).toBeLessThan(1e-12)
  })

  it("is not a number where there is no distribution", () => {
    expect(StudentT.twoSided(1, 0)).toBeNaN()
    expect(StudentT.twoSided(Number.NaN, 3)).toBeNaN()
    expect(StudentT.quantile(1.5, 3)).toBeNaN()
    expect(StudentT.quantile(0.5, -1)).toBeNaN()
  })
})
