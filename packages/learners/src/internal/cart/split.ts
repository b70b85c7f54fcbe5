import type { CartProblem } from "./problem.ts"

/** The best split of a node; `feature` is −1 when there is none. */
export interface Split {
  feature: number
  improve: number
  threshold: number
  /** For an unordered feature, 1 (left), 2 (right) or 0 (absent) for every level. */
  direction: Uint8Array | undefined
}

/** What splits of a node are judged by. `impurity` is `W Σ_k p_k (1 − p_k)`, or the sum of squares about `mean`. */
export interface NodeSums {
  readonly weight: number
  readonly perClass: Float64Array
  readonly mean: number
  readonly impurity: number
}

/** Up to this many levels in a node, all ways to part them are tried when there are three classes or more. */
export const exhaustiveLevels = 10

/** Improvements below this fraction of the node's impurity are rounding. */
const rounding = 1e-12

/**
 * Judges ways to part a node in two. Rows are added to the left one by one, and `improvement` is the decrease
 *
 *   Gini:   Σ_k L_k²/L + Σ_k R_k²/R − Σ_k T_k²/T    (weights of the classes left, right and together)
 *   anova:  L m_L² + R m_R²                         (weights and means about the mean of the node)
 *
 * of `W · Σ_k p_k (1 − p_k)`, or of the sum of squares about the mean (Breiman et al. 1984, chapters 4 and 8).
 */
const makeScale = (classes: number) => {
  const left = new Float64Array(classes)
  const right = new Float64Array(classes)
  let all = 0
  let allSquares = 0
  let leftWeight = 0
  let leftSum = 0
  let leftSquares = 0
  let rightSquares = 0
  return {
    start: (sums: NodeSums): void => {
      all = sums.weight
      left.fill(0)
      right.set(sums.perClass)
      leftWeight = 0
      leftSum = 0
      leftSquares = 0
      rightSquares = 0
      for (let k = 0; k < classes; k++) rightSquares += right[k]! * right[k]!
      allSquares = rightSquares
    },
    /** Moves weight of class `k` from right to left (negative: back). */
    moveClass: (k: number, w: number): void => {
      leftSquares += w * (2 * left[k]! + w)
      rightSquares -= w * (2 * right[k]! - w)
      left[k]! += w
      right[k]! -= w
      leftWeight += w
    },
    /** Moves weight whose responses add up to `sum` about the node's mean. */
    moveSum: (w: number, sum: number): void => {
      leftWeight += w
      leftSum += sum
    },
    improvement: (): number => {
      const rightWeight = all - leftWeight
      return classes === 0
        ? (leftSum * leftSum) / leftWeight + (leftSum * leftSum) / rightWeight
        : leftSquares / leftWeight + rightSquares / rightWeight - allSquares / all
    }
  }
}

/**
 * Computes the order of levels by the first principal component of their class proportions, weighted, by power
 * iteration from the class whose proportions vary most (Coppersmith, Hong, Hosking 1999, Data Min. Knowl. Discov. 3).
 */
const principalOrder = (perLevel: Float64Array, present: Int32Array, classes: number): Float64Array => {
  const score = new Float64Array(perLevel.length / classes)
  const mean = new Float64Array(classes)
  const covariance = new Float64Array(classes * classes)
  let total = 0
  const weightOf = (level: number): number => {
    let sum = 0
    for (let k = 0; k < classes; k++) sum += perLevel[level * classes + k]!
    return sum
  }
  for (const level of present) {
    total += weightOf(level)
    for (let k = 0; k < classes; k++) mean[k]! += perLevel[level * classes + k]!
  }
  for (const level of present) {
    const w = weightOf(level)
    for (let a = 0; a < classes; a++) {
      const da = perLevel[level * classes + a]! / w - mean[a]! / total
      for (let b = 0; b < classes; b++) {
        covariance[a * classes + b]! += w * da * (perLevel[level * classes + b]! / w - mean[b]! / total)
      }
    }
  }
  let widest = 0
  for (let k = 1; k < classes; k++) {
    if (covariance[k * classes + k]! > covariance[widest * classes + widest]!) widest = k
  }
  let direction = covariance.slice(widest * classes, (widest + 1) * classes)
  for (let step = 0; step < 100; step++) {
    const next = new Float64Array(classes)
    let norm = 0
    for (let a = 0; a < classes; a++) {
      for (let b = 0; b < classes; b++) next[a]! += covariance[a * classes + b]! * direction[b]!
      norm += next[a]! * next[a]!
    }
    if (norm === 0) break
    direction = next.map((v) => v / Math.sqrt(norm))
  }
  for (const level of present) {
    const w = weightOf(level)
    for (let k = 0; k < classes; k++) score[level]! += (direction[k]! * perLevel[level * classes + k]!) / w
  }
  return score
}

