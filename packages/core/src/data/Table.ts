/**
 * A table: columns of equal length, each with a name. Immutable; the type remembers the names and column types that
 * the compiler was told.
 *
 * Columns live in a `Map`, so that every string can be a name ("__proto__" and "10" too) and keeps its place.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as Types from "effect/Types"
import * as Column from "./Column.ts"
import { concat as concatColumns } from "./internal/concat.ts"
import type * as Note from "./Note.ts"
import { Gathered } from "./internal/gathered.ts"
import { hashColumns } from "./internal/hash.ts"
import { list, suggest } from "../internal/suggest.ts"
import { type FileOptions, readFile } from "./internal/readFile.ts"
import { windows as readWindows } from "./internal/windows.ts"
import { SchemaError } from "./SchemaError.ts"

/** Marks tables. */
export const TypeId = "~rocflow/Table"

/** The columns of a table type: the column type of each name. */
export type Columns = Readonly<Record<string, Column.Column>>

/**
 * A table, or a view of one: some rows of columns that it shares with others.
 * @category models
 */
export interface Table<out C extends Columns = Columns> {
  readonly [TypeId]: { readonly _Columns: Types.Covariant<C> }
  /** The columns by name. Of a view, a column is gathered when it is first asked for. */
  readonly columns: ReadonlyMap<string, Column.Column>
  readonly names: ReadonlyArray<string>
  readonly rows: number
  /** The columns that a view takes rows of, shared with the table that it was taken from; else the columns themselves. */
  readonly source: ReadonlyMap<string, Column.Column>
  /** The row of the source for each row of a view; undefined for all rows in order. */
  readonly index: Int32Array | undefined
  /** What was noticed when it was read, such as a column of numbers that one value made text. */
  readonly notes: ReadonlyArray<Note.Note>
}

/** A column, or what a constructor of columns gave that may have failed. @category models */
export type Given = Column.Column | Result.Result<Column.Column, SchemaError>

/** The columns that were given to make a table: see `fromColumns`. */
export type GivenColumns = Readonly<Record<string, Given>>

/** The columns of what was given, where nothing failed. */
export type Made<G extends GivenColumns> = {
  readonly [K in keyof G]: G[K] extends Result.Result<infer C extends Column.Column, SchemaError>
    ? C
    : Extract<G[K], Column.Column>
}

/** The column of a name; on a table the compiler does not know, it may be absent. */
export type ColumnOf<C extends Columns, N extends string> = string extends keyof C
  ? Column.Column | undefined
  : N extends keyof C
    ? C[N]
    : never

/** Flattens an intersection, so that an editor shows the columns. */
type Simplify<A> = { readonly [K in keyof A]: A[K] }

/** Types only; empty at run time, so that a table can be cloned and sent to a worker. */
const phantom = {} as { readonly _Columns: Types.Covariant<never> }

const unchecked = <C extends Columns>(
  columns: ReadonlyMap<string, Column.Column>,
  rows: number,
  notes: ReadonlyArray<Note.Note> = []
): Table<C> => ({
  [TypeId]: phantom,
  columns,
  names: [...columns.keys()],
  rows,
  source: columns,
  index: undefined,
  notes
})

/** Rows of shared columns. */
const view = <C extends Columns>(
  source: ReadonlyMap<string, Column.Column>,
  index: Int32Array,
  notes: ReadonlyArray<Note.Note>
): Table<C> => ({
  [TypeId]: phantom,
  columns: new Gathered(source, index),
  names: [...source.keys()],
  rows: index.length,
  source,
  index,
  notes
})

/** Other columns of the same rows, which `of` chooses or makes from the shared ones. */
const rebuilt = <C extends Columns>(
  { index, notes, rows, source }: Table,
  of: (columns: ReadonlyMap<string, Column.Column>) => ReadonlyMap<string, Column.Column>
): Table<C> => {
  const columns = of(source)
  const left = notes.filter(({ column }) => column === undefined || columns.has(column))
  return index === undefined ? unchecked(columns, rows, left) : view(columns, index, left)
}

/** Gives a table other columns, of as many rows each, in place of its own. */
export const withColumns = <C extends Columns>(
  { notes, rows }: Table,
  columns: ReadonlyMap<string, Column.Column>
): Table<C> => unchecked(columns, rows, notes)

