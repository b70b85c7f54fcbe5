import { assert, describe, it } from "@effect/vitest"
import { symmetricBeta } from "../../src/internal/symmetricBeta.ts"
import * as Seed from "../../src/Seed.ts"

const n = 40_000

const draws = (alpha: number): Float64Array => {
  const random = Seed.generator(Seed.derive(Seed.root(1), alpha))
  return Float64Array.from({ length: n }, () => symmetricBeta(random, alpha))
}

describe("symmetricBeta", () => {
  // The distribution functions of Beta(1/2, 1/2) (arcsine), Beta(1, 1) (uniform), Beta(2, 2) and Beta(3, 3).
  const distributions: ReadonlyArray<readonly [number, (x: number) => number]> = [
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
    [3, (x) => 10 * x ** 3 - 15 * x ** 4 + 6 * x ** 5]
  ]
  for (const [alpha, distribution] of distributions) {
    it(`has the distribution of Beta(${alpha}, ${alpha})`, () => {
      let distance = 0
      draws(alpha)
        .sort()
        .forEach((x, i) => {
          distance = Math.max(distance, distribution(x) - i / n, (i + 1) / n - distribution(x))
        })
      // Kolmogorov and Smirnov: above 1.95 / √n in one of a thousand samples.
      assert.isBelow(distance * Math.sqrt(n), 1.95)
    })
  }

  // The mean is 1/2, the variance 1 / (4 (2α + 1)), the fourth central moment 3 / (16 (2α + 1) (2α + 3)).
  for (const alpha of [0.05, 0.2, 0.4, 1, 8, 100]) {
    it(`has the moments of Beta(${alpha}, ${alpha})`, () => {
      const values = draws(alpha)
      const variance = 1 / (4 * (2 * alpha + 1))
      const fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))
      const moment = (power: number) => values.reduce((sum, x) => sum + (x - 0.5) ** power, 0) / n
      assert.isBelow(Math.abs(moment(1)), 4 * Math.sqrt(variance / n))
      assert.isBelow(Math.abs(moment(2) - variance), 4 * Math.sqrt((fourth - variance ** 2) / n))
    })
  }

  it("is a number in [0, 1] for every alpha: nothing but 0 and 1 at the smallest, and 1/2 at the largest", () => {
    for (const alpha of [Number.MIN_VALUE, 1e-300, 1e-12]) {
      const values = draws(alpha)
      assert.isTrue(values.every((x) => x === 0 || x === 1))
      assert.approximately(values.reduce((sum, x) => sum + x, 0) / n, 0.5, 0.02)
    }
    assert.isTrue(draws(1e15).every((x) => Math.abs(x - 0.5) < 1e-6))
  })
})
