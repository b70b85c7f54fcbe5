/**
 * Stable hashes of plain data.
 */
import { createHash } from "node:crypto"

/** JSON with sorted keys and without undefined values: equal data gives equal text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )

/** SHA-256 of the canonical JSON, in hexadecimal. */
export const hashJson = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex")
