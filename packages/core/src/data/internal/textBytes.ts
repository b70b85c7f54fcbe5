/**
 * The bytes of a text file as UTF-8 without a byte order mark: decompressed and converted where they are not.
 */
import * as Effect from "effect/Effect"
import { isUtf8 } from "node:buffer"
import type { Transform } from "node:stream"
import { promisify } from "node:util"
import * as Zlib from "node:zlib"
import type { Encoding } from "../Encoding.ts"
import { SchemaError } from "../SchemaError.ts"
import { lineOfInvalidUtf8 } from "./delimited.ts"

/** A text, and whether its bytes are other than those of the file. */
export interface TextBytes {
  readonly bytes: Uint8Array
  readonly converted: boolean
}

const startsWith = (bytes: Uint8Array, ...magic: ReadonlyArray<number>) => magic.every((byte, i) => bytes[i] === byte)

const compressions = [
  {
    name: "gzip",
    magic: [0x1f, 0x8b],
    run: promisify<Uint8Array, Uint8Array>(Zlib.gunzip),
    stream: (): Transform => Zlib.createGunzip()
  },
  {
    name: "Zstandard",
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    run: promisify<Uint8Array, Uint8Array>(Zlib.zstdDecompress),
    stream: (): Transform => Zlib.createZstdDecompress()
  }
]

/** How a file is compressed whose first bytes are given; undefined if it is not. */
export const compressionOf = (bytes: Uint8Array) => compressions.find(({ magic }) => startsWith(bytes, ...magic))

const decompress = (path: string, bytes: Uint8Array): Effect.Effect<Uint8Array, SchemaError> => {
  const found = compressionOf(bytes)
  if (found === undefined) return Effect.succeed(bytes)
  return Effect.tryPromise({
    try: () => found.run(bytes),
    catch: (cause) =>
      new SchemaError({
        file: path,
        given: "the file",
        rule: `begins as ${found.name} but cannot be decompressed (${cause instanceof Error ? cause.message : String(cause)})`,
        advice: "Copy or download it again; text of more than 2 GiB belongs into Parquet."
      })
  })
}

const labels: Readonly<Record<Encoding, string>> = {
  "utf-8": "utf-8",
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
  "utf-16be": "utf-16be",
  latin1: "windows-1252",
  "windows-1252": "windows-1252"
}

const marks = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] }
] as const

const markOf = (bytes: Uint8Array) => marks.find(({ mark }) => startsWith(bytes, ...mark))

/** The encoding of a text whose first bytes are given: what its byte order mark says, else what is said of it. */
export const encodingOf = (bytes: Uint8Array, given: Encoding | undefined): Encoding =>
  markOf(bytes)?.encoding ?? given ?? "utf-8"

/** The bytes of a text behind its byte order mark. */
export const bodyOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(markOf(bytes)?.mark.length ?? 0)

const refuse = (path: string, bytes: Uint8Array): SchemaError | undefined => {
  const error = (given: string, rule: string, advice: string, line?: number) =>
    new SchemaError({ file: path, ...(line === undefined ? {} : { line }), given, rule, advice })
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) {
    return error(
      "the file",
      "is a ZIP archive or a spreadsheet, not text",
      "Unpack it, or export the sheet as CSV, and name that file."
    )
  }
  const zero = bytes.indexOf(0)
  if (zero !== -1 && zero < 4) {
    return error(
      "the file",
      "has zero bytes, as UTF-16 without a byte order mark has",
      `Give encoding: "utf-16${zero % 2 === 1 ? "le" : "be"}" if it is text, or name another file.`
    )
  }
  if (isUtf8(bytes)) return undefined
  return error(
    "a byte",
    "is not UTF-8",
    'Give encoding: "latin1" if the file comes from an old Western system, or save it as UTF-8.',
    lineOfInvalidUtf8(bytes, isUtf8)
  )
}

/** Brings the bytes of a text file to UTF-8, by its byte order mark if it has one, else by the given encoding. */
export const textBytes = Effect.fnUntraced(function* (
  path: string,
  raw: Uint8Array,
  encoding: Encoding | undefined
): Effect.fn.Return<TextBytes, SchemaError> {
  const bytes = yield* decompress(path, raw)
  const body = bodyOf(bytes)
  const actual = encodingOf(bytes, encoding)
  if (actual !== "utf-8") {
    return { bytes: new TextEncoder().encode(new TextDecoder(labels[actual]).decode(body)), converted: true }
  }
  const error = refuse(path, body)
  return error === undefined ? { bytes: body, converted: bytes !== raw } : yield* error
})
