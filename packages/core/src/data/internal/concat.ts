/**
 * Columns one below the other.
 */
import * as Result from "effect/Result"
import * as Column from "../Column.ts"

type Of<T extends Column.Type> = Extract<Column.Column, { readonly type: T }>

const all = <T extends Column.Type>(
  columns: ReadonlyArray<Column.Column>,
  ...types: ReadonlyArray<T>
): ReadonlyArray<Of<T>> | undefined => {
  const is = (column: Column.Column): column is Of<T> => types.some((type) => type === column.type)
  return columns.every(is) ? columns : undefined
}

const total = (parts: ReadonlyArray<{ readonly length: number }>): number =>
  parts.reduce((sum, { length }) => sum + length, 0)

const joined = <A extends Float64Array | Uint8Array | Int32Array | Uint16Array>(
  parts: ReadonlyArray<A>,
  into: A
): A => {
  let at = 0
  for (const part of parts) {
    into.set(part, at)
    at += part.length
  }
  return into
}

const floats = (parts: ReadonlyArray<Float64Array>) => joined(parts, new Float64Array(total(parts)))
const bytes = (parts: ReadonlyArray<Uint8Array>) => joined(parts, new Uint8Array(total(parts)))
const codes = (parts: ReadonlyArray<Int32Array>) => joined(parts, new Int32Array(total(parts)))

const missingOf = (columns: ReadonlyArray<Column.Column>): Uint8Array | null =>
  columns.some(Column.hasMissing)
    ? bytes(columns.map((column) => column.missing ?? new Uint8Array(Column.length(column))))
    : null

const factors = (columns: ReadonlyArray<Column.Factor>, missing: Uint8Array | null): Column.Factor => {
  const levels = [...new Set(columns.flatMap((column) => column.levels))]
  const place = new Map(levels.map((level, code) => [level, code]))
  return {
    type: "factor",
    codes: codes(
      columns.map((column) => column.codes.map((code) => (code < 0 ? -1 : place.get(column.levels[code]!)!)))
    ),
    levels,
    ordered: columns.every((column) => column.ordered && column.levels.join("\0") === levels.join("\0")),
    missing
  }
}

const tensors = (columns: ReadonlyArray<Column.Tensor>, missing: Uint8Array | null): Column.Tensor => {
  const before = columns.map((_, i) => total(columns.slice(0, i).map(({ stores }) => stores)))
  const shifted = columns.map(({ store }, i) => store.map((index) => index + before[i]!))
  return {
    type: "tensor",
    // What is done to the rows of one column alone goes with its stores.
    stores: columns.flatMap(({ steps, stores }) =>
      stores.map((store) => ({ ...store, steps: [...store.steps, ...steps] }))
    ),
    store: joined(shifted, new Uint16Array(total(shifted))),
    place: codes(columns.map(({ place }) => place)),
    steps: [],
    missing
  }
}

/** One column of several: of one type, where whole numbers are numbers, too; or why there is none. */
export const concat = (columns: ReadonlyArray<Column.Column>): Result.Result<Column.Column, string> => {
  const missing = missingOf(columns)
  const numbers = all(columns, "numeric", "integer")
  if (numbers !== undefined) {
    const type = all(columns, "integer") === undefined ? "numeric" : "integer"
    return Result.succeed({ type, values: floats(numbers.map(({ values }) => values)), missing })
  }
  const dates = all(columns, "date")
  if (dates !== undefined) {
    return Result.succeed({ type: "date", values: floats(dates.map(({ values }) => values)), missing })
  }
  const truths = all(columns, "boolean")
  if (truths !== undefined) {
    return Result.succeed({ type: "boolean", values: bytes(truths.map(({ values }) => values)), missing })
  }
  const texts = all(columns, "string")
  if (texts !== undefined) {
    return Result.succeed({ type: "string", values: texts.flatMap(({ values }) => values), missing })
  }
  const levels = all(columns, "factor")
  if (levels !== undefined) return Result.succeed(factors(levels, missing))
  const rows = all(columns, "tensor")
  if (rows === undefined) {
    return Result.fail(`is ${[...new Set(columns.map(({ type }) => type))].join(" in one and ")} in another`)
  }
  return rows.some(({ steps }) => steps.some(({ seed }) => seed !== undefined))
    ? Result.fail("is changed at random before the tables are joined")
    : Result.succeed(tensors(rows, missing))
}
