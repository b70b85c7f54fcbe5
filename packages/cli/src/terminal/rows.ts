/**
 * Columns as lines of text: CSV (RFC 4180), or JSON an object a line.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Csv from "@rocflow/core/data/Csv"

type Entries = ReadonlyArray<readonly [name: string, column: Column.Column]>

/** The names of the columns, as the first line of a CSV file. */
export const csvHeader = (entries: Entries): string => Csv.line(entries.map(([name]) => name))

/** The rows, a line each; what is missing is empty. */
export const csvRows = (entries: Entries): string => {
  const rows = entries[0] === undefined ? 0 : Column.length(entries[0][1])
  let text = ""
  for (let row = 0; row < rows; row++) {
    text += Csv.line(entries.map(([, column]) => Column.toText(column, row) ?? ""))
  }
  return text
}

const valueOf = (column: Column.Column, row: number): unknown => {
  if (column.missing?.[row] === 1) return null
  switch (column.type) {
    case "numeric":
    case "integer":
      return column.values[row]
    case "boolean":
      return column.values[row] === 1
    default:
      return Column.toText(column, row)
  }
}

/** The rows, an object a line. */
export const jsonRows = (entries: Entries): string => {
  const rows = entries[0] === undefined ? 0 : Column.length(entries[0][1])
  let text = ""
  for (let row = 0; row < rows; row++) {
    text += `${JSON.stringify(Object.fromEntries(entries.map(([name, column]) => [name, valueOf(column, row)])))}\n`
  }
  return text
}
