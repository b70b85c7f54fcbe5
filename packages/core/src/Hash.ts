/**
 * Stable hashes of plain data.
 */
import { type Digest, make } from "./internal/sha256.ts"

export type { Digest } from "./internal/sha256.ts"

/** Numbers that JSON lacks, and 0 with a sign, in a form that no other data has. */
const special = (value: number): unknown =>
  Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : { "\u0000number": Object.is(value, -0) ? "-0" : String(value) }

/**
 * JSON with sorted keys and without undefined values: equal data gives equal text, and NaN, the infinities, −0 and null all
 * differ.
 */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === "number") return special(inner)
    return typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  })

/** Node's SHA-256; undefined in a browser. */
const crypto = globalThis.process?.getBuiltinModule?.("node:crypto")

/** A SHA-256 to be filled. */
export const sha256 = (): Digest => crypto?.createHash("sha256") ?? make()

/** SHA-256 of the canonical JSON, in hexadecimal. */
export const hashJson = (value: unknown): string => sha256().update(canonicalJson(value)).digest("hex")

/** Adds a text, preceded by its length, so that no two lists of texts have the same bytes. */
export const addText = (hash: Digest, text: string): Digest => hash.update(`${text.length}:`).update(text, "utf16le")

/** What `addText` adds, of all texts at once. */
const bytesOf = (parts: ReadonlyArray<string>): Uint8Array => {
  const heads = parts.map((text) => `${text.length}:`)
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, text, i) => sum + heads[i]!.length + 2 * text.length, 0))
  let at = 0
  for (const [i, text] of parts.entries()) {
    at += bytes.write(heads[i]!, at, "latin1")
    at += bytes.write(text, at, "utf16le")
  }
  return bytes
}

/** The SHA-256 of some texts, in hexadecimal. A million jobs are named by it, so that Node is asked once for each. */
export const hashTexts = (parts: ReadonlyArray<string>): string =>
  crypto?.hash("sha256", bytesOf(parts)) ?? parts.reduce(addText, make()).digest("hex")
