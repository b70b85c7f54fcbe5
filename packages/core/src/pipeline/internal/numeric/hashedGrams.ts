/**
 * Text as counts of its hashed n-grams. Weinberger, Dasgupta, Langford, Smola and Attenberg, "Feature hashing for large
 * scale multitask learning", ICML 2009.
 */
import { murmur3 } from "./murmur3.ts"

/** What a text is cut into: words of two letters or digits at least, or characters, of words or across them. */
export type Unit = "word" | "char" | "charInWord"

/** Runs of parts; there are none that are longer than all parts, however great a size is allowed. */
const joined = (parts: ReadonlyArray<string>, sizes: readonly [number, number], glue: string): ReadonlyArray<string> =>
  Array.from({ length: Math.max(0, Math.min(sizes[1], parts.length) - sizes[0] + 1) }, (_, i) => sizes[0] + i).flatMap(
    (size) =>
      size === 1
        ? parts
        : Array.from({ length: parts.length - size + 1 }, (_, at) => parts.slice(at, at + size).join(glue))
  )

/** The n-grams of a text for all sizes from the first to the last, those that repeat as often as they are there. */
export const grams = (text: string, unit: Unit, sizes: readonly [number, number]): ReadonlyArray<string> => {
  switch (unit) {
    case "word":
      return joined(text.match(/[\p{L}\p{N}_]{2,}/gu) ?? [], sizes, " ")
    case "char":
      return joined([...text.replace(/\s\s+/gu, " ")], sizes, "")
    case "charInWord":
      return text
        .split(/\s+/u)
        .filter((word) => word !== "")
        .flatMap((word) => {
          const padded = [" ", ...word, " "]
          const own = joined(padded, sizes, "")
          // A word shorter than all sizes counts once, whole.
          return own.length === 0 ? [padded.join("")] : own
        })
  }
}

/** How n-grams are counted; see `Preprocess.hashedText`. */
export interface Counting {
  readonly unit: Unit
  readonly sizes: readonly [number, number]
  readonly lowercase: boolean
  readonly signed: boolean
  readonly norm: "l2" | "l1" | "none"
}

/**
 * Adds the n-grams of a text to the buckets of its row: the (signed) count of those that fall into a bucket, divided by the
 * norm of the row. `columns[bucket]` are the rows, 0 before.
 */
export const addCounts = (
  text: string,
  row: number,
  columns: ReadonlyArray<Float64Array>,
  counting: Counting
): void => {
  const counts = new Map<number, number>()
  for (const gram of grams(counting.lowercase ? text.toLowerCase() : text, counting.unit, counting.sizes)) {
    const hash = murmur3(gram)
    const bucket = Math.abs(hash) % columns.length
    counts.set(bucket, (counts.get(bucket) ?? 0) + (counting.signed && hash < 0 ? -1 : 1))
  }
  let norm = counting.norm === "none" ? 1 : 0
  if (counting.norm !== "none") {
    for (const count of counts.values()) norm += counting.norm === "l1" ? Math.abs(count) : count ** 2
  }
  const size = counting.norm === "l2" ? Math.sqrt(norm) : norm
  if (size > 0) for (const [bucket, count] of counts) columns[bucket]![row] = count / size
}
