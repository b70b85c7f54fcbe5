/**
 * Tables that are asked by SQL: DuckDB in memory, with tables of columns and views of files.
 *
 * @example
 * const database = yield* Database.open
 * yield* database.table("people", [["age", Column.numeric([41, 52])]])
 * const { rows } = yield* database.query("select avg(age) as mean from people")
 */
import { access, constants } from "node:fs/promises"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DuckDBConnection } from "@duckdb/node-api"
import * as FileProblem from "../FileProblem.ts"
import type * as Column from "./Column.ts"
import {
  columns,
  file,
  identifier,
  type Kind,
  literal,
  open as openDatabase,
  type Refusal,
  type Values,
  work
} from "./internal/duckdb.ts"
import { copyTo, fillTable } from "./internal/duckdbTables.ts"
export type { Kind, Values } from "./internal/duckdb.ts"
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
  /** Asks, and gives columns, each as the kind given for it: missing numbers are NaN, other values null. */
  readonly columns: (sql: string, kinds: ReadonlyArray<Kind>) => Effect.Effect<ReadonlyArray<Values>, SchemaError>
  /** Writes what a query gives to a file, which appears whole or not at all: .csv, .jsonl or .parquet. */
  readonly write: (sql: string, path: string) => Effect.Effect<void, SchemaError>
}

/** Whole numbers of 64 bits and more come as texts. */
const plain = (value: unknown, type: string): unknown =>
  typeof value === "string" && type.endsWith("INT") && Number.isSafeInteger(Number(value)) ? Number(value) : value

const shortened = (sql: string): string => (sql.length > 200 ? `${sql.slice(0, 200)}…` : sql)

const refused = (sql: string) => (refusal: Refusal) =>
  new SchemaError({
    given: shortened(sql),
    rule: `is refused by DuckDB: ${refusal.text.replace("Failed to extract statements: ", "").replaceAll(/\s*\n\s*/g, " ")}`,
    advice: "Correct the query."
  })

const formats: Readonly<Record<string, string>> = {
  csv: "FORMAT csv, HEADER",
  jsonl: "FORMAT json",
  parquet: "FORMAT parquet, PARQUET_VERSION V2"
}

/** Writes a path as the name of a file in SQL. @category conversions */
export const path = (path: string): string => file(path)

/** Writes a text in SQL. @category conversions */
export const text = (text: string): string => literal(text)

/** Writes the name of a column or table in SQL. @category conversions */
export const name = (name: string): string => identifier(name)

/** Why a text is no question: one statement that changes nothing. */
const whyNot = async (connection: DuckDBConnection, sql: string): Promise<string | undefined> => {
  const { StatementType } = await import("@duckdb/node-api")
  const statements = await connection.extractStatements(sql)
  if (statements.count === 0) return "has no statement; write a select"
  if (statements.count > 1) return `has ${statements.count} statements, and one is asked at a time`
  const { statementType } = await statements.prepare(0)
  return statementType === StatementType.SELECT || statementType === StatementType.EXPLAIN
    ? undefined
    : "changes something, and a database is only asked; use select"
}

/** Asks, once it is known that nothing is changed. */
const asking = <A>(connection: DuckDBConnection, sql: string, run: () => Promise<A>): Effect.Effect<A, SchemaError> =>
  Effect.flatMap(
    Effect.mapError(
      work(connection, () => whyNot(connection, sql)),
      refused(sql)
    ),
    (rule) =>
      rule === undefined
        ? Effect.mapError(work(connection, run), refused(sql))
        : Effect.fail(new SchemaError({ given: shortened(sql), rule, advice: "Correct the query." }))
  )

/** Asks the system whether a file can be written, whose words are clearer than those of a query. */
const writable = (file: string): Effect.Effect<void, SchemaError> =>
  Effect.tryPromise({
    try: () => access(dirname(file), constants.W_OK),
    catch: (cause) =>
      new SchemaError({
        file,
        given: "the file",
        rule: `cannot be written: ${FileProblem.ruleOf(cause)}`,
        advice: "Name a place where you may write."
      })
  })

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
      asking(connection, sql, async () => {
        const reader = await connection.runAndReadAll(sql)
        const names = reader.deduplicatedColumnNames()
        const types = reader.columnTypes().map(String)
        return {
          columns: names.map((name, i) => ({ name, type: types[i]! })),
          rows: reader.getRowsJson().map((row) => row.map((value, i) => plain(value, types[i]!)))
        }
      }),
    columns: (sql, kinds) => Effect.mapError(columns(connection, sql, kinds), refused(sql)),
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
        : Effect.andThen(
            writable(path),
            asking(connection, sql, async () => {
              await connection.run(`CREATE OR REPLACE TEMP VIEW written AS ${sql}`)
              await copyTo(connection, "(FROM written)", path, format)
            })
          )
    }
  }))
)
