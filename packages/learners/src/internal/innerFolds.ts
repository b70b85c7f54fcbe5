import * as Column from "@rocflow/core/data/Column"
import type { Task } from "@rocflow/core/data/Task"
import * as Seed from "@rocflow/core/Seed"

/**
 * Deals the rows of a task at random to at most `folds` folds of equal size, and the rows of a group to one fold: groups
 * in random order, the larger before the smaller, each to the smallest fold so far (the first at a tie). Without a group
 * role the copies of a row are a group, and every row that has none, whose folds differ in size by one at most. Folds
 * beyond the number of groups stay empty.
 *
 * @returns the fold of every row, from 0
 */
export const innerFolds = (task: Task, folds: number, seed: Seed.Seed): Int32Array => {
  const { group } = task.roles
  const groupOf =
    group === undefined
      ? (task.origin ?? Int32Array.from({ length: task.rows }, (_, row) => row))
      : Column.asFactor(task.table.columns.get(group)!).codes
  const sizes = new Map<number, number>()
  for (const code of groupOf) sizes.set(code, (sizes.get(code) ?? 0) + 1)
  const order = [...sizes.keys()]
  Seed.generator(seed).shuffle(order)
  order.sort((a, b) => sizes.get(b)! - sizes.get(a)!)
  const filled = new Float64Array(folds)
  const foldOf = new Map<number, number>()
  for (const code of order) {
    const fold = filled.indexOf(Math.min(...filled))
    foldOf.set(code, fold)
    filled[fold]! += sizes.get(code)!
  }
  return groupOf.map((code) => foldOf.get(code)!)
}
