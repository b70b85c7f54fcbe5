/** Tasks made of arrays, for the tests of this package. */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Effect from "effect/Effect"

/** The roles beside target and feature, each with a value per row. */
export interface Parts {
  readonly subset?: ReadonlyArray<string>
  readonly group?: ReadonlyArray<string>
  readonly stratum?: ReadonlyArray<string>
  readonly fold?: ReadonlyArray<string>
  readonly order?: ReadonlyArray<number>
  /** Default: 1, 2, 3, … (a regression). */
  readonly target?: ReadonlyArray<string>
  /** Makes the target the stratum, after the subset if there is one. */
  readonly stratify?: boolean
}

/** A factor of the levels that occur, in code point order. */
export const factor = (values: ReadonlyArray<string | null>) => Column.asFactor(Column.text(values))

/** A task whose roles the compiler does not know, as one read from a file. */
export const dynamic = (rows: number, parts: Parts): Task.Task => {
  const columns = {
    x: Column.numeric(Array.from({ length: rows }, (_, row) => row)),
    y:
      parts.target === undefined ? Column.numeric(Array.from({ length: rows }, (_, row) => row)) : factor(parts.target),
    ...(parts.subset === undefined ? {} : { site: factor(parts.subset) }),
    ...(parts.group === undefined ? {} : { pair: factor(parts.group) }),
    ...(parts.stratum === undefined ? {} : { level: factor(parts.stratum) }),
    ...(parts.fold === undefined ? {} : { part: factor(parts.fold) }),
    ...(parts.order === undefined ? {} : { time: Column.numeric(parts.order) })
  }
  const stratum = [
    ...(parts.stratum === undefined ? [] : ["level"]),
    ...(parts.stratify === true && parts.subset !== undefined ? ["site"] : []),
    ...(parts.stratify === true ? ["y"] : [])
  ]
  const table: Table.Table = Effect.runSync(Table.fromEntries(Object.entries(columns)))
  const task: Task.Task = Effect.runSync(
    Task.fromTable(table, {
      id: "made",
      target: "y",
      features: ["x"],
      stratum,
      subset: parts.subset && "site",
      group: parts.group && "pair",
      fold: parts.fold && "part",
      order: parts.order && "time"
    })
  )
  return task
}

const cycle = "AABBBBCCCCCCCC"

/** 2100 rows: row i has label cycle[i mod 14] and pair ⌊i / 2⌋, so 150, 300 and 600 pairs of A, B and C. */
export const labels2100 = Array.from({ length: 2100 }, (_, row) => cycle[row % 14]!)
export const pairs2100 = Array.from({ length: 2100 }, (_, row) => String(Math.floor(row / 2)))
