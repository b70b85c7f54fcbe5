/**
 * A text file in blocks of whole records, so that a file that does not fit into memory is read part by part.
 */
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { pipeline } from "node:stream"
import { type Layout, records } from "./delimited.ts"
import { compressionOf } from "./textBytes.ts"

/** The records of a file from one line to another. */
export interface Block {
  readonly bytes: Uint8Array
  /** The lines before it. */
  readonly line: number
}

const newline = 0x0a

/** The first bytes of a file. */
export const firstBytes = async (path: string): Promise<Uint8Array> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The bytes of a file as they come, decompressed by what they begin with. */
const chunks = async (path: string): Promise<AsyncIterable<Uint8Array>> => {
  const compression = compressionOf(await firstBytes(path))
  const raw = createReadStream(path, { highWaterMark: 2 ** 20 })
  // What goes wrong with the file goes wrong with what is read of it.
  return compression === undefined ? raw : pipeline(raw, compression.stream(), () => {})
}

/** The lines that end in some bytes. */
export const countLines = (bytes: Uint8Array): number => {
  let lines = 0
  for (let i = bytes.indexOf(newline); i >= 0; i = bytes.indexOf(newline, i + 1)) lines += 1
  return lines
}

/** Where the last line ends. */
export const endOfLines = (bytes: Uint8Array): number => bytes.lastIndexOf(newline) + 1

/** Where the last delimited record ends that is whole: a line end between quotes ends none. */
export const endOfRecords =
  (layout: Layout) =>
  (bytes: Uint8Array): number => {
    let end = 0
    // What follows a carriage return at the very end is not known.
    for (const { next } of records(bytes, 0, layout)) if (bytes[next - 1] === newline) end = next
    return end
  }

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts))

/**
 * Reads a file in blocks of about `size` bytes, each of whole records. `cutting` is given the first bytes of the text, and
 * gives what finds the end of the last whole record of some bytes; of a text that it gives none for there is one block.
 */
export async function* blocks(
  path: string,
  size: number,
  cutting: (start: Uint8Array) => ((bytes: Uint8Array) => number) | undefined
): AsyncGenerator<Block> {
  let parts: Array<Uint8Array> = []
  let [length, line, wanted] = [0, 0, size]
  let endOf: ((bytes: Uint8Array) => number) | undefined
  let begun = false
  for await (const chunk of await chunks(path)) {
    parts.push(chunk)
    length += chunk.length
    if (length < wanted) continue
    const bytes = joined(parts)
    if (!begun) endOf = cutting(bytes)
    begun = true
    const end = endOf?.(bytes) ?? 0
    if (end === 0) {
      // Twice as much is looked at next, so that a long record is not gone through once for every chunk.
      parts = [bytes]
      wanted = 2 * length
      continue
    }
    const block = bytes.subarray(0, end)
    yield { bytes: block, line }
    line += countLines(block)
    // Copied, so that the block can be let go of.
    parts = [bytes.slice(end)]
    length = bytes.length - end
    wanted = size
  }
  if (length > 0) yield { bytes: joined(parts), line }
}
