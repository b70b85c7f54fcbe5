/**
 * The tables of the README.
 */
import { fixed, table } from "../support/text.ts"
import { type Cell, chosen, mean, standardError } from "./results.ts"

const distinct = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]

const signed = (value: number): string => (value < 0 ? fixed(value).replace("-", "−") : `+${fixed(value)}`)

/** Mean test AUC of each loss, the rate chosen on the rows held out. */
const byTable = (cells: ReadonlyArray<Cell>): string => {
  const best = chosen(cells)
  const losses = distinct(best.map(({ loss }) => loss))
  const places = distinct(best.map(({ network, table }) => `${table}, ${network}`))
  const aucs = (place: string, loss: string) =>
    best.filter((cell) => `${cell.table}, ${cell.network}` === place && cell.loss === loss).map(({ auc }) => auc)
  return table(
    ["AUC", ...losses],
    places.map((place) => [place, ...losses.map((loss) => fixed(mean(aucs(place, loss))))])
  )
}

/** How a loss compares with cross-entropy over all tables, networks and seeds, by a measure. */
const against = (best: ReadonlyArray<Cell>, loss: string, measure: "auc" | "partial" | "precision"): string => {
  const key = (cell: Cell) => [cell.table, cell.network, cell.seed].join()
  const base = new Map(best.filter((cell) => cell.loss === "BCE").map((cell) => [key(cell), cell[measure]]))
  const differences = best
    .filter((cell) => cell.loss === loss)
    .map((cell) => cell[measure] - (base.get(key(cell)) ?? Number.NaN))
  return loss === "BCE" ? "" : `${signed(mean(differences))} ± ${fixed(standardError(differences))}`
}

/** Every loss over all tables and networks: means, and differences from cross-entropy with their standard errors. */
const overall = (cells: ReadonlyArray<Cell>): string => {
  const best = chosen(cells)
  const of = (loss: string, network: string) =>
    mean(best.filter((cell) => cell.loss === loss && cell.network === network).map(({ auc }) => auc))
  return table(
    ["", "linear AUC", "hidden AUC", "AUC − BCE", "partial AUC − BCE", "average precision − BCE"],
    distinct(best.map(({ loss }) => loss)).map((loss) => [
      loss,
      fixed(of(loss, "linear")),
      fixed(of(loss, "hidden")),
      against(best, loss, "auc"),
      against(best, loss, "partial"),
      against(best, loss, "precision")
    ])
  )
}

/** Mean test AUC by rate, and how unsteady the training is. */
const byRate = (cells: ReadonlyArray<Cell>, network: Cell["network"]): string => {
  const own = cells.filter((cell) => cell.network === network)
  const rates = distinct(own.map(({ rate }) => rate))
  const of = (loss: string, rate: number, measure: "auc" | "change") =>
    fixed(mean(own.filter((cell) => cell.loss === loss && cell.rate === rate).map((cell) => cell[measure])))
  return table(
    [network, ...rates.map((rate) => `AUC at ${rate}`), ...rates.map((rate) => `change at ${rate}`)],
    distinct(own.map(({ loss }) => loss)).map((loss) => [
      loss,
      ...rates.map((rate) => of(loss, rate, "auc")),
      ...rates.map((rate) => of(loss, rate, "change"))
    ])
  )
}

/** Everything that the comparison found, as text. */
export const render = (cells: ReadonlyArray<Cell>): string =>
  [byTable(cells), overall(cells), byRate(cells, "linear"), byRate(cells, "hidden")].join("\n\n")
