/**
 * A text file in blocks of whole records, so that a file that does not fit into memory is read part by part.
 */
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { pipeline } from "node:stream"
import * as Zlib from "node:zlib"

/** The records of a file from one line to another. */
export interface Block {
  readonly bytes: Uint8Array
  /** The lines before it. */
  readonly line: number
}

const quote = 0x22
const newline = 0x0a

/** The first bytes of a file. */
const firstBytes = async (path: string): Promise<Uint8Array> => {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const isGzip = ([a, b]: Uint8Array): boolean => a === 0x1f && b === 0x8b
const isZstandard = ([a, b, c, d]: Uint8Array): boolean => a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd

/** The bytes of a file as they come, decompressed by what they begin with. */
const chunks = async (path: string): Promise<AsyncIterable<Uint8Array>> => {
  const magic = await firstBytes(path)
  const raw = createReadStream(path, { highWaterMark: 2 ** 20 })
  const decompressed = isGzip(magic)
    ? Zlib.createGunzip()
    : isZstandard(magic)
      ? Zlib.createZstdDecompress()
      : undefined
  // What goes wrong with the file goes wrong with what is read of it.
  return decompressed === undefined ? raw : pipeline(raw, decompressed, () => {})
}

/**
 * Where the last record of some bytes ends that is whole, and how many lines end before: a line end between quotes ends none.
 * `quoted` says whether the bytes begin between quotes.
 */
const lastEnd = (bytes: Uint8Array, quotes: boolean): { readonly end: number; readonly lines: number } => {
  let [end, lines, seen, quoted] = [0, 0, 0, false]
  for (let i = 0; i < bytes.length; i++) {
    if (quotes && bytes[i] === quote) quoted = !quoted
    else if (bytes[i] === newline) {
      seen += 1
      if (quoted) continue
      end = i + 1
      lines = seen
    }
  }
  return { end, lines }
}

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts))

/**
 * Reads a file in blocks of about `size` bytes, each of whole records. With `quotes` a line end between two `"` is part of a
 * field.
 */
export async function* blocks(path: string, size: number, quotes: boolean): AsyncGenerator<Block> {
  let parts: Array<Uint8Array> = []
  let [length, line] = [0, 0]
  for await (const chunk of await chunks(path)) {
    parts.push(chunk)
    length += chunk.length
    if (length < size) continue
    const bytes = joined(parts)
    const { end, lines } = lastEnd(bytes, quotes)
    if (end > 0) yield { bytes: bytes.subarray(0, end), line }
    line += lines
    // Copied, so that the block can be let go of.
    parts = [bytes.slice(end)]
    length = bytes.length - end
  }
  if (length > 0) yield { bytes: joined(parts), line }
}