const checkEntries = (entries: ReadonlyArray<readonly [string, Column.Column]>): SchemaError | undefined => {
  const [first] = entries
  if (first === undefined) {
    return new SchemaError({ given: "a table", rule: "has no column", advice: "Give at least one column." })
  }
  const rows = Column.length(first[1])
  const seen = new Set<string>()
  for (const [name, column] of entries) {
    if (name === "") {
      return new SchemaError({ given: "a column", rule: "has an empty name", advice: "Give every column a name." })
    }
    if (seen.has(name)) {
      return new SchemaError({ column: name, given: "the name", rule: "comes twice", advice: "Rename one of the two." })
    }
    seen.add(name)
    const length = Column.length(column)
    if (length !== rows) {
      return new SchemaError({
        column: name,
        given: `${length} rows`,
        rule: `are not as many as the ${rows} of column "${first[0]}"`,
        advice:
          first[1].type === "tensor" || column.type === "tensor"
            ? "Give arrays of as many rows: they may be of different sets, such as training and test."
            : "Give all columns the same length, with null where a value is missing."
      })
    }
  }
  if (rows > 0) return undefined
  return new SchemaError({ given: "a table", rule: "has no rows", advice: "Give at least one row." })
}

/** The columns of what was given, or the first failure, with the name of its column. */
const settle = (
  given: ReadonlyArray<readonly [string, Given]>
): Result.Result<ReadonlyArray<readonly [string, Column.Column]>, SchemaError> =>
  Result.all(
    given.map(([name, column]) =>
      Result.isResult(column)
        ? Result.mapBoth(column, {
            onSuccess: (made) => [name, made] as const,
            onFailure: (error) => new SchemaError({ ...error, column: name })
          })
        : Result.succeed([name, column] as const)
    )
  )

/**
 * Makes a table of named columns, in the given order. A column may be a `Result`, as `Column.factor` and `Column.integer`
 * give it.
 *
 * Fails with `SchemaError` when there is no column or no row, when lengths differ, when a name is empty or repeated, and
 * for a column that failed.
 */
export const fromEntries = (entries: Iterable<readonly [string, Given]>): Effect.Effect<Table, SchemaError> => {
  const settled = settle([...entries])
  if (Result.isFailure(settled)) return Effect.fail(settled.failure)
  const all = settled.success
  const error = checkEntries(all)
  return error === undefined ? Effect.succeed(unchecked(new Map(all), Column.length(all[0]![1]))) : Effect.fail(error)
}

/**
 * Makes a table of the columns of a record; its type keeps their names and types.
 *
 * Fails with `SchemaError` when there is no column or no row, when lengths differ, when a name is empty.
 *
 * *Gotcha*: JavaScript puts names that are whole numbers first; use `fromEntries` when the order of such names matters.
 *
 * ```ts
 * const table = yield* Table.fromColumns({
 *   Class: Column.factor(["M", "R", "M"], { levels: ["M", "R"] }),
 *   V1: Column.numeric([0.1, 0.7, 0.2])
 * })
 * table.rows // => 3
 * ```
 */
export const fromColumns = <const G extends GivenColumns>(
  columns: G
): Effect.Effect<Table<Simplify<Made<G>>>, SchemaError> =>
  Effect.map(fromEntries(Object.entries(columns)), (table) => table as Table<Simplify<Made<G>>>)

