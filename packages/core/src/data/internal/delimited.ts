/**
 * The little of a delimited file that must be seen as bytes: its header, and where its records begin. Everything else
 * is DuckDB's.
 */
const quote = 0x22
const newline = 0x0a
const carriageReturn = 0x0d

/** Where the record that begins at `start` ends (its line end excluded) and where the next begins. */
const recordEnd = (bytes: Uint8Array, start: number): { readonly end: number; readonly next: number } => {
  let quoted = false
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]
    if (byte === quote) quoted = !quoted
    else if (!quoted && byte === newline) return { end: i, next: i + 1 }
    else if (!quoted && byte === carriageReturn) {
      return { end: i, next: bytes[i + 1] === newline ? i + 2 : i + 1 }
    }
  }
  return { end: bytes.length, next: bytes.length }
}

const unquote = (field: string) =>
  field.length > 1 && field.startsWith('"') && field.endsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field

const splitFields = (record: string, delimiter: string): ReadonlyArray<string> => {
  const fields: Array<string> = []
  let quoted = false
  let start = 0
  for (let i = 0; i < record.length; i++) {
    if (record[i] === '"') quoted = !quoted
    else if (!quoted && record[i] === delimiter) {
      fields.push(unquote(record.slice(start, i)))
      start = i + 1
    }
  }
  fields.push(unquote(record.slice(start)))
  return fields
}

/** Reads the names of the header line; `next` is the byte at which the data begin. */
export const header = (bytes: Uint8Array, delimiter: string) => {
  const { end, next } = recordEnd(bytes, 0)
  const names = splitFields(new TextDecoder("utf-8").decode(bytes.subarray(0, end)), delimiter)
  return { names, next }
}

/**
 * Finds the line, counted from 1, on which a record begins. The header is record 1. Blank lines count as records when
 * `blanks` says so.
 */
export const lineOfRecord = (bytes: Uint8Array, record: number, blanks: boolean): number => {
  let line = 1
  let seen = 0
  for (let start = 0; start < bytes.length;) {
    const { end, next } = recordEnd(bytes, start)
    if (blanks || end > start) seen++
    if (seen === record) return line
    for (let i = start; i < next; i++) {
      if (bytes[i] === newline || (bytes[i] === carriageReturn && bytes[i + 1] !== newline)) line++
    }
    start = next
  }
  return line
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

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39

/** Tells whether an underscore stands between digits, which DuckDB would read as part of a number and we do not. */
export const hasDigitSeparator = (bytes: Uint8Array, from: number): boolean => {
  for (let i = bytes.indexOf(0x5f, from); i !== -1; i = bytes.indexOf(0x5f, i + 1)) {
    if (isDigit(bytes[i - 1]) && isDigit(bytes[i + 1])) return true
  }
  return false
}
