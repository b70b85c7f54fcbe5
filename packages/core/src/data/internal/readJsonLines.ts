import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import { fromNumbers, isUnsafe, type Reading } from "./infer.ts"
import type { FileContent } from "./fileContent.ts"

/** A value of one field; whole numbers beyond 2^53 - 1 are kept as bigint. */
type Scalar = string | number | boolean | bigint | null

const parse = (text: string): Result.Result<unknown, string> =>
  Result.try({
    try: (): unknown =>
      JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) =>
        typeof value === "number" && isUnsafe(value) && /^-?\d+$/.test(context?.source ?? "")
          ? BigInt(context?.source ?? 0)
          : value
      ),
    catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
  })

/** Days or points in time, if every text that is there is one. */
const datesOf = (values: ReadonlyArray<Scalar>, { date }: Reading): Column.Column | undefined => {
  const dates = values.map((value) => (value === null ? null : typeof value === "string" ? date(value) : undefined))
  return dates.every((value) => value !== undefined) ? Column.date(dates) : undefined
}

const toColumn = (values: ReadonlyArray<Scalar>, reading: Reading): Column.Column => {
  const types = new Set(values.filter((value) => value !== null).map((value) => typeof value))
  if (types.size === 0 || (types.size === 1 && types.has("number"))) return fromNumbers(values as Array<number | null>)
  if (types.size === 1 && types.has("boolean")) return Column.boolean(values as Array<boolean | null>)
  const dates = datesOf(values, reading)
  if (dates !== undefined) return dates
  return Column.text(values.map((value) => (value === null ? null : String(value))))
}

/**
 * Reads JSON lines: one object a line, blank lines left out. A key that is absent is missing; `null` is missing; a text
 * stays text, also when it looks like a number, but texts that are all dates are dates; a column of mixed types becomes text.
 */
export const readJsonLines = Effect.fnUntraced(function* (
  path: string,
  bytes: Uint8Array,
  reading: Reading
): Effect.fn.Return<FileContent, SchemaError> {
  const columns = new Map<string, Array<Scalar>>()
  const lineOfRow: Array<number> = []
  const lines = new TextDecoder().decode(bytes).split("\n")
  for (const [index, text] of lines.entries()) {
    if (text.trim() === "") continue
    const line = index + 1
    const parsed = parse(text)
    const record = Result.isSuccess(parsed) ? parsed.success : undefined
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      return yield* new SchemaError({
        file: path,
        line,
        given: Result.isFailure(parsed) ? `not JSON: ${parsed.failure}` : "a JSON value",
        rule: "where each line must be one object",
        advice: 'Write one row a line, such as {"x": 1, "y": "a"}.'
      })
    }
    for (const [name, value] of Object.entries(record) as Array<[string, unknown]>) {
      if (typeof value === "object" && value !== null) {
        return yield* new SchemaError({
          file: path,
          line,
          column: name,
          given: Array.isArray(value) ? "a list" : "an object",
          rule: "has no place in a table of numbers, truth values and text",
          advice: "Write its parts as columns of their own, or leave it out."
        })
      }
      let column = columns.get(name)
      if (column === undefined) {
        column = Array.from({ length: lineOfRow.length }, () => null)
        columns.set(name, column)
      }
      column.push(value as Scalar)
    }
    lineOfRow.push(line)
    for (const column of columns.values()) if (column.length < lineOfRow.length) column.push(null)
  }
  if (columns.size === 0) {
    return yield* new SchemaError({
      file: path,
      given: "the file",
      rule: "has no rows with a value",
      advice: "A table needs at least one row and one column."
    })
  }
  return {
    entries: Array.from(columns, ([name, values]) => [name, toColumn(values, reading)] as const),
    lineOfRow: (row) => lineOfRow[row]!,
    notes: []
  }
})
