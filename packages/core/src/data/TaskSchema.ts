/**
 * What a model remembers of the task it was trained on, and how it reads other rows: those of a task, or of a table that
 * need not have a target.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "./Column.ts"
import { hashColumns } from "./internal/hash.ts"
import { inScale, scaleOf } from "./internal/tensors/scale.ts"
import { toTyped } from "./internal/toTyped.ts"
import { replace } from "../internal/suggest.ts"
import { Notation } from "./Notation.ts"
import type * as Table from "./Table.ts"
import type { Task } from "./Task.ts"

const Feature = Schema.Struct({
  name: Schema.String,
  type: Schema.Literals(Column.types),
  /** Of a factor: its levels in their order, and whether the order has a meaning. */
  levels: Schema.optionalKey(Schema.Array(Schema.String)),
  ordered: Schema.optionalKey(Schema.Boolean),
  /** Of a tensor: the scale of its numbers, where all rows have one. */
  scale: Schema.optionalKey(
    Schema.Struct({
      /** The numbers that were read as 0 and as 1; null where numbers were read as they are. */
      range: Schema.NullOr(Schema.Tuple([Schema.Finite, Schema.Finite])),
      /** Whether all rows were image files, whose numbers are from 0 to 255. */
      pixels: Schema.Boolean
    })
  )
})

/** A feature column as training saw it. @category models */
export type Feature = typeof Feature.Type

/** The schema of what a model remembers of its task. @category schemas */
export const TaskSchema = Schema.Struct({
  kind: Schema.Literals(["binary", "multiclass", "regression"]),
  /** The name of the target column. */
  target: Schema.String,
  /** Class levels, the positive one first; none for a regression. */
  levels: Schema.Array(Schema.String),
  features: Schema.Array(Feature),
  /** How the values were written, where that was said; for files of new rows. */
  notation: Schema.optionalKey(Notation)
})

/** @category models */
export type TaskSchema = typeof TaskSchema.Type

/**
 * Rows as a trained learner reads them: the columns of its features, and what is true of the rows where that is known.
 * @category models
 */
export interface Rows {
  readonly schema: TaskSchema
  /** The features of training, by name, in their order and of their types. */
  readonly columns: ReadonlyMap<string, Column.Column>
  readonly rows: number
  /** Level indices, or values; undefined if a table has no target column, or not a known value in every row of it. */
  readonly truth: Float64Array | undefined
}

/** The schema of a task. @category constructors */
export const of = ({ kind, levels, notation, roles, table }: Task): TaskSchema => ({
  kind,
  target: roles.target,
  levels,
  features: roles.feature.map((name) => {
    const column = table.columns.get(name)!
    if (column.type === "factor") return { name, type: column.type, levels: column.levels, ordered: column.ordered }
    const scale = column.type === "tensor" ? scaleOf(column) : undefined
    return scale === undefined ? { name, type: column.type } : { name, type: column.type, scale }
  }),
  ...(notation !== undefined && { notation })
})

const isTask = (given: Task | Table.Table): given is Task => "roles" in given

/** Whether the levels that two orders have in common come in the same order. */
const agree = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  const common = a.filter((level) => b.includes(level))
  const other = b.filter((level) => common.includes(level))
  return common.every((level, i) => level === other[i])
}

/** The first row whose value cannot be read as one of another type. */
const firstUnfit = (column: Column.Column, type: Column.Type, levels: ReadonlyArray<string>): number => {
  const rows = Array.from({ length: Column.length(column) }, (_, row) => row)
  return Math.max(
    0,
    rows.findIndex((row) => toTyped(Column.take(column, [row]), type, levels) === undefined)
  )
}

