import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import * as Column from "../Column.ts"
import * as Note from "../Note.ts"
import { SchemaError } from "../SchemaError.ts"
import * as ColumnNotes from "./columnNotes.ts"
import { lineOfRecord, records } from "./delimited.ts"
import * as Duckdb from "./duckdb.ts"
import { factorOfTexts, fromNumbers, fromTexts, numberParser, usualNa } from "./infer.ts"
import { type DelimitedOptions, type Opened, openDelimited } from "./openDelimited.ts"
import type { FileContent } from "./fileContent.ts"
import { scanDelimited } from "./scanDelimited.ts"
import type { TextBytes } from "./textBytes.ts"

/** The line of a data record, counted from 0. */
const lineIn = ({ bytes, data, layout }: Opened, record: number, blanks: boolean): number =>
  lineOfRecord(bytes, data, record, layout, blanks)

const firstLine = (text: string) => text.split("\n", 1)[0]!

/** What DuckDB is given: the file as it is, a copy of its data, or a copy in which all records end alike. */
type Form = "file" | "copy" | "even copy"

/** A query that DuckDB refused, and the form of the file. */
interface Refused extends Duckdb.Refusal {
  readonly form: Form
}

/** Puts a refusal of DuckDB's in our words; it counts records, blank ones too. */
const explain = (opened: Opened, { form, text }: Refused): SchemaError => {
  const { names, path } = opened
  const record = /CSV Error on Line: (\d+)/.exec(text)?.[1]
  const place =
    record === undefined
      ? { file: path }
      : { file: path, line: lineIn(opened, Number(record) - (form === "file" ? 2 : 1), true) }
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text)
  if (fields !== null) {
    return new SchemaError({
      ...place,
      given: `${fields[2]} ${fields[2] === "1" ? "field" : "fields"}`,
      rule: `where the header has ${names.length}`,
      advice: "Complete or correct the line; quote a field that holds the delimiter."
    })
  }
  if (text.includes("unterminated quote")) {
    return new SchemaError({
      ...place,
      given: "a quoted field",
      rule: "is not closed before the next delimiter or the end of the file",
      advice: 'Close it with ", and write " inside a quoted field as "".'
    })
  }
  if (text.includes("state machine")) {
    return new SchemaError({
      ...place,
      given: "the file",
      rule: "is not regular CSV (RFC 4180), often because its lines end in different ways",
      advice: "Write all line ends as \\n and quote fields that hold delimiters, quotes or line ends."
    })
  }
  if (text.includes("Maximum line size")) {
    return new SchemaError({
      ...place,
      given: "a line",
      rule: "is longer than 2 MB",
      advice: "Look for a quote that is not closed, or convert the file to Parquet."
    })
  }
  return new SchemaError({
    ...place,
    given: "the file",
    rule: `cannot be read as CSV: ${firstLine(text)}`,
    advice: Duckdb.advice(text, "Correct the file.")
  })
}

const lineEnd = Uint8Array.of(0x0a)

/** The data of a file without its header, as UTF-8: as they are, or without comments and with one kind of line end. */
const dataOf = ({ bytes, data, layout }: Opened, form: Form): Buffer =>
  form === "copy"
    ? Buffer.from(bytes.buffer, bytes.byteOffset + data, bytes.length - data)
    : Buffer.concat(
        Array.from(records(bytes, data, layout)).flatMap(({ end, start }) => [bytes.subarray(start, end), lineEnd])
      )

/** The file that DuckDB reads: the given one, or a copy of its data. */
const fileOf = Effect.fnUntraced(function* (
  opened: Opened,
  form: Form
): Effect.fn.Return<string, SchemaError, Scope.Scope> {
  const { path } = opened
  if (form === "file") return path
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({
      try: run,
      catch: (cause) =>
        new SchemaError({
          file: path,
          given: "a converted copy of the file",
          rule: `cannot be written to ${Os.tmpdir()} (${cause instanceof Error ? cause.message : String(cause)})`,
          advice: "Make room there, or set TMPDIR to another directory."
        })
    })
  const directory = yield* Effect.acquireRelease(
    attempt(() => Fs.mkdtemp(Path.join(Os.tmpdir(), "rocflow-"))),
    (made) => Effect.promise(() => Fs.rm(made, { recursive: true, force: true }))
  )
  const copy = Path.join(directory, "data.csv")
  yield* attempt(() => Fs.writeFile(copy, dataOf(opened, form)))
  return copy
})

/**
 * Reads a delimited text file: regular text by `scanDelimited`, any other by DuckDB, all of it as text that is typed
 * afterwards. The types depend on all rows.
 *
 * DuckDB is given column names of our own, because it would rename those that differ only by case.
 */
