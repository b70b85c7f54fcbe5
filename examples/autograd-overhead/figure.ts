/** The derivatives of AUM for two rows, by the difference of their scores: all there are, their mean, and autograd's. */
import * as vega from "vega"
import * as vegaLite from "vega-lite"

/** The derivatives for one of the two rows. */
export interface Point {
  readonly difference: number
  readonly row: "negative" | "positive"
  readonly left: number
  readonly right: number
  readonly mean: number
  readonly negativeFirst: number
  readonly positiveFirst: number
}

const blue = "#0072b2"
const red = "#d55e00"
const font = "DejaVu Sans, Verdana, sans-serif"

const panel = (points: ReadonlyArray<Point>, row: Point["row"]) => {
  const own = points.filter((point) => point.row === row)
  const tie = own.filter(({ left, right }) => left !== right)
  const x = {
    field: "difference",
    type: "quantitative" as const,
    scale: { domain: [-2.2, 2.2], nice: false },
    axis: { title: "score of the positive − score of the negative", values: [-2, -1, 0, 1, 2], labelFlush: false }
  }
  const y = (field: string, domain = row === "negative" ? [-0.25, 1.25] : [-1.25, 0.25]) => ({
    field,
    type: "quantitative" as const,
    scale: { domain, nice: false },
    axis: { title: `derivative for the ${row}`, values: [-1, -0.5, 0, 0.5, 1], format: "~g" }
  })
  const label = (field: string, text: string, color: string) => ({
    data: { values: tie },
    mark: { type: "text" as const, text, color, font, fontSize: 10, align: "left" as const, dx: 9, dy: -11 },
    encoding: { x, y: y(field) }
  })
  const choice = (field: string, text: string) => [
    {
      data: { values: own },
      mark: { type: "point" as const, shape: "diamond", color: red, size: 75, strokeWidth: 1.4, opacity: 1 },
      encoding: { x, y: y(field) }
    },
    label(field, text, red)
  ]
  return {
    width: 300,
    height: 200,
    layer: [
      // Where left and right are the same, the derivative is one number, and autograd finds it too.
      ...[-1, 1].map((side) => ({
        data: { values: own.filter((point) => point.left === point.right && point.difference * side > 0) },
        mark: { type: "line" as const, color: blue, strokeWidth: 2, point: { size: 28, color: blue } },
        encoding: { x, y: y("mean") }
      })),
      {
        data: { values: tie },
        mark: { type: "rule" as const, color: blue, strokeWidth: 6, opacity: 0.35 },
        encoding: { x, y: y("left"), y2: { field: "right" } }
      },
      {
        data: { values: tie },
        mark: { type: "point" as const, filled: true, color: blue, size: 50, opacity: 1 },
        encoding: { x, y: y("mean") }
      },
      label("mean", "mean of left and right", blue),
      ...choice("negativeFirst", "autograd, negative row first"),
      ...choice("positiveFirst", "autograd, positive row first")
    ]
  }
}

/** Text is measured by its letters and not with the fonts at hand, so that all machines draw the same bytes. */
const { textMetrics } = vega as unknown as {
  readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number }
}
textMetrics.width = (item, text) => 0.6 * String(text).length * (item.fontSize ?? 10)

/** Draws one panel for each row. */
export const draw = async (points: ReadonlyArray<Point>): Promise<string> => {
  const { spec } = vegaLite.compile({
    background: "#ffffff",
    padding: 8,
    spacing: 30,
    hconcat: [panel(points, "negative"), panel(points, "positive")],
    config: {
      font,
      aria: false,
      view: { stroke: null },
      axis: { domain: false, ticks: false, gridColor: "#e7eaee", labelColor: "#5b6673", titleFontWeight: "normal" }
    }
  })
  const view = new vega.View(vega.parse(spec), { renderer: "none" })
  const svg = await view.toSVG()
  view.finalize()
  // Hundredths of a pixel are enough.
  return `${svg.replace(/\d+\.\d{3,}/g, (number) => String(Number(Number(number).toFixed(2))))}\n`
}
