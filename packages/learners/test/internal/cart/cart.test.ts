import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cart, cartLeaves, cartPredict } from "../../../src/internal/cart/cart.ts"
import type { CartOptions, CartProblem } from "../../../src/internal/cart/problem.ts"
import { exhaustiveLevels } from "../../../src/internal/cart/split.ts"
import { normal, uniform } from "../random.ts"

interface Labelled {
  readonly problem: CartProblem
  readonly options: CartOptions & { readonly minbucket: number }
}

const arbitrary = (maxdepth: number): fc.Arbitrary<Labelled> =>
  fc
    .record({
      seed: fc.integer({ min: 0, max: 1e6 }),
      n: fc.integer({ min: 2, max: 40 }),
      levels: fc.array(fc.constantFrom(0, 0, 2, 4, 6), { minLength: 1, maxLength: 4 }),
      classes: fc.constantFrom(0, 2, 3),
      minbucket: fc.integer({ min: 1, max: 4 }),
      weighted: fc.boolean()
    })
    .map(({ seed, n, levels, classes, minbucket, weighted }) => {
      const next = uniform(seed)
      const whole = (below: number): number => Math.floor(next() * below)
      const x = Float64Array.from({ length: n * levels.length }, (_, t) => whole(levels[Math.floor(t / n)] || 9))
      const y = Array.from({ length: n }, (_, i) => (classes === 0 ? x[i] + normal(next) : whole(classes)))
      const weights = weighted ? Float64Array.from({ length: n }, () => 1 + whole(3)) : undefined
      return {
        problem: { n, p: levels.length, x, levels, y, classes, weights },
        options: { minsplit: 2, minbucket, cp: -1, maxdepth }
      }
    })

/** `W Σ p (1 − p)`, or the sum of squares about the mean. */
const impurity = ({ classes, weights, y }: CartProblem, rows: ReadonlyArray<number>): number => {
  const w = (i: number): number => weights?.[i] ?? 1
  const total = rows.reduce((sum, i) => sum + w(i), 0)
  if (classes === 0) {
    const mean = rows.reduce((sum, i) => sum + w(i) * y[i], 0) / total
    return rows.reduce((sum, i) => sum + w(i) * (y[i] - mean) ** 2, 0)
  }
  let out = 0
  for (let k = 0; k < classes; k++) {
    const own = rows.reduce((sum, i) => sum + (y[i] === k ? w(i) : 0), 0)
    out += own * (1 - own / total)
  }
  return out
}

/** Tries every split of every feature. */
const bestByForce = ({ options, problem }: Labelled): number => {
  const { levels, n, p, x } = problem
  const rows = Array.from({ length: n }, (_, i) => i)
  let best = 0
  for (let j = 0; j < p; j++) {
    const values = [...new Set(rows.map((i) => x[j * n + i]))].sort((a, b) => a - b)
    const sides: Array<(value: number) => boolean> =
      levels[j] === 0
        ? values.slice(1).map((value) => (v) => v < value)
        : Array.from({ length: 2 ** levels[j] }, (_, bits) => (v) => ((bits >> v) & 1) === 1)
    for (const isLeft of sides) {
      const left = rows.filter((i) => isLeft(x[j * n + i]))
      const right = rows.filter((i) => !isLeft(x[j * n + i]))
      if (left.length < options.minbucket || right.length < options.minbucket) continue
      best = Math.max(best, impurity(problem, rows) - impurity(problem, left) - impurity(problem, right))
    }
  }
  return best
}

