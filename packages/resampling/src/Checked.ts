/**
 * JSON objects that know whether they were changed: the first member is the SHA-256 of all the rest.
 *
 * ```
 * {"check":"9f86d081884c7d659a2feaa0c55ad015","id":"…"}
 * ```
 *
 * They are JSON for whoever reads them otherwise, as DuckDB does. What is read is exactly what was written, so that nothing of it
 * need be checked again.
 */
import { createHash, hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

const digits = 32

/** What stands before and after the check. */
const [before, after] = ['{"check":"', '",']

const start = before.length + digits + after.length

/** The check of a text. */
const checkOf = (text: string): string => hash("sha256", text).slice(0, digits)

/** The SHA-256 of bytes, in hexadecimal. */
export const digest = (bytes: Uint8Array): string => hash("sha256", bytes)

/** That of a file, which may be larger than memory. */
export const digestOf = Effect.fnUntraced(function* (file: string) {
  const fs = yield* FileSystem.FileSystem
  const sum = createHash("sha256")
  yield* Stream.runForEach(fs.stream(file), (bytes) => Effect.sync(() => sum.update(bytes)))
  return sum.digest("hex")
})

/** Writes the JSON of an object that has members, in one line, with its check. */
export const write = (json: object): string => {
  const rest = JSON.stringify(json).slice(1)
  return `${before}${checkOf(rest)}${after}${rest}`
}

const encoder = new TextEncoder()
const head = encoder.encode(before)
const tail = encoder.encode(after)
const brace = "{".charCodeAt(0)

const startsWith = (bytes: Uint8Array, at: number, text: Uint8Array): boolean =>
  text.every((byte, i) => bytes[at + i] === byte)

const carriageReturn = "\r".charCodeAt(0)

/**
 * Reads what `write` wrote, of the UTF-8 of its line, or says why it is something else. The bytes are used up: the last one
 * before the rest is overwritten. A carriage return at the end, which programs on Windows add when they copy, does not count.
 */
export const readBytes = (given: Buffer): Result.Result<unknown, string> => {
  const line = given.at(-1) === carriageReturn ? given.subarray(0, -1) : given
  if (!startsWith(line, 0, head) || !startsWith(line, start - tail.length, tail)) return Result.fail("it has no check")
  const check = line.toString("latin1", head.length, head.length + digits)
  if (hash("sha256", line.subarray(start)).slice(0, digits) !== check) {
    return Result.fail("it was changed since it was written")
  }
  // The rest as an object of its own, without a copy.
  line[start - 1] = brace
  return Result.try({ try: (): unknown => JSON.parse(line.toString("utf8", start - 1)), catch: () => "it is no JSON" })
}

/** Reads what `write` wrote, or says why it is something else. */
export const read = (text: string): Result.Result<unknown, string> => readBytes(Buffer.from(text))
