/**
 * Whether a table fits into memory, by what it is estimated to need before it is read.
 */
import * as Effect from "effect/Effect"
import { Available } from "../Memory.ts"
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
}

/** The bytes of a text that are looked at. */
const sampleBytes = 2 ** 16

/** A number in a column. */
const numberBytes = 8

/** A string of its own, besides its characters and its place in the column. */
const stringBytes = 24

/** Compressed tables are usually so much smaller. */
const compression = 4

const gigabytes = (bytes: number): string =>
  bytes < 1e8 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${(bytes / 1e9).toFixed(1)} GB`

const refuseUnless = Effect.fnUntraced(function* (
  path: string,
  { bytes, columns, rows }: Estimate
): Effect.fn.Return<void, SchemaError> {
  const free = (yield* Available)()
  if (bytes <= free) return
  return yield* new SchemaError({
    file: path,
    given: `the file, of about ${Math.round(rows)} rows and ${columns} columns,`,
    rule: `needs about ${gigabytes(bytes)} of memory to be read, of which ${gigabytes(free)} are free`,
    advice:
      "Give the process more memory, end what else takes it, or write a file of fewer rows or columns; programs read it in parts by Table.windows."
  })
})

/** The mean bytes of a cell in memory: one number, or a place and what its text takes, equal texts being one. */
const cellBytes = (cells: ReadonlyArray<string>): number => {
  const texts = cells.filter((cell) => cell !== "" && parseNumber(cell) === undefined)
  const own = [...new Set(texts)].reduce((sum, text) => sum + stringBytes + text.length, 0)
  return numberBytes + own / Math.max(1, cells.length)
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
  const free = (yield* Available)()
  // A cell has a byte and a delimiter at least, and becomes a number.
  if (size * compression * (1 + numberBytes) <= free) return
  const { compressed, text } = yield* Effect.tryPromise({
    try: () => sampleOf(path),
    catch: (cause) => ioError(path, cause)
  })
  const lines = text.trimEnd().split(/\r?\n/)
  const [header, ...records] = lines.map((line) => line.split(/[,;\t|]/))
  const whole = compressed ? size * compression : size
  const rows = (whole * lines.length) / text.length
  const columns = header!.length
  return yield* refuseUnless(path, { rows, columns, bytes: whole + rows * columns * cellBytes(records.flat()) })
})

/** Refuses rows of Parquet that would need more memory than there is: what DuckDB hands over, and the columns. */
export const checkRows = (path: string, rows: number, columns: number): Effect.Effect<void, SchemaError> =>
  refuseUnless(path, { rows, columns, bytes: 2 * rows * columns * numberBytes })
