/**
 * What a resampling sees of a task: rows as integer codes of their group, stratum, subset, fold and class.
 */
import * as Column from "@rocflow/core/data/Column"
import type * as Task from "@rocflow/core/data/Task"
import * as Result from "effect/Result"
import type { Reason } from "../ResamplingError.ts"

/** Codes from 0, each of which occurs, and what they stand for. */
export interface Codes {
  readonly codes: Int32Array
  readonly names: ReadonlyArray<string>
}

/** The rows of a task. Without a group role every row is its own group; without a stratum there is one. */
export interface Units {
  readonly rows: number
  readonly group: Int32Array
  readonly groups: number
  /** What the units are, for messages. */
  readonly unit: "group" | "row"
  readonly stratum: Int32Array
  readonly strata: number
  readonly strataNames: ReadonlyArray<string>
  readonly stratumColumns: ReadonlyArray<string>
  readonly subset: Codes | undefined
  readonly subsetColumn: string | undefined
  readonly fold: Codes | undefined
  /** The classes of a classification task. */
  readonly target: Codes | undefined
  readonly targetColumn: string
}

/** What is wrong, before it is known in which resampling. */
export interface Problem {
  readonly reason: Reason
  readonly given: string
  readonly rule: string
  readonly advice: string
}

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

const encode = (task: Task.Task, role: string, name: string): Result.Result<Codes, Problem> => {
  const column = task.table.columns.get(name)
  if (column === undefined) {
    return Result.fail({
      reason: "MissingRole",
      given: `the ${role} column "${name}"`,
      rule: "is not in the table",
      advice: `Give the role ${role} to one of the columns.`
    })
  }
  if (Column.hasMissing(column)) {
    return Result.fail({
      reason: "MissingValue",
      given: `the ${role} column "${name}"`,
      rule: `has ${Column.countMissing(column)} missing values, so these rows belong nowhere`,
      advice: "Remove the rows, or give them a value of their own."
    })
  }
  const { codes, levels } = Column.asFactor(column)
  return Result.succeed(compact(codes, levels))
}

const single = (task: Task.Task, role: string, name: string | undefined): Result.Result<Codes | undefined, Problem> =>
  name === undefined ? Result.succeed(undefined) : encode(task, role, name)

/** Each combination of values is one stratum, named "site = a, Class = M". */
const combine = (rows: number, parts: ReadonlyArray<readonly [string, Codes]>): Codes =>
  parts.reduce<Codes>(
    (sofar, [column, part]) => {
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
    },
    { codes: new Int32Array(rows), names: [""] }
  )

const classes = (task: Task.Task): Codes | undefined => {
  if (task.kind === "regression") return undefined
  // The target of a binary task is 1 for the positive class, which is the first level.
  const codes = Int32Array.from(task.target, (value) => (task.kind === "binary" ? 1 - value : value))
  return compact(codes, task.levels)
}

const spanning = (group: Codes, fold: Codes): Problem | undefined => {
  const foldOf = new Int32Array(group.names.length).fill(-1)
  for (let row = 0; row < group.codes.length; row++) {
    const g = group.codes[row]!
    const f = fold.codes[row]!
    if (foldOf[g] === -1) foldOf[g] = f
    if (foldOf[g] === f) continue
    return {
      reason: "GroupSpansFolds",
      given: `group "${group.names[g]}" with rows in the folds "${fold.names[foldOf[g]!]}" and "${fold.names[f]}"`,
      rule: "would be trained on and tested on at once",
      advice: "Make the fold column constant within each group."
    }
  }
  return undefined
}

/** Reads the roles of a task. */
export const make = (task: Task.Task): Result.Result<Units, Problem> =>
  Result.gen(function* () {
    const { roles } = task
    const group = yield* single(task, "group", roles.group)
    const fold = yield* single(task, "fold", roles.fold)
    const subset = yield* single(task, "subset", roles.subset)
    const parts: Array<readonly [string, Codes]> = []
    for (const name of roles.stratum) parts.push([name, yield* encode(task, "stratum", name)])
    const stratum = combine(task.rows, parts)
    const spans = group !== undefined && fold !== undefined ? spanning(group, fold) : undefined
    if (spans !== undefined) return yield* Result.fail(spans)
    return {
      rows: task.rows,
      group: group?.codes ?? Int32Array.from({ length: task.rows }, (_, row) => row),
      groups: group?.names.length ?? task.rows,
      unit: group === undefined ? ("row" as const) : ("group" as const),
      stratum: stratum.codes,
      strata: stratum.names.length,
      strataNames: stratum.names,
      stratumColumns: roles.stratum,
      subset,
      subsetColumn: roles.subset,
      fold,
      target: classes(task),
      targetColumn: roles.target
    }
  })
