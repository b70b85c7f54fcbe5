/**
 * What a recipe sees of a task: which feature columns of the training rows are what to a network.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Tensors from "../../../data/Tensors.ts"
import type { Task } from "../../../data/Task.ts"

const names = Schema.Array(Schema.String)

/** Columns by what they are; those that never vary are none of them. */
export const Columns = Schema.Struct({
  rows: Schema.Int,
  numbers: names,
  booleans: names,
  dates: names,
  /** Factors and text, with the number of levels that occur. */
  categories: Schema.Array(Schema.Struct({ column: Schema.String, levels: Schema.Int })),
  /** Those in which a value is missing. */
  incomplete: names,
  /** Arrays, with the shape of one row where all have one. */
  tensors: Schema.Array(Schema.Struct({ column: Schema.String, shape: Schema.optionalKey(Schema.Array(Schema.Int)) }))
})

/** The feature columns of training rows, by what they are to a network; those that never vary are left out. @category models */
export type Columns = typeof Columns.Type

const occurring = (column: Column.Factor): number => new Set(column.codes.filter((code) => code >= 0)).size

/** Whether rows differ, or some are missing and others are not. */
const varies = (column: Column.Column): boolean => {
  if (column.type === "tensor") return true
  const values = column.type === "factor" || column.type === "string" ? undefined : column.values
  const present =
    values === undefined
      ? occurring(Column.asFactor(column))
      : new Set(Array.from(values).filter((_, row) => column.missing?.[row] !== 1)).size
  return present > 1 || (present === 1 && Column.hasMissing(column))
}

const oneShape = (column: Column.Tensor): ReadonlyArray<number> | undefined => {
  const shapes = Result.getOrElse(Tensors.shapes(column), () => [])
  return shapes.length === 1 ? shapes[0]!.shape : undefined
}

/** Sorts the feature columns of training rows. */
export const columnsOf = (task: Task): Columns => {
  const all = task.roles.feature
    .map((name) => [name, task.table.columns.get(name)!] as const)
    .filter(([, column]) => varies(column))
  const those = (...types: ReadonlyArray<Column.Type>) => all.filter(([, { type }]) => types.includes(type))
  return {
    rows: task.rows,
    numbers: those("numeric", "integer").map(([name]) => name),
    booleans: those("boolean").map(([name]) => name),
    dates: those("date").map(([name]) => name),
    categories: those("factor", "string").map(([name, column]) => ({
      column: name,
      levels: occurring(Column.asFactor(column))
    })),
    incomplete: all.filter(([, column]) => Column.hasMissing(column)).map(([name]) => name),
    tensors: all.flatMap(([name, column]) => {
      if (column.type !== "tensor") return []
      const shape = oneShape(column)
      return [shape === undefined ? { column: name } : { column: name, shape }]
    })
  }
}
