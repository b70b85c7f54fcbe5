import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Moments from "../src/Moments.ts"

const numbers = fc.array(fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 4 })), {
  minLength: 1
})

describe("the moments of numbers", () => {
  it("are those of as many copies as they weigh, by the definition", () =>
    fc.assert(
      fc.property(numbers, (given) => {
        const [values, weights] = [given.map(([x]) => x), given.map(([, w]) => w)]
        const copies = given.flatMap(([x, w]) => Array.from({ length: w }, () => x))
        const { mean, sd } = Moments.of(values, weights)
        fc.pre(copies.length > 0)
        const middle = copies.reduce((sum, x) => sum + x, 0) / copies.length
        const spread = Math.sqrt(copies.reduce((sum, x) => sum + (x - middle) ** 2, 0) / copies.length)
        expect(Math.abs(mean - middle)).toBeLessThan(1e-6)
        expect(Math.abs(sd - spread)).toBeLessThan(1e-5)
        expect(Moments.of(copies)).toEqual(
          Moments.of(
            copies,
            Float64Array.from(copies, () => 1)
          )
        )
      })
    ))

  it("are 0 where nothing weighs anything", () => {
    expect(Moments.of([], undefined)).toEqual({ mean: 0, sd: 0 })
    expect(Moments.of([3, 4], [0, 0])).toEqual({ mean: 0, sd: 0 })
  })

  it("keep the digits of large numbers that are close to each other", () => {
    const { mean, sd } = Moments.of([1e9, 1e9 + 1, 1e9 + 2])
    expect(mean).toBe(1e9 + 1)
    expect(sd).toBeCloseTo(Math.sqrt(2 / 3), 12)
  })
})
