import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fs from "node:fs/promises"
import * as Path from "node:path"
import * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import * as Note from "../Note.ts"
import * as ColumnNotes from "./columnNotes.ts"
import { dateParser } from "./dates.ts"
import type { FileContent } from "./fileContent.ts"
import { checkText } from "./fitsMemory.ts"
import { ioError } from "./ioError.ts"
import { numberParser, plain, type Reading, toDeclared } from "./infer.ts"
import { readDelimited } from "./readDelimited.ts"
import { readJsonLines } from "./readJsonLines.ts"
import { readParquet } from "./readParquet.ts"
import type { ArrayOptions } from "./tensors/make.ts"
import type { Encoding } from "../Encoding.ts"
import { textBytes } from "./textBytes.ts"
import { list, replace } from "../../internal/suggest.ts"

export type Format = "csv" | "tsv" | "parquet" | "jsonl"

/** How to read a file; nothing is needed for a well-formed one. */
export interface FileOptions {
  /** Overrules the ending of the file's name. */
  readonly format?: Format | undefined
  /** Types of some columns by name; the other types are inferred. */
  readonly columns?: Readonly<Record<string, Column.PlainType>> | undefined
  /** Columns of lists of numbers in a Parquet file, by name, that are read as tensors: their shape and range. */
  readonly lists?: Readonly<Record<string, ArrayOptions>> | undefined
  /** One character; default: a comma in CSV, a tab in TSV, or what splits the first lines evenly. */
  readonly delimiter?: string | undefined
  /**
   * The words that mean a missing value, in every column and as they stand; among numbers, truth values and dates blanks
   * do anyway. Default: the empty field and `NA`; and among
   * numbers, truth values and dates also `N/A`, `NaN`, `null` and blanks, in any case.
   */
  readonly na?: ReadonlyArray<string> | undefined
  /** Whether such a word is missing in quotes, too. Default true; with false, a column of text keeps a quoted "NA". */
  readonly quotedNa?: boolean | undefined
  /** Default: a point; a comma where all values of a column fit it and it cannot mean thousands, which is noted. */
  readonly decimal?: "." | "," | undefined
  /** The mark between groups of three digits, such as `,`, `.`, `'` or a blank. Default: none. */
  readonly thousands?: string | undefined
  /** A format of strptime, such as `%d.%m.%Y`, for dates that are not ISO 8601. */
  readonly dateFormat?: string | undefined
  /** Default: UTF-8, or what a byte order mark says. */
  readonly encoding?: Encoding | undefined
  /** One character; lines that begin with it are left out. */
  readonly comment?: string | undefined
  /** Lines at the top that are left out. Default 0. */
  readonly skip?: number | undefined
  /** Whether the first line has the names. Default true; without a header columns are V1, V2, … unless `names` says. */
  readonly header?: boolean | undefined
  /** The names of all columns, in their order, in place of those of the header. */
  readonly names?: ReadonlyArray<string> | undefined
}

const formats: ReadonlyMap<string, Format> = new Map([
  [".csv", "csv"],
  [".txt", "csv"],
  [".tsv", "tsv"],
  [".tab", "tsv"],
  [".parquet", "parquet"],
  [".pq", "parquet"],
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"]
])

const exported: ReadonlyMap<string, string> = new Map([
  [".xlsx", 'Save the sheet as "CSV UTF-8" and name that file.'],
  [".xls", 'Save the sheet as "CSV UTF-8" and name that file.'],
  [".ods", "Save the sheet as CSV and name that file."],
  [".arrow", "Write it as Parquet, for example by pyarrow.parquet.write_table or arrow::write_parquet."],
  [".feather", "Write it as Parquet, for example by pyarrow.parquet.write_table or arrow::write_parquet."],
  [".rds", "Write it as CSV or Parquet, for example by write.csv or arrow::write_parquet."]
])