/**
 * Makes the search for the best split of a node.
 *
 * Ordered features: every midpoint between neighbouring values. Unordered ones: for regression and two classes, levels
 * in the order of their mean response, among whose cuts the best of all partitions is (Fisher 1958; Breiman et al.
 * 1984, theorem 4.5); for more classes, all partitions up to {@link exhaustiveLevels} levels present in the node, and
 * above that the cuts of the levels in the order of the first principal component of their class proportions.
 *
 * `sorted[j]`: for an ordered feature, rows in ascending order of its values; a node is `from … to` of every such list.
 * `rows`: the same rows in any order. Of equal splits the first feature's is taken, and of one feature the lowest.
 */
export const makeSplitter = (
  problem: CartProblem,
  weights: Float64Array,
  sorted: ReadonlyArray<Int32Array | undefined>,
  rows: Int32Array,
  minbucket: number
): ((from: number, to: number, sums: NodeSums) => Split) => {
  const { classes, levels, n, p, x, y } = problem
  const scale = makeScale(classes)

  const searchOrdered = (j: number, from: number, to: number, sums: NodeSums, best: Split): void => {
    const order = sorted[j]!
    const offset = j * n
    scale.start(sums)
    for (let t = from; t < to - minbucket; t++) {
      const i = order[t]!
      if (classes > 0) scale.moveClass(y[i]!, weights[i]!)
      else scale.moveSum(weights[i]!, weights[i]! * (y[i]! - sums.mean))
      const value = x[offset + i]!
      const next = x[offset + order[t + 1]!]!
      if (value === next || t - from + 1 < minbucket) continue
      const improve = scale.improvement()
      if (improve <= best.improve) continue
      best.feature = j
      best.improve = improve
      best.direction = undefined
      // The midpoint of two neighbouring floats can be the lower one, which would then not go left.
      const middle = value + (next - value) / 2
      best.threshold = middle > value ? middle : next
    }
  }

  const searchUnordered = (j: number, from: number, to: number, sums: NodeSums, best: Split): void => {
    const count = levels[j]!
    const width = Math.max(classes, 1)
    const size = new Int32Array(count)
    const perLevel = new Float64Array(count * width)
    const levelWeight = new Float64Array(count)
    for (let t = from; t < to; t++) {
      const i = rows[t]!
      const level = x[j * n + i]!
      size[level]!++
      levelWeight[level]! += weights[i]!
      if (classes === 0) perLevel[level]! += weights[i]! * (y[i]! - sums.mean)
      else perLevel[level * width + y[i]!]! += weights[i]!
    }
    const present = Int32Array.from(size.keys()).filter((level) => size[level]! > 0)
    if (present.length < 2) return
    const take = (improve: number, isLeft: (level: number) => boolean): void => {
      if (improve <= best.improve) return
      best.feature = j
      best.improve = improve
      best.threshold = 0
      best.direction = Uint8Array.from(size, (rowsOfLevel, level) => (rowsOfLevel === 0 ? 0 : isLeft(level) ? 1 : 2))
    }
    scale.start(sums)
    const moveLevel = (level: number, sign: 1 | -1): void => {
      for (let k = 0; k < classes; k++) scale.moveClass(k, sign * perLevel[level * width + k]!)
      if (classes === 0) scale.moveSum(sign * levelWeight[level]!, sign * perLevel[level]!)
    }
    if (classes > 2 && present.length <= exhaustiveLevels) {
      // Gray code: partition t differs from the one before in one level; the last level always stays right.
      const isLeft = new Uint8Array(count)
      let leftRows = 0
      for (let t = 1; t < 2 ** (present.length - 1); t++) {
        const level = present[31 - Math.clz32(t & -t)]!
        const sign = isLeft[level] === 1 ? -1 : 1
        isLeft[level] = sign === 1 ? 1 : 0
        moveLevel(level, sign)
        leftRows += sign * size[level]!
        if (leftRows < minbucket || to - from - leftRows < minbucket) continue
        take(scale.improvement(), (l) => isLeft[l] === 1)
      }
      return
    }
    const score =
      classes > 2
        ? principalOrder(perLevel, present, classes)
        : levelWeight.map((w, level) => (classes === 0 ? perLevel[level]! : perLevel[level * width]!) / w)
    const order = present.toSorted((a, b) => score[a]! - score[b]! || a - b)
    const rank = new Int32Array(count)
    order.forEach((level, r) => (rank[level] = r))
    let leftRows = 0
    for (let r = 0; r + 1 < order.length; r++) {
      leftRows += size[order[r]!]!
      moveLevel(order[r]!, 1)
      if (leftRows < minbucket || to - from - leftRows < minbucket) continue
      take(scale.improvement(), (l) => rank[l]! <= r)
    }
  }

  return (from, to, sums) => {
    const best: Split = { feature: -1, improve: rounding * sums.impurity, threshold: 0, direction: undefined }
    for (let j = 0; j < p; j++) {
      if (levels[j]! > 0) searchUnordered(j, from, to, sums, best)
      else searchOrdered(j, from, to, sums, best)
    }
    return best
  }
}
