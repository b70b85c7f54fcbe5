/**
 * What a splitter sees of a task: rows as integer codes of their group, stratum, subset, fold and class.
 *
 * Nothing else of a task has a say in how its rows are divided: not its features, their order, or its weights. `make` is
 * the only way to units, so whoever has them has codes that are whole numbers from 0, each of which occurs.
 */
import * as Result from "effect/Result"
import * as Column from "../data/Column.ts"
import type * as Task from "../data/Task.ts"
import { countPairs, type Tally } from "./internal/tally.ts"
import { SplitProblem } from "./SplitProblem.ts"

export type { Tally } from "./internal/tally.ts"

/** Marks units. */
export const TypeId = "~rocflow/Units"

/** A code from 0 for each row, each of which occurs, and what they stand for. @category models */
export interface Codes {
  readonly codes: Int32Array
  readonly names: ReadonlyArray<string>
}

/**
 * The rows of a task.
 *
 * Without a group role every row is its own group, together with its copies, as they are in a bootstrap sample
 * (`Task.origin`). Without a stratum role there is one stratum.
 *
 * @category models
 */
export interface Units {
  readonly [TypeId]: typeof TypeId
  readonly rows: number
  /** The group of each row, coded from 0. */
  readonly group: Int32Array
  readonly groups: number
  /** What a group is, for messages. */
  readonly unit: "group" | "row" | "distinct row"
  /** The combination of the values of the stratum columns. */
  readonly stratum: Codes
  readonly stratumColumns: ReadonlyArray<string>
  readonly subset: Codes | undefined
  readonly subsetColumn: string | undefined
  readonly fold: Codes | undefined
  /** The place of each row in the order, from 0; rows with equal values of the order columns have the same. */
  readonly time: Int32Array | undefined
  /** The classes of a classification task. */
  readonly target: Codes | undefined
  readonly targetColumn: string
}

/** Leaves out the levels that no row has; the others keep their order. */
const compact = (codes: Int32Array, levels: ReadonlyArray<string>): Codes => {
  const used = new Uint8Array(levels.length)
  for (const code of codes) used[code] = 1
  const place = new Int32Array(levels.length)
  const names: Array<string> = []
  for (const [code, level] of levels.entries()) {
    if (used[code] === 0) continue
    place[code] = names.length
    names.push(level)
  }
  return { codes: codes.map((code) => place[code]!), names }
}

const encode = (task: Task.Task, role: string, name: string): Result.Result<Codes, SplitProblem> => {
  const column = task.table.columns.get(name)
  if (column === undefined) {
    return Result.fail(
      new SplitProblem({
        reason: "MissingRole",
        given: `the ${role} column "${name}"`,
        rule: "is not in the table",
        advice: `Give the role ${role} to one of the columns.`
      })
    )
  }
  if (Column.hasMissing(column)) {
    return Result.fail(
      new SplitProblem({
        reason: "MissingValue",
        given: `the ${role} column "${name}"`,
        rule: `has ${Column.countMissing(column)} missing values, so these rows belong nowhere`,
        advice: "Remove the rows, or give them a value of their own."
      })
    )
  }
  const { codes, levels } = Column.asFactor(column)
  return Result.succeed(compact(codes, levels))
}

const single = (
  task: Task.Task,
  role: string,
  name: string | undefined
): Result.Result<Codes | undefined, SplitProblem> =>
  name === undefined ? Result.succeed(undefined) : encode(task, role, name)

/** Each combination of values is one stratum, named "site = a, Class = M", coded by its first row. */
const combine = (
  rows: number,
  parts: ReadonlyArray<readonly [string, Codes]>,
  within: Codes = { codes: new Int32Array(rows), names: [""] }
): Codes =>
  parts.reduce<Codes>((sofar, [column, part]) => {
    const seen = new Map<number, number>()
    const names: Array<string> = []
    const codes = new Int32Array(rows)
    for (let row = 0; row < rows; row++) {
      const key = sofar.codes[row]! * part.names.length + part.codes[row]!
      let code = seen.get(key)
      if (code === undefined) {
        code = names.length
        seen.set(key, code)
        const before = sofar.names[sofar.codes[row]!]!
        names.push(`${before === "" ? "" : `${before}, `}${column} = ${part.names[part.codes[row]!]}`)
      }
      codes[row] = code
    }
    return { codes, names }
  }, within)

const classes = (task: Task.Task): Codes | undefined => {
  if (task.kind === "regression") return undefined
  return compact(Int32Array.from(task.target), task.levels)
}

