/**
 * DuckDB behind three functions: open, ask, get columns. Loaded on first use, for it is large.
 */
import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** What DuckDB said when it refused. */
export interface Refusal {
  readonly _tag: "Refusal"
  readonly text: string
}

const refusal = (cause: unknown): Refusal => ({
  _tag: "Refusal",
  text: cause instanceof Error ? cause.message : String(cause)
})

const notLoaded = (cause: unknown): Refusal => ({
  _tag: "Refusal",
  text: `DuckDB cannot be loaded (${refusal(cause).text.split("\n", 1)[0]})`
})

/** What to do about a refusal: what the caller says, unless DuckDB itself is not there. */
export const advice = (text: string, otherwise: string): string =>
  text.startsWith("DuckDB cannot be loaded")
    ? "Install @duckdb/node-api with its optional dependencies, which hold the binary of this platform."
    : otherwise

/** Opens a database in memory that never looks for extensions on the network; it is closed with the scope. */
export const open: Effect.Effect<DuckDBConnection, Refusal, Scope.Scope> = Effect.gen(function* () {
  const { DuckDBInstance } = yield* Effect.tryPromise({ try: () => import("@duckdb/node-api"), catch: notLoaded })
  const instance = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () =>
        DuckDBInstance.create(":memory:", {
          autoinstall_known_extensions: "false",
          autoload_known_extensions: "false"
        }),
      catch: refusal
    }),
    (instance) => Effect.sync(() => instance.closeSync())
  )
  return yield* Effect.acquireRelease(
    Effect.tryPromise({ try: () => instance.connect(), catch: refusal }),
    (connection) => Effect.sync(() => connection.closeSync())
  )
})

/** Writes a string for SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Writes the path of one file for SQL: DuckDB would take `*`, `?` and `[` in it for wildcards. */
export const file = (path: string): string => literal(path.replaceAll(/[*?[]/g, "[$&]"))

/** Writes a column name for SQL. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** How a result column is wanted; the query must give DOUBLE, VARCHAR or BOOLEAN accordingly. */
export type Kind = "number" | "text" | "boolean"

/** A column of an answer. */
export type Values =
  | { readonly kind: "number"; readonly values: Float64Array }
  | { readonly kind: "text"; readonly values: Array<string | null> }
  | { readonly kind: "boolean"; readonly values: Array<boolean | null> }

const empty = (kind: Kind, rows: number): Values => {
  switch (kind) {
    case "number":
      return { kind, values: new Float64Array(rows) }
    case "text":
      return { kind, values: Array.from({ length: rows }, () => null) }
    case "boolean":
      return { kind, values: Array.from({ length: rows }, () => null) }
  }
}

const copy = (target: Values, chunk: DuckDBDataChunk, index: number, offset: number) => {
  const vector = chunk.getColumnVector(index)
  const rows = chunk.rowCount
  switch (target.kind) {
    case "number":
      for (let row = 0; row < rows; row++) target.values[offset + row] = Number(vector.getItem(row) ?? Number.NaN)
      break
    case "text":
      for (let row = 0; row < rows; row++) {
        const item = vector.getItem(row)
        target.values[offset + row] = item === null ? null : String(item)
      }
      break
    case "boolean":
      for (let row = 0; row < rows; row++) {
        const item = vector.getItem(row)
        target.values[offset + row] = item === null ? null : item === true
      }
  }
}

/**
 * Does work on a connection. An interruption stops the query and waits for its end: a connection that is closed while it
 * works hangs the process.
 */
export const work = <A>(connection: DuckDBConnection, run: () => Promise<A>): Effect.Effect<A, Refusal> =>
  Effect.callback((resume) => {
    const done = run()
    done.then(
      (value) => resume(Effect.succeed(value)),
      (cause: unknown) => resume(Effect.fail(refusal(cause)))
    )
    return Effect.promise(() => {
      connection.interrupt()
      return done.then(
        () => {},
        () => {}
      )
    })
  })

/** Runs a query and gets its columns, each as the kind given for it. Missing numbers are NaN, other values null. */
export const columns = (
  connection: DuckDBConnection,
  sql: string,
  kinds: ReadonlyArray<Kind>
): Effect.Effect<ReadonlyArray<Values>, Refusal> =>
  work(connection, () => connection.run(sql).then((result) => result.fetchAllChunks())).pipe(
    Effect.map((chunks) => {
      const rows = chunks.reduce((total, chunk) => total + chunk.rowCount, 0)
      const targets = kinds.map((kind) => empty(kind, rows))
      let offset = 0
      for (const chunk of chunks) {
        targets.forEach((target, index) => copy(target, chunk, index, offset))
        offset += chunk.rowCount
      }
      return targets
    })
  )
