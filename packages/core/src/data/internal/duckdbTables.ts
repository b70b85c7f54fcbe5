/**
 * Columns as tables of DuckDB, and tables as files.
 */
import * as Fs from "node:fs/promises"
import type { DuckDBAppender, DuckDBConnection, DuckDBTimestampValue } from "@duckdb/node-api"
import * as WholeFile from "../../WholeFile.ts"
import * as Column from "../Column.ts"
import { identifier, literal } from "./duckdb.ts"

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

/** The type of a column of each kind in SQL. */
export const sqlTypes: Readonly<Record<Column.Type, string>> = {
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

/** Makes a table of columns; one of that name is replaced. */
export const fillTable = async (connection: DuckDBConnection, name: string, entries: Entries): Promise<void> => {
  const definitions = entries.map(([name, column]) => `${identifier(name)} ${sqlTypes[column.type]}`)
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${identifier(name)} (${definitions.join(", ")})`)
  const { DuckDBTimestampValue } = await import("@duckdb/node-api")
  const timestamp = (micros: bigint) => new DuckDBTimestampValue(micros)
  const appender = await connection.createAppender(name)
  const rows = entries[0] === undefined ? 0 : Column.length(entries[0][1])
  for (let row = 0; row < rows; row++) {
    for (const [, column] of entries) appendValue(appender, column, row, timestamp)
    appender.endRow()
  }
  appender.closeSync()
}

/** Copies a table or a query to a file, which appears whole or not at all. */
export const copyTo = async (
  connection: DuckDBConnection,
  source: string,
  path: string,
  format: string
): Promise<void> => {
  const partial = WholeFile.partial(path)
  await connection.run(`COPY ${source} TO ${literal(partial)} (${format})`)
  await Fs.rename(partial, path)
}