/**
 * Reads a table from a CSV, TSV, Parquet or JSON lines file; the ending of its name tells which, unless `format` does.
 * Text may be compressed by gzip or Zstandard.
 *
 * - A CSV file has a header line of distinct names and is UTF-8, or UTF-16 with a byte order mark, or what `encoding`
 *   says. Fields may be quoted with `"` and then hold delimiters and newlines. The delimiter is a comma (a tab in TSV),
 *   unless another one splits the first lines evenly, which is noted, or `delimiter` is given.
 * - **Missing** are the empty field and `NA`; among numbers, truth values and dates also `N/A`, `NaN`, `null` and blanks
 *   in any case; or just blanks and what `na` says; in Parquet and JSON `null`.
 * - **Types** come from all rows of a column, not from a sample: truth values (`true`, `false`) are `boolean`; numbers
 *   are `integer` when all are whole, else `numeric`; days and times by ISO 8601, or by `dateFormat`, are `date`; anything
 *   else is `string`. `columns` declares types instead: a value that does not fit is then an error with its line.
 * - **Identifiers** stay `string`: whole numbers of which one has a leading zero (`0870`), more than 15 digits, or an
 *   exponent that makes several digits as large as that (`587E59`). Declare the column `numeric` to read them as numbers.
 * - A first column that counts the rows from 0 or 1, or has no name and labels them, is no feature of a task by default,
 *   which is noted.
 * - A column without a name is called `index` in the first place and `column 3` in the third.
 * - Nested values (lists, structs, objects) are refused, except lists of numbers in Parquet that `lists` names: they become
 *   tensors.
 *
 * What is read otherwise than a person might think is in `notes`: a column that one value made text, a decimal comma, a
 * delimiter that was found.
 *
 * Fails with `SchemaError`, which names the file and, where known, line and column.
 *
 * ```ts
 * const sonar = yield* Table.fromFile("sonar.csv", { columns: { Class: "factor" } })
 * ```
 */
export const fromFile = (path: string, options: FileOptions = {}): Effect.Effect<Table, SchemaError> =>
  Effect.flatMap(readFile(path, options), ({ entries, notes }) =>
    Effect.map(fromEntries(entries), (table) => ({ ...table, notes }))
  )

/**
 * Reads a table in windows of some hundred thousand rows, in memory one at a time, so that a file may be larger than that:
 * options as in `fromFile`. Parquet, CSV, TSV and JSON lines, text also as .gz or .zst; text in UTF-16 is one window.
 *
 * *Gotcha*: types are inferred in each window by itself: a column that is whole numbers in one may be text in the next. Declare the
 * types of all columns that matter by `columns`.
 *
 * ```ts
 * yield* Stream.runForEach(Table.windows("large.csv", { columns: { x: "numeric" } }), (table) => Console.log(table.rows))
 * ```
 */
export const windows = (path: string, options: FileOptions = {}): Stream.Stream<Table, SchemaError> =>
  Stream.mapEffect(readWindows(path, options), fromEntries)

export type { FileOptions }
export { encodings } from "./Encoding.ts"

/** Gets a column by name; absent names are `undefined` on a table whose columns the compiler does not know. */
export const column = <C extends Columns, N extends keyof C & string>(table: Table<C>, name: N): ColumnOf<C, N> =>
  table.columns.get(name) as ColumnOf<C, N>

/**
 * Takes rows, in the given order, with repetitions: a view, which shares the columns. Factor levels stay, also those that
 * no longer occur.
 *
 * @throws `SchemaError` for a row that is not there
 */
export const take = <C extends Columns>(table: Table<C>, rows: ArrayLike<number>): Table<C> => {
  const index = new Int32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    Column.checkRow(row, table.rows)
    index[i] = table.index === undefined ? row : table.index[row]!
  }
  return view(table.source, index, table.notes)
}

/** Takes the first `n` rows, or all when there are fewer. */
export const head = <C extends Columns>(table: Table<C>, n = 6): Table<C> =>
  take(
    table,
    Array.from({ length: Math.min(n, table.rows) }, (_, row) => row)
  )

const unknownName = (table: Table, names: ReadonlyArray<string>): SchemaError | undefined => {
  const name = names.find((name) => !table.columns.has(name))
  if (name === undefined) return undefined
  return new SchemaError({
    column: name,
    given: "the name",
    rule: "is not a column of the table",
    advice: suggest(name, table.names)
  })
}

/** Keeps the named columns, in the given order. Fails for an unknown name, a repeated name, and when none is named. */
export const select = <C extends Columns, const N extends keyof C & string>(
  table: Table<C>,
  names: ReadonlyArray<N>
): Effect.Effect<Table<Simplify<Pick<C, N>>>, SchemaError> => {
  const error = unknownName(table, names)
  if (error !== undefined) return Effect.fail(error)
  const invalid = checkEntries(names.map((name) => [name, table.source.get(name)!] as const))
  return invalid === undefined
    ? Effect.succeed(rebuilt(table, (columns) => new Map(names.map((name) => [name, columns.get(name)!]))))
    : Effect.fail(invalid)
}

