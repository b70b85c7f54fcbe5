/**
 * The columns of delimited text, in one pass over its bytes: DuckDB plans in the square of the number of columns (a minute
 * for 20 000), and hands over each value one by one.
 *
 * Text is regular whose records have as many fields as there are names and end in \n or \r\n, and whose quotes, if any,
 * enclose whole fields. Of anything else `scanDelimited` gives nothing, and DuckDB reads it or says what is wrong.
 */
import type { Layout } from "./delimited.ts"
import type * as Duckdb from "./duckdb.ts"
import { mostHigh, mostLow, mostPlaces, nearest } from "./decimal.ts"
import { mayBeCode, type Reading } from "./infer.ts"

const quote = 0x22
const newline = 0x0a
const carriageReturn = 0x0d
const blank = 0x20
const plus = 0x2b
const minus = 0x2d
const point = 0x2e
const zero = 0x30

/** What is read, and how. */
export interface Regular {
  /** The text, and the byte at which its first record begins. */
  readonly bytes: Uint8Array
  readonly data: number
  readonly layout: Layout
  /** Which columns are wanted as text, whatever they hold. */
  readonly asText: ReadonlyArray<boolean>
  readonly reading: Reading
  /** Whether numbers are written as JavaScript writes them. */
  readonly usual: boolean
  /** The words that are null. */
  readonly nulls: ReadonlyArray<string>
  /** Whether they are in quotes, too. */
  readonly quotedNulls: boolean
}

/** Whole numbers from here on may be identifiers. */
const mostPlain = 1e15

/** So many texts of a column are remembered, for equal ones to be one string. */
const mostRemembered = 4096

/** The bytes of a field, inside its quotes. */
interface Field {
  start: number
  end: number
  quoted: boolean
  /** Whether quotes are doubled in it. */
  doubled: boolean
  ascii: boolean
}

/** Ends a scan of text that is not regular. */
class Irregular extends Error {}

const countRecords = (bytes: Uint8Array, from: number): number => {
  let count = 1
  for (let i = bytes.indexOf(newline, from); i >= 0; i = bytes.indexOf(newline, i + 1)) count += 1
  return count
}

/** Walks over the fields of a text. */
const walker = (bytes: Uint8Array, delimiter: number) => {
  const field: Field = { start: 0, end: 0, quoted: false, doubled: false, ascii: true }
  const isEnd = (at: number): boolean => {
    const byte = bytes[at]
    return byte === delimiter || byte === newline || byte === undefined || byte === carriageReturn
  }
  /** Finds the end of the field that begins at a byte, and gives the byte behind it. */
  const read = (start: number): number => {
    field.quoted = bytes[start] === quote
    field.doubled = false
    let seen = 0
    let i = field.quoted ? start + 1 : start
    field.start = i
    if (field.quoted) {
      for (; bytes[i] !== quote || bytes[i + 1] === quote; i++) {
        const byte = bytes[i]
        if (byte === undefined) throw new Irregular()
        if (byte === quote) {
          field.doubled = true
          i += 1
        }
        seen |= byte
      }
      field.end = i
      i += 1
      if (!isEnd(i)) throw new Irregular()
    } else {
      for (; !isEnd(i); i++) {
        const byte = bytes[i]!
        if (byte === quote) throw new Irregular()
        seen |= byte
      }
      field.end = i
    }
    field.ascii = seen < 0x80
    return i
  }
  /** The byte behind the end of a record, at which a line end is or the text ends. */
  const endRecord = (at: number): number => {
    const byte = bytes[at]
    if (byte === undefined) return at
    if (byte === newline) return at + 1
    if (byte === carriageReturn && bytes[at + 1] === newline) return at + 2
    throw new Irregular()
  }
  /** The byte behind the line that begins at a byte. */
  const skipLine = (start: number): number => {
    let i = start
    while (i < bytes.length && bytes[i] !== newline && bytes[i] !== carriageReturn) i += 1
    return endRecord(i)
  }
  return { field, read, endRecord, isEnd, skipLine }
}

/** What is made of a column: numbers, texts, or nothing. */
type Wanted = "number" | "text" | "nothing"

