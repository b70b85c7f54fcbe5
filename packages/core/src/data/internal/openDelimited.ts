/**
 * Understands how a delimited file is laid out, before anything is read of it: where it begins, its delimiter, its names.
 */
import * as Effect from "effect/Effect"
import type * as Column from "../Column.ts"
import * as Note from "../Note.ts"
import { SchemaError } from "../SchemaError.ts"
import { list } from "../../internal/suggest.ts"
import { afterLines, fields, type Layout, lineOf, records, sniff, widths } from "./delimited.ts"
import type { Reading } from "./infer.ts"
import type { TextBytes } from "./textBytes.ts"

/** How a delimited file is read. */
export interface DelimitedOptions {
  /** Types of some columns by name; the others are inferred. */
  readonly columns: Readonly<Record<string, Column.Type>>
  readonly reading: Reading
  /** The words for a missing value, as the user gave them. */
  readonly na: ReadonlyArray<string> | undefined
  readonly quotedNa: boolean
  /** Whether a decimal comma may be noticed: not where the user says what the marks are. */
  readonly marksAreOpen: boolean
  readonly delimiter: string | undefined
  /** The delimiter that the ending of the file's name promises. */
  readonly usual: string
  readonly comment: string | undefined
  readonly skip: number
  readonly header: boolean
  readonly names: ReadonlyArray<string> | undefined
}

/** A file whose records are understood: their layout, where they begin, the names of their columns. */
export interface Opened {
  readonly path: string
  readonly bytes: Uint8Array
  readonly layout: Layout
  /** The byte at which the data begin. */
  readonly data: number
  readonly names: ReadonlyArray<string>
  /** The columns whose names are ours, for the header has none for them. */
  readonly unnamed: ReadonlySet<number>
  /** Whether DuckDB can read the file as it is, with its header. */
  readonly isPlain: boolean
  readonly notes: ReadonlyArray<Note.Note>
}

const unused = (name: string, taken: ReadonlyArray<string>): string =>
  taken.includes(name) ? unused(`${name}′`, taken) : name

/** Gives names to the columns that have none: "index" to the first, "column 3" to the third. */
const nameAll = (header: ReadonlyArray<string>): ReadonlyArray<string> =>
  header.map((name, i) => (name === "" ? unused(i === 0 ? "index" : `column ${i + 1}`, header) : name))

const checkNames = (
  path: string,
  line: number,
  names: ReadonlyArray<string>,
  delimiter: string
): SchemaError | undefined => {
  const error = (given: string, rule: string, advice: string) =>
    new SchemaError({ file: path, line, given, rule, advice })
  const seen = new Set<string>()
  const repeated = names.find((name) => seen.size === seen.add(name).size)
  if (repeated !== undefined) return error(`the name "${repeated}"`, "comes twice in the header", "Rename one column.")
  const other = [",", ";", "\t", "|"].find((candidate) => candidate !== delimiter && names[0]!.includes(candidate))
  if (names.length === 1 && other !== undefined) {
    return error(
      `the header "${names[0]}"`,
      `has no delimiter ${JSON.stringify(delimiter)}`,
      `If ${JSON.stringify(other)} is the delimiter, give delimiter: ${JSON.stringify(other)}, and see that all lines have as many fields.`
    )
  }
  return undefined
}

/** The first record that is not blank. */
const firstRecord = (bytes: Uint8Array, from: number, layout: Layout) => {
  for (const record of records(bytes, from, layout)) if (record.end > record.start) return record
  return undefined
}

/** Whether every row has one field more than the header, as R writes a table with row names. */
const lacksOne = ([header = 0, ...rows]: ReadonlyArray<number>): boolean =>
  rows.length > 1 && rows.every((width) => width === header + 1)

/** The names that a header means where the rows have one field more: the first or, if it is always empty, the last. */
const withMissingName = (bytes: Uint8Array, from: number, header: ReadonlyArray<string>, layout: Layout) => {
  const record = firstRecord(bytes, from, layout)
  const isTrailing = record !== undefined && fields(bytes, record, layout.delimiter).at(-1) === ""
  return isTrailing ? [...header, ""] : ["", ...header]
}

/** Understands how the file is laid out; fails where its header makes no sense. */
export const openDelimited = Effect.fnUntraced(function* (
  path: string,
  { bytes, converted }: TextBytes,
  options: DelimitedOptions
) {
  const start = afterLines(bytes, options.skip)
  const sniffed = options.delimiter ?? sniff(bytes, start, options.usual, options.comment)
  const layout: Layout = { delimiter: sniffed ?? options.usual, comment: options.comment }
  const head = firstRecord(bytes, start, layout)
  if (head === undefined) {
    return yield* new SchemaError({
      file: path,
      given: "the file",
      rule:
        options.skip > 0
          ? `has nothing behind the ${options.skip} skipped lines`
          : "holds nothing but blank lines and comments",
      advice: "Check how it was written: a table needs a header and at least one row."
    })
  }
  if (!head.closed) {
    return yield* new SchemaError({
      file: path,
      line: lineOf(bytes, head.start),
      given: "a quoted field",
      rule: "is not closed before the end of the file",
      advice: 'Close it with ", and write " inside a quoted field as "".'
    })
  }
  const written = fields(bytes, head, layout.delimiter)
  const data = options.header ? head.next : head.start
  const found = !options.header
    ? written.map((_, i) => `V${i + 1}`)
    : lacksOne(widths(bytes, head.start, layout))
      ? withMissingName(bytes, data, written, layout)
      : written
  const line = lineOf(bytes, head.start)
  if (options.names !== undefined && options.names.length !== found.length) {
    return yield* new SchemaError({
      file: path,
      line,
      given: `the names ${list(options.names)}`,
      rule: `are ${options.names.length}, where the file has ${found.length} ${found.length === 1 ? "column" : "columns"}`,
      advice: "Give one name for each column, in their order."
    })
  }
  const header = options.names ?? found
  const names = nameAll(header)
  const invalid = checkNames(path, line, names, layout.delimiter)
  if (invalid !== undefined) return yield* invalid
  const isSaid = options.delimiter !== undefined || layout.delimiter === options.usual
  const opened: Opened = {
    path,
    bytes,
    layout,
    data,
    names,
    isPlain:
      !converted &&
      options.header &&
      head.start === 0 &&
      layout.comment === undefined &&
      written.length === names.length,
    unnamed: new Set(header.flatMap((name, i) => (name === "" ? [i] : []))),
    notes: isSaid
      ? []
      : [
          Note.make({
            code: "delimiter",
            finding: `fields are split at ${JSON.stringify(layout.delimiter)}, which fits the first lines`,
            advice: `Give delimiter: ${JSON.stringify(layout.delimiter)} to say so.`
          })
        ]
  }
  return opened
})
