/**
 * List columns of a Parquet file as tensor columns. They are read some thousand rows at a time into the bytes that they
 * take: one a number where the file has bytes, else four.
 */
import type { DuckDBConnection } from "@duckdb/node-api"
import * as Effect from "effect/Effect"
import type { Tensor } from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import * as Duckdb from "./duckdb.ts"
import { type ArrayOptions, checkRange, inMemory, ofStore, shaped, withMissing } from "./tensors/make.ts"
import { memoryBudget } from "./tensors/readNumbers.ts"

/** Numbers in lists, or in lists of lists: `UTINYINT[]`, `FLOAT[28][28]`. */
const listType = /^(U?TINYINT|U?SMALLINT|U?INTEGER|FLOAT|DOUBLE)((?:\[\d*\])+)$/

/** Numbers that are fetched at a time. */
const together = 2 ** 20

/** Reads a list column; `column` is its name in SQL, `name` what people call it. */
export const readList = Effect.fnUntraced(function* (
  connection: DuckDBConnection,
  path: string,
  { alias, name, type }: { readonly alias: string; readonly name: string; readonly type: string },
  { range, shape }: ArrayOptions
): Effect.fn.Return<Tensor, SchemaError | Duckdb.Refusal> {
  const refuse = (given: string, rule: string, advice: string) =>
    new SchemaError({ file: path, column: name, given, rule, advice })
  const wrong = checkRange(range)
  if (wrong !== undefined) return yield* wrong
  const [, number, brackets = ""] = listType.exec(type) ?? []
  if (number === undefined) {
    return yield* refuse(`the type ${type}`, "is no list of numbers", "Name a column of lists of numbers in lists.")
  }
  const depth = brackets.split("[").length - 1
  const list = `CAST(${Duckdb.identifier(alias)} AS ${number}${"[]".repeat(depth)})`
  const flat = `${"flatten(".repeat(depth - 1)}${list}${")".repeat(depth - 1)}`
  const file = `read_parquet(${Duckdb.file(path)}, file_row_number = true)`
  const ask = (sql: string, kinds: ReadonlyArray<Duckdb.Kind>) =>
    Effect.map(Duckdb.columns(connection, sql, kinds), (found) =>
      found.map((values) => (values.kind === "number" ? values.values : new Float64Array(0)))
    )
  const [counts, least, most] = yield* ask(
    `SELECT count(*)::DOUBLE, min(len(${flat}))::DOUBLE, max(len(${flat}))::DOUBLE FROM ${file}`,
    ["number", "number", "number"]
  )
  const [rows, length] = [counts?.[0] ?? 0, least?.[0] ?? 0]
  if (!(length > 0) || length !== most?.[0]) {
    return yield* refuse(
      `lists of ${length} to ${most?.[0]} numbers`,
      "are no rows of one shape",
      "Give all lists the same length."
    )
  }
  const element = number === "UTINYINT" ? "u1" : "f4"
  if (rows * length * (element === "u1" ? 1 : 4) > memoryBudget) {
    return yield* refuse(
      `${rows} lists of ${length} numbers`,
      `take more than ${memoryBudget / 2 ** 20} MiB`,
      "Write them by numpy.save, and read the file by arrays: it is then read by parts."
    )
  }
  const rowShape = yield* Effect.fromResult(shaped(`a list of ${name}`, [length], shape ?? [length]))
  const values = element === "u1" ? new Uint8Array(rows * length) : new Float32Array(rows * length)
  const missing = new Uint8Array(rows).fill(1)
  const step = Math.max(1, Math.floor(together / length))
  for (let from = 0; from < rows; from += step) {
    const some = `FROM ${file} WHERE file_row_number >= ${from} AND file_row_number < ${from + step} AND ${Duckdb.identifier(alias)} IS NOT NULL`
    const [found] = yield* ask(`SELECT file_row_number::DOUBLE ${some} ORDER BY file_row_number`, ["number"])
    const [numbers] = yield* ask(
      `SELECT v::DOUBLE FROM (SELECT file_row_number AS r, unnest(${flat}) AS v, generate_subscripts(${flat}, 1) AS i ${some}) ORDER BY r, i`,
      ["number"]
    )
    for (const [i, row] of (found ?? new Float64Array(0)).entries()) {
      const one = numbers!.subarray(i * length, (i + 1) * length)
      values.set(one, row * length)
      missing[row] = one.some(Number.isNaN) ? 1 : 0
    }
  }
  const store = inMemory(`${path}:${name}`, new Uint8Array(values.buffer), element, rowShape, range)
  return withMissing(ofStore(store, rows), missing)
})
