/** Numbers and tables for the terminal. */
const units = [
  [1, "s"],
  [1e-3, "ms"],
  [1e-6, "µs"],
  [1e-9, "ns"]
] as const

/** Three digits and the unit that makes them readable: 0.00123 is "1.23 ms". */
export const duration = (seconds: number): string => {
  const [size, unit] = units.find(([size]) => seconds >= 0.9995 * size) ?? units[3]
  return `${Number((seconds / size).toPrecision(3))} ${unit}`
}

/** Powers of ten by half steps: "10^2.5". */
export const power = (rows: number): string => `10^${Math.round(2 * Math.log10(rows)) / 2}`

/** Lays out rows of cells: the first column to the left, the others to the right. */
const layOut = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "))
    .map((line) => line.trimEnd())
    .join("\n")
}

/** A line for each thing, a column for each number of rows, and further columns. */
export const bySize = <Line extends { readonly title: string }>(
  heading: string,
  sizes: ReadonlyArray<number>,
  lines: ReadonlyArray<Line>,
  cell: (line: Line, rows: number) => string,
  more: Readonly<Record<string, (line: Line) => string>> = {}
): string =>
  layOut([
    [heading, ...sizes.map(power), ...Object.keys(more)],
    ...lines.map((line) => [
      line.title,
      ...sizes.map((rows) => cell(line, rows)),
      ...Object.values(more).map((column) => column(line))
    ])
  ])
