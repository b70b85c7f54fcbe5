import { assert, describe, it } from "@effect/vitest"
import * as Seed from "@rocflow/core/Seed"
import { gaussLegendre } from "../../src/internal/shap/quadrature.ts"
import { type CoveredTrees, treeShap } from "../../src/internal/shap/treeShap.ts"

describe("gaussLegendre", () => {
  it("integrates every power that it must, and not the next one", () => {
    for (const n of [1, 2, 3, 7, 20, 64]) {
      const { places, weights } = gaussLegendre(n)
      const integral = (power: number) => weights.reduce((sum, w, i) => sum + w * places[i]! ** power, 0)
      for (let power = 0; power < 2 * n; power++) assert.approximately(integral(power), 1 / (power + 1), 1e-14)
      if (n < 8) assert.isAbove(Math.abs(integral(2 * n) - 1 / (2 * n + 1)), 1e-12)
    }
  })
})

/** A tree of random splits, the same feature also several times on a path; its nodes are in preorder. */
const randomTree = (features: number, depth: number, width: number, seed: number): CoveredTrees => {
  const random = Seed.generator(Seed.root(seed))
  const nodes: Array<{ feature: number; left: number; right: number; cover: number }> = []
  const values: Array<number> = []
  const at: Array<number> = []
  const grow = (level: number, cover: number): number => {
    const node = { feature: -1, left: -1, right: -1, cover }
    const place = nodes.push(node) - 1
    at.push(values.length)
    if (level === depth || (level > 1 && random.float() < 0.2)) {
      for (let k = 0; k < width; k++) values.push(random.normal())
      return place
    }
    const share = 0.05 + 0.9 * random.float()
    node.feature = random.below(features)
    node.left = grow(level + 1, cover * share)
    node.right = grow(level + 1, cover * (1 - share))
    return place
  }
  grow(0, 100)
  const of = (key: "feature" | "left" | "right") => Int32Array.from(nodes, (node) => node[key])
  return {
    roots: [0],
    feature: of("feature"),
    left: of("left"),
    right: of("right"),
    cover: Float64Array.from(nodes, ({ cover }) => cover),
    at: Int32Array.from(at),
    values: Float64Array.from(values),
    width
  }
}

/** What is predicted where only some features are known, by the recursion of Lundberg et al. (2018), algorithm 1. */
const expected = (
  tree: CoveredTrees,
  known: (feature: number) => boolean,
  goesLeft: (node: number) => boolean,
  k: number
): number => {
  const of = (node: number): number => {
    const [feature, left, right] = [tree.feature[node]!, tree.left[node]!, tree.right[node]!]
    if (feature < 0) return tree.values[tree.at[node]! + k]!
    if (known(feature)) return of(goesLeft(node) ? left : right)
    return (tree.cover[left]! * of(left) + tree.cover[right]! * of(right)) / tree.cover[node]!
  }
  return of(0)
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1))

/** The Shapley values by their definition: a sum over all sets of the other features. */
const bruteForce = (tree: CoveredTrees, features: number, goesLeft: (node: number) => boolean, k: number) =>
  Array.from({ length: features }, (_, j) => {
    let sum = 0
    for (let set = 0; set < 2 ** features; set++) {
      if ((set >> j) & 1) continue
      const size = Array.from({ length: features }, (__, f) => (set >> f) & 1).reduce((a, b) => a + b, 0)
      const weight = (factorial(size) * factorial(features - size - 1)) / factorial(features)
      const value = (subset: number) => expected(tree, (f) => ((subset >> f) & 1) === 1, goesLeft, k)
      sum += weight * (value(set | (1 << j)) - value(set))
    }
    return sum
  })

/** Rows that go left at half of the nodes, consistently. */
const goes = (seed: number) => {
  const known = new Map<string, boolean>()
  const random = Seed.generator(Seed.root(seed))
  return (node: number, row: number): boolean => {
    const key = `${node} ${row}`
    if (!known.has(key)) known.set(key, random.float() < 0.5)
    return known.get(key)!
  }
}

