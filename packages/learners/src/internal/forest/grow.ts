/**
 * A tree of a forest: grown deep, each node split by the best of a few columns that are drawn.
 */
import type { Generator } from "@rocflow/core/Seed"
import type { Coded } from "../histogram/bins.ts"
import type { Importance, TreesWriter } from "../histogram/trees.ts"
import { makeLevelSearch } from "./levels.ts"
import { type ForestTargets, makeSplits } from "./splits.ts"

/** What bounds a tree. */
export interface GrowOptions {
  /** How many columns are drawn for a node. */
  readonly mtry: number
  /** No child has fewer rows drawn. */
  readonly minRows: number
  readonly maxDepth: number
}

/** An impurity below this fraction of the sums that it is a difference of is rounding. */
const rounding = 1e-12

/**
 * Makes the function that grows a tree on rows that were drawn so many times each, and writes it. A leaf has the mean of its
 * rows plus `offset`, or the share of each class.
 *
 * Columns are drawn until there are `mtry`, and further as long as none has two values in the node.
 */
export const makeGrower = (
  coded: Coded,
  n: number,
  targets: ForestTargets,
  offset: number,
  { maxDepth, minRows, mtry }: GrowOptions,
  writer: TreesWriter,
  used: Importance
) => {
  const { columns } = coded
  const { classes } = targets
  const splits = makeSplits(coded, n, targets)
  const { classWeights, found, left, order } = splits
  const searchLevels = makeLevelSearch(splits, classes)
  const candidates = Int32Array.from(columns.keys())
  const stack: Array<{ readonly from: number; readonly to: number; readonly depth: number; readonly rightOf: number }> =
    []

  /** Splits a node that was gathered, and gives where the rows on the right begin; −1 if it is a leaf. */
  const split = (from: number, to: number, random: Generator): number => {
    const weight = found.weight.value
    let own = found.sum.value ** 2 / weight
    let impurity = found.squares.value - own
    if (classes > 0) {
      own = 0
      for (let k = 0; k < classes; k++) own += classWeights[k]! ** 2 / weight
      impurity = weight - own
    }
    if (impurity <= rounding * weight * (classes > 0 ? 1 : found.squares.value / weight)) return -1
    found.start(own)
    let best = -1
    let result = 0
    let levels: Uint8Array | undefined
    let varied = false
    for (let t = 0; t < candidates.length && (t < mtry || !varied); t++) {
      const place = t + random.below(candidates.length - t)
      const column = candidates[place]!
      candidates[place] = candidates[t]!
      candidates[t] = column
      const { bins, ordered } = columns[column]!
      if (ordered) {
        const better = splits.search(from, to, column, minRows)
        if (better >= 0) varied = true
        if (better <= 0) continue
        best = column
        result = better
        levels = undefined
      } else {
        splits.accumulate(from, to, column)
        const better = searchLevels(bins, minRows)
        found.clear(bins)
        if (better !== null) varied = true
        if (better === null || better === undefined) continue
        best = column
        levels = better
      }
    }
    if (best < 0) return -1
    used.gain[best]! += found.score.value - own
    used.splits[best]!++
    const { bins } = columns[best]!
    let missingLeft: boolean
    if (levels === undefined) {
      const code = found.code.value
      missingLeft = result === 2 ? found.missingLeft.value === 1 : 2 * found.drawnLeft.value >= found.drawn.value
      left.fill(1, 0, code + 1).fill(0, code + 1)
      left[bins] = missingLeft ? 1 : 0
      writer.split(best, code, missingLeft, undefined)
    } else {
      missingLeft = levels[bins] === 1
      left.set(levels)
      writer.split(best, 0, missingLeft, levels)
    }
    return splits.part(from, to, best)
  }

  const leaf = (): void => {
    const weight = found.weight.value
    if (classes === 0) writer.leaf(weight, () => found.sum.value / weight + offset)
    else writer.leaf(weight, (k) => classWeights[k]! / weight)
  }

  return (times: Int32Array, random: Generator): void => {
    let m = 0
    for (let row = 0; row < n; row++) {
      if (times[row] === 0) continue
      splits.setDrawn(row, times[row]!)
      order[m++] = row
    }
    for (let j = 0; j < candidates.length; j++) candidates[j] = j
    writer.startTree()
    stack.push({ from: 0, to: m, depth: 0, rightOf: -1 })
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const { depth, from, rightOf, to } = node
      if (rightOf >= 0) writer.right(rightOf)
      splits.gather(from, to)
      const number = writer.count()
      const middle = depth < maxDepth && found.drawn.value >= 2 * minRows ? split(from, to, random) : -1
      if (middle < 0) leaf()
      else {
        stack.push(
          { from: middle, to, depth: depth + 1, rightOf: number },
          { from, to: middle, depth: depth + 1, rightOf: -1 }
        )
      }
    }
  }
}
