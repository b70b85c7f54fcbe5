/**
 * What one training of the comparison found, and all of them as a file.
 */
import type { TableName } from "./tables.ts"

/** The measures of a training, all on test rows but `valid`. */
export const measures = ["auc", "partial", "precision", "valid", "change"] as const

/** @category models */
export interface Cell {
  readonly table: TableName
  readonly network: "linear" | "hidden"
  readonly loss: string
  readonly rate: number
  readonly seed: number
  /** AUC. */
  readonly auc: number
  /** AUC up to a false positive rate of 0.1, mapped so that chance is 0.5. */
  readonly partial: number
  /** Average precision. */
  readonly precision: number
  /** The best AUC on the rows held out, by which a rate is chosen. */
  readonly valid: number
  /** How much the AUC on the rows held out changed from one epoch to the next, on average after the tenth. */
  readonly change: number
}

const header = ["table", "network", "loss", "rate", "seed", ...measures] as const

/** Writes cells as CSV, measures with four digits. */
export const toCsv = (cells: ReadonlyArray<Cell>): string =>
  [
    header.join(","),
    ...cells.map((cell) =>
      [
        cell.table,
        cell.network,
        cell.loss,
        cell.rate,
        cell.seed,
        ...measures.map((measure) => cell[measure].toFixed(4))
      ].join(",")
    ),
    ""
  ].join("\n")

/** Reads what `toCsv` wrote. */
export const fromCsv = (text: string): ReadonlyArray<Cell> =>
  text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [table, network, loss, rate, seed, ...values] = line.split(",")
      const [auc, partial, precision, valid, change] = values.map(Number)
      return {
        table,
        network,
        loss,
        rate: Number(rate),
        seed: Number(seed),
        auc,
        partial,
        precision,
        valid,
        change
      } as Cell
    })

/** The mean. */
export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The standard error of a mean. */
export const standardError = (values: ReadonlyArray<number>): number => {
  const centre = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1) / values.length)
}

/** Of every table, network, loss and seed, the cell whose rate has the best AUC on the rows held out; the first of equals. */
export const chosen = (cells: ReadonlyArray<Cell>): ReadonlyArray<Cell> => {
  const best = new Map<string, Cell>()
  for (const cell of cells) {
    const key = [cell.table, cell.network, cell.loss, cell.seed].join()
    const known = best.get(key)
    if (known === undefined || cell.valid > known.valid) best.set(key, cell)
  }
  return [...best.values()]
}
