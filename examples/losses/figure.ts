/** Test AUC against the learning rate: a panel for each table and network, a line for each loss. */
import * as vega from "vega"
import * as vegaLite from "vega-lite"
import { type Cell, mean } from "./results.ts"

/** The losses that are drawn, and their colours. */
const colours = {
  BCE: "#000000",
  "AUM 0": "#d55e00",
  "AUM 1": "#0072b2",
  pairs: "#009e73",
  AUCM: "#cc79a7"
}
const font = "DejaVu Sans, Verdana, sans-serif"

/** Mean AUC over the seeds. */
const points = (cells: ReadonlyArray<Cell>) => {
  const groups = new Map<string, { readonly cell: Cell; readonly aucs: Array<number> }>()
  for (const cell of cells) {
    if (!Object.hasOwn(colours, cell.loss)) continue
    const key = [cell.table, cell.network, cell.loss, cell.rate].join()
    const group = groups.get(key) ?? { cell, aucs: [] }
    group.aucs.push(cell.auc)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ aucs, cell: { loss, network, rate, table } }) => ({
    loss,
    network,
    rate,
    table,
    auc: mean(aucs)
  }))
}

/** Text is measured by its letters and not with the fonts at hand, so that all machines draw the same bytes. */
const { textMetrics } = vega as unknown as {
  readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number }
}
textMetrics.width = (item, text) => 0.6 * String(text).length * (item.fontSize ?? 10)

/** Draws the figure as SVG. */
export const draw = async (cells: ReadonlyArray<Cell>): Promise<string> => {
  const values = points(cells)
  const { spec } = vegaLite.compile({
    background: "#ffffff",
    padding: 8,
    data: { values },
    facet: {
      column: { field: "table", sort: [...new Set(cells.map(({ table }) => table))], title: null },
      row: { field: "network", sort: ["linear", "hidden"], title: null }
    },
    spec: {
      width: 110,
      height: 130,
      mark: { type: "line", point: { size: 18 }, strokeWidth: 1.6 },
      encoding: {
        x: {
          field: "rate",
          type: "quantitative",
          scale: { type: "log", domain: [0.0006, 1.6], nice: false },
          axis: { title: "learning rate", values: [0.001, 0.01, 0.1, 1], format: "~g", labelFlush: false }
        },
        y: {
          field: "auc",
          type: "quantitative",
          scale: { zero: false },
          axis: { title: "test AUC", format: ".2f", tickCount: 4 }
        },
        color: {
          field: "loss",
          scale: { domain: Object.keys(colours), range: Object.values(colours) },
          legend: { title: null, orient: "bottom" }
        }
      }
    },
    resolve: { scale: { y: "independent" } },
    config: {
      font,
      aria: false,
      view: { stroke: null },
      axis: { domain: false, ticks: false, gridColor: "#e7eaee", labelColor: "#5b6673", titleFontWeight: "normal" },
      header: { labelFontSize: 11 }
    }
  })
  const view = new vega.View(vega.parse(spec), { renderer: "none" })
  const svg = await view.toSVG()
  view.finalize()
  // Hundredths of a pixel are enough; labels of axes have three decimals at most.
  return `${svg.replace(/\d+\.\d{4,}/g, (number) => String(Number(Number(number).toFixed(2))))}\n`
}
