/**
 * Whether a table fits into memory, by what it is estimated to need before it is read.
 */
import * as Effect from "effect/Effect"
import { Available, Heap } from "../Memory.ts"
import { SchemaError } from "../SchemaError.ts"
import { blocks, endOfLines, firstBytes } from "./blocks.ts"
import { parseNumber } from "./infer.ts"
import { ioError } from "./ioError.ts"
import { compressionOf } from "./textBytes.ts"

/** The size of a table that is not read yet. */
interface Estimate {
  readonly rows: number
  readonly columns: number
  readonly bytes: number
  /** Those of texts, which are among them: Node holds them apart from numbers. */
  readonly texts: number
}

/** The bytes of a text that are looked at. */
const sampleBytes = 2 ** 16

/** A number in a column. */
const numberBytes = 8

/** A string of its own, besides its characters and its place in the column. */
const stringBytes = 24

/** What texts take while they are read and looked at, as a multiple of what they take: sets of distinct ones, and garbage. */
const reading = 3

/** Compressed tables are usually so much smaller. */
const compression = 4

const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`

const refuseUnless = Effect.fnUntraced(function* (
  path: string,
  { bytes, columns, rows, texts }: Estimate
): Effect.fn.Return<void, SchemaError> {
  const free = (yield* Available)()
  const given = `the file, of about ${Math.round(rows)} rows and ${columns} columns,`
  const smaller = "write a file of fewer rows or columns; programs read it in parts by Table.windows."
  if (bytes > free) {
    return yield* new SchemaError({
      file: path,
      given,
      rule: `needs about ${gigabytes(bytes)} of memory to be read, of which ${gigabytes(free)} are free`,
      advice: `Give the process more memory, end what else takes it, or ${smaller}`
    })
  }
  const heap = (yield* Heap)()
  if (texts <= heap) return
  const megabytes = 1000 * Math.ceil(texts / 1e9 + 1)
  return yield* new SchemaError({
    file: path,
    given,
    rule: `needs about ${gigabytes(texts)} of memory for its texts, for which this process of Node has ${gigabytes(heap)}`,
    advice: `Give it more by NODE_OPTIONS=--max-old-space-size=${megabytes} (megabytes), or ${smaller}`
  })
})

/** The mean bytes of a cell in memory, a number or a place and what its text takes, equal texts being one; and those of texts. */
const cellBytes = (cells: ReadonlyArray<string>) => {
  const texts = cells.filter((cell) => cell !== "" && parseNumber(cell) === undefined)
  const own = [...new Set(texts)].reduce((sum, text) => sum + stringBytes + text.length, 0)
  const count = Math.max(1, cells.length)
  return { all: numberBytes + own / count, texts: (reading * (texts.length * numberBytes + own)) / count }
}

/** The first lines of a text, and whether it is compressed. */
const sampleOf = async (path: string) => {
  const compressed = compressionOf(await firstBytes(path)) !== undefined
  for await (const { bytes } of blocks(path, sampleBytes, () => endOfLines)) {
    return { compressed, text: new TextDecoder().decode(bytes) }
  }
  return { compressed, text: "\n" }
}

/** Refuses delimited text, or JSON lines, that would need more memory than there is: its bytes, and the columns. */
export const checkText = Effect.fnUntraced(function* (path: string, size: number): Effect.fn.Return<void, SchemaError> {
  const [free, heap] = [(yield* Available)(), (yield* Heap)()]
  // A cell has a byte and a delimiter at least, and becomes a number, or a text of its own.
  const least = size * compression
  if (least * (1 + numberBytes) <= free && (least / 2) * reading * (numberBytes + stringBytes + 1) <= heap) return
  const { compressed, text } = yield* Effect.tryPromise({
    try: () => sampleOf(path),
    catch: (cause) => ioError(path, cause)
  })
  const lines = text.trimEnd().split(/\r?\n/)
  const [header, ...records] = lines.map((line) => line.split(/[,;\t|]/))
  const whole = compressed ? size * compression : size
  const rows = (whole * lines.length) / text.length
  const columns = header!.length
  const { all, texts } = cellBytes(records.flat())
  const cells = rows * columns
  return yield* refuseUnless(path, { rows, columns, bytes: whole + cells * all, texts: cells * texts })
})

/** Refuses rows of Parquet that would need more memory than there is: what DuckDB hands over, and the columns. */
export const checkRows = (
  path: string,
  rows: number,
  columns: number,
  { cells, characters }: { readonly cells: number; readonly characters: number }
): Effect.Effect<void, SchemaError> => {
  // Equal texts are strings of their own until the column is made of them.
  const texts = reading * (cells * (numberBytes + stringBytes) + characters)
  return refuseUnless(path, { rows, columns, bytes: 2 * rows * columns * numberBytes + texts, texts })
}
