/**
 * Text for terminals: numbers with three digits, and columns that line up.
 */

/** Writes a number with a fixed number of digits, never as "-0.000". */
export const fixed = (value: number, digits = 3): string => {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : text
}

/** Writes a number with three digits, or why there is none. */
export const number = (
  value: number | { readonly reason: string } | { readonly notTestable: string } | undefined
): string =>
  typeof value === "number"
    ? fixed(value)
    : value === undefined
      ? "–"
      : "reason" in value
        ? value.reason
        : value.notTestable

/** Lays out rows of cells under a header: the first column to the left, the others to the right. */
export const table = (header: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const lines = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}
