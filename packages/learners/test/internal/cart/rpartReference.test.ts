import { describe, expect, it } from "vitest"
import { cart } from "../../../src/internal/cart/cart.ts"
import type { CartProblem, CartTree } from "../../../src/internal/cart/problem.ts"
import * as Seed from "@rocflow/core/Seed"

const sites = "ABCDEF"

/** Two whole numbers, an unordered site, and what follows from them and from noise: a number, or that cut into classes. */
const problemOf = (seed: number, classes: number): CartProblem => {
  const { below } = Seed.generator(Seed.derive(Seed.root(seed), "cart"))
  const n = 200
  const x = new Float64Array(3 * n)
  const y = Array.from({ length: n }, (_, i) => {
    const [length, width, site, noise] = [below(100), below(50), below(sites.length), below(100)]
    x.set([length], i)
    x.set([width], n + i)
    x.set([site], 2 * n + i)
    const number = length + 2 * Math.abs(width - 20) + 40 * (site % 3) + noise
    return classes === 0 ? number : Math.min(Math.floor((number * classes) / 300), classes - 1)
  })
  return { n, p: 3, x, levels: [0, 0, sites.length], y, classes }
}

const problems = { binary: problemOf(1, 2), three: problemOf(2, 3), regression: problemOf(3, 0) }

type Line = readonly [what: string, count: number, risk: number, improve: number]

/** Every node in preorder; of the two children of a split by sites, the one with the first of its sites comes first. */
const outline = (tree: CartTree, t = 0): ReadonlyArray<Line> => {
  const [feature, left, right] = [tree.feature[t], tree.left[t], tree.right[t]]
  const line = (what: string): Line => [what, tree.count[t], tree.risk[t], tree.improve[t]]
  if (feature < 0) return [line("leaf")]
  if (feature < 2) {
    const what = `${["length", "width"][feature]} < ${tree.threshold[t]}`
    return [line(what), ...outline(tree, left), ...outline(tree, right)]
  }
  const side = tree.direction.subarray(tree.levelsAt[t], tree.levelsAt[t] + sites.length)
  const first = side.find((direction) => direction > 0)
  const inside = Array.from(sites).filter((_, level) => side[level] === first)
  const children = first === 1 ? [left, right] : [right, left]
  return [line(`site in ${inside.join("")}`), ...children.flatMap((child) => outline(tree, child))]
}

// R 4.2.2, rpart 4.1.19, of these data as a table with the columns length, width, site (a factor), y:
//   fit <- rpart(y ~ ., data, method = "class")            binary, three
//   fit <- rpart(y ~ ., data, method = "anova", cp = 0.03) regression
// fit$frame gives rows and risk, fit$splits and fit$csplit the splits and their improvement (for "anova" a fraction of the
// risk of the node, here multiplied by it).
const binary: ReadonlyArray<Line> = [
  ["site in ABD", 200, 80, 24.61144458],
  ["length < 56.5", 98, 34, 11.30706032],
  ["leaf", 64, 11, 0],
  ["site in AD", 34, 11, 2.560008619],
  ["width < 25.5", 21, 10, 0.7619047619],
  ["leaf", 14, 6, 0],
  ["leaf", 7, 2, 0],
  ["leaf", 13, 1, 0],
  ["length < 6.5", 102, 16, 9.171696505],
  ["leaf", 10, 2, 0],
  ["leaf", 92, 8, 0]
]

const three: ReadonlyArray<Line> = [
  ["site in ABDE", 200, 75, 12.1629655],
  ["length < 69.5", 141, 41, 7.285166542],
  ["site in AD", 103, 24, 4.520653133],
  ["length < 23.5", 48, 18, 4.8],
  ["leaf", 8, 1, 0],
  ["width < 7.5", 40, 11, 1.756451613],
  ["leaf", 9, 0, 0],
  ["width < 34.5", 31, 11, 3.193548387],
  ["site in A", 22, 11, 0.8461538462],
  ["leaf", 13, 5, 0],
  ["leaf", 9, 3, 0],
  ["leaf", 9, 0, 0],
  ["leaf", 55, 6, 0],
  ["site in AD", 38, 17, 7.467251462],
  ["leaf", 20, 3, 0],
  ["leaf", 18, 4, 0],
  ["length < 53", 59, 25, 10.03960355],
  ["width < 39", 37, 13, 2.364864865],
  ["leaf", 28, 7, 0],
  ["leaf", 9, 3, 0],
  ["leaf", 22, 1, 0]
]

const regression: ReadonlyArray<Line> = [
  ["site in ADE", 200, 598681.18, 190808.7983],
  ["length < 49.5", 103, 159665.4951, 42203.12551],
  ["site in AD", 65, 80532.55385, 23140.94409],
  ["leaf", 41, 27183.60976, 0],
  ["leaf", 24, 30208, 0],
  ["leaf", 38, 36929.81579, 0],
  ["length < 59.5", 97, 248206.8866, 88247.79463],
  ["length < 17", 63, 102733.6508, 25514.6746],
  ["leaf", 21, 16968, 0],
  ["site in B", 42, 60250.97619, 18908.28654],
  ["leaf", 13, 17218, 0],
  ["leaf", 29, 24124.68966, 0],
  ["leaf", 34, 57225.44118, 0]
]

describe("cart against rpart", () => {
  it.each([
    ["binary", binary, {}],
    ["three", three, {}],
    ["regression", regression, { cp: 0.03 }]
  ] as const)("grows the tree of %s", (name, expected, options) => {
    const lines = expected.map(([what, count, risk, improve]) => [
      what,
      count,
      expect.closeTo(risk, 3),
      expect.closeTo(improve, 3)
    ])
    expect(outline(cart(problems[name], options))).toEqual(lines)
  })

  it.each([
    // fit$cptable of the same calls: the complexity at which a tree of so many splits is given up for the next smaller.
    ["binary", [0.375, 0.15, 0.075, 0.0125], [0, 1, 2, 3, 5]],
    ["three", [0.1333333333, 0.0666666667, 0.04, 0.0133333333], [0, 2, 4, 7, 10]],
    ["regression", [0.3187152104, 0.1474036559, 0.0704934896, 0.0426181338, 0.0386532012], [0, 1, 2, 3, 4, 5]]
  ] as const)("prunes the tree of %s where rpart does", (name, complexities, splits) => {
    const count = (cp: number): number => cart(problems[name], { cp }).feature.filter((feature) => feature >= 0).length
    complexities.forEach((complexity, i) => {
      expect([count(complexity + 1e-6), count(complexity - 1e-6)]).toEqual([splits[i], splits[i + 1]])
    })
  })
})