/** Leaves out the named columns. Fails for an unknown name, and when no column remains. */
export const drop = <C extends Columns, const N extends keyof C & string>(
  table: Table<C>,
  names: ReadonlyArray<N>
): Effect.Effect<Table<Simplify<Omit<C, N>>>, SchemaError> => {
  const out = new Set<string>(names)
  const error = unknownName(table, names)
  if (error !== undefined) return Effect.fail(error)
  if (table.names.every((name) => out.has(name))) {
    return Effect.fail(
      new SchemaError({ given: list(names), rule: "are all columns of the table", advice: "Keep at least one column." })
    )
  }
  return Effect.succeed(rebuilt(table, (columns) => new Map([...columns].filter(([name]) => !out.has(name)))))
}

/** Adds a column at the end, or replaces the one of that name in its place. Fails when its length or name is wrong. */
export const withColumn = <C extends Columns, const N extends string, A extends Column.Column>(
  table: Table<C>,
  name: N,
  column: A
): Effect.Effect<Table<Simplify<Omit<C, N> & { readonly [K in N]: A }>>, SchemaError> => {
  const columns = new Map(table.columns).set(name, column)
  const error = checkEntries([...columns])
  return error === undefined ? Effect.succeed(unchecked(columns, table.rows, table.notes)) : Effect.fail(error)
}

/**
 * Puts tables one below the other: rows of several files, or of sources of different form. Columns are matched by name and
 * come in the order of the first table; levels of factors are joined, and whole numbers become real ones where one table has
 * such.
 *
 * Fails with `SchemaError` for a column that a table lacks, or that has another type there.
 */
export const concat = Effect.fnUntraced(function* (tables: ReadonlyArray<Table>): Effect.fn.Return<Table, SchemaError> {
  const [first, ...others] = tables
  const names = first?.names ?? []
  for (const [i, table] of others.entries()) {
    const [lacks, extra] = [
      names.find((name) => !table.columns.has(name)),
      table.names.find((name) => !names.includes(name))
    ]
    if (lacks === undefined && extra === undefined) continue
    return yield* new SchemaError({
      column: lacks ?? extra ?? "",
      given: `table ${i + 2}`,
      rule: lacks === undefined ? "has this column, and table 1 lacks it" : "lacks this column, which table 1 has",
      advice: "Give all tables the same columns: rename one, or leave it out."
    })
  }
  const columns: Array<readonly [string, Column.Column]> = []
  for (const name of names) {
    const joined = concatColumns(tables.map((table) => table.columns.get(name)!))
    if (Result.isSuccess(joined)) columns.push([name, joined.success])
    else {
      return yield* new SchemaError({
        column: name,
        given: "the column",
        rule: joined.failure,
        advice: "Declare one type in all tables."
      })
    }
  }
  const table = yield* fromEntries(columns)
  return { ...table, notes: tables.flatMap(({ notes }) => notes) }
})

/** What `summary` tells of a column. Numbers are of the values that are not missing; absent when there are none. */
export interface Summary {
  readonly name: string
  readonly type: Column.Type
  readonly missing: number
  readonly distinct: number
  readonly min: number | undefined
  readonly mean: number | undefined
  readonly max: number | undefined
}

const summarise = (name: string, column: Column.Column): Summary => {
  const values = (Column.asNumbers(column) ?? new Float64Array(0)).filter((value) => !Number.isNaN(value))
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let total = 0
  for (const value of values) {
    min = Math.min(min, value)
    max = Math.max(max, value)
    total += value
  }
  const any = values.length > 0
  return {
    name,
    type: column.type,
    missing: Column.countMissing(column),
    distinct: Column.cardinality(column),
    min: any ? min : undefined,
    mean: any ? total / values.length : undefined,
    max: any ? max : undefined
  }
}

/** Describes every column: type, missing and distinct values, range and mean (of truth values: the share of true). */
export const summary = (table: Table): ReadonlyArray<Summary> =>
  Array.from(table.columns, ([name, column]) => summarise(name, column))

/**
 * Hashes the content: 64 hexadecimal digits of SHA-256 over the names, types, values, missingness and levels, in order.
 * Equal tables have equal hashes on every machine with little-endian numbers.
 */
export const contentHash = (table: Table): string => hashColumns(table.columns, table.rows)
