/**
 * Gradient boosting: each tree steps from the scores so far towards a lower loss.
 */
import * as Seed from "@rocflow/core/Seed"
import type { Coded } from "../histogram/bins.ts"
import { firstTrees, type Importance, leafOf, missingCodes, type Trees, treesWriter } from "../histogram/trees.ts"
import { type GrowOptions, makeGrower } from "./grow.ts"
import type { Objective } from "./objective.ts"

/** How many trees, on which part of the rows and columns each, and when to stop. */
export interface BoostOptions extends GrowOptions {
  readonly iterations: number
  /** The share of the rows, and of the columns, that a tree sees. */
  readonly rows: number
  readonly columns: number
  /** Stops after so many iterations without a gain of more than `minDelta` on the held-out rows. */
  readonly patience: number
  readonly minDelta: number
}

/** A boosted model: the scores of a row are the baseline and the values of its leaves, one tree an output in turn. */
export interface Boosted {
  readonly trees: Trees
  readonly baseline: Float64Array
  readonly importance: Importance
  /** The loss of the held-out rows after 0, 1, … iterations; none without such rows. */
  readonly history: ReadonlyArray<number>
}

/** Draws `size` of some ascending numbers without replacement, and gives them in ascending order. */
const draw = (from: Int32Array, size: number, seed: Seed.Seed): Int32Array => {
  if (size >= from.length) return from
  const random = Seed.generator(seed)
  const all = from.slice()
  for (let i = 0; i < size; i++) {
    const j = i + random.below(all.length - i)
    const held = all[i]!
    all[i] = all[j]!
    all[j] = held
  }
  return all.subarray(0, size).sort()
}

const partOf = (count: number, share: number): number => Math.max(1, Math.round(count * share))

/**
 * Boosts trees over codes that lie column by column: in every iteration one for each output, of the derivatives at the
 * scores that the iteration began with. With held-out rows the model has the trees up to their least loss.
 *
 * What is random, the rows and columns of a tree, is so by the seed and the number of the iteration.
 */
export const boost = (
  coded: Coded,
  n: number,
  train: Int32Array,
  valid: Int32Array,
  objective: Objective,
  options: BoostOptions,
  seed: Seed.Seed
): Boosted => {
  const { baseline, constantHessian, outputs, weights } = objective
  const p = coded.columns.length
  const writer = treesWriter(1)
  const importance: Importance = { gain: new Float64Array(p), splits: new Int32Array(p) }
  const grow = makeGrower(coded, n, weights, options, writer, importance)
  const scores = new Float64Array(outputs * n)
  for (let k = 0; k < outputs; k++) scores.fill(baseline[k]!, k * n, (k + 1) * n)
  const g = new Float64Array(outputs * n)
  const h = new Float64Array(outputs * n)
  const allColumns = Int32Array.from({ length: p }, (_, j) => j)
  const missing = missingCodes(coded)
  const outside = new Uint8Array(n)
  const history: Array<number> = valid.length > 0 ? [objective.loss(scores, valid)] : []
  let best = 0
  let kept = { gain: importance.gain.slice(), splits: importance.splits.slice() }
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const rows = draw(train, partOf(train.length, options.rows), Seed.derive(seed, "rows", iteration))
    objective.derivatives(scores, rows, g, h)
    const isPart = rows.length < train.length
    if (isPart) {
      for (const row of train) outside[row] = 1
      for (const row of rows) outside[row] = 0
    }
    for (let k = 0; k < outputs; k++) {
      const own = scores.subarray(k * n, (k + 1) * n)
      const columns = draw(allColumns, partOf(p, options.columns), Seed.derive(seed, "columns", iteration, k))
      grow(
        rows,
        g.subarray(k * n, (k + 1) * n),
        constantHessian ? undefined : h.subarray(k * n, (k + 1) * n),
        columns,
        (leafRows, value) => {
          for (const row of leafRows) own[row]! += value
        }
      )
      if (!isPart && valid.length === 0) continue
      const trees = writer.trees()
      const root = trees.roots.at(-1)!
      if (isPart) {
        for (const row of train) {
          if (outside[row] === 1) own[row]! += trees.values[leafOf(trees, root, coded, missing, row)]!
        }
      }
      for (const row of valid) own[row]! += trees.values[leafOf(trees, root, coded, missing, row)]!
    }
    if (valid.length === 0) continue
    const loss = objective.loss(scores, valid)
    history.push(loss)
    if (history[best]! - loss > options.minDelta) {
      best = iteration + 1
      kept = { gain: importance.gain.slice(), splits: importance.splits.slice() }
    } else if (iteration + 1 - best >= options.patience) break
  }
  const trees = writer.trees()
  return valid.length === 0
    ? { trees, baseline, importance, history }
    : { trees: firstTrees(trees, best * outputs), baseline, importance: kept, history }
}
