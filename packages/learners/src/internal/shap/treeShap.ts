/**
 * SHAP values of trees, exactly, for all features at once.
 *
 * A row has the prediction of a leaf to the extent to which the known features lead there: with a feature known the factor of
 * the leaf is o = 1 or 0 (the row takes all its splits by this feature, or not), unknown it is z, the share of the training
 * rows that do. So a leaf of value v is the game v(S) = v ∏_{j ∈ S} o_j ∏_{j ∉ S} z_j, and the Shapley value is the integral
 * of the derivative of its multilinear extension along the diagonal (Owen 1972):
 *
 *   φ_i = v (o_i − z_i) ∫₀¹ ∏_{j ≠ i} (t o_j + (1 − t) z_j) dt.
 *
 * The integrand is a polynomial whose degree is below the number d of different features on the path, so that ⌈d/2⌉ places of
 * Gauss and Legendre give it exactly. All its factors are positive: nothing cancels, however deep the tree is. The products at
 * these places go down the tree, and their sums over leaves come up again, where every edge takes its part: O(leaves · d) a
 * row, with the values of Lundberg's algorithm, which takes O(leaves · depth²).
 *
 * Lundberg, Erion and Lee (2018), Consistent individualized feature attribution for tree ensembles, arXiv:1802.03888, for the
 * game; Owen (1972), Multilinear extensions of games, Management Science 18; Yu, Bifet, Read and Xu (2022), Linear TreeShap,
 * NeurIPS, for polynomials that are summed upwards.
 */
import { gaussLegendre } from "./quadrature.ts"

/** Trees with the weight of the training rows in each node; nodes are numbered through, parents before their children. */
export interface CoveredTrees {
  /** The first node of each tree. */
  readonly roots: ArrayLike<number>
  /** The column that a node splits by; −1 of a leaf. */
  readonly feature: Int32Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** Above 0. */
  readonly cover: Float64Array
  /** Where the values of a leaf begin in `values`; they are `width`. */
  readonly at: Int32Array
  readonly values: Float64Array
  readonly width: number
}

/** What trees predict of rows, taken apart. */
export interface Taken {
  /** One number an output: the mean over leaves by their weight, added up over trees. */
  readonly base: Float64Array
  /** Row-major [rows, features, outputs]. */
  readonly values: Float64Array
}

/** The longest path, and the most different features on one. */
const extentOf = ({ feature, left, right, roots }: CoveredTrees, features: number) => {
  const times = new Int32Array(features)
  let [longest, different] = [0, 0]
  const visit = (node: number, depth: number, found: number): void => {
    longest = Math.max(longest, depth)
    different = Math.max(different, found)
    const own = feature[node]!
    if (own < 0) return
    const next = times[own] === 0 ? found + 1 : found
    times[own]!++
    visit(left[node]!, depth + 1, next)
    visit(right[node]!, depth + 1, next)
    times[own]!--
  }
  for (let t = 0; t < roots.length; t++) visit(roots[t]!, 0, 0)
  return { longest, different }
}

/**
 * Takes the predictions of some rows apart, of trees whose values add up; those of one value take turns with the outputs, else
 * a tree has a value for each. `goesLeft` says where a row goes at a split.
 */
