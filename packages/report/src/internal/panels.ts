import type { TopLevelSpec } from "vega-lite"
import type { LayerSpec, UnitSpec } from "vega-lite/types_unstable/spec/index.js"
import type { Field } from "vega-lite/types_unstable/channeldef.js"
import { config, fontSize, ink } from "../theme.ts"
import { type ShortNames, shorten } from "./text.ts"

export type Layer = LayerSpec<Field> | UnitSpec<Field>

/** One mark of a panel; `row` says in which row of panels it stands. */
export interface Datum {
  readonly row: string
  readonly [field: string]: string | number | boolean | null
}

/** A grid of panels: learners side by side, test subsets one above the other. */
export interface Panels {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<string>
  readonly width: number
  readonly height: number
  readonly data: (column: string) => ReadonlyArray<Datum>
  readonly layers: (column: string, isFirst: boolean) => ReadonlyArray<Layer>
}

const rowLabelWidth = 150

/** A row of panels in words. It also names the row in the data, where Vega takes an empty text for a missing one. */
const inWords = (testSubset: string): string => `test: ${testSubset}`

/** The column of a grid that has only one and needs no header. */
export const onlyColumn = "\u00a0"

/** A header without labels. `null`, which Vega-Lite allows too, breaks its layout when both headers have it. */
const noLabels = { title: null, labels: false } as const

/** The name of a row of panels, to the right of the last one. Facet headers of Vega-Lite cannot stand there upright. */
const rowLabel = (width: number, height: number): Layer => ({
  transform: [{ filter: { field: "kind", equal: "rowLabel" } }],
  mark: {
    type: "text",
    align: "left",
    baseline: "middle",
    fontSize: fontSize.header,
    fontWeight: "bold",
    color: ink.text
  },
  encoding: { x: { value: width + 12 }, y: { value: height / 2 }, text: { field: "text", type: "nominal" } }
})

/**
 * Lays panels out in a grid, one facet a column, so that each learner has an x axis of its own and all test subsets of
 * a learner share it. Every cell needs a datum, or its row would be missing from the facet of its column.
 */
export const panelGrid = (panels: Panels): { readonly spec: TopLevelSpec; readonly fullNames: ShortNames["full"] } => {
  const { width, height } = panels
  const columnNames = shorten(panels.columns, fontSize.header, width, true)
  const rowNames = shorten(panels.rows.map(inWords), fontSize.header, rowLabelWidth, true)
  const isNamed = panels.rows.length > 1 || panels.rows[0] !== "full"
  const spec: TopLevelSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config,
    spacing: 18,
    resolve: { scale: { x: "independent", y: "independent" } },
    hconcat: panels.columns.map((column, i) => {
      const name = columnNames.of(column)
      const hasRowLabels = isNamed && i === panels.columns.length - 1
      const labels = hasRowLabels
        ? panels.rows.map((row) => ({ row, kind: "rowLabel", text: rowNames.of(inWords(row)) }))
        : []
      const placed = (datum: Datum): Datum => ({ ...datum, row: inWords(datum.row), column: name })
      return {
        data: { values: [...panels.data(column), ...labels].map(placed) },
        facet: {
          row: { field: "row", type: "nominal" as const, sort: panels.rows.map(inWords), header: noLabels },
          column: {
            field: "column",
            type: "nominal" as const,
            header: column === onlyColumn ? noLabels : { labelPadding: 6 }
          }
        },
        spacing: 12,
        spec: {
          width,
          height,
          layer: [...panels.layers(column, i === 0), ...(hasRowLabels ? [rowLabel(width, height)] : [])]
        }
      }
    })
  }
  return { spec, fullNames: new Map([...columnNames.full, ...rowNames.full]) }
}

/** The x axis of a panel with its grid. */
export const xAxis = (title: string, format: string) => ({
  title,
  format,
  tickCount: 4,
  labelOverlap: "greedy" as const,
  grid: true,
  gridColor: ink.grid
})
