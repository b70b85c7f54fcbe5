import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as Seed from "../src/Seed.ts"

const draws = (seed: Seed.Seed, n: number) => {
  const random = Seed.generator(seed)
  return Array.from({ length: n }, () => random.uint32())
}

describe("threefry", () => {
  it.each([
    // Known answers of Random123 (kat_vectors, threefry2x32 20 rounds).
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe]
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7]
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0]
    ]
  ] as const)("key %s counter %s", (key, counter, expected) => {
    const out = new Uint32Array(2)
    Seed.threefry(key[0], key[1], counter[0], counter[1], out)
    expect([...out]).toEqual(expected)
  })
})

describe("derive", () => {
  it("separates paths that look alike", () => {
    const seed = Seed.root(1)
    const paths = [["a", "bc"], ["ab", "c"], ["abc"], [1], ["1"], [], [""], [0], ["", ""]]
    const keys = paths.map((path) => JSON.stringify(Seed.derive(seed, ...path)))
    expect(new Set(keys).size).toBe(paths.length)
  })

  it("gives the same stream for the same path, and another for another root", () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.oneof(fc.string(), fc.nat())), (value, path) => {
        const a = draws(Seed.derive(Seed.root(value), ...path), 4)
        expect(draws(Seed.derive(Seed.root(value), ...path), 4)).toEqual(a)
        expect(draws(Seed.derive(Seed.root(value + 1), ...path), 4)).not.toEqual(a)
      })
    )
  })
})

describe("generator", () => {
  it("draws uniformly: mean and variance of 100 000 floats within five standard errors", () => {
    const random = Seed.generator(Seed.root(7))
    const n = 100_000
    let sum = 0
    let squares = 0
    for (let i = 0; i < n; i++) {
      const u = random.float()
      sum += u
      squares += (u - 0.5) ** 2
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n))
  })

  it("draws standard normals: mean 0, variance 1", () => {
    const random = Seed.generator(Seed.root(8))
    const n = 100_000
    const values = Array.from({ length: n }, () => random.normal())
    const mean = values.reduce((a, b) => a + b) / n
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n))
    expect(Math.abs(values.reduce((a, b) => a + b * b, 0) / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
  })

  it("shuffles: each of the 6 orders of three appears about equally often", () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = [0, 1, 2]
      Seed.generator(Seed.derive(Seed.root(9), i)).shuffle(order)
      counts.set(order.join(""), (counts.get(order.join("")) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000 * (5 / 6)))
  })

  it("below(n) covers [0, n) and nothing else", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer(), (n, value) => {
        const random = Seed.generator(Seed.root(value))
        const seen = new Set(Array.from({ length: 300 }, () => random.below(n)))
        expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
      { numRuns: 30 }
    )
  })
})