export const readDelimited = Effect.fnUntraced(function* (
  path: string,
  text: TextBytes,
  options: DelimitedOptions
): Effect.fn.Return<FileContent, SchemaError> {
  const opened = yield* openDelimited(path, text, options)
  const { bytes, data, isPlain, layout, names, unnamed } = opened
  const { reading } = options
  const types = new Map(Object.entries(options.columns))
  const asText = names.map((name) => ["string", "factor"].includes(types.get(name) ?? ""))
  const nulls = options.na ?? usualNa
  const usual = reading.number("1.5") === 1.5 && reading.number("1,000") === undefined

  const query = Effect.fnUntraced(function* (form: Form) {
    const connection = yield* Duckdb.open
    const file = yield* fileOf(opened, form)
    const columns = names.map((_, i) => `'c${i}': 'VARCHAR'`)
    const words = nulls.map(Duckdb.literal)
    const lineEnds = form === "even copy" ? " new_line = '\\n'," : ""
    const sql = `SELECT * FROM read_csv(${Duckdb.file(file)}, auto_detect = false, header = ${form === "file"},${lineEnds} delim = ${Duckdb.literal(layout.delimiter)}, quote = '"', escape = '"', nullstr = [${words.join(", ")}], allow_quoted_nulls = ${options.quotedNa}, strict_mode = true, columns = {${columns.join(", ")}})`
    return yield* Duckdb.columns(
      connection,
      sql,
      names.map(() => "text")
    )
  })

  const attempt = (form: Form) =>
    Effect.mapError(Effect.scoped(query(form)), (error) => (error._tag === "Refusal" ? { ...error, form } : error))
  const scanned = scanDelimited({
    bytes,
    data,
    layout,
    asText,
    reading,
    usual,
    nulls,
    quotedNulls: options.quotedNa
  })
  // Line ends inside quotes mislead DuckDB, which goes by the first one of the file.
  const values =
    scanned ??
    (yield* attempt(isPlain ? "file" : layout.comment === undefined ? "copy" : "even copy").pipe(
      Effect.catchTag("Refusal", (refused) =>
        /state machine|unterminated quote/.test(refused.text) ? attempt("even copy") : Effect.fail(refused)
      ),
      Effect.catchTag("Refusal", (refused) => Effect.fail(explain(opened, refused)))
    ))
  if (values[0]!.values.length === 0) {
    return yield* new SchemaError({
      file: path,
      given: "the file",
      rule: "has a header but no rows",
      advice: "A table needs at least one row."
    })
  }

  const lineOfRow = (row: number) => lineIn(opened, row, names.length === 1)
  const notes: Array<Note.Note> = [...opened.notes]
  const commas: Array<readonly [string, ReadonlyArray<string | null>]> = []
  const toColumn = (column: Duckdb.Values, index: number): Column.Column => {
    const name = names[index]!
    if (column.kind === "number") return fromNumbers(column.values)
    if (column.kind === "boolean") return Column.boolean(column.values)
    if (types.get(name) === "factor") return factorOfTexts(column.values)
    if (types.has(name)) return Column.text(column.values)
    const inferred = fromTexts(column.values, reading)
    if (inferred.type !== "string") return inferred
    if (options.marksAreOpen && ColumnNotes.isDecimalComma(column.values, layout.delimiter, reading.isMissing)) {
      commas.push([name, column.values])
      return fromTexts(column.values, { ...reading, number: numberParser(",", undefined) })
    }
    const note =
      ColumnNotes.almostNumbers(name, column.values, reading, lineOfRow) ??
      ColumnNotes.datesInText(name, column.values, reading, lineOfRow)
    if (note !== undefined) notes.push(note)
    return inferred
  }
  const entries = values.map((column, index) => [names[index]!, toColumn(column, index)] as const)
  if (commas.length > 0) notes.push(ColumnNotes.decimalComma(commas, lineOfRow))
  const isEmpty = (column: Column.Column, place: number) =>
    unnamed.has(place) && Column.countMissing(column) === Column.length(column)
  const kept = entries.flatMap(([name, column], place) => (isEmpty(column, place) ? [] : [{ name, column, place }]))
  const left = entries.length - kept.length
  return {
    entries: kept.map(({ column, name }) => [name, column] as const),
    lineOfRow,
    notes: [
      ...notes,
      ...kept.flatMap(({ column, name, place }) => ColumnNotes.unnamed(name, column, place, unnamed)),
      ...(left === 0 ? [] : [ColumnNotes.emptyColumns(left)])
    ]
  }
})
