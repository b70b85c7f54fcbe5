/** Median and quartiles, and tables of them. */

/** @category models */
export interface Spread {
  readonly q1: number
  readonly median: number
  readonly q3: number
}

const quantile = (sorted: ReadonlyArray<number>, p: number): number => {
  const place = p * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  return below + (place - Math.floor(place)) * (sorted[Math.ceil(place)]! - below)
}

/** Quantiles are linear between neighbours. `of([1, 2, 4]) // => { q1: 1.5, median: 2, q3: 3 }` */
export const of = (values: ReadonlyArray<number>): Spread => {
  const sorted = [...values].sort((a, b) => a - b)
  return { q1: quantile(sorted, 0.25), median: quantile(sorted, 0.5), q3: quantile(sorted, 0.75) }
}

/** `text({ q1: 0.00251, median: 0.003, q3: 0.0042 }, 1000, "ms") // => "3 ms (2.51 to 4.2)"` */
export const text = ({ median, q1, q3 }: Spread, factor: number, unit: string): string => {
  const [low, middle, high] = [q1, median, q3].map((value) => Number((value * factor).toPrecision(3)))
  return `${middle} ${unit} (${low} to ${high})`.replace("  ", " ")
}

/** Lays out lines of cells in columns. */
export const table = (lines: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}
