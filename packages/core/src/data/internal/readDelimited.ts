import * as Effect from "effect/Effect"
import { isUtf8 } from "node:buffer"
import * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import { hasDigitSeparator, header, lineOfInvalidUtf8, lineOfRecord } from "./delimited.ts"
import * as Duckdb from "./duckdb.ts"
import { factorOfTexts, fromNumbers, fromTexts, isUnsafe } from "./infer.ts"
import type { FileContent } from "./fileContent.ts"

/** So many rows are looked at to choose which columns to read as numbers; the choice is then tried on all rows. */
const sampleRows = 256

const checkBytes = (path: string, bytes: Uint8Array): SchemaError | undefined => {
  if (isUtf8(bytes)) return undefined
  return new SchemaError({
    file: path,
    line: lineOfInvalidUtf8(bytes, isUtf8),
    given: "a byte",
    rule: "is not UTF-8",
    advice: "Convert the file to UTF-8, for example with iconv -f latin1 -t utf-8."
  })
}

const checkNames = (path: string, names: ReadonlyArray<string>, delimiter: string): SchemaError | undefined => {
  const error = (given: string, rule: string, advice: string) =>
    new SchemaError({ file: path, line: 1, given, rule, advice })
  const empty = names.indexOf("")
  if (empty !== -1) {
    return error(
      `the name of column ${empty + 1}`,
      "is empty",
      "Give every column a name; a column of row names is left out when the file is written without row names."
    )
  }
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) return error(`the name "${repeated}"`, "comes twice in the header", "Rename one column.")
  const other = [",", ";", "\t", "|"].find((candidate) => candidate !== delimiter && names[0]!.includes(candidate))
  if (names.length === 1 && other !== undefined) {
    return error(
      `the header "${names[0]}"`,
      `has no delimiter ${JSON.stringify(delimiter)}`,
      `If ${JSON.stringify(other)} is the delimiter, give delimiter: ${JSON.stringify(other)}.`
    )
  }
  return undefined
}

const firstLine = (text: string) => text.split("\n", 1)[0]!

/** Puts a refusal of DuckDB's in our words; it counts records, blank ones too, from the header on. */
const explain = (path: string, bytes: Uint8Array, text: string): SchemaError => {
  const record = /CSV Error on Line: (\d+)/.exec(text)?.[1]
  const place = record === undefined ? { file: path } : { file: path, line: lineOfRecord(bytes, Number(record), true) }
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text)
  if (fields !== null) {
    return new SchemaError({
      ...place,
      given: `${fields[2]} ${fields[2] === "1" ? "field" : "fields"}`,
      rule: `where the header has ${fields[1]}`,
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

const isConversion = (text: string) => text.startsWith("Conversion Error")

/**
 * Reads a delimited text file. Columns that look like numbers in a sample are read as numbers at once, which is several
 * times faster than through strings; if any row of them is not a number after all, or loses digits, everything is read
 * again as text and typed from that. So the result depends on all rows, never on the sample.
 *
 * DuckDB is given column names of our own, because it would rename those that differ only by case.
 */
export const readDelimited = Effect.fnUntraced(function* (
  path: string,
  bytes: Uint8Array,
  delimiter: string,
  declared: Readonly<Record<string, Column.Type>>
): Effect.fn.Return<FileContent, SchemaError> {
  const start = header(bytes, delimiter)
  const invalid = checkBytes(path, bytes) ?? checkNames(path, start.names, delimiter)
  if (invalid !== undefined) return yield* invalid
  const types = new Map(Object.entries(declared))
  const asText = start.names.map((name) => ["string", "factor"].includes(types.get(name) ?? ""))

  const sql = (kinds: ReadonlyArray<Duckdb.Kind>, limit = "") => {
    const columns = kinds.map((kind, index) => `'c${index}': '${kind === "number" ? "DOUBLE" : "VARCHAR"}'`)
    return `SELECT * FROM read_csv(${Duckdb.file(path)}, auto_detect = false, header = true, delim = ${Duckdb.literal(delimiter)}, quote = '"', escape = '"', nullstr = ['', 'NA'], strict_mode = true, columns = {${columns.join(", ")}})${limit}`
  }

  const query = Effect.gen(function* () {
    const connection = yield* Duckdb.open
    const allText = start.names.map((): Duckdb.Kind => "text")
    const ask = (kinds: ReadonlyArray<Duckdb.Kind>, limit?: string) =>
      Duckdb.columns(connection, sql(kinds, limit), kinds)
    if (hasDigitSeparator(bytes, start.next)) return yield* ask(allText)
    const sample = yield* ask(allText, ` LIMIT ${sampleRows}`)
    const kinds = sample.map((column, index): Duckdb.Kind => {
      if (asText[index] === true || column.kind !== "text") return "text"
      const { type } = fromTexts(column.values)
      return type === "numeric" || type === "integer" ? "number" : "text"
    })
    const values = yield* ask(kinds).pipe(
      Effect.catch((refusal) => (isConversion(refusal.text) ? ask(allText) : Effect.fail(refusal)))
    )
    return values.some((column) => column.kind === "number" && column.values.some(isUnsafe))
      ? yield* ask(allText)
      : values
  })

  const values = yield* Effect.scoped(query).pipe(Effect.mapError((refusal) => explain(path, bytes, refusal.text)))
  if (values[0]!.values.length === 0) {
    return yield* new SchemaError({
      file: path,
      given: "the file",
      rule: "has a header but no rows",
      advice: "A table needs at least one row."
    })
  }
  const toColumn = (column: Duckdb.Values, index: number): Column.Column => {
    if (column.kind === "number") return fromNumbers(column.values)
    if (column.kind === "boolean") return Column.boolean(column.values)
    if (asText[index] !== true) return fromTexts(column.values)
    return types.get(start.names[index]!) === "factor" ? factorOfTexts(column.values) : Column.text(column.values)
  }
  return {
    entries: values.map((column, index) => [start.names[index]!, toColumn(column, index)] as const),
    lineOfRow: (row) => lineOfRecord(bytes, row + 2, start.names.length === 1)
  }
})
