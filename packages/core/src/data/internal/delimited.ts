/**
 * The little of a delimited file that must be seen as bytes: its delimiter, its header, and where its records begin.
 * Everything else is DuckDB's.
 */
const quote = 0x22
const newline = 0x0a
const carriageReturn = 0x0d

/** How records and their fields are told apart. */
export interface Layout {
  /** One character. */
  readonly delimiter: string
  /** A line that begins with it is no record. */
  readonly comment: string | undefined
}

/** A record of the file: its first byte, the byte behind its last, the first byte of the next. */
export interface Record {
  readonly start: number
  readonly end: number
  readonly next: number
  /** Whether it ends outside quotes; if not, a quote was opened and never closed. */
  readonly closed: boolean
}

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8")

const startsWith = (bytes: Uint8Array, at: number, what: Uint8Array): boolean => {
  for (let i = 0; i < what.length; i++) if (bytes[at + i] !== what[i]) return false
  return what.length > 0
}

/** Where the line end at `i` ends, or `i` if there is none. */
const afterLineEnd = (bytes: Uint8Array, i: number): number => {
  if (bytes[i] === newline) return i + 1
  if (bytes[i] !== carriageReturn) return i
  return bytes[i + 1] === newline ? i + 2 : i + 1
}

/** The record that begins at `start`. A quote opens a quoted field only where a field begins, as in DuckDB. */
const recordAt = (bytes: Uint8Array, start: number, delimiter: Uint8Array): Record => {
  let quoted = false
  let fieldBegins = true
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]
    if (quoted) {
      if (byte !== quote) continue
      if (bytes[i + 1] === quote) i += 1
      else quoted = false
      continue
    }
    const next = afterLineEnd(bytes, i)
    if (next > i) return { start, end: i, next, closed: true }
    quoted = fieldBegins && byte === quote
    fieldBegins = startsWith(bytes, i, delimiter)
    if (fieldBegins) i += delimiter.length - 1
  }
  return { start, end: bytes.length, next: bytes.length, closed: !quoted }
}

/** The records from a byte on; comments are left out, blank lines are records. */
export function* records(bytes: Uint8Array, from: number, layout: Layout): Generator<Record> {
  const delimiter = encoder.encode(layout.delimiter)
  const comment = encoder.encode(layout.comment ?? "")
  for (let start = from; start < bytes.length;) {
    const isComment = startsWith(bytes, start, comment)
    const record = isComment ? lineAt(bytes, start) : recordAt(bytes, start, delimiter)
    if (!isComment) yield record
    start = record.next
  }
}

const lineAt = (bytes: Uint8Array, start: number): Record => {
  for (let i = start; i < bytes.length; i++) {
    const next = afterLineEnd(bytes, i)
    if (next > i) return { start, end: i, next, closed: true }
  }
  return { start, end: bytes.length, next: bytes.length, closed: true }
}

/** The byte behind so many lines. */
export const afterLines = (bytes: Uint8Array, lines: number): number => {
  let start = 0
  for (let line = 0; line < lines && start < bytes.length; line++) start = lineAt(bytes, start).next
  return start
}

/** The fields of a record as texts. */
export const fields = (bytes: Uint8Array, { end, start }: Record, delimiter: string): ReadonlyArray<string> => {
  const text = decoder.decode(bytes.subarray(start, end))
  const found: Array<string> = []
  let field = ""
  let quoted = false
  let begins = true
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (quoted) {
      if (character !== '"') field += character
      else if (text[i + 1] === '"') {
        field += '"'
        i += 1
      } else quoted = false
      continue
    }
    if (character === delimiter) {
      found.push(field)
      field = ""
      begins = true
      continue
    }
    quoted = begins && character === '"'
    if (!quoted) field += character
    begins = false
  }
  found.push(field)
  return found
}

/** The line, counted from 1, of a byte. */
export const lineOf = (bytes: Uint8Array, byte: number): number => {
  let line = 1
  for (let start = lineAt(bytes, 0).next; start <= byte && start < bytes.length; start = lineAt(bytes, start).next)
    line++
  return line
}

/**
 * The line on which the record of a number begins, counted from 0 at the byte `from`. Blank lines count as records when
 * `blanks` says so.
 */
export const lineOfRecord = (
  bytes: Uint8Array,
  from: number,
  record: number,
  layout: Layout,
  blanks: boolean
): number => {
  let seen = 0
  let last = from
  for (const { end, start } of records(bytes, from, layout)) {
    last = start
    if (!blanks && end === start) continue
    if (seen === record) break
    seen += 1
  }
  return lineOf(bytes, last)
}

/** So many records are looked at to tell the delimiter and whether the header names every column. */
const sampleRecords = 20

/** The numbers of fields in the header and in the first records after it, blank ones left out. */
export const widths = (bytes: Uint8Array, from: number, layout: Layout): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (const record of records(bytes, from, layout)) {
    if (found.length > sampleRecords) break
    if (record.end > record.start) found.push(fields(bytes, record, layout.delimiter).length)
  }
  return found
}

/**
 * The delimiter that splits the first records into equally many fields, at least two: the usual one if it does, else
 * the one that gives most; `undefined` if none does.
 */
export const sniff = (
  bytes: Uint8Array,
  from: number,
  usual: string,
  comment: string | undefined
): string | undefined => {
  const split = (delimiter: string): number => {
    const [first = 0, ...others] = widths(bytes, from, { delimiter, comment })
    const [second = first] = others
    return first > 1 && others.every((width) => width === second) && second - first <= 1 && second >= first ? first : 0
  }
  if (split(usual) > 1) return usual
  const candidates = [",", ";", "\t", "|"].map((delimiter) => [delimiter, split(delimiter)] as const)
  const [best] = candidates.toSorted(([, a], [, b]) => b - a)
  return best === undefined || best[1] <= 1 ? undefined : best[0]
}

/** Finds the line of the first byte that is not UTF-8. */
export const lineOfInvalidUtf8 = (bytes: Uint8Array, isValid: (part: Uint8Array) => boolean): number => {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found + 1
    if (!isValid(bytes.subarray(start, end))) return line
    start = end
  }
  return line
}
