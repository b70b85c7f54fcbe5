/**
 * A forest: trees on rows drawn with replacement, whose mean is predicted, and judged on the rows that were not drawn.
 */
import * as Seed from "@rocflow/core/Seed"
import type { Coded } from "../histogram/bins.ts"
import { type Importance, leafOf, missingCodes, type Trees, treesWriter } from "../histogram/trees.ts"
import { type GrowOptions, makeGrower } from "./grow.ts"
import type { ForestTargets } from "./splits.ts"

/** How many trees, and the rows of each. */
export interface ForestOptions extends GrowOptions {
  readonly trees: number
  readonly replace: boolean
  readonly share: number
}

/** A group from 0 for each row; groups are drawn whole. */
export interface Groups {
  readonly of: Int32Array
  readonly count: number
}

/** What the trees say of the rows that they were not grown on. */
export interface OutOfBag {
  /** The rows that some tree was not grown on. */
  readonly rows: number
  /** The weighted share of wrong classes, or the mean squared error; undefined without such rows. */
  readonly error: number | undefined
}

/** A forest: the prediction is the mean of the values of the leaves. */
export interface Grown {
  readonly trees: Trees
  readonly importance: Importance
  readonly outOfBag: OutOfBag
}

/** Writes how often each row is drawn. */
const drawRows = (
  groups: Groups,
  { replace, share }: ForestOptions,
  random: Seed.Generator,
  times: Int32Array
): void => {
  const { count, of } = groups
  const size = Math.max(1, Math.round(share * count))
  const perGroup = new Int32Array(count)
  if (replace) for (let i = 0; i < size; i++) perGroup[random.below(count)]!++
  else {
    const order = Int32Array.from({ length: count }, (_, g) => g)
    for (let i = 0; i < size; i++) {
      const place = i + random.below(count - i)
      perGroup[order[place]!] = 1
      order[place] = order[i]!
    }
  }
  for (let row = 0; row < times.length; row++) times[row] = perGroup[of[row]!]!
}

/** The share of wrong classes of the sums of votes, the first of the most; or the mean squared error. */
const errorOf = (
  { weights }: ForestTargets,
  n: number,
  votes: Float64Array,
  counts: Int32Array,
  wrongness: (row: number, first: number) => number,
  width: number
): OutOfBag => {
  let [rows, total, sum] = [0, 0, 0]
  for (let row = 0; row < n; row++) {
    if (counts[row] === 0) continue
    const weight = weights?.[row] ?? 1
    for (let k = 0; k < width; k++) votes[row * width + k]! /= counts[row]!
    rows++
    total += weight
    sum += weight * wrongness(row, row * width)
  }
  return { rows, error: rows === 0 ? undefined : sum / total }
}

/**
 * Grows a forest over codes that lie column by column. `kind` says what `y` is: values, 1 and 0 for two classes, or class
 * codes. What is random in a tree is so by the seed and the number of the tree.
 */
export const forest = (
  coded: Coded,
  targets: ForestTargets,
  kind: "regression" | "binary" | "multiclass",
  groups: Groups,
  options: ForestOptions,
  seed: Seed.Seed
): Grown => {
  const { classes, weights, y } = targets
  const n = y.length
  const p = coded.columns.length
  const width = Math.max(1, classes)
  const writer = treesWriter(width)
  const importance: Importance = { gain: new Float64Array(p), splits: new Int32Array(p) }
  let offset = 0
  if (kind === "regression") {
    let total = 0
    for (let row = 0; row < n; row++) {
      const weight = weights?.[row] ?? 1
      total += weight
      offset += (weight / total) * (y[row]! - offset)
    }
  }
  // About their mean the sums of squares of far numbers lose nothing.
  const grow = makeGrower(coded, n, { ...targets, y: y.map((v) => v - offset) }, offset, options, writer, importance)
  const times = new Int32Array(n)
  const votes = new Float64Array(n * width)
  const counts = new Int32Array(n)
  const missing = missingCodes(coded)
  for (let t = 0; t < options.trees; t++) {
    drawRows(groups, options, Seed.generator(Seed.derive(seed, "rows", t)), times)
    grow(times, Seed.generator(Seed.derive(seed, "columns", t)))
    const trees = writer.trees()
    const root = trees.roots[t]!
    for (let row = 0; row < n; row++) {
      if (times[row] !== 0) continue
      const leaf = leafOf(trees, root, coded, missing, row) * width
      for (let k = 0; k < width; k++) votes[row * width + k]! += trees.values[leaf + k]!
      counts[row]!++
    }
  }
  const wrongness = (row: number, first: number): number => {
    if (kind === "regression") return (votes[first]! - y[row]!) ** 2
    if (kind === "binary") return votes[first]! >= 0.5 === (y[row] === 1) ? 0 : 1
    let best = 0
    for (let k = 1; k < width; k++) if (votes[first + k]! > votes[first + best]!) best = k
    return best === y[row] ? 0 : 1
  }
  return {
    trees: writer.trees(),
    importance,
    outOfBag: errorOf(targets, n, votes, counts, wrongness, width)
  }
}
