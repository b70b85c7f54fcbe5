/**
 * Which rows of a task validation holds out.
 */
import * as Column from "../../data/Column.ts"
import type { Task } from "../../data/Task.ts"
import * as Seed from "../../Seed.ts"

/** Rows of the same key, by its first appearance. */
const unitsOf = (rows: Iterable<number>, keyOf: (row: number) => string | number): Array<ReadonlyArray<number>> => {
  const byKey = new Map<string | number, Array<number>>()
  for (const row of rows) {
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

/** Takes units in random order until `wanted` rows are reached; a unit that would make it more than `most` is passed by. */
const draw = (
  units: Array<ReadonlyArray<number>>,
  wanted: number,
  most: number,
  random: Seed.Generator
): ReadonlyArray<number> => {
  const held: Array<number> = []
  random.shuffle(units)
  for (const unit of units) {
    if (held.length < wanted && held.length + unit.length <= most) for (const row of unit) held.push(row)
  }
  return held
}

/**
 * Holds out `rows − round(rows·(1 − ratio))` of each stratum at random, the copies of a row (in a bootstrap sample)
 * together. With a group column whole groups instead, taken from a random order until that many rows are reached; a
 * group that would leave no row to train on is passed by. Returns sorted rows.
 */
export const holdout = (task: Task, ratio: number, seed: Seed.Seed): Int32Array => {
  const random = Seed.generator(seed)
  const shareOf = (rows: number) => rows - Math.round(rows * (1 - ratio))
  const all = Array.from({ length: task.rows }, (_, row) => row)
  const { group, stratum, target } = task.roles
  if (group !== undefined) {
    const groups = unitsOf(all, keysOf(task, [group]))
    return Int32Array.from(draw(groups, shareOf(task.rows), task.rows - 1, random)).sort()
  }
  const names = stratum.length > 0 ? stratum : task.kind === "regression" ? [] : [target]
  const { origin } = task
  const held = unitsOf(all, keysOf(task, names)).flatMap((rows) => {
    const copies = unitsOf(rows, (row) => origin?.[row] ?? row)
    return draw(copies, shareOf(rows.length), rows.length, random)
  })
  return Int32Array.from(held).sort()
}
