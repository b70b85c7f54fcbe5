/**
 * Tables for terminals.
 */

/** A column: its title, and on which side its cells stand. */
export interface Column {
  readonly title: string
  readonly align?: "left" | "right"
}

/** The width of a text on a terminal; combining marks take no place. */
const width = (text: string): number => Array.from(text.normalize("NFC").replace(/\p{M}/gu, "")).length

const pad = (text: string, size: number, align: Column["align"]): string => {
  const space = " ".repeat(Math.max(0, size - width(text)))
  return align === "right" ? space + text : text + space
}

/**
 * Lays cells out in columns as wide as their longest cell, two spaces apart, under a line of titles.
 *
 * A cell that repeats the one above it in the leading columns may be given as "" by the caller.
 */
export const textTable = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = columns.map(({ title }, j) => Math.max(width(title), ...rows.map((row) => width(row[j] ?? ""))))
  const line = (cells: ReadonlyArray<string>) =>
    columns
      .map(({ align }, j) => pad(cells[j] ?? "", widths[j]!, align))
      .join("  ")
      .trimEnd()
  return [
    line(columns.map(({ title }) => title)),
    line(widths.map((size) => "─".repeat(size))),
    ...rows.map(line)
  ].join("\n")
}
