/**
 * The rows of a file in windows, in memory one at a time.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import { type Block, blocks } from "./blocks.ts"
import { records } from "./delimited.ts"
import { ioError } from "./ioError.ts"
import { checkFile, type FileOptions, formatOf, readBytes, readFile } from "./readFile.ts"
import { countRows } from "./readParquet.ts"

/** The columns of some rows. */
export type Entries = ReadonlyArray<readonly [string, Column.Column]>

/** Bytes of text in a window. */
const blockSize = 2 ** 23

/** Rows of a Parquet file in a window. */
const windowRows = 2 ** 17

/** Texts whose bytes can be cut where a line ends. */
const isCut = ({ encoding = "utf-8" }: FileOptions): boolean => encoding === "utf-8"

/** The line of an error, counted in the whole file: `before` lines are in earlier blocks, `repeated` were put on top. */
const moved = (error: SchemaError, before: number, repeated: number): SchemaError =>
  error.line === undefined ? error : new SchemaError({ ...error, line: error.line + before - repeated })

const count = (bytes: Uint8Array): number => bytes.reduce((lines, byte) => lines + (byte === 0x0a ? 1 : 0), 0)

/** What stands above the data of a delimited file: skipped lines and the header. */
const topOf = (bytes: Uint8Array, { delimiter = ",", header = true, skip = 0 }: FileOptions): Uint8Array => {
  let end = 0
  for (let lines = 0; lines < skip && end < bytes.length; lines++) end = bytes.indexOf(0x0a, end) + 1 || bytes.length
  if (!header) return bytes.subarray(0, end)
  for (const record of records(bytes, end, { delimiter, comment: undefined })) {
    if (record.end > record.start) return bytes.subarray(0, record.next)
  }
  return bytes
}

/** Text in blocks: each is read as a file of its own that begins as the whole one does. */
const ofText = (path: string, format: "csv" | "tsv" | "jsonl", options: FileOptions) => {
  let top: Uint8Array | undefined
  const source = { [Symbol.asyncIterator]: () => blocks(path, blockSize, format !== "jsonl") }
  return Stream.fromAsyncIterable<Block, SchemaError>(source, (cause) => ioError(path, cause)).pipe(
    Stream.mapEffect(({ bytes, line }) => {
      if (format === "jsonl") {
        return Effect.mapError(readBytes(path, format, options, bytes), (error) => moved(error, line, 0))
      }
      if (top === undefined) {
        top = topOf(bytes, options)
        return readBytes(path, format, options, bytes)
      }
      const repeated = count(top)
      return Effect.mapError(readBytes(path, format, options, Buffer.concat([top, bytes])), (error) =>
        moved(error, line, repeated)
      )
    })
  )
}

const ofParquet = (path: string, options: FileOptions) =>
  Stream.unwrap(
    Effect.map(countRows(path), (rows) =>
      Stream.fromIterable(
        Array.from({ length: Math.max(1, Math.ceil(rows / windowRows)) }, (_, i) => i * windowRows)
      ).pipe(Stream.mapEffect((from) => readFile(path, options, { from, to: Math.min(rows, from + windowRows) })))
    )
  )

/** The rows of a file, some at a time, in their order. */
export const windows = (path: string, options: FileOptions): Stream.Stream<Entries, SchemaError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const format = yield* formatOf(path, options)
      yield* checkFile(path)
      const read =
        format === "parquet"
          ? ofParquet(path, options)
          : isCut(options)
            ? ofText(path, format, options)
            : Stream.fromEffect(readFile(path, options))
      return Stream.map(read, ({ entries }) => entries)
    })
  )