describe("treeShap", () => {
  it("gives the Shapley values of the definition, of trees of any shape", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const features = 1 + (seed % 6)
      const width = 1 + (seed % 2)
      const tree = randomTree(features, 1 + (seed % 7), width, seed)
      const left = goes(seed)
      const { base, values } = treeShap(tree, features, width, 2, left)
      for (let row = 0; row < 2; row++) {
        for (let k = 0; k < width; k++) {
          const own = bruteForce(tree, features, (node) => left(node, row), k)
          assert.approximately(
            base[k]!,
            expected(
              tree,
              () => false,
              () => true,
              k
            ),
            1e-12
          )
          own.forEach((value, j) =>
            assert.approximately(values[(row * features + j) * width + k]!, value, 1e-12, `seed ${seed}, feature ${j}`)
          )
        }
      }
    }
  })

  it("loses nothing in deep trees of many features", () => {
    const features = 60
    const tree = randomTree(features, 14, 1, 3)
    // A chain: each split cuts off a leaf, 120 deep, so that paths have all 60 features, twice.
    const depth = 120
    const chain: CoveredTrees = {
      ...tree,
      feature: Int32Array.from({ length: 2 * depth + 1 }, (_, i) =>
        i % 2 === 0 && i < 2 * depth ? (i / 2) % features : -1
      ),
      left: Int32Array.from({ length: 2 * depth + 1 }, (_, i) => i + 1),
      right: Int32Array.from({ length: 2 * depth + 1 }, (_, i) => i + 2),
      cover: Float64Array.from({ length: 2 * depth + 1 }, (_, i) => 1 + depth - Math.floor((i + 1) / 2)).map(
        (cover, i) => (i % 2 === 1 ? 1 : cover)
      ),
      at: Int32Array.from({ length: 2 * depth + 1 }, (_, i) => i),
      values: Float64Array.from({ length: 2 * depth + 1 }, (_, i) => Math.sin(i))
    }
    for (const each of [tree, chain]) {
      const left = (node: number) => node % 5 === 3
      const { base, values } = treeShap(each, features, 1, 1, left)
      const sum = values.reduce((total, value) => total + value, base[0]!)
      assert.approximately(
        sum,
        expected(each, () => true, left, 0),
        1e-12
      )
    }
  })

  it("gives trees of one value to the outputs in turn, and adds trees of many", () => {
    const [one, two] = [randomTree(3, 3, 1, 1), randomTree(3, 3, 1, 2)]
    const shift = one.feature.length
    const moved = (places: Int32Array, by: number) => places.map((place) => (place < 0 ? place : place + by))
    const both: CoveredTrees = {
      roots: [0, shift],
      feature: Int32Array.from([...one.feature, ...two.feature]),
      left: Int32Array.from([...one.left, ...moved(two.left, shift)]),
      right: Int32Array.from([...one.right, ...moved(two.right, shift)]),
      cover: Float64Array.from([...one.cover, ...two.cover]),
      at: Int32Array.from([...one.at, ...moved(two.at, one.values.length)]),
      values: Float64Array.from([...one.values, ...two.values]),
      width: 1
    }
    const left = goes(5)
    const a = treeShap(one, 3, 1, 1, left)
    const b = treeShap(two, 3, 1, 1, (node, row) => left(node + shift, row))
    const sum = treeShap(both, 3, 1, 1, left)
    const turns = treeShap(both, 3, 2, 1, left)
    for (let j = 0; j < 3; j++) {
      assert.approximately(sum.values[j]!, a.values[j]! + b.values[j]!, 1e-14)
      assert.approximately(turns.values[2 * j]!, a.values[j]!, 1e-14)
      assert.approximately(turns.values[2 * j + 1]!, b.values[j]!, 1e-14)
    }
    assert.approximately(turns.base[1]!, b.base[0]!, 1e-14)
  })
})
