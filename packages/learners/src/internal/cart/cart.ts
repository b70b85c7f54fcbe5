import type { CartOptions, CartProblem, CartTree } from "./problem.ts"
import { makeSplitter, type NodeSums } from "./split.ts"

/** A node while the tree grows; children are indices into the list of nodes. */
interface Node {
  readonly sums: NodeSums
  readonly count: number
  readonly risk: number
  feature: number
  threshold: number
  improve: number
  direction: Uint8Array | undefined
  left: number
  right: number
}

/** Differences of risk below this fraction of the root's are rounding. */
const rounding = 1e-10

const sumUp = (problem: CartProblem, weights: Float64Array, rows: Int32Array, from: number, to: number): NodeSums => {
  const { classes, y } = problem
  const perClass = new Float64Array(classes)
  let weight = 0
  let sum = 0
  for (let t = from; t < to; t++) {
    const i = rows[t]!
    weight += weights[i]!
    if (classes > 0) perClass[y[i]!]! += weights[i]!
    else sum += weights[i]! * y[i]!
  }
  let impurity = 0
  if (classes === 0) {
    for (let t = from; t < to; t++) impurity += weights[rows[t]!]! * (y[rows[t]!]! - sum / weight) ** 2
  } else {
    for (let k = 0; k < classes; k++) impurity += perClass[k]! * (1 - perClass[k]! / weight)
  }
  return { weight, perClass, mean: sum / weight, impurity }
}

/** The risk of a leaf: the weight outside its commonest class, or the sum of squares about its mean. */
const riskOf = (sums: NodeSums): number =>
  sums.perClass.length === 0 ? sums.impurity : sums.weight - sums.perClass.reduce((a, b) => Math.max(a, b), 0)

const sortFeature = (problem: CartProblem, j: number): Int32Array => {
  const column = problem.x.subarray(j * problem.n, (j + 1) * problem.n)
  return Int32Array.from(column.keys()).sort((a, b) => column[a]! - column[b]! || a - b)
}

const grow = (
  problem: CartProblem,
  weights: Float64Array,
  minsplit: number,
  minbucket: number,
  maxdepth: number,
  cp: number
): Array<Node> => {
  const { levels, n, p, x } = problem
  const rows = Int32Array.from({ length: n }, (_, i) => i)
  const sorted = Array.from({ length: p }, (_, j) => (levels[j]! > 0 ? undefined : sortFeature(problem, j)))
  const split = makeSplitter(problem, weights, sorted, rows, minbucket)
  const goesLeft = new Uint8Array(n)
  const buffer = new Int32Array(n)
  /** Moves the rows that go left to the front of `from … to`, both sides keeping their order. */
  const partition = (list: Int32Array, from: number, to: number): number => {
    let front = from
    let kept = 0
    for (let t = from; t < to; t++) {
      const i = list[t]!
      if (goesLeft[i] === 1) list[front++] = i
      else buffer[kept++] = i
    }
    list.set(buffer.subarray(0, kept), front)
    return front
  }

  const nodes: Array<Node> = []
  const waiting = [{ from: 0, to: n, depth: 0, parent: -1 }]
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { from, to, depth, parent } = place
    const sums = sumUp(problem, weights, rows, from, to)
    const risk = riskOf(sums)
    const node: Node = {
      sums,
      count: to - from,
      risk,
      feature: -1,
      threshold: 0,
      improve: 0,
      direction: undefined,
      left: -1,
      right: -1
    }
    const index = nodes.push(node) - 1
    if (parent >= 0) {
      const above = nodes[parent]!
      if (above.left < 0) above.left = index
      else above.right = index
    }
    // No branch lowers the risk by more than all of it, so one below the price of a leaf would be pruned again.
    if (to - from < minsplit || depth >= maxdepth || risk <= cp * nodes[0]!.risk) continue
    const best = split(from, to, sums)
    if (best.feature < 0) continue
    node.feature = best.feature
    node.threshold = best.threshold
    node.improve = best.improve
    node.direction = best.direction
    const offset = best.feature * n
    for (let t = from; t < to; t++) {
      const value = x[offset + rows[t]!]!
      const left = best.direction === undefined ? value < best.threshold : best.direction[value] === 1
      goesLeft[rows[t]!] = left ? 1 : 0
    }
    const middle = partition(rows, from, to)
    for (const list of sorted) if (list !== undefined) partition(list, from, to)
    waiting.push({ from: middle, to, depth: depth + 1, parent: index })
    waiting.push({ from, to: middle, depth: depth + 1, parent: index })
  }
  return nodes
}

/**
 * Turns nodes whose branch is not worth its leaves into leaves: of all subtrees `T` the smallest that minimises
 * `R(T) + cp · R(root) · |leaves of T|`, bottom up (Breiman et al. 1984, section 3.3).
 */
const prune = (nodes: ReadonlyArray<Node>, cp: number): void => {
  const price = cp * nodes[0]!.risk
  const slack = rounding * nodes[0]!.risk
  const cost = new Float64Array(nodes.length)
  for (let t = nodes.length - 1; t >= 0; t--) {
    const node = nodes[t]!
    cost[t] = node.risk
    if (node.feature < 0) continue
    const branch = cost[node.left]! + cost[node.right]! + price
    if (node.risk <= branch + slack) node.feature = -1
    else cost[t] = branch
  }
}