/** Ranks the combinations of values: by the first column, at ties by the next. */
const ranked = (rows: number, columns: ReadonlyArray<Codes>): Int32Array => {
  const order = Int32Array.from({ length: rows }, (_, row) => row)
  const compare = (a: number, b: number): number => {
    for (const { codes } of columns) if (codes[a] !== codes[b]) return codes[a]! - codes[b]!
    return 0
  }
  order.sort((a, b) => compare(a, b) || a - b)
  const rank = new Int32Array(rows)
  for (let i = 1; i < rows; i++) {
    rank[order[i]!] = rank[order[i - 1]!]! + (compare(order[i - 1]!, order[i]!) === 0 ? 0 : 1)
  }
  return rank
}

interface Groups {
  readonly group: Int32Array
  readonly groups: number
  readonly unit: Units["unit"]
}

/** Codes the copies of each row alike, by the first of them. */
const distinct = (origin: Int32Array): Groups => {
  const code = new Map<number, number>()
  const group = origin.map((row) => {
    const known = code.get(row)
    if (known !== undefined) return known
    code.set(row, code.size)
    return code.size - 1
  })
  return { group, groups: code.size, unit: "distinct row" }
}

const groupsOf = ({ origin, rows }: Task.Task, group: Codes | undefined): Groups =>
  group !== undefined
    ? { group: group.codes, groups: group.names.length, unit: "group" }
    : origin !== undefined
      ? distinct(origin)
      : { group: new Int32Array(rows).map((_, row) => row), groups: rows, unit: "row" }

const spanning = (group: Codes, fold: Codes): SplitProblem | undefined => {
  const foldOf = new Int32Array(group.names.length).fill(-1)
  for (let row = 0; row < group.codes.length; row++) {
    const g = group.codes[row]!
    const f = fold.codes[row]!
    if (foldOf[g] === -1) foldOf[g] = f
    if (foldOf[g] === f) continue
    return new SplitProblem({
      reason: "GroupSpansFolds",
      given: `group "${group.names[g]}" with rows in the folds "${fold.names[foldOf[g]!]}" and "${fold.names[f]}"`,
      rule: "would be trained on and tested on at once",
      advice: "Make the fold column constant within each group."
    })
  }
  return undefined
}

/**
 * Reads the roles of a task.
 *
 * *Errors*: `SplitProblem` for a role whose column is not there or has missing values, and for a group that spans folds
 * of the fold role. A task of `Task.fromTable` has none of them.
 *
 * @example
 * const units = Result.getOrThrow(Units.make(task)) // of 6 rows: 3 patients, role group
 * units.groups // => 3
 * @category constructors
 */
export const make = (task: Task.Task): Result.Result<Units, SplitProblem> =>
  Result.gen(function* () {
    const { roles } = task
    const group = yield* single(task, "group", roles.group)
    const fold = yield* single(task, "fold", roles.fold)
    const subset = yield* single(task, "subset", roles.subset)
    const parts: Array<readonly [string, Codes]> = []
    for (const name of roles.stratum) parts.push([name, yield* encode(task, "stratum", name)])
    const times: Array<Codes> = []
    for (const name of roles.order) times.push(yield* encode(task, "order", name))
    const spans = group !== undefined && fold !== undefined ? spanning(group, fold) : undefined
    if (spans !== undefined) return yield* Result.fail(spans)
    return {
      [TypeId]: TypeId,
      rows: task.rows,
      ...groupsOf(task, group),
      stratum: combine(task.rows, parts),
      stratumColumns: roles.stratum,
      subset,
      subsetColumn: roles.subset,
      fold,
      time: times.length === 0 ? undefined : ranked(task.rows, times),
      target: classes(task),
      targetColumn: roles.target
    }
  })

/**
 * Divides the strata of a classification task by class, unless its target is among them. For those who divide the rows
 * that they were given to train on, without being told how: validation, and the inner folds of a learner.
 *
 * @category combinators
 */
export const byClass = (units: Units): Units => {
  const { rows, stratum, stratumColumns, target, targetColumn } = units
  if (target === undefined || stratumColumns.includes(targetColumn)) return units
  return {
    ...units,
    stratum: combine(rows, [[targetColumn, target]], stratum),
    stratumColumns: [...stratumColumns, targetColumn]
  }
}

/**
 * Counts the rows that each group has in each stratum, or under other codes of the same rows, such as those of the subset.
 *
 * @category getters
 */
export const tally = (units: Units, { codes, names }: Codes = units.stratum): Tally =>
  countPairs({ group: units.group, groups: units.groups, stratum: codes, strata: names.length })
