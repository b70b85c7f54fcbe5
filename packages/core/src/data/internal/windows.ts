/**
 * The rows of a file in windows, in memory one at a time.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Column from "../Column.ts"
import { SchemaError } from "../SchemaError.ts"
import { type Block, blocks, countLines, endOfLines, endOfRecords } from "./blocks.ts"
import { afterLines, type Layout, records, sniff } from "./delimited.ts"
import { ioError } from "./ioError.ts"
import { checkFile, type FileOptions, formatOf, readBytes, readFile } from "./readFile.ts"
import { countRows } from "./readParquet.ts"
import { bodyOf, encodingOf } from "./textBytes.ts"

/** The columns of some rows. */
export type Entries = ReadonlyArray<readonly [string, Column.Column]>

/** Bytes of text in a window. */
const blockSize = 2 ** 23

/** Rows of a Parquet file in a window. */
const windowRows = 2 ** 17

/** The line of an error, counted in the whole file: `before` lines are in earlier blocks, `repeated` were put on top. */
const moved = (error: SchemaError, before: number, repeated: number): SchemaError =>
  error.line === undefined ? error : new SchemaError({ ...error, line: error.line + before - repeated })

/** How the records of a delimited text are told apart that begins with some bytes. */
const layoutOf = (start: Uint8Array, usual: string, { comment, delimiter, skip = 0 }: FileOptions): Layout => ({
  delimiter: delimiter ?? sniff(start, afterLines(start, skip), usual, comment) ?? usual,
  comment
})

/** What stands above the data of a delimited text: skipped lines and the header. */
const topOf = (bytes: Uint8Array, layout: Layout, { header = true, skip = 0 }: FileOptions): Uint8Array => {
  const begin = afterLines(bytes, skip)
  if (!header) return bytes.subarray(0, begin)
  for (const { end, next, start } of records(bytes, begin, layout)) if (end > start) return bytes.subarray(0, next)
  return bytes
}

/** Text in blocks: each is read as a file of its own that begins as the whole one does. */
const ofText = (path: string, format: "csv" | "tsv" | "jsonl", options: FileOptions) => {
  let top = new Uint8Array()
  let own = options
  /** In UTF-16 a byte of a character may be that of a line end. */
  const cutting = (start: Uint8Array) => {
    if (encodingOf(start, options.encoding).startsWith("utf-16")) return undefined
    if (format === "jsonl") return endOfLines
    const body = bodyOf(start)
    const layout = layoutOf(body, format === "csv" ? "," : "\t", options)
    top = start.subarray(0, start.length - body.length + topOf(body, layout, options).length).slice()
    // What is found at the beginning holds for all blocks.
    own = { ...options, delimiter: layout.delimiter }
    return endOfRecords(layout)
  }
  const source = { [Symbol.asyncIterator]: () => blocks(path, blockSize, cutting) }
  return Stream.fromAsyncIterable<Block, SchemaError>(source, (cause) => ioError(path, cause)).pipe(
    Stream.mapEffect(({ bytes, line }) => {
      const above = line === 0 ? new Uint8Array() : top
      return Effect.mapError(readBytes(path, format, own, Buffer.concat([above, bytes])), (error) =>
        moved(error, line, countLines(above))
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
      const read = format === "parquet" ? ofParquet(path, options) : ofText(path, format, options)
      return Stream.map(read, ({ entries }) => entries)
    })
  )
