/**
 * From files of text to one Parquet file, as an entry of a catalogue says.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import { text } from "node:stream/consumers"
import * as Column from "../../data/Column.ts"
import type { SchemaError } from "../../data/SchemaError.ts"
import * as Table from "../../data/Table.ts"
import * as Database from "../../data/Database.ts"
import { list } from "../../internal/suggest.ts"
import type { ToTable } from "../Entry.ts"
import { DatasetError } from "../DatasetError.ts"
import { open, readError, reading } from "./archive.ts"
import { on } from "./storage.ts"

/** The path of a file of the entry. */
export type PathOf = (file: string) => string

type Part = ToTable["parts"][number]
type Derived = NonNullable<ToTable["derive"]>[number]

/** What cannot be made of files that came as they should. */
export const unfit = (given: string, rule: string) =>
  new DatasetError({
    reason: "Conversion",
    given,
    rule,
    advice: "Correct the entry of the catalogue; of the built-in one, please report it."
  })

const ofTable = ({ message }: SchemaError) => unfit("the table", `cannot be made: ${message.replace(/\.$/, "")}`)

/** Text whose columns any number of blanks separates, as text that a tab separates. */
const withTabs = Effect.fnUntraced(function* (path: string, folder: string) {
  const written = yield* Effect.tryPromise({ try: () => text(reading(path)), catch: (cause) => readError(path, cause) })
  const lines = written.split("\n").map((line) => line.trim().replaceAll(/[ \t]+/g, "\t"))
  const into = Path.join(folder, "tabs.tsv")
  yield* on(into, () => Fs.writeFile(into, lines.filter((line) => line !== "").join("\n")))
  return into
})

const readPlace = Effect.fnUntraced(function* (
  { blanks = false, file, member, read = {} }: Omit<Part, "name" | "beside">,
  pathOf: PathOf,
  folder: string
) {
  const opened = yield* open(pathOf(file), member, folder)
  const path = blanks ? yield* withTabs(opened, folder) : opened
  const format = read.format ?? (blanks ? "tsv" : "csv")
  return yield* Effect.mapError(Table.fromFile(path, { ...read, format }), ofTable)
})

const readPart = Effect.fnUntraced(function* (
  { beside = [], name, ...place }: Part,
  column: string | undefined,
  pathOf: PathOf,
  folder: string
) {
  const tables = yield* Effect.forEach([place, ...beside], (one) => readPlace(one, pathOf, folder))
  const table = yield* Effect.mapError(Table.fromEntries(tables.flatMap(({ columns }) => [...columns])), ofTable)
  if (column === undefined || name === undefined) return table
  const names = Column.text(Array.from({ length: table.rows }, () => name))
  return yield* Effect.mapError(Table.withColumn(table, column, names), ofTable)
})

type Test = (row: number) => boolean

/** Whether a condition holds, row by row. */
const testOf = (
  table: Table.Table,
  { above, below, column: name, is }: Derived["cases"][number]["when"][number]
): Result.Result<Test, DatasetError> => {
  const column = table.columns.get(name)
  if (column === undefined)
    return Result.fail(unfit(`"${name}"`, `is no column of the table, which has ${list(table.names)}`))
  const numbers = Column.asNumbers(column)
  if (numbers === undefined && (above !== undefined || below !== undefined)) {
    return Result.fail(unfit(`the column "${name}" of type ${column.type}`, "has no numbers to compare"))
  }
  return Result.succeed(
    (row) =>
      (is === undefined || is.includes(Column.toText(column, row) ?? "")) &&
      (above === undefined || numbers![row]! > above) &&
      (below === undefined || numbers![row]! < below)
  )
}

const derived = Effect.fnUntraced(function* (table: Table.Table, { cases, name, otherwise }: Derived) {
  const tests = yield* Effect.forEach(cases, ({ value, when }) =>
    Effect.map(
      Effect.forEach(when, (condition) => Effect.fromResult(testOf(table, condition))),
      (all) => ({ value, holds: (row: number) => all.every((test) => test(row)) })
    )
  )
  const values = Array.from(
    { length: table.rows },
    (_, row) => tests.find(({ holds }) => holds(row))?.value ?? otherwise
  )
  return yield* Effect.mapError(Table.withColumn(table, name, Column.text(values)), ofTable)
})

/** The table that the entry describes. */
const tableOf = Effect.fnUntraced(function* (convert: ToTable, pathOf: PathOf, folder: string) {
  const parts = yield* Effect.forEach(convert.parts, (part) => readPart(part, convert.part, pathOf, folder))
  const whole = yield* Effect.mapError(Table.concat(parts), ofTable)
  const names = new Map(Object.entries(convert.rename ?? {}))
  const unknown = [...names.keys()].find((name) => !whole.columns.has(name))
  if (unknown !== undefined) {
    return yield* unfit(`"${unknown}"`, `is to be renamed, but the table has ${list(whole.names)}`)
  }
  let table: Table.Table = yield* Effect.mapError(
    Table.fromEntries(Array.from(whole.columns, ([name, column]) => [names.get(name) ?? name, column] as const)),
    ofTable
  )
  for (const column of convert.derive ?? []) table = yield* derived(table, column)
  const left = (convert.drop ?? []).filter((name) => table.columns.has(name))
  return left.length === 0 ? table : yield* Effect.mapError(Table.drop(table, left), ofTable)
})

/** Writes the table of an entry as Parquet: how many rows and columns it has. */
export const toParquet = Effect.fnUntraced(function* (
  convert: ToTable,
  pathOf: PathOf,
  folder: string,
  into: string
): Effect.fn.Return<{ readonly rows: number; readonly columns: number }, DatasetError> {
  const table = yield* tableOf(convert, pathOf, folder)
  const write = Effect.gen(function* () {
    const database = yield* Database.open
    yield* database.table("whole", [...table.columns])
    yield* database.write("FROM whole", into)
  })
  yield* Effect.mapError(Effect.scoped(write), ofTable)
  return { rows: table.rows, columns: table.names.length }
})
