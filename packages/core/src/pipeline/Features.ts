/**
 * The feature columns of some rows, on their way from a task through preprocessing to an ingress.
 */
import * as Result from "effect/Result"
import * as Column from "../data/Column.ts"
import * as Select from "../data/Select.ts"
import type { Task } from "../data/Task.ts"
import { meant } from "../internal/suggest.ts"
import { PipelineError } from "./PipelineError.ts"

/** Columns by name, in order; there may be none left. @category models */
export interface Features {
  readonly columns: ReadonlyMap<string, Column.Column>
  readonly rows: number
}

/** A column with its name. @category models */
export type Entry = readonly [name: string, column: Column.Column]

/** Makes features of named columns of so many rows each. @category constructors */
export const make = (columns: Iterable<Entry>, rows: number): Features => ({ columns: new Map(columns), rows })

/** The feature columns of a task. @category constructors */
export const fromTask = (task: Task): Features =>
  make(
    task.roles.feature.map((name) => [name, task.table.columns.get(name)!]),
    task.rows
  )

/** Fails with a sentence of a stage. */
export const fail = (stage: string, message: string): Result.Result<never, PipelineError> =>
  Result.fail(new PipelineError({ issues: [{ path: [], message: `${stage}: ${message}` }] }))

/** Takes rows, in the given order, with repetitions. */
export const take = (self: Features, rows: ArrayLike<number>): Features =>
  make(
    Array.from(self.columns, ([name, column]) => [name, Column.take(column, rows)] as const),
    rows.length
  )

/** Makes features of columns that a stage made; two of one name are an error. */
export const distinct = (
  stage: string,
  columns: ReadonlyArray<Entry>,
  rows: number
): Result.Result<Features, PipelineError> => {
  const made = make(columns, rows)
  if (made.columns.size === columns.length) return Result.succeed(made)
  const names = columns.map(([name]) => name)
  const clash = names.find((name, i) => names.indexOf(name) !== i)
  return fail(stage, `would make two columns "${clash}"; rename one of the columns, or a level`)
}

/**
 * Gives the columns that a stage works on: the named ones; of a selector that describes them those that `fits` accepts; and
 * without either all that `fits` accepts. An unknown name is an error with the closest known one.
 */
export const chosen = (
  self: Features,
  stage: string,
  select: Select.Select | undefined,
  fits: (column: Column.Column) => boolean = () => true
): Result.Result<ReadonlyArray<Entry>, PipelineError> => {
  if (select === undefined) return Result.succeed([...self.columns].filter(([, column]) => fits(column)))
  const unknown = Select.named(select).filter((name) => !self.columns.has(name))
  if (unknown.length === 0) {
    const entries = Select.names(select, self.columns).map((name): Entry => [name, self.columns.get(name)!])
    return Result.succeed(Select.isNames(select) ? entries : entries.filter(([, column]) => fits(column)))
  }
  return Result.fail(
    new PipelineError({
      issues: unknown.map((name) => {
        const known = [...self.columns.keys()]
        const there = `there are ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", …" : ""}`
        return {
          path: [],
          message: `${stage}: no feature column "${name}" reaches this stage; ${meant(name, known, there)}`
        }
      })
    })
  )
}

/** Replaces columns in their places. */
export const replace = (
  self: Features,
  stage: string,
  changes: ReadonlyArray<readonly [string, (column: Column.Column) => Column.Column]>
): Result.Result<Features, PipelineError> =>
  Result.map(
    chosen(
      self,
      stage,
      changes.map(([name]) => name)
    ),
    () => {
      const columns = new Map(self.columns)
      for (const [name, change] of changes) columns.set(name, change(columns.get(name)!))
      return { columns, rows: self.rows }
    }
  )

/** Puts other columns in the places of some, of any names that are free. */
export const expand = (
  self: Features,
  stage: string,
  changes: ReadonlyArray<readonly [name: string, columns: (old: Column.Column) => ReadonlyArray<Entry>]>
): Result.Result<Features, PipelineError> =>
  Result.flatMap(
    chosen(
      self,
      stage,
      changes.map(([name]) => name)
    ),
    () => {
      const changeOf = new Map(changes)
      const next = Array.from(self.columns, ([name, column]): ReadonlyArray<Entry> => {
        const change = changeOf.get(name)
        return change === undefined ? [[name, column]] : change(column)
      })
      return distinct(stage, next.flat(), self.rows)
    }
  )