/** The format of a file, by its name or as the options say. */
export const formatOf = (path: string, options: FileOptions): Effect.Effect<Format, SchemaError> => {
  const ending = Path.extname(path.replace(/\.(gz|zst)$/i, "")).toLowerCase()
  const format = options.format ?? formats.get(ending)
  if (format !== undefined) return Effect.succeed(format)
  return Effect.fail(
    new SchemaError({
      file: path,
      given: ending === "" ? "a name without ending" : `the ending "${ending}"`,
      rule: exported.has(ending) ? "is of a format that rocflow does not read" : "does not tell the format",
      advice:
        exported.get(ending) ??
        `Known endings: ${[...formats.keys()].join(", ")}, also with .gz or .zst behind them; or give format: "csv", "tsv", "parquet" or "jsonl".`
    })
  )
}

/** The bytes of a file. Refuses one that is not there, or is empty. */
export const checkFile = Effect.fnUntraced(function* (path: string) {
  const stat = yield* Effect.tryPromise({ try: () => Fs.stat(path), catch: (cause) => ioError(path, cause) })
  if (stat.isDirectory()) return yield* ioError(path, Object.assign(new Error(), { code: "EISDIR" }))
  if (stat.size > 0) return stat.size
  return yield* new SchemaError({
    file: path,
    given: "the file",
    rule: "is empty",
    advice: "Check how it was written: a table needs a header and at least one row."
  })
})

const bytesOf = (path: string) =>
  Effect.tryPromise({ try: () => Fs.readFile(path), catch: (cause) => ioError(path, cause) })

const marksProblem = ({ comment, decimal = ".", delimiter, thousands }: FileOptions): string | undefined => {
  for (const [name, mark] of Object.entries({ comment, delimiter, thousands })) {
    if (mark !== undefined && Array.from(mark).length !== 1)
      return `${name}: ${JSON.stringify(mark)} is not one character`
  }
  if (thousands === decimal) return `decimal and thousands are both ${JSON.stringify(decimal)}`
  if (thousands !== undefined && /[\d+-]/.test(thousands))
    return `thousands: ${JSON.stringify(thousands)} can be part of a number`
  return undefined
}

/** How the options say that texts are read. */
const readingOf = (path: string, options: FileOptions): Result.Result<Reading, SchemaError> => {
  const { dateFormat, decimal = ".", na, thousands } = options
  const refuse = (given: string, rule: string, advice: string) =>
    Result.fail(new SchemaError({ file: path, given, rule, advice }))
  const problem = marksProblem(options)
  if (problem !== undefined) return refuse("the options", `contradict themselves: ${problem}`, "Give other marks.")
  const date = dateFormat === undefined ? Result.succeed(plain.date) : dateParser(dateFormat)
  if (Result.isFailure(date)) {
    return refuse(
      `dateFormat: ${JSON.stringify(dateFormat)}`,
      date.failure,
      "Write it such as %Y-%m-%d or %d.%m.%Y %H:%M."
    )
  }
  const words = new Set(na)
  return Result.succeed({
    number: numberParser(decimal, thousands),
    date: date.success,
    isMissing: na === undefined ? plain.isMissing : (text) => words.has(text) || text.trim() === ""
  })
}

/** Rows from one, counted from 0, to before another. */
interface Range {
  readonly from: number
  readonly to: number
}

const read = Effect.fnUntraced(function* (
  path: string,
  format: Format,
  options: FileOptions,
  reading: Reading,
  part: Range | Uint8Array | undefined
) {
  if (format === "parquet")
    return yield* readParquet(path, options.lists, part instanceof Uint8Array ? undefined : part)
  if (options.lists !== undefined) {
    return yield* new SchemaError({
      file: path,
      given: "lists",
      rule: `are not read from ${format}`,
      advice: "Write the file as Parquet, or make a tensor of plain columns by Tensors.fromColumns (in a file: tensor)."
    })
  }
  const bytes = part instanceof Uint8Array ? part : yield* bytesOf(path)
  const whole = yield* textBytes(path, bytes, options.encoding)
  // A part is no file that DuckDB could be pointed at.
  const text = part instanceof Uint8Array ? { ...whole, converted: true } : whole
  if (format === "jsonl") return yield* readJsonLines(path, text.bytes, reading)
  return yield* readDelimited(path, text, {
    columns: options.columns ?? {},
    reading,
    na: options.na,
    quotedNa: options.quotedNa ?? true,
    marksAreOpen: options.decimal === undefined && options.thousands === undefined,
    delimiter: options.delimiter,
    usual: format === "csv" ? "," : "\t",
    comment: options.comment,
    skip: options.skip ?? 0,
    header: options.header ?? true,
    names: options.names
  })
})

