/**
 * Which rows of a task validation holds out.
 */
import * as Column from "../../data/Column.ts"
import type { Task } from "../../data/Task.ts"
import * as Seed from "../../Seed.ts"

/** For each row the number of its block, by first appearance of a key. */
const blocks = (rows: number, keyOf: (row: number) => string): ReadonlyArray<ReadonlyArray<number>> => {
  const byKey = new Map<string, Array<number>>()
  for (let row = 0; row < rows; row++) {
    const key = keyOf(row)
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, [row])
    else known.push(row)
  }
  return [...byKey.values()]
}

const keysOf = (task: Task, names: ReadonlyArray<string>) => {
  const factors = names.map((name) => Column.asFactor(task.table.columns.get(name)!))
  return (row: number) => factors.map(({ codes }) => codes[row]).join(",")
}

/**
 * Holds out `rows − round(rows·(1 − ratio))` of each stratum at random; with a group column whole groups instead, taken
 * from a random order until that many rows are reached, except one that would leave no row to train on. The copies of a
 * row, as in a bootstrap sample, stay together. Returns sorted rows.
 */
export const holdout = (task: Task, ratio: number, seed: Seed.Seed): Int32Array => {
  const random = Seed.generator(seed)
  const held: Array<number> = []
  if (task.roles.group !== undefined) {
    const groups = [...blocks(task.rows, keysOf(task, [task.roles.group]))]
    random.shuffle(groups)
    const wanted = task.rows - Math.round(task.rows * (1 - ratio))
    for (const group of groups) if (held.length < wanted) held.push(...group)
  } else {
    const { stratum, target } = task.roles
    const names = stratum.length > 0 ? stratum : task.kind === "regression" ? [] : [target]
    for (const stratumRows of blocks(task.rows, keysOf(task, names))) {
      const shuffled = [...stratumRows]
      random.shuffle(shuffled)
      held.push(...shuffled.slice(0, shuffled.length - Math.round(shuffled.length * (1 - ratio))))
    }
  }
  return Int32Array.from(held).sort()
}