/** Reads columns of so many rows at most; of one that was to be numbers and is not, it gives nothing. */
const scan = (
  { bytes, data, layout, nulls, quotedNulls, reading }: Regular,
  wanted: ReadonlyArray<Wanted>,
  capacity: number
): ReadonlyArray<Duckdb.Values | undefined> => {
  const mark = layout.delimiter.charCodeAt(0)
  const comment = layout.comment?.charCodeAt(0)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { endRecord, field, isEnd, read, skipLine } = walker(bytes, mark)
  const width = wanted.length
  const isNull = new Set(nulls)
  /** What words such as -999 are without their sign, which must be looked at as texts. */
  const nullSizes = new Set(nulls.map((word) => Math.abs(reading.number(word) ?? Number.NaN)).filter(Number.isFinite))
  const decode = () => {
    const { ascii, doubled, end, start } = field
    const value = text.toString(ascii ? "latin1" : "utf8", start, end)
    return doubled ? value.replaceAll('""', '"') : value
  }
  const texts = wanted.map((kind) => (kind === "text" ? Array<string | null>() : undefined))
  const remembered = texts.map((own) => (own === undefined ? undefined : new Map<string, string>()))
  const numbers = wanted.map((kind) => (kind === "number" ? new Float64Array(capacity) : undefined))
  const known = new Uint8Array(width)
  const failed = new Uint8Array(width)

  /** Reads the field as text. */
  const addText = (column: number) => {
    const value = decode()
    const own = remembered[column]!
    const same = own.get(value)
    if (same === undefined && own.size < mostRemembered) own.set(value, value)
    texts[column]!.push(isNull.has(value) && (quotedNulls || !field.quoted) ? null : (same ?? value))
  }

  /** Reads the field as a number that is written in another way than most, or finds that the column has others, too. */
  const otherNumber = (column: number): number => {
    const value = decode()
    if (isNull.has(value) && (quotedNulls || !field.quoted)) return Number.NaN
    const number = reading.number(value)
    if (number === undefined || Number.isNaN(number)) {
      if (!reading.isMissing(value)) failed[column] = 1
      return Number.NaN
    }
    if (/^\s*[+-]?0\d/.test(value) || mayBeCode(number)) failed[column] = 1
    known[column] = 1
    return number
  }

  let row = 0
  for (let at = data; at < bytes.length && row < capacity;) {
    if (comment !== undefined && bytes[at] === comment) {
      at = skipLine(at)
      continue
    }
    if (bytes[at] === newline || bytes[at] === carriageReturn) {
      // A blank line, which in a file of one column may be a missing value.
      if (width === 1) throw new Irregular()
      at = endRecord(at)
      continue
    }
    for (let column = 0; column < width; column++) {
      if (column > 0) {
        if (bytes[at] !== mark) throw new Irregular()
        at += 1
      }
      const values = numbers[column]
      if (values === undefined) {
        at = read(at)
        if (wanted[column] === "text") addText(column)
        continue
      }
      let i = at
      // Where blanks separate, two of them have an empty field between them.
      if (mark !== blank) while (bytes[i] === blank) i += 1
      const sign = bytes[i]
      if (sign === minus || sign === plus) i += 1
      const first = i
      let [high, low, digits] = [0, 0, 0]
      let digit = bytes[i]! - zero
      while (digit >= 0 && digit <= 9) {
        if (high < mostHigh) high = high * 10 + digit
        else [low, digits] = [low * 10 + digit, digits + 1]
        digit = bytes[++i]! - zero
      }
      const whole = i - first
      let places = 0
      if (bytes[i] === point) {
        const before = i
        digit = bytes[++i]! - zero
        while (digit >= 0 && digit <= 9) {
          if (high < mostHigh) high = high * 10 + digit
          else [low, digits] = [low * 10 + digit, digits + 1]
          digit = bytes[++i]! - zero
        }
        places = i - before - 1
      }
      const isPlain =
        isEnd(i) &&
        whole + places > 0 &&
        places <= mostPlaces &&
        digits <= mostLow &&
        (whole < 2 || bytes[first] !== zero)
      const size = isPlain ? nearest(high, low, digits, places) : Number.NaN
      if (size < mostPlain && (nullSizes.size === 0 || !nullSizes.has(size))) {
        values[row] = sign === minus ? -size : size
        known[column] = 1
        at = i
      } else {
        at = read(at)
        values[row] = otherNumber(column)
      }
    }
    at = endRecord(at)
    row += 1
  }
  return wanted.map((kind, column): Duckdb.Values | undefined => {
    if (kind === "text") return { kind, values: texts[column]! }
    const values = numbers[column]
    // Without any number, texts tell what the column is.
    if (values === undefined || failed[column] === 1 || known[column] === 0) return undefined
    return { kind: "number", values: row === values.length ? values : values.slice(0, row) }
  })
}

/** Rows that are looked at first, for which columns are text. */
const sampleRows = 256

/**
 * Reads the columns of regular text: numbers where every value is one, or missing, and none is written as an identifier;
 * else texts, from all of which a type may be inferred. Gives `undefined` for text that is not regular.
 */
export const scanDelimited = (regular: Regular): ReadonlyArray<Duckdb.Values> | undefined => {
  const { asText, bytes, data, layout, usual } = regular
  const isOneByte = (mark = " ") => mark.charCodeAt(0) < 0x80
  if (!isOneByte(layout.delimiter) || !isOneByte(layout.comment)) return undefined
  const wanted = asText.map((said): Wanted => (said || !usual ? "text" : "number"))
  const capacity = countRecords(bytes, data)
  try {
    if (capacity > sampleRows) {
      const sample = scan(regular, wanted, sampleRows)
      sample.forEach((column, i) => column === undefined && (wanted[i] = "text"))
    }
    const columns = scan(regular, wanted, capacity)
    if (columns.every((column) => column !== undefined)) return columns
    // Only those that turned out to be text are read again as such.
    const lacking = columns.map((column): Wanted => (column === undefined ? "text" : "nothing"))
    const again = scan(regular, lacking, capacity)
    return columns.map((column, i) => column ?? again[i]!)
  } catch (cause) {
    if (cause instanceof Irregular) return undefined
    throw cause
  }
}