const expected: Readonly<Record<Column.PlainType, readonly [rule: string, advice: string]>> = {
  numeric: ["is not a number", "Correct the value, leave it empty if it is unknown, or declare the column as string."],
  integer: ["is not an integer of at most 2^53 - 1", "Correct the value, or declare the column as numeric or string."],
  boolean: ["is neither true nor false", "Correct the value, or declare the column as string."],
  factor: ["is not a level", "Correct the value."],
  string: ["is not text", "Correct the value."],
  date: ["is no date", "Correct it, give its dateFormat, such as %d.%m.%Y, or declare the column as string."]
}

/**
 * Reads the columns of a file, of the declared types where declared; of a Parquet file all rows, or those of a range.
 */
export const readFile = Effect.fnUntraced(function* (
  path: string,
  options: FileOptions,
  range?: Range
): Effect.fn.Return<Pick<FileContent, "entries" | "notes">, SchemaError> {
  const format = yield* formatOf(path, options)
  const size = yield* checkFile(path)
  if (format !== "parquet") yield* checkText(path, size)
  return yield* readPart(path, format, options, range)
})

/** Reads the columns of some bytes of a text file, which are read as if they were all of it. */
export const readBytes = (
  path: string,
  format: "csv" | "tsv" | "jsonl",
  options: FileOptions,
  bytes: Uint8Array
): Effect.Effect<Pick<FileContent, "entries" | "notes">, SchemaError> => readPart(path, format, options, bytes)

const readPart = Effect.fnUntraced(function* (
  path: string,
  format: Format,
  options: FileOptions,
  part: Range | Uint8Array | undefined
): Effect.fn.Return<Pick<FileContent, "entries" | "notes">, SchemaError> {
  const reading = yield* Effect.fromResult(readingOf(path, options))
  const { entries, lineOfRow, notes } = yield* read(path, format, options, reading, part)
  const declared = new Map(Object.entries(options.columns ?? {}))
  const names = entries.map(([name]) => name)
  const lacking = [...declared.keys()].filter((name) => !names.includes(name))
  const [missing, ...others] = lacking
  if (missing !== undefined) {
    const advice = replace(
      lacking,
      names.filter((name) => !declared.has(name))
    )
    const has = `in the file, which has ${list(names)}`
    return yield* new SchemaError(
      others.length === 0
        ? { file: path, column: missing, given: "the declared column", rule: `is not ${has}`, advice }
        : { file: path, given: `the declared columns ${list(lacking)}`, rule: `are not ${has}`, advice }
    )
  }
  const typed: Array<readonly [string, Column.Column]> = []
  for (const [name, column] of entries) {
    const type = declared.get(name)
    const converted = type === undefined ? Result.succeed(column) : toDeclared(column, type, reading)
    if (Result.isSuccess(converted)) typed.push([name, converted.success])
    else {
      const [rule, advice] = expected[type ?? "string"]
      const row = converted.failure
      const text = Column.toText(column, row) ?? ""
      return yield* new SchemaError({
        file: path,
        ...(lineOfRow === undefined ? {} : { line: lineOfRow(row) }),
        column: name,
        given: `"${text}"${lineOfRow === undefined ? ` (row ${row})` : ""}`,
        rule,
        advice: (type === "numeric" && ColumnNotes.adviceOnMarks(text)) || advice
      })
    }
  }
  const [first] = typed
  const counter =
    first === undefined || notes.some(({ column }) => column === first[0]) ? undefined : ColumnNotes.counter(first)
  return {
    entries: typed,
    notes: [...notes, ...(counter === undefined ? [] : [counter])].map((note) => Note.within(note, Path.basename(path)))
  }
})
