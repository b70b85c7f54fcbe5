import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cart, cartLeaves, cartPredict } from "../../src/learners/internal/cart.ts"
import type { CartOptions, CartProblem, CartTree } from "../../src/learners/internal/cartProblem.ts"
import { exhaustiveLevels } from "../../src/learners/internal/cartSplit.ts"
import { normal, uniform } from "./random.ts"

const columnMajor = (rows: ReadonlyArray<ReadonlyArray<number>>, columns: ReadonlyArray<number>): Float64Array =>
  Float64Array.from(columns.flatMap((c) => rows.map((row) => row[c])))

/** Every node as [feature or −1, threshold, rows, risk]. */
const outline = (tree: CartTree): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from(tree.feature, (feature, t) => [feature, tree.threshold[t], tree.count[t], tree.risk[t]])

// Age, number, start, present: children after spinal surgery (Chambers and Hastie 1992, Statistical Models in S).
const kyphosis = [
  "71 3 5 0,158 3 14 0,128 4 5 1,2 5 1 0,1 4 15 0,1 2 16 0,61 2 17 0,37 3 16 0,113 2 16 0,59 6 12 1,82 5 14 1",
  "148 3 16 0,18 5 2 0,1 4 12 0,168 3 18 0,1 3 16 0,78 6 15 0,175 5 13 0,80 5 16 0,27 4 9 0,22 2 16 0,105 6 5 1",
  "96 3 12 1,131 2 3 0,15 7 2 1,9 5 13 0,8 3 6 0,100 3 14 0,4 3 16 0,151 2 16 0,31 3 16 0,125 2 11 0,130 5 13 0",
  "112 3 16 0,140 5 11 0,93 3 16 0,1 3 9 0,52 5 6 1,20 6 9 0,91 5 12 1,73 5 1 1,35 3 13 0,143 9 3 0,61 4 1 0",
  "97 3 16 0,139 3 10 1,136 4 15 0,131 5 13 0,121 3 3 1,177 2 14 0,68 5 10 0,9 2 17 0,139 10 6 1,2 2 17 0",
  "140 4 15 0,72 5 15 0,2 3 13 0,120 5 8 1,51 7 9 0,102 3 13 0,130 4 1 1,114 7 8 1,81 4 1 0,118 3 16 0,118 4 16 0",
  "17 4 10 0,195 2 17 0,159 4 13 0,18 4 11 0,15 5 16 0,158 5 14 0,127 4 12 0,87 4 16 0,206 4 10 0,11 3 15 0",
  "178 4 15 0,157 3 13 1,26 7 13 0,120 2 13 0,42 7 6 1,36 4 13 0"
].flatMap((line) => line.split(",").map((row) => row.split(" ").map(Number)))

// Miles per gallon, cylinders, displacement, horse power, rear axle ratio, weight, quarter mile time: 32 cars
// (Henderson and Velleman 1981, Biometrics 37).
const cars = [
  "21 6 160 110 3.9 2.62 16.46,21 6 160 110 3.9 2.875 17.02,22.8 4 108 93 3.85 2.32 18.61,21.4 6 258 110 3.08 3.215 19.44",
  "18.7 8 360 175 3.15 3.44 17.02,18.1 6 225 105 2.76 3.46 20.22,14.3 8 360 245 3.21 3.57 15.84",
  "24.4 4 146.7 62 3.69 3.19 20,22.8 4 140.8 95 3.92 3.15 22.9,19.2 6 167.6 123 3.92 3.44 18.3",
  "17.8 6 167.6 123 3.92 3.44 18.9,16.4 8 275.8 180 3.07 4.07 17.4,17.3 8 275.8 180 3.07 3.73 17.6",
  "15.2 8 275.8 180 3.07 3.78 18,10.4 8 472 205 2.93 5.25 17.98,10.4 8 460 215 3 5.424 17.82",
  "14.7 8 440 230 3.23 5.345 17.42,32.4 4 78.7 66 4.08 2.2 19.47,30.4 4 75.7 52 4.93 1.615 18.52",
  "33.9 4 71.1 65 4.22 1.835 19.9,21.5 4 120.1 97 3.7 2.465 20.01,15.5 8 318 150 2.76 3.52 16.87",
  "15.2 8 304 150 3.15 3.435 17.3,13.3 8 350 245 3.73 3.84 15.41,19.2 8 400 175 3.08 3.845 17.05",
  "27.3 4 79 66 4.08 1.935 18.9,26 4 120.3 91 4.43 2.14 16.7,30.4 4 95.1 113 3.77 1.513 16.9",
  "15.8 8 351 264 4.22 3.17 14.5,19.7 6 145 175 3.62 2.77 15.5,15 8 301 335 3.54 3.57 14.6,21.4 4 121 109 4.11 2.78 18.6"
].flatMap((line) => line.split(",").map((row) => row.split(" ").map(Number)))

describe("cart against rpart", () => {
  it("grows the tree of kyphosis", () => {
    // R 4.3, rpart(Kyphosis ~ Age + Number + Start, kyphosis); summary() for the improvements.
    const tree = cart({
      n: 81,
      p: 3,
      x: columnMajor(kyphosis, [0, 1, 2]),
      levels: [0, 0, 0],
      y: kyphosis.map((row) => row[3]),
      classes: 2
    })
    expect(outline(tree)).toEqual([
      [2, 8.5, 81, 17],
      [-1, 0, 19, 8],
      [2, 14.5, 62, 6],
      [0, 55, 33, 6],
      [-1, 0, 12, 0],
      [0, 111, 21, 6],
      [-1, 0, 7, 3],
      [-1, 0, 14, 2],
      [-1, 0, 29, 0]
    ])
    expect(tree.improve[0]).toBeCloseTo(6.76233, 5)
    expect(tree.improve[2]).toBeCloseTo(1.020528, 6)
    expect([...tree.value.subarray(0, 4)]).toEqual([64, 17, 8, 11])
  })

  it.each([
    // printcp(): 0.176471 with no split, 0.019608 with one, 0.010000 with four.
    [0.18, 0],
    [0.1764, 1],
    [0.0197, 1],
    [0.0196, 4]
  ])("prunes it at cp = %f to %i splits", (cp, splits) => {
    const x = columnMajor(kyphosis, [0, 1, 2])
    const tree = cart({ n: 81, p: 3, x, levels: [0, 0, 0], y: kyphosis.map((row) => row[3]), classes: 2 }, { cp })
    expect(tree.feature.filter((feature) => feature >= 0).length).toBe(splits)
  })

  it("grows the tree of cars", () => {
    // rpart(mpg ~ ., mtcars): root deviance 1126.047; cyl < 5: 11 rows, 203.3855; hp ≥ 192.5: 7, 28.82857; else 14, 59.87214.
    const tree = cart({
      n: 32,
      p: 6,
      x: columnMajor(cars, [1, 2, 3, 4, 5, 6]),
      levels: [0, 0, 0, 0, 0, 0],
      y: cars.map((row) => row[0]),
      classes: 0
    })
    expect(outline(tree)).toEqual([
      [0, 5, 32, expect.closeTo(1126.047, 3)],
      [-1, 0, 11, expect.closeTo(203.3855, 3)],
      [2, 192.5, 21, expect.closeTo(198.4724, 3)],
      [-1, 0, 14, expect.closeTo(59.87214, 4)],
      [-1, 0, 7, expect.closeTo(28.82857, 4)]
    ])
    expect([...tree.value]).toEqual([20.09062, 26.66364, 16.64762, 18.26429, 13.41429].map((v) => expect.closeTo(v, 5)))
  })
})

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
