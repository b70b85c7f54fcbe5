import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import { toDeclared } from "./infer.ts"
import { readDelimited } from "./readDelimited.ts"
import { readJsonLines } from "./readJsonLines.ts"
import { readParquet } from "./readParquet.ts"
import { list, suggest } from "../../internal/suggest.ts"

export type Format = "csv" | "tsv" | "parquet" | "jsonl"

/** How to read a file; nothing is needed for a well-formed one. */
export interface FileOptions {
  /** Overrules the ending of the file's name. */
  readonly format?: Format | undefined
  /** Types of some columns by name; the other types are inferred. */
  readonly columns?: Readonly<Record<string, Column.Type>> | undefined
  /** One character; default: a comma in CSV, a tab in TSV. */
  readonly delimiter?: string | undefined
}

const formats: ReadonlyMap<string, Format> = new Map([
  [".csv", "csv"],
  [".tsv", "tsv"],
  [".tab", "tsv"],
  [".parquet", "parquet"],
  [".pq", "parquet"],
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"]
])

const formatOf = (path: string, options: FileOptions): Effect.Effect<Format, SchemaError> => {
  const ending = Path.extname(path)
  const format = options.format ?? formats.get(ending.toLowerCase())
  if (format !== undefined) return Effect.succeed(format)
  return Effect.fail(
    new SchemaError({
      file: path,
      given: ending === "" ? "a name without ending" : `the ending "${ending}"`,
      rule: "does not tell the format",
      advice: `Known endings: ${[...formats.keys()].join(", ")}; or give format: "csv", "tsv", "parquet" or "jsonl".`
    })
  )
}

const reasons: ReadonlyMap<string, readonly [rule: string, advice: string]> = new Map([
  ["ENOENT", ["does not exist", "Check the path, which is relative to the working directory."]],
  ["EACCES", ["may not be read", "Ask for the permission to read it."]],
  ["EISDIR", ["is a directory", "Name a file in it."]],
  ["ERR_FS_FILE_TOO_LARGE", ["is larger than 2 GiB", "Convert it to Parquet, which has no such limit."]]
])

const ioError = (path: string, cause: unknown): SchemaError => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const [rule, advice] = reasons.get(code) ?? [`cannot be read (${code})`, "Check the file."]
  return new SchemaError({ file: path, given: "the file", rule, advice })
}

const checkFile = Effect.fnUntraced(function* (path: string) {
  const stat = yield* Effect.tryPromise({ try: () => Fs.stat(path), catch: (cause) => ioError(path, cause) })
  if (stat.isDirectory()) return yield* ioError(path, Object.assign(new Error(), { code: "EISDIR" }))
  if (stat.size > 0) return
  return yield* new SchemaError({
    file: path,
    given: "the file",
    rule: "is empty",
    advice: "Check how it was written: a table needs a header and at least one row."
  })
})

const bytesOf = (path: string) =>
  Effect.tryPromise({ try: () => Fs.readFile(path), catch: (cause) => ioError(path, cause) })

const read = Effect.fnUntraced(function* (path: string, format: Format, options: FileOptions) {
  switch (format) {
    case "csv":
    case "tsv": {
      const delimiter = options.delimiter ?? (format === "csv" ? "," : "\t")
      return yield* readDelimited(path, yield* bytesOf(path), delimiter, options.columns ?? {})
    }
    case "parquet":
      return yield* readParquet(path)
    case "jsonl":
      return yield* readJsonLines(path, yield* bytesOf(path))
  }
})

const expected: Readonly<Record<Column.Type, readonly [rule: string, advice: string]>> = {
  numeric: ["is not a number", "Correct the value, leave it empty if it is unknown, or declare the column as string."],
  integer: ["is not an integer of at most 2^53 - 1", "Correct the value, or declare the column as numeric or string."],
  boolean: ["is neither true nor false", "Correct the value, or declare the column as string."],
  factor: ["is not a level", "Correct the value."],
  string: ["is not text", "Correct the value."]
}

/**
 * Reads the columns of a file, of the declared types where declared.
 */
export const readFile = Effect.fnUntraced(function* (
  path: string,
  options: FileOptions
): Effect.fn.Return<ReadonlyArray<readonly [string, Column.Column]>, SchemaError> {
  const format = yield* formatOf(path, options)
  yield* checkFile(path)
  const { entries, lineOfRow } = yield* read(path, format, options)
  const declared = new Map(Object.entries(options.columns ?? {}))
  const names = entries.map(([name]) => name)
  for (const name of declared.keys()) {
    if (names.includes(name)) continue
    return yield* new SchemaError({
      file: path,
      column: name,
      given: "the declared column",
      rule: `is not in the file, which has ${list(names)}`,
      advice: suggest(name, names)
    })
  }
  const typed: Array<readonly [string, Column.Column]> = []
  for (const [name, column] of entries) {
    const type = declared.get(name)
    const converted = type === undefined ? Result.succeed(column) : toDeclared(column, type)
    if (Result.isSuccess(converted)) typed.push([name, converted.success])
    else {
      const [rule, advice] = expected[type ?? "string"]
      const row = converted.failure
      return yield* new SchemaError({
        file: path,
        ...(lineOfRow === undefined ? {} : { line: lineOfRow(row) }),
        column: name,
        given: `"${Column.toText(column, row)}"${lineOfRow === undefined ? ` (row ${row})` : ""}`,
        rule,
        advice
      })
    }
  }
  return typed
})
