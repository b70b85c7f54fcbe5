import { describe, expect, it } from "vitest"
import * as Normal from "../src/Normal.ts"

describe("twoSided", () => {
  // 2 (1 − Φ(z)): scipy.stats.norm.sf, twice.
  it.each([
    [0, 1],
    [1, 0.31731050786291415],
    [1.959963984540054, 0.05],
    [-3, 0.0026997960632601866],
    [6, 2 * 9.865876450376981e-10],
    [10, 1.523970604832094e-23]
  ])("P(|Z| ≥ %d) = %d", (z, p) => {
    expect(Normal.twoSided(z) / p).toBeCloseTo(1, 11)
  })
})

describe("cdf", () => {
  // scipy.stats.norm.cdf
  it.each([
    [0, 0.5],
    [-1, 0.15865525393145707],
    [0.3, 0.6179114221889526],
    [2.5, 0.9937903346742238],
    [-9, 1.1285884059538324e-19]
  ])("P(Z ≤ %d) = %d", (z, p) => {
    expect(Normal.cdf(z) / p).toBeCloseTo(1, 11)
  })
})

describe("quantile", () => {
  it.each([
    // scipy.stats.norm.ppf
    [1e-20, -9.262340089798409],
    [1e-7, -5.1993375821928165],
    [0.001, -3.090232306167813],
    [0.0749, -1.4402382675279635],
    [0.0751, -1.4388253927525403],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.975, 1.9599639845400536],
    [0.9999999, 5.199337582290661]
  ])("of %f", (p, x) => {
    expect(Normal.quantile(p)).toBeCloseTo(x, 9)
  })

  it("reaches to infinity, and no farther", () => {
    expect([Normal.quantile(0), Normal.quantile(1), Normal.quantile(-0.1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN
    ])
  })
})

describe("twoSidedQuantile", () => {
  it.each([
    [0.5, 0.6744897501960817],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004]
  ])("P(|Z| < z) = %d at z = %d", (level, z) => {
    expect(Normal.twoSidedQuantile(level)).toBeCloseTo(z, 11)
  })
})
