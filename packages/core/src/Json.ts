/**
 * Values as JSON text; numbers that JSON lacks go as strings that `Number` reads: "Infinity", "-Infinity", "NaN".
 */
export const toJson = (value: unknown, space?: number): string =>
  JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (typeof inner === "number" && !Number.isFinite(inner)) return String(inner)
      return ArrayBuffer.isView(inner) ? Array.from(inner as unknown as ArrayLike<number>) : inner
    },
    space
  )
