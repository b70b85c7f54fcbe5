import type { DuckDBConnection } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Column from "../Column.ts"
import { suggest } from "../../internal/suggest.ts"
import { SchemaError } from "../SchemaError.ts"
import * as Duckdb from "./duckdb.ts"
import { checkRows } from "./fitsMemory.ts"
import { readList } from "./readLists.ts"
import type { ArrayOptions } from "./tensors/make.ts"
import type { FileContent } from "./fileContent.ts"

/** A column of the file: the name it has there, the name DuckDB gives it, its DuckDB type. */
interface Source {
  readonly name: string
  readonly alias: string
  readonly type: string
}

type Target = "boolean" | "integer" | "numeric" | "string" | "large" | "date"

const targets: ReadonlyArray<readonly [RegExp, Target]> = [
  [/\[|^(STRUCT|MAP|UNION|BLOB|BIT|GEOMETRY|VARIANT)\b/, "string"],
  [/^BOOLEAN$/, "boolean"],
  [/^U?(TINYINT|SMALLINT|INTEGER)$/, "integer"],
  [/^U?(BIGINT|HUGEINT)$/, "large"],
  [/^(FLOAT|DOUBLE|DECIMAL.*)$/, "numeric"],
  [/^(DATE|TIMESTAMP.*)$/, "date"],
  [/^(VARCHAR|UUID|TIME.*|INTERVAL|ENUM.*|JSON)$/, "string"]
]

/** How a DuckDB type is stored in a table; `undefined` for nested and binary types, which are refused. */
const targetOf = (type: string): Target | undefined => {
  const found = targets.findIndex(([pattern]) => pattern.test(type))
  return found <= 0 ? undefined : targets[found]![1]
}

/** Names of the columns at the top of a schema that lists every node before its children. */
const topNames = (names: ReadonlyArray<string>, children: ArrayLike<number>): ReadonlyArray<string> => {
  const after = (index: number): number => {
    let next = index + 1
    for (let child = 0; child < (children[index] || 0); child++) next = after(next)
    return next
  }
  const top: Array<string> = []
  for (let index = 1; index < names.length; index = after(index)) top.push(names[index]!)
  return top
}

/** Puts a refusal of DuckDB's in our words. */
const explain = (path: string, { text }: Duckdb.Refusal) =>
  new SchemaError({
    file: path,
    given: "the file",
    rule: `is not readable Parquet (${text.split("\n", 1)[0]})`,
    advice: Duckdb.advice(text, "Check that it is complete and that its ending tells the truth.")
  })

const countOf = (path: string): string => `SELECT count(*)::DOUBLE FROM read_parquet(${Duckdb.file(path)})`

/** How many rows a file has. */
export const countRows = (path: string): Effect.Effect<number, SchemaError> =>
  Effect.scoped(
    Effect.flatMap(Duckdb.open, (connection) => Duckdb.columns(connection, countOf(path), ["number"]))
  ).pipe(
    Effect.map(([rows]) => Number(rows?.values[0] ?? 0)),
    Effect.mapError((refusal) => explain(path, refusal))
  )

const textOf = (column: Duckdb.Values | undefined): ReadonlyArray<string> =>
  column?.kind === "text" ? column.values.map((value) => value ?? "") : []

const describe = Effect.fnUntraced(function* (connection: DuckDBConnection, path: string) {
  const file = Duckdb.file(path)
  const [alias, type] = yield* Duckdb.columns(
    connection,
    `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${file}))`,
    ["text", "text"]
  )
  const [name, children] = yield* Duckdb.columns(
    connection,
    `SELECT name, num_children::DOUBLE FROM parquet_schema(${file})`,
    ["text", "number"]
  )
  const names = topNames(textOf(name), children?.kind === "number" ? children.values : [])
  const types = textOf(type)
  return textOf(alias).map((alias, index): Source => ({ name: names[index] ?? alias, alias, type: types[index]! }))
})

const unsupported = (path: string, { name, type }: Source) =>
  new SchemaError({
    file: path,
    column: name,
    given: `the type ${type}`,
    rule: "has no place in a table of numbers, truth values, levels and text",
    advice: "Unnest it into plain columns, leave the column out, or name it in lists if it holds numbers."
  })

/** Whole numbers are read as float64 if all of them fit, else as text. */
const fits = Effect.fnUntraced(function* (connection: DuckDBConnection, path: string, large: ReadonlyArray<Source>) {
  if (large.length === 0) return []
  const limit = Number.MAX_SAFE_INTEGER
  const sql = large.map(({ alias }) => `bool_and(${Duckdb.identifier(alias)} BETWEEN -${limit} AND ${limit})`)
  const answers = yield* Duckdb.columns(
    connection,
    `SELECT ${sql.join(", ")} FROM read_parquet(${Duckdb.file(path)})`,
    large.map(() => "boolean" as const)
  )
  return large.filter((_, index) => answers[index]?.values[0] !== false)
})

const kinds = {
  boolean: "boolean",
  integer: "number",
  numeric: "number",
  large: "number",
  date: "number",
  string: "text"
} as const
const sqlTypes = { boolean: "BOOLEAN", number: "DOUBLE", text: "VARCHAR" } as const

const toColumn = (column: Duckdb.Values, target: Target): Column.Column => {
  switch (column.kind) {
    case "number":
      if (target === "date") return Column.date(column.values)
      return { ...Column.numeric(column.values), type: target === "numeric" ? "numeric" : "integer" }
    case "boolean":
      return Column.boolean(column.values)
    case "text":
      return Column.text(column.values)
  }
}

/**
 * Reads a Parquet file. Its types decide, not its values, except that whole numbers beyond 2^53 - 1 become text. `lists` are
 * the columns of lists that become tensors.
 */
export const readParquet = Effect.fnUntraced(
  function* (
    path: string,
    lists: Readonly<Record<string, ArrayOptions>> | undefined,
    range?: { readonly from: number; readonly to: number }
  ): Effect.fn.Return<FileContent, SchemaError | Duckdb.Refusal, Scope.Scope> {
    const connection = yield* Duckdb.open
    yield* Duckdb.columns(connection, "SET TimeZone = 'UTC'", [])
    const all = yield* describe(connection, path)
    const tensors = new Map<string, Column.Column>()
    for (const [name, options] of Object.entries(lists ?? {})) {
      const source = all.find((each) => each.name === name)
      if (source === undefined) {
        return yield* new SchemaError({
          file: path,
          column: name,
          given: "the column of lists",
          rule: "is not in the file",
          advice: suggest(
            name,
            all.map((each) => each.name)
          )
        })
      }
      tensors.set(name, yield* readList(connection, path, source, options))
    }
    const sources = all.filter(({ name }) => !tensors.has(name))
    const refused = sources.find(({ type }) => targetOf(type) === undefined)
    if (refused !== undefined) return yield* unsupported(path, refused)
    const large = sources.filter(({ type }) => targetOf(type) === "large")
    const fitting = yield* fits(connection, path, large)
    const wanted = sources.map((source) => {
      const target = targetOf(source.type) ?? "string"
      return target === "large" && !fitting.includes(source) ? "string" : target
    })
    if (range === undefined) {
      const texts = sources.flatMap(({ alias }, index) =>
        wanted[index] === "string" ? [`coalesce(sum(strlen(CAST(${Duckdb.identifier(alias)} AS VARCHAR))), 0)`] : []
      )
      const [counted, characters] = yield* Duckdb.columns(
        connection,
        `SELECT count(*)::DOUBLE, (${["0", ...texts].join(" + ")})::DOUBLE FROM read_parquet(${Duckdb.file(path)})`,
        ["number", "number"]
      )
      const rows = Number(counted?.values[0] ?? 0)
      yield* checkRows(path, rows, sources.length, {
        cells: rows * texts.length,
        characters: Number(characters?.values[0] ?? 0)
      })
    }
    const sql = sources.map(({ alias }, index) => {
      const name = Duckdb.identifier(alias)
      const value = wanted[index] === "date" ? `epoch_ms(CAST(${name} AS TIMESTAMP))` : name
      return `CAST(${value} AS ${sqlTypes[kinds[wanted[index]!]]})`
    })
    const values =
      sources.length === 0
        ? []
        : yield* Duckdb.columns(
            connection,
            range === undefined
              ? `SELECT ${sql.join(", ")} FROM read_parquet(${Duckdb.file(path)})`
              : `SELECT ${sql.join(", ")} FROM read_parquet(${Duckdb.file(path)}, file_row_number = true) WHERE file_row_number >= ${range.from} AND file_row_number < ${range.to} ORDER BY file_row_number`,
            wanted.map((target) => kinds[target])
          )
    if (values[0]?.values.length === 0) {
      return yield* new SchemaError({
        file: path,
        given: "the file",
        rule: "has no rows",
        advice: "A table needs at least one row."
      })
    }
    const plain = new Map(sources.map(({ name }, index) => [name, toColumn(values[index]!, wanted[index]!)]))
    return {
      entries: all.map(({ name }) => [name, tensors.get(name) ?? plain.get(name)!] as const),
      lineOfRow: undefined,
      notes: []
    }
  },
  (effect, path) => Effect.scoped(effect).pipe(Effect.catchTag("Refusal", (refusal) => explain(path, refusal)))
)
