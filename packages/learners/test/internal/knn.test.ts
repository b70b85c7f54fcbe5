import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { knn, knnNeighbours, knnPredict } from "../../src/internal/knn.ts"
import { uniform } from "./random.ts"

/** Neighbours by sorting all distances, the earlier row first among equals. */
const byForce = (x: Float64Array, n: number, p: number, queries: Float64Array, m: number, k: number): Array<number> => {
  const scale = Array.from({ length: p }, (_, j) => {
    const column = [...x.subarray(j * n, (j + 1) * n)]
    const mean = column.reduce((a, b) => a + b, 0) / n
    return { mean, sd: Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) }
  })
  return Array.from({ length: m }, (_, q) => {
    const distance = Array.from({ length: n }, (_, i) =>
      scale.reduce((sum, { mean, sd }, j) => {
        if (sd === 0) return sum
        // The same order of operations as the kernel, so that ties are ties in both.
        const difference = (queries[j * m + q] - mean) * (1 / sd) - (x[j * n + i] - mean) * (1 / sd)
        return sum + difference * difference
      }, 0)
    )
    return Array.from({ length: n }, (_, i) => i)
      .sort((a, b) => distance[a] - distance[b] || a - b)
      .slice(0, k)
  }).flat()
}

describe("knn", () => {
  it("finds the neighbours that sorting all distances finds", () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 0, max: 1e6 }),
          n: fc.constantFrom(1, 2, 7, 60, 600, 1100),
          p: fc.constantFrom(1, 3, 16, 17, 40),
          m: fc.constantFrom(1, 5, 40),
          k: fc.integer({ min: 1, max: 9 }),
          coarse: fc.boolean()
        }),
        ({ seed, n, p, m, k, coarse }) => {
          const next = uniform(seed)
          // Coarse values make many rows equally far away.
          const draw = (): number => (coarse ? Math.floor(3 * next()) : next())
          const x = Float64Array.from({ length: n * p }, draw)
          const queries = Float64Array.from({ length: m * p }, draw)
          const model = knn({ x, n, p, y: new Float64Array(n), classes: 0, k })
          const found = knnNeighbours(model, queries, m)
          expect([...found.index]).toEqual(byForce(x, n, p, queries, m, Math.min(k, n)))
          const perQuery = Array.from({ length: m }, (_, q) => [
            ...found.squared.subarray(q * model.k, (q + 1) * model.k)
          ])
          for (const squared of perQuery) expect(squared).toEqual(squared.toSorted((a, b) => a - b))
        }
      ),
      { numRuns: 60, seed: 1 }
    )
  })

  it("predicts shares of classes and means", () => {
    const x = Float64Array.of(0, 1, 2, 10, 11)
    const two = knn({ x, n: 5, p: 1, y: [0, 1, 1, 2, 2], classes: 3, k: 3 })
    expect([...knnPredict(two, Float64Array.of(0, 11), 2)]).toEqual([1 / 3, 2 / 3, 0, 0, 1 / 3, 2 / 3])
    const mean = knn({ x, n: 5, p: 1, y: [3, 6, 9, 30, 50], classes: 0, k: 2 })
    expect([...knnPredict(mean, Float64Array.of(-1, 12), 2)]).toEqual([4.5, 40])
    const one = knn({ x: Float64Array.of(0, 1, 10), n: 3, p: 1, y: [0, 0, 1], classes: 2, k: 1 })
    expect([...knnPredict(one, Float64Array.of(9), 1)]).toEqual([0, 1])
    expect([...knnNeighbours(one, Float64Array.of(9), 1).index]).toEqual([2])
  })

  it("measures in standard deviations of the training rows, and not at all along a constant column", () => {
    // Columns: 0, 2 (sd 1), and 0, 200 (sd 100), and a constant: the query is 0.2 and 0.5 from row 0, 1.8 and 1.5 from row 1.
    const model = knn({ x: Float64Array.of(0, 2, 0, 200, 0.1, 0.1), n: 2, p: 3, y: [0, 1], classes: 2, k: 2 })
    const { index, squared } = knnNeighbours(model, Float64Array.of(0.2, 50, 1e9), 1)
    expect([...index]).toEqual([0, 1])
    expect(squared[0]).toBeCloseTo(0.04 + 0.25, 12)
    expect(squared[1]).toBeCloseTo(3.24 + 2.25, 12)
  })

  it("takes five neighbours, or all rows when there are fewer", () => {
    const x = Float64Array.from({ length: 9 }, (_, i) => i)
    expect(knn({ x, n: 9, p: 1, y: x, classes: 0 }).k).toBe(5)
    expect(knn({ x: x.subarray(0, 3), n: 3, p: 1, y: [1, 2, 6], classes: 0 }).k).toBe(3)
    const all = knn({ x: x.subarray(0, 3), n: 3, p: 1, y: [1, 2, 6], classes: 0 })
    expect([...knnPredict(all, Float64Array.of(100), 1)]).toEqual([3])
  })

  it("gives the nearest of equals to the row that comes first", () => {
    const model = knn({ x: Float64Array.of(1, -1, 1, -1), n: 4, p: 1, y: [0, 1, 0, 1], classes: 2, k: 2 })
    expect([...knnNeighbours(model, Float64Array.of(0), 1).index]).toEqual([0, 1])
    expect([...knnNeighbours(model, Float64Array.of(1), 1).index]).toEqual([0, 2])
  })
})
