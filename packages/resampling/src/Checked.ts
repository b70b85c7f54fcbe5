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
import { hash } from "node:crypto"
import * as Result from "effect/Result"

const digits = 32

/** What stands before and after the check. */
const [before, after] = ['{"check":"', '",']

const start = before.length + digits + after.length

/** The check of a text. */
const checkOf = (text: string): string => hash("sha256", text).slice(0, digits)

/** The SHA-256 of bytes, in hexadecimal. */
export const digest = (bytes: Uint8Array): string => hash("sha256", bytes)

/** Writes the JSON of an object that has members, in one line, with its check. */
export const write = (json: object): string => {
  const rest = JSON.stringify(json).slice(1)
  return `${before}${checkOf(rest)}${after}${rest}`
}

/** Reads what `write` wrote, or says why it is something else. */
export const read = (text: string): Result.Result<unknown, string> => {
  const rest = text.slice(start)
  if (!text.startsWith(before) || text.slice(start - after.length, start) !== after)
    return Result.fail("it has no check")
  if (checkOf(rest) !== text.slice(before.length, before.length + digits)) {
    return Result.fail("it was changed since it was written")
  }
  return Result.try({ try: (): unknown => JSON.parse(`{${rest}`), catch: () => "it is no JSON" })
}
