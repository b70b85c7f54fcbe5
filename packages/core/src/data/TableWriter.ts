/**
 * Writes columns to Parquet files, through DuckDB. A writer is opened once and used for many files.
 */
import * as Effect from "effect/Effect"
import * as Fs from "node:fs/promises"
import type * as Scope from "effect/Scope"
import type { DuckDBAppender, DuckDBConnection, DuckDBTimestampValue } from "@duckdb/node-api"
import * as WholeFile from "../WholeFile.ts"
import * as Column from "./Column.ts"
import { columns, file, identifier, literal, open as openDatabase, work } from "./internal/duckdb.ts"
import { SchemaError } from "./SchemaError.ts"

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

/** Writes tables to files; what it holds is freed with its scope. @category models */
export interface Writer {
  /** Writes columns of equal length; the file appears whole or not at all. A file of that name is replaced. */
  readonly parquet: (path: string, entries: Entries) => Effect.Effect<void, SchemaError>
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

const sqlTypes: Readonly<Record<Column.Type, string>> = {
  numeric: "DOUBLE",
  integer: "BIGINT",
  boolean: "BOOLEAN",
  factor: "VARCHAR",
  string: "VARCHAR",
  date: "TIMESTAMP",
  // Where a row is: its numbers stay in their files.
  tensor: "VARCHAR"
}

const appendValue = (
  appender: DuckDBAppender,
  column: Column.Column,
  row: number,
  timestamp: (micros: bigint) => DuckDBTimestampValue
): void => {
  if (column.missing?.[row] === 1) return appender.appendNull()
  switch (column.type) {
    case "numeric":
      return appender.appendDouble(column.values[row]!)
    case "integer":
      return appender.appendBigInt(BigInt(column.values[row]!))
    case "boolean":
      return appender.appendBoolean(column.values[row] === 1)
    case "date":
      return appender.appendTimestamp(timestamp(BigInt(column.values[row]!) * 1000n))
    default:
      return appender.appendVarchar(Column.toText(column, row)!)
  }
}

const fill = async (connection: DuckDBConnection, entries: Entries): Promise<void> => {
  const definitions = entries.map(([name, column]) => `${identifier(name)} ${sqlTypes[column.type]}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE written (${definitions.join(", ")})`)
  const { DuckDBTimestampValue } = await import("@duckdb/node-api")
  const timestamp = (micros: bigint) => new DuckDBTimestampValue(micros)
  const appender = await connection.createAppender("written")
  const rows = entries[0] === undefined ? 0 : Column.length(entries[0][1])
  for (let row = 0; row < rows; row++) {
    for (const [, column] of entries) appendValue(appender, column, row, timestamp)
    appender.endRow()
  }
  appender.closeSync()
}

const copy = async (connection: DuckDBConnection, source: string, path: string): Promise<void> => {
  const partial = WholeFile.partial(path)
  // The second version of the format packs ascending numbers by their differences.
  await connection.run(`COPY ${source} TO ${literal(partial)} (FORMAT parquet, PARQUET_VERSION V2)`)
  await Fs.rename(partial, path)
}

const writeParquet = async (connection: DuckDBConnection, path: string, entries: Entries): Promise<void> => {
  await fill(connection, entries)
  await copy(connection, "written", path)
}

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

const failure = (file: string, text: string) =>
  new SchemaError({
    file,
    given: "the file",
    rule: `cannot be written (${text})`,
    advice: "Check the folder and its rights."
  })

/**
 * Opens a writer; it is closed with the scope. It computes on one thread: files of predictions are small, and handing
 * them from thread to thread takes longer than writing them.
 * @category constructors
 */
export const open: Effect.Effect<Writer, SchemaError, Scope.Scope> = openDatabase.pipe(
  Effect.tap((connection) => columns(connection, "SET threads = 1", [])),
  Effect.mapError(({ text }) => failure("DuckDB", text)),
  Effect.map((connection): Writer => {
    const attempt = (path: string, write: () => Promise<void>) =>
      Effect.mapError(work(connection, write), ({ text }) => failure(path, text.split("\n")[0]!))
    return {
      parquet: (path, entries) => attempt(path, () => writeParquet(connection, path, entries)),
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