const flatten = (nodes: ReadonlyArray<Node>, classes: number): CartTree => {
  const kept: Array<Node> = []
  const left: Array<number> = []
  const right: Array<number> = []
  const visit = (index: number): number => {
    const node = nodes[index]!
    const at = kept.push(node) - 1
    left.push(-1)
    right.push(-1)
    if (node.feature >= 0) {
      left[at] = visit(node.left)
      right[at] = visit(node.right)
    }
    return at
  }
  visit(0)
  const width = Math.max(classes, 1)
  const levelsAt = new Int32Array(kept.length).fill(-1)
  const direction: Array<number> = []
  const value = new Float64Array(kept.length * width)
  kept.forEach((node, t) => {
    if (classes > 0) value.set(node.sums.perClass, t * width)
    else value[t] = node.sums.mean
    if (node.feature < 0 || node.direction === undefined) return
    levelsAt[t] = direction.length
    for (const side of node.direction) direction.push(side)
  })
  const isSplit = (node: Node): boolean => node.feature >= 0
  return {
    classes,
    width,
    feature: Int32Array.from(kept, (node) => node.feature),
    threshold: Float64Array.from(kept, (node) => (isSplit(node) ? node.threshold : 0)),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    levelsAt,
    direction: Uint8Array.from(direction),
    heavierLeft: Uint8Array.from(kept, (node) =>
      isSplit(node) && nodes[node.left]!.sums.weight >= nodes[node.right]!.sums.weight ? 1 : 0
    ),
    count: Int32Array.from(kept, (node) => node.count),
    weight: Float64Array.from(kept, (node) => node.sums.weight),
    risk: Float64Array.from(kept, (node) => node.risk),
    improve: Float64Array.from(kept, (node) => (isSplit(node) ? node.improve : 0)),
    value
  }
}

/**
 * Grows a classification or regression tree and prunes it by cost-complexity, with the defaults of R's rpart.
 *
 * A node is split where the Gini index, or the sum of squares, decreases most. The tree is grown as far as `minsplit`,
 * `minbucket` and `maxdepth` allow; then branches go that do not lower the risk (the weight misclassified, or the sum of
 * squares) by `cp` times the root's for every leaf that they add.
 *
 * Features are sorted once, and nodes keep the order: `O(p n log n)` to begin with and `O(p n)` for every level of the
 * tree. Nothing is random.
 *
 * Gotchas: missing values are not handled (rpart has surrogate splits, we have an imputation stage); a level that a node
 * never saw in training follows the child with more weight. Splits that only change proportions and not the majority
 * lower the Gini index and not the risk, so pruning may take them away.
 *
 * @example
 * const tree = cart(
 *   { n: 4, p: 1, x: Float64Array.of(1, 2, 3, 4), levels: [0], y: [0, 0, 1, 1], classes: 2 },
 *   { minsplit: 2, minbucket: 1 }
 * )
 * tree.threshold[0] // => 2.5
 * cartPredict(tree, Float64Array.of(2.4), 1) // => [1, 0]
 *
 * @see Breiman, Friedman, Olshen, Stone (1984), Classification and Regression Trees.
 * @see Therneau, Atkinson, An Introduction to Recursive Partitioning Using the RPART Routines.
 */
export const cart = (problem: CartProblem, options: CartOptions = {}): CartTree => {
  const minsplit = options.minsplit ?? 20
  const minbucket = Math.max(options.minbucket ?? Math.round(minsplit / 3), 1)
  const cp = options.cp ?? 0.01
  const weights = problem.weights ?? new Float64Array(problem.n).fill(1)
  const nodes = grow(problem, weights, minsplit, minbucket, options.maxdepth ?? 30, cp)
  prune(nodes, cp)
  return flatten(nodes, problem.classes)
}

/** Whether row `i` of `n` goes left at a split; `x` is column-major, coded as in training. */
export const cartGoesLeft = (
  { direction, feature, heavierLeft, levelsAt, threshold }: CartTree,
  x: Float64Array,
  n: number,
  node: number,
  i: number
): boolean => {
  const value = x[feature[node]! * n + i]!
  if (levelsAt[node]! < 0) return value < threshold[node]!
  const side = direction[levelsAt[node]! + value]!
  return side === 0 ? heavierLeft[node] === 1 : side === 1
}

/**
 * Finds the leaf of each of `n` rows; `x` is column-major, coded as in training.
 *
 * @example
 * cartLeaves(tree, Float64Array.of(2.4), 1) // => [1], the left child of the root
 */
export const cartLeaves = (tree: CartTree, x: Float64Array, n: number): Int32Array => {
  const { feature, left, right } = tree
  const out = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    let t = 0
    while (feature[t]! >= 0) t = cartGoesLeft(tree, x, n, t, i) ? left[t]! : right[t]!
    out[i] = t
  }
  return out
}

/**
 * Predicts `n` rows: `out[i]`, the mean of the leaf (regression), or `out[i * classes + k]`, the share of class `k` in
 * its weight.
 *
 * @example
 * cartPredict(tree, Float64Array.of(2.4, 3), 2) // => [1, 0, 0, 1]
 */
export const cartPredict = (tree: CartTree, x: Float64Array, n: number): Float64Array => {
  const { classes, value, weight, width } = tree
  const out = new Float64Array(n * width)
  cartLeaves(tree, x, n).forEach((leaf, i) => {
    const divisor = classes > 0 ? weight[leaf]! : 1
    for (let k = 0; k < width; k++) out[i * width + k] = value[leaf * width + k]! / divisor
  })
  return out
}
