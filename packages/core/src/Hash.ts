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

/** The SHA-256 of some texts, in hexadecimal. */
export const hashTexts = (parts: ReadonlyArray<string>): string => parts.reduce(addText, sha256()).digest("hex")