/** The column as training saw it, or what is wrong with it. */
const read = (feature: Feature, column: Column.Column): Result.Result<Column.Column, string> => {
  const { name, type, levels = [], ordered = false } = feature
  if (column.type === "factor" && !agree(levels, column.levels) && type === "factor") {
    return Result.fail(
      `feature "${name}" has the levels ${column.levels.join(", ")}, and in training they came as ${levels.join(", ")}; give them in that order`
    )
  }
  const typed = toTyped(column, type, levels)
  if (typed === undefined) {
    const row = firstUnfit(column, type, levels)
    return Result.fail(
      `feature "${name}" was ${type} in training and is ${column.type} here, and "${Column.toText(column, row)}" in row ${row} cannot be read as ${type}; declare the type of the column, or correct the value`
    )
  }
  if (typed.type === "factor" && ordered && typed.levels.length > levels.length) {
    const unseen = typed.levels.slice(levels.length)
    return Result.fail(
      `feature "${name}" holds ${unseen.map((level) => `"${level}"`).join(", ")}, which has no place in the order ${levels.join(" < ")} of training; correct it, or make the factor unordered`
    )
  }
  if (typed.type === "tensor")
    return Result.mapError(inScale(typed, feature.scale), (why) => `feature "${name}" ${why}`)
  return Result.succeed(typed.type === "factor" ? { ...typed, ordered } : typed)
}

/** What is true of the rows of a table, if its target column says so in every row. */
const truthOf = (schema: TaskSchema, table: Table.Table): Float64Array | undefined => {
  const column = table.columns.get(schema.target)
  if (column === undefined) return undefined
  if (schema.kind === "regression") {
    const values = Column.asNumbers(column)
    return values === undefined || values.some(Number.isNaN) ? undefined : values
  }
  const { codes, levels } = Column.asFactor(column)
  const place = levels.map((level) => schema.levels.indexOf(level))
  const truth = Float64Array.from(codes, (code) => (code < 0 ? -1 : place[code]!))
  return truth.includes(-1) ? undefined : truth
}

/** Why the target of a task is not that of training. */
const targetProblem = (schema: TaskSchema, task: Task): ReadonlyArray<string> => {
  if (schema.kind !== task.kind) {
    return [`the training target was ${schema.kind}, and that of task "${task.id}" is ${task.kind}`]
  }
  if (schema.levels.length === task.levels.length && schema.levels.every((level, i) => level === task.levels[i])) {
    return []
  }
  return [
    `the levels in training were ${schema.levels.join(", ")}, and task "${task.id}" has ${task.levels.join(", ")}; their order says which class is positive, so make it the same by \`levels\``
  ]
}

/**
 * Reads the rows of a task, or of a table, as training saw its own. Every problem comes at once, as a sentence:
 *
 * - a feature that is missing, or of a type whose values cannot be read as those of training without loss. Whole numbers
 *   are read as text where training saw text, text as numbers where it saw numbers, integers as reals and back.
 * - levels of a factor in another order. Levels that training did not see stay levels, after the known ones: a stage or
 *   learner says what they mean; in an ordered factor they are a problem.
 * - numbers of a tensor on another scale than in training, as `range` says when it is read; image files without a range take
 *   that of training.
 * - of a task: another kind of target, other class levels, or the same in another order.
 *
 * Columns that training did not use are of no account.
 */
export const rows = (schema: TaskSchema, given: Task | Table.Table): Result.Result<Rows, ReadonlyArray<string>> => {
  const table = isTask(given) ? given.table : given
  const known = isTask(given) ? new Set(given.roles.feature) : table.columns
  const columns = new Map<string, Column.Column>()
  const problems = isTask(given) ? [...targetProblem(schema, given)] : []
  const used = new Set(schema.features.map(({ name }) => name))
  const unused = (isTask(given) ? given.roles.feature : table.names).filter((name) => !used.has(name))
  for (const feature of schema.features) {
    const column = known.has(feature.name) ? table.columns.get(feature.name) : undefined
    if (column === undefined) {
      problems.push(`the feature "${feature.name}" of training is not there. ${replace([feature.name], unused)}`)
      continue
    }
    const typed = read(feature, column)
    if (Result.isSuccess(typed)) columns.set(feature.name, typed.success)
    else problems.push(typed.failure)
  }
  if (problems.length > 0) return Result.fail(problems)
  return Result.succeed({
    schema,
    columns,
    rows: table.rows,
    truth: isTask(given) ? given.target : truthOf(schema, given)
  })
}

/** Hexadecimal hash of rows as a learner reads them, and of what is true of them; undefined without that, and for arrays. */
export const hashOf = ({ columns, rows, schema, truth }: Rows): string | undefined =>
  truth === undefined || schema.features.some(({ type }) => type === "tensor")
    ? undefined
    : // A feature cannot be called so: names are not empty.
      hashColumns(new Map([...columns, ["", Column.numeric(truth)]]), rows)
