/**
 * Tables that are asked by SQL: DuckDB in memory, with tables of columns and views of files.
 *
 * @example
 * const database = yield* Database.open
 * yield* database.table("people", [["age", Column.numeric([41, 52])]])
 * const { rows } = yield* database.query("select avg(age) as mean from people")
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Column from "./Column.ts"
import { file, identifier, literal, open as openDatabase, type Refusal, work } from "./internal/duckdb.ts"
import { copyTo, fillTable } from "./internal/duckdbTables.ts"
import { SchemaError } from "./SchemaError.ts"

/**
 * What a query gives: values as JSON has them; decimals, times, and whole numbers that a double cannot hold, are texts.
 * @category models
 */
export interface Answer {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<unknown>>
}

/** @category models */
export interface Database {
  /** Makes a table of columns of equal length; one of that name is replaced. */
  readonly table: (
    name: string,
    entries: ReadonlyArray<readonly [name: string, column: Column.Column]>
  ) => Effect.Effect<void, SchemaError>
  /** Makes a name for a query. */
  readonly view: (name: string, sql: string) => Effect.Effect<void, SchemaError>
  /** Asks. Errors: `SchemaError` with what DuckDB says of the query. */
  readonly query: (sql: string) => Effect.Effect<Answer, SchemaError>
  /** Writes what a query gives to a file, which appears whole or not at all: .csv, .jsonl or .parquet. */
  readonly write: (sql: string, path: string) => Effect.Effect<void, SchemaError>
}

/** Whole numbers of 64 bits and more come as texts. */
const plain = (value: unknown, type: string): unknown =>
  typeof value === "string" && type.endsWith("INT") && Number.isSafeInteger(Number(value)) ? Number(value) : value

const refused = (sql: string) => (refusal: Refusal) =>
  new SchemaError({
    given: sql.length > 200 ? `${sql.slice(0, 200)}…` : sql,
    rule: `is refused by DuckDB: ${refusal.text.replaceAll(/\s*\n\s*/g, " ")}`,
    advice: "Correct the query."
  })

const formats: Readonly<Record<string, string>> = {
  csv: "FORMAT csv, HEADER",
  jsonl: "FORMAT json",
  parquet: "FORMAT parquet, PARQUET_VERSION V2"
}

/** Writes a path as the name of a file, or of files by wildcards, in SQL. @category conversions */
export const path = (path: string, wildcards = ""): string =>
  wildcards === "" ? file(path) : `${file(path).slice(0, -1)}/${literal(wildcards).slice(1)}`

/** Opens an empty database, which is gone with the scope. It never looks for extensions on the network. @category constructors */
export const open: Effect.Effect<Database, SchemaError, Scope.Scope> = openDatabase.pipe(
  Effect.mapError(refused("a database")),
  Effect.map((connection): Database => ({
    table: (name, entries) =>
      Effect.mapError(
        work(connection, () => fillTable(connection, name, entries)),
        refused(`table ${name}`)
      ),
    view: (name, sql) =>
      Effect.mapError(
        Effect.asVoid(work(connection, () => connection.run(`CREATE OR REPLACE VIEW ${identifier(name)} AS ${sql}`))),
        refused(sql)
      ),
    query: (sql) =>
      Effect.mapError(
        work(connection, async () => {
          const reader = await connection.runAndReadAll(sql)
          const names = reader.columnNames()
          const types = reader.columnTypes().map(String)
          return {
            columns: names.map((name, i) => ({ name, type: types[i]! })),
            rows: reader.getRowsJson().map((row) => row.map((value, i) => plain(value, types[i]!)))
          }
        }),
        refused(sql)
      ),
    write: (sql, path) => {
      const format = formats[path.slice(path.lastIndexOf(".") + 1).toLowerCase()]
      return format === undefined
        ? Effect.fail(
            new SchemaError({
              file: path,
              given: "the name",
              rule: "has no ending that says how to write it",
              advice: "End it in .csv, .jsonl or .parquet."
            })
          )
        : Effect.mapError(
            work(connection, () => copyTo(connection, `(${sql})`, path, format)),
            refused(sql)
          )
    }
  }))
)
