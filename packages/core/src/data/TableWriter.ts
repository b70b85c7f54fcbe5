/**
 * Writes Parquet files of rows that are never held here, through DuckDB. Columns that are held: `ParquetBytes`.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DuckDBConnection } from "@duckdb/node-api"
import type * as Column from "./Column.ts"
import { columns, file, identifier, literal, open as openDatabase, work } from "./internal/duckdb.ts"
import { copyTo, fillTable, sqlTypes } from "./internal/duckdbTables.ts"
import { SchemaError } from "./SchemaError.ts"

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

/** Writes tables to files; what it holds is freed with its scope. @category models */
export interface Writer {
  /** Writes the rows of a CSV file with a header, whose columns are of the given types, without holding them here. */
  readonly parquetOfCsv: (
    path: string,
    csv: string,
    types: ReadonlyArray<readonly [name: string, type: Column.Type]>
  ) => Effect.Effect<void, SchemaError>
  /**
   * Writes each row of the columns once for every number of its list, which is the last column, named `name`. The rows
   * that are written are never held here, so that there may be hundreds of millions.
   */
  readonly parquetOfLists: (
    path: string,
    entries: Entries,
    name: string,
    lists: ReadonlyArray<Int32Array>
  ) => Effect.Effect<void, SchemaError>
}

const fill = (connection: DuckDBConnection, entries: Entries) => fillTable(connection, "written", entries)

// The second version of the format packs ascending numbers by their differences.
const copy = (connection: DuckDBConnection, source: string, path: string) =>
  copyTo(connection, source, path, "FORMAT parquet, PARQUET_VERSION V2")

/** DuckDB takes so many rows at a time. */
const chunkRows = 2048

const writeLists = async (
  connection: DuckDBConnection,
  path: string,
  entries: Entries,
  name: string,
  lists: ReadonlyArray<Int32Array>
): Promise<void> => {
  const { DuckDBDataChunk, INTEGER } = await import("@duckdb/node-api")
  await fill(connection, entries)
  await connection.run("CREATE TEMP TABLE listed (entry INTEGER, value INTEGER)")
  const appender = await connection.createAppender("listed")
  for (const [entry, list] of lists.entries()) {
    for (let from = 0; from < list.length; from += chunkRows) {
      const values = list.subarray(from, from + chunkRows)
      const chunk = DuckDBDataChunk.create([INTEGER, INTEGER], values.length)
      chunk.setColumnValues(
        0,
        Array.from(values, () => entry)
      )
      chunk.setColumnValues(1, Array.from(values))
      appender.appendDataChunk(chunk)
    }
  }
  appender.closeSync()
  const rows = `SELECT written.*, value::BIGINT AS ${identifier(name)} FROM listed JOIN written ON entry = written.rowid`
  await copy(connection, `(${rows})`, path)
  await connection.run("DROP TABLE listed")
}

const failure = (file: string, text: string) => {
  const isFull = text.includes("No space left on device")
  return new SchemaError({
    file,
    given: "the file",
    rule: isFull ? "cannot be written: the disk is full" : `cannot be written (${text})`,
    advice: isFull ? "Free some of it and start again." : "Check the folder and its rights."
  })
}

/**
 * Opens a writer; it is closed with the scope. It computes on one thread, as the others train.
 * @category constructors
 */
export const open: Effect.Effect<Writer, SchemaError, Scope.Scope> = openDatabase.pipe(
  Effect.tap((connection) => columns(connection, "SET threads = 1", [])),
  Effect.mapError(({ text }) => failure("DuckDB", text)),
  Effect.map((connection): Writer => {
    const attempt = (path: string, write: () => Promise<void>) =>
      Effect.mapError(work(connection, write), ({ text }) => failure(path, text.split("\n")[0]!))
    return {
      parquetOfCsv: (path, csv, types) => {
        const listed = types.map(([name, type]) => `${literal(name)}: ${literal(sqlTypes[type])}`)
        const rows = `(SELECT * FROM read_csv(${file(csv)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = {${listed.join(", ")}}))`
        return attempt(path, () => copy(connection, rows, path))
      },
      parquetOfLists: (path, entries, name, lists) =>
        attempt(path, () => writeLists(connection, path, entries, name, lists))
    }
  })
)