export const treeShap = (
  trees: CoveredTrees,
  features: number,
  outputs: number,
  rows: number,
  goesLeft: (node: number, row: number) => boolean
): Taken => {
  const { at, cover, feature, left, right, roots, values: leafValues, width } = trees
  const { different, longest } = extentOf(trees, features)
  const { places, weights } = gaussLegendre(Math.max(1, Math.ceil(different / 2)))
  const size = places.length
  const base = new Float64Array(outputs)
  const values = new Float64Array(rows * features * outputs)
  const rest = places.map((t) => 1 - t)
  /** The products down to a node, and the sums over the leaves below it, both at every place; one row for each depth. */
  const products = new Float64Array((longest + 1) * size)
  const sums = new Float64Array((longest + 1) * size * width)
  /** What the feature of a node has by its earlier splits, (1 − z) / (t + (1 − t) z), which its edges take back. */
  const earlier = new Float64Array((longest + 1) * size)
  /** By what the sums of a child become the part of its edge. */
  const factors = new Float64Array(size)
  /** Whether the row takes all splits by a feature so far, and the share of training rows that do. */
  const takes = new Uint8Array(features).fill(1)
  const share = new Float64Array(features).fill(1)
  let [row, to] = [0, 0]

  /** Adds the sums of a child, the first or the second, to those of its parent, and gives the feature of the edge its part. */
  const rise = (own: number, below: number, split: number, isFirst: boolean): void => {
    for (let k = 0; k < width; k++) {
      const parent = own * width + k * size
      const child = below * width + k * size
      let part = 0
      for (let q = 0; q < size; q++) {
        const sum = sums[child + q]!
        sums[parent + q] = isFirst ? sum : sums[parent + q]! + sum
        part += factors[q]! * sum
      }
      values[to + split * outputs + k]! += part
    }
  }

  const visit = (node: number, depth: number): void => {
    const own = depth * size
    const below = own + size
    const split = feature[node]!
    if (split < 0) {
      const leaf = at[node]!
      for (let k = 0; k < width; k++) {
        const value = leafValues[leaf + k]!
        for (let q = 0; q < size; q++) sums[own * width + k * size + q] = products[own + q]! * value
      }
      return
    }
    if (takes[split] === 0) {
      // Where o is 0 already, the factor (1 − t) z has no more to give: (o − z) / ((1 − t) z) is the same at every split.
      for (let side = 0; side < 2; side++) {
        const child = side === 0 ? left[node]! : right[node]!
        const part = cover[child]! / cover[node]!
        for (let q = 0; q < size; q++) products[below + q] = products[own + q]! * part
        visit(child, depth + 1)
        for (let i = 0; i < size * width; i++) {
          const sum = sums[below * width + i]!
          sums[own * width + i] = side === 0 ? sum : sums[own * width + i]! + sum
        }
      }
      return
    }
    const z = share[split]!
    const isLeft = goesLeft(node, row)
    const taken = isLeft ? left[node]! : right[node]!
    const other = isLeft ? right[node]! : left[node]!
    for (let q = 0; q < size; q++) {
      const before = places[q]! + rest[q]! * z
      earlier[own + q] = (1 - z) / before
      products[own + q]! /= before
    }
    const z1 = (z * cover[taken]!) / cover[node]!
    for (let q = 0; q < size; q++) products[below + q] = products[own + q]! * (places[q]! + rest[q]! * z1)
    share[split] = z1
    visit(taken, depth + 1)
    for (let q = 0; q < size; q++) {
      factors[q] = weights[q]! * ((1 - z1) / (places[q]! + rest[q]! * z1) - earlier[own + q]!)
    }
    rise(own, below, split, true)
    const z0 = (z * cover[other]!) / cover[node]!
    for (let q = 0; q < size; q++) products[below + q] = products[own + q]! * rest[q]! * z0
    takes[split] = 0
    visit(other, depth + 1)
    for (let q = 0; q < size; q++) factors[q] = -weights[q]! * (1 / rest[q]! + earlier[own + q]!)
    rise(own, below, split, false)
    takes[split] = 1
    share[split] = z
  }

  for (let t = 0; t < roots.length; t++) {
    const root = roots[t]!
    const output = (t * width) % outputs
    const end = t + 1 < roots.length ? roots[t + 1]! : feature.length
    for (let node = root; node < end; node++) {
      if (feature[node]! >= 0) continue
      for (let k = 0; k < width; k++) base[output + k]! += (cover[node]! / cover[root]!) * leafValues[at[node]! + k]!
    }
    products.fill(1, 0, size)
    for (row = 0; row < rows; row++) {
      to = row * features * outputs + output
      visit(root, 0)
    }
  }
  return { base, values }
}
