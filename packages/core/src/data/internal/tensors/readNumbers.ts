/**
 * Files of numbers as stores: small ones in memory as they are written, large ones read by parts.
 */
import { createReadStream } from "node:fs"
import * as Fs from "node:fs/promises"
import { gunzip } from "node:zlib"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { sha256 } from "../../../Hash.ts"
import { SchemaError } from "../../SchemaError.ts"
import { bytesOf, type Packed, type Range } from "../../TensorStore.ts"
import { ioError } from "../ioError.ts"
import { type Header, headerBytes, type Refused } from "./headers.ts"
import { openNumbers } from "./openNumbers.ts"

/** A file of so many bytes is kept in memory, as it is written; of a larger one only the rows that are asked for. */
export const memoryBudget = 2 ** 28

const unzip = promisify(gunzip)

interface Contents {
  readonly head: Uint8Array
  readonly size: number
  readonly digest: string
  readonly bytes: Uint8Array | undefined
}

const digestOf = (bytes: Uint8Array): string => sha256().update(bytes).digest("hex")

const inMemory = (bytes: Uint8Array): Contents => ({ head: bytes, size: bytes.length, digest: digestOf(bytes), bytes })

const inParts = async (path: string, size: number): Promise<Contents> => {
  const hash = sha256()
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array)
  const file = await Fs.open(path)
  try {
    const head = new Uint8Array(headerBytes)
    await file.read(head, 0, headerBytes, 0)
    return { head, size, digest: hash.digest("hex"), bytes: undefined }
  } finally {
    await file.close()
  }
}

const refused = (file: string, rule: string, advice: string) =>
  new SchemaError({ file, given: "the file", rule, advice })

const zipped = (path: string, bytes: Uint8Array, budget: number) =>
  Effect.tryPromise({
    try: () => unzip(bytes, { maxOutputLength: budget }),
    catch: (cause) =>
      cause instanceof RangeError
        ? refused(
            path,
            `unpacks to more than ${budget / 2 ** 20} MiB`,
            "Unpack it by gunzip: it is then read by parts."
          )
        : refused(path, "is not gzip", "Check that it is complete, or take .gz from its name.")
  })

const contentsOf = Effect.fnUntraced(function* (path: string, budget: number) {
  const io = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: (cause) => ioError(path, cause) })
  const isZipped = /\.gz$/i.test(path)
  const { size } = yield* io(() => Fs.stat(path))
  if (!isZipped && size > budget) return yield* io(() => inParts(path, size))
  const bytes: Uint8Array = yield* io(() => Fs.readFile(path))
  return inMemory(isZipped ? yield* zipped(path, bytes, budget) : bytes)
})

/** Reads the header of a file of numbers, and its contents if they fit into the memory that a file may take. */
export const readNumbers = Effect.fnUntraced(function* (
  path: string,
  parse: (bytes: Uint8Array) => Result.Result<Header, Refused>,
  range: Range | undefined,
  budget = memoryBudget
) {
  const { bytes, digest, head, size } = yield* contentsOf(path, budget)
  const header = yield* Effect.mapError(Effect.fromResult(parse(head)), ({ advice, rule }) =>
    refused(path, rule, advice)
  )
  const { bigEndian, element, offset } = header
  const [rows, ...shape] = header.shape
  const needed = offset + header.shape.reduce((product, n) => product * n, bytesOf[element])
  if (rows === 0 || shape.includes(0)) {
    return yield* refused(path, "has no rows", "Check how it was written: a tensor needs at least one row.")
  }
  if (size < needed) {
    return yield* refused(path, `ends after ${size} of ${needed} bytes`, "It is cut off: copy it again.")
  }
  const store: Packed = {
    _tag: "Packed",
    name: path,
    digest,
    range,
    steps: [],
    content: bytes === undefined ? { _tag: "File", open: openNumbers } : { _tag: "Memory", bytes },
    offset,
    element,
    bigEndian,
    shape
  }
  return { store, rows }
})