describe("cart", () => {
  it("finds the split that a search of all splits finds", () => {
    fc.assert(
      fc.property(arbitrary(1), (labelled) => {
        const tree = cart(labelled.problem, labelled.options)
        const best = bestByForce(labelled)
        expect(tree.improve[0]).toBeCloseTo(best, 8)
        expect(tree.feature[0] >= 0).toBe(best > 1e-9)
      }),
      { numRuns: 300, seed: 1 }
    )
  })

  it("sends every row to the leaf that counts it", () => {
    fc.assert(
      fc.property(arbitrary(30), ({ options, problem }) => {
        const { classes, n, weights, x, y } = problem
        const tree = cart(problem, options)
        const leaves = cartLeaves(tree, x, n)
        const nodes = Array.from(tree.feature.keys())
        for (const t of nodes.filter((t) => tree.feature[t] >= 0)) {
          expect(tree.count[t]).toBe(tree.count[tree.left[t]] + tree.count[tree.right[t]])
          expect(tree.weight[t]).toBeCloseTo(tree.weight[tree.left[t]] + tree.weight[tree.right[t]], 9)
        }
        for (const t of nodes.filter((t) => tree.feature[t] < 0)) {
          const rows = Array.from(leaves.keys()).filter((i) => leaves[i] === t)
          expect(rows.length).toBe(tree.count[t])
          expect(rows.length).toBeGreaterThanOrEqual(Math.min(options.minbucket, n))
          const w = rows.map((i) => weights?.[i] ?? 1)
          const total = w.reduce((a, b) => a + b, 0)
          const predicted = cartPredict(tree, x, n).subarray(rows[0] * tree.width, (rows[0] + 1) * tree.width)
          for (let k = 0; k < tree.width; k++) {
            const sum = rows.reduce((acc, i, r) => acc + w[r] * (classes === 0 ? y[i] : y[i] === k ? 1 : 0), 0)
            expect(predicted[k]).toBeCloseTo(sum / total, 9)
          }
        }
      }),
      { numRuns: 100, seed: 2 }
    )
  })

  it("is the smallest of the subtrees that cost least", () => {
    fc.assert(
      fc.property(arbitrary(4), fc.constantFrom(0, 0.02, 0.1, 0.3), ({ options, problem }, cp) => {
        const whole = cart(problem, { ...options, cp: -1 })
        const price = cp * whole.risk[0]
        const cheapest = (t: number): number =>
          whole.feature[t] < 0
            ? whole.risk[t]
            : Math.min(whole.risk[t], cheapest(whole.left[t]) + cheapest(whole.right[t]) + price)
        const pruned = cart(problem, { ...options, cp })
        const leaves = Array.from(pruned.feature.keys()).filter((t) => pruned.feature[t] < 0)
        const cost = leaves.reduce((sum, t) => sum + pruned.risk[t], 0) + price * (leaves.length - 1)
        expect(cost).toBeCloseTo(cheapest(0), 8)
        // No branch of the result could go without raising the cost.
        for (const t of pruned.feature.keys()) {
          if (pruned.feature[t] < 0) continue
          const branch = (s: number): number =>
            pruned.feature[s] < 0 ? pruned.risk[s] : branch(pruned.left[s]) + branch(pruned.right[s]) + price
          expect(branch(t)).toBeLessThan(pruned.risk[t])
        }
      }),
      { numRuns: 150, seed: 3 }
    )
  })

  it("treats a weight of two like a row twice", () => {
    const next = uniform(9)
    const n = 30
    const x = Float64Array.from({ length: n * 2 }, next)
    const y = Array.from({ length: n }, (_, i) => (x[i] + 0.5 * next() > 0.8 ? 1 : 0))
    const twice = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? [i, i] : [i])).flat()
    const weights = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 2 : 1))
    const options = { minsplit: 2, minbucket: 1, cp: 0 }
    const a = cart({ n, p: 2, x, levels: [0, 0], y, classes: 2, weights }, options)
    const m = twice.length
    const doubled = Float64Array.from({ length: m * 2 }, (_, t) => x[Math.floor(t / m) * n + twice[t % m]])
    const b = cart({ n: m, p: 2, x: doubled, levels: [0, 0], y: twice.map((i) => y[i]), classes: 2 }, options)
    expect([...a.feature]).toEqual([...b.feature])
    expect([...a.threshold]).toEqual([...b.threshold])
    expect([...a.value]).toEqual([...b.value])
  })

  it("keeps to the limits of depth and of rows", () => {
    const n = 64
    const x = Float64Array.from({ length: n }, (_, i) => i)
    const y = Array.from({ length: n }, (_, i) => i)
    const problem = { n, p: 1, x, levels: [0], y, classes: 0 }
    const sizes = (options: CartOptions): ReadonlyArray<number> => {
      const tree = cart(problem, { cp: 0, ...options })
      return Array.from(tree.count).filter((_, t) => tree.feature[t] < 0)
    }
    expect(sizes({ maxdepth: 0 })).toEqual([64])
    expect(sizes({ maxdepth: 2 })).toEqual([16, 16, 16, 16])
    expect(sizes({ minsplit: 33 })).toEqual([32, 32])
    // The default minbucket is a third of minsplit: nodes of 16 are too small for minsplit 20.
    expect(sizes({})).toEqual([16, 16, 16, 16])
    expect(Math.min(...sizes({ minsplit: 2, minbucket: 5 }))).toBeGreaterThanOrEqual(5)
  })

  it("parts many levels and many classes in the order of the first principal component", () => {
    // Classes 0 and 1 share even levels, class 2 has the odd ones: more levels than are tried exhaustively.
    const count = exhaustiveLevels + 6
    const n = count * 4
    const x = Float64Array.from({ length: n }, (_, i) => i % count)
    const y = Array.from({ length: n }, (_, i) => (x[i] % 2 === 1 ? 2 : i < n / 2 ? 0 : 1))
    const tree = cart({ n, p: 1, x, levels: [count], y, classes: 3 }, { maxdepth: 1 })
    const sides = [...tree.direction]
    expect(new Set(sides.filter((_, level) => level % 2 === 0)).size).toBe(1)
    expect(new Set(sides.filter((_, level) => level % 2 === 1)).size).toBe(1)
    expect(sides[0]).not.toBe(sides[1])
  })

  it("sends a level it never saw to the heavier child", () => {
    const tree = cart(
      { n: 5, p: 1, x: Float64Array.of(0, 0, 1, 1, 1), levels: [3], y: [0, 0, 1, 1, 1], classes: 2 },
      { minsplit: 2, minbucket: 1 }
    )
    expect([...cartPredict(tree, Float64Array.of(0, 1, 2), 3)]).toEqual([1, 0, 0, 1, 0, 1])
  })

  it("splits between neighbouring numbers that have no midpoint", () => {
    const low = 1
    const high = 1 + Number.EPSILON
    const tree = cart(
      { n: 2, p: 1, x: Float64Array.of(low, high), levels: [0], y: [0, 1], classes: 2 },
      { minsplit: 2, minbucket: 1 }
    )
    expect([...cartPredict(tree, Float64Array.of(low, high), 2)]).toEqual([1, 0, 0, 1])
  })

  it("is a leaf when there is nothing to split", () => {
    const x = Float64Array.of(1, 2, 3, 4)
    const pure = cart({ n: 4, p: 1, x, levels: [0], y: [1, 1, 1, 1], classes: 2 }, { minsplit: 2, minbucket: 1 })
    expect([...cartPredict(pure, Float64Array.of(9), 1)]).toEqual([0, 1])
    expect([...pure.feature]).toEqual([-1])
    const constant = cart({ n: 4, p: 1, x, levels: [0], y: [2, 2, 2, 2], classes: 0 }, { minsplit: 2, minbucket: 1 })
    expect([...cartPredict(constant, Float64Array.of(9), 1)]).toEqual([2])
  })

  it("splits where the documentation says", () => {
    const tree = cart(
      { n: 4, p: 1, x: Float64Array.of(1, 2, 3, 4), levels: [0], y: [0, 0, 1, 1], classes: 2 },
      { minsplit: 2, minbucket: 1 }
    )
    expect(tree.threshold[0]).toBe(2.5)
    expect([...cartLeaves(tree, Float64Array.of(2.4), 1)]).toEqual([1])
    expect([...cartPredict(tree, Float64Array.of(2.4, 3), 2)]).toEqual([1, 0, 0, 1])
  })
})
