/**
 * Tables for terminals.
 */
import { visible } from "@rocflow/core/Excerpt"
import { shortened, terminalWidth, width } from "./textWidth.ts"

/** A column: its title, and on which side its cells stand. */
export interface Column {
  readonly title: string
  readonly align?: "left" | "right"
  /** Says what a row is about: it is repeated where a table is stacked. Without any, the first column is one. */
  readonly key?: boolean
}

/** The cells of a row, or a heading over the rows that follow. */
export type Row = ReadonlyArray<string> | string

const pad = (text: string, size: number, align: Column["align"]): string => {
  const space = " ".repeat(Math.max(0, size - width(text)))
  return align === "right" ? space + text : text + space
}

const gap = 2

const total = (sizes: ReadonlyArray<number>): number =>
  sizes.reduce((sum, size) => sum + size, 0) + gap * Math.max(0, sizes.length - 1)

/** Deals the columns that are no keys out into tables that fit beside the keys. */
const parts = (
  keys: ReadonlyArray<number>,
  others: ReadonlyArray<number>,
  sizes: ReadonlyArray<number>,
  room: number
): ReadonlyArray<ReadonlyArray<number>> => {
  const found: Array<Array<number>> = [[...keys]]
  for (const j of others) {
    const last = found.at(-1)!
    if (last.length === keys.length || total([...last, j].map((i) => sizes[i]!)) <= room) last.push(j)
    else found.push([...keys, j])
  }
  return found
}

/**
 * Lays cells out in columns as wide as their longest cell, two spaces apart, under a line of titles.
 *
 * A table that is wider than `room` (the terminal's columns; without a terminal there is no end) is stacked: its columns go into several tables, one below
 * the other, that all begin with the key columns. Numbers are never split or cut; long keys are shortened in the middle.
 *
 * A cell that repeats the one above it in the leading columns may be given as "" by the caller.
 */
export const textTable = (
  given: ReadonlyArray<Column>,
  content: ReadonlyArray<Row>,
  room: number = terminalWidth()
): string => {
  const columns = given.map((column) => ({ ...column, title: visible(column.title) }))
  const rows = content.map((row) => (typeof row === "string" ? visible(row) : row.map(visible)))
  const all = columns.map((_, j) => j)
  const named = all.filter((j) => columns[j]!.key === true)
  const keys = named.length > 0 ? named : all.slice(0, 1)
  const others = all.filter((j) => !keys.includes(j))
  const cells = rows.filter((row) => typeof row !== "string")
  const natural = columns.map(({ title }, j) =>
    cells.reduce((most, row) => Math.max(most, width(row[j] ?? "")), width(title))
  )
  const keyRoom = Math.floor((room * 0.6) / keys.length)
  const tooWide = total(natural) > room && total(keys.map((j) => natural[j]!)) > room * 0.6
  const sizes = natural.map((size, j) => (tooWide && keys.includes(j) ? Math.min(size, keyRoom) : size))
  const table = (shown: ReadonlyArray<number>): string => {
    const line = (texts: ReadonlyArray<string>) =>
      shown
        .map((j) =>
          pad(keys.includes(j) ? shortened(texts[j] ?? "", sizes[j]!) : (texts[j] ?? ""), sizes[j]!, columns[j]!.align)
        )
        .join(" ".repeat(gap))
        .trimEnd()
    return [
      line(columns.map(({ title }) => title)),
      line(sizes.map((size) => "─".repeat(size))),
      ...rows.map((row) => (typeof row === "string" ? shortened(row, room) : line(row)))
    ].join("\n")
  }
  const stacked = total(sizes) <= room ? [all] : parts(keys, others, sizes, room)
  return stacked.map(table).join("\n\n")
}
