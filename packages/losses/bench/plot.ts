/** Time against the number of rows, both logarithmic: a power of N is a straight line, and its slope the power. */
import { Resvg } from "@resvg/resvg-js"
import { createRequire } from "node:module"
import * as vega from "vega"
import * as vegaLite from "vega-lite"
import type { Curve } from "./curve.ts"
import { duration } from "./text.ts"

const font = "DejaVu Sans, Verdana, sans-serif"
const fontSize = 10
const width = 480
const height = 440
const ink = { text: "#1c2430", muted: "#5b6673", grid: "#e7eaee" } as const

interface Look {
  readonly colour: string
  readonly dash?: ReadonlyArray<number>
}

/** A colour for each family (Okabe and Ito): AUM here blue, elsewhere and by autograd red, other losses green and grey. */
const looks: Readonly<Record<string, Look>> = {
  aum: { colour: "#0072b2" },
  aum32: { colour: "#56b4e9" },
  binary: { colour: "#0072b2", dash: [6, 3] },
  sorted: { colour: "#0072b2", dash: [2, 3] },
  tfjs: { colour: "#d55e00", dash: [2, 3] },
  torch: { colour: "#d55e00" },
  aumR: { colour: "#cc79a7" },
  bce: { colour: "#8a94a0" },
  square: { colour: "#009e73", dash: [2, 3] },
  squaredHinge: { colour: "#009e73" },
  pairs: { colour: "#009e73", dash: [6, 3] }
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹"

/** A logarithmic axis that is labelled at the powers of ten: "10⁻³". */
const logarithmic = (field: string, title: string, domain: [number, number]) => {
  const exponents = Array.from({ length: 17 }, (_, i) => i - 8)
  const written = exponents.map((k) => [k, `10${k < 0 ? "⁻" : ""}${superscripts[Math.abs(k)]}`])
  return {
    field,
    type: "quantitative" as const,
    scale: { type: "log" as const, domain, nice: false },
    axis: {
      title,
      labelFlush: false,
      values: exponents.map((k) => 10 ** k).filter((value) => value >= domain[0] && value <= domain[1]),
      labelExpr: `${JSON.stringify(Object.fromEntries(written))}[round(log(datum.value) / LN10)]`
    }
  }
}

/** Moves sorted places apart until neighbours are a line apart, each pair by equal amounts. */
const spread = (places: ReadonlyArray<number>, line: number): ReadonlyArray<number> => {
  const moved = [...places]
  for (let round = 0; round < 500; round++) {
    for (let i = 1; i < moved.length; i++) {
      const lacking = line - (moved[i]! - moved[i - 1]!)
      if (lacking <= 0) continue
      moved[i - 1]! -= lacking / 2
      moved[i]! += lacking / 2
    }
  }
  return moved
}

/** The name of each curve and its last time, at its end: within the plot if it ends early. `line`: the height of a label in powers of ten of the time. */
const labels = (curves: ReadonlyArray<Curve>, line: number) => {
  const ends = curves.map((curve) => ({ curve, ...curve.points.at(-1)! })).sort((a, b) => a.median - b.median)
  return [...Map.groupBy(ends, ({ rows }) => rows).values()].flatMap((group) => {
    const places = spread(
      group.map(({ median }) => Math.log10(median)),
      line
    )
    return group.map(({ curve, median, rows }, i) => ({
      rows,
      seconds: 10 ** places[i]!,
      text: `${curve.title}  ${duration(median)}`,
      colour: looks[curve.id]?.colour
    }))
  })
}

const specification = (curves: ReadonlyArray<Curve>): vegaLite.TopLevelSpec => {
  const times = curves.flatMap(({ points }) => points.flatMap(({ q1, q3 }) => [q1, q3]))
  const lowest = Math.min(...times) / 1.5
  const highest = Math.max(...times) * 1.5
  const points = curves.flatMap((curve) =>
    curve.points.map((point) => ({ ...point, curve: curve.id, colour: looks[curve.id]?.colour }))
  )
  const most = Math.max(...points.map(({ rows }) => rows))
  const colour = { field: "colour", type: "nominal" as const, scale: null, legend: null }
  const x = logarithmic("rows", "rows N", [100, most])
  const y = logarithmic("median", "seconds for value and gradient", [lowest, highest])
  const ends = labels(curves, ((fontSize + 3) / height) * Math.log10(highest / lowest))
  return {
    width,
    height,
    background: "#ffffff",
    padding: 8,
    layer: [
      {
        data: { values: points },
        mark: { type: "rule", strokeWidth: 3, opacity: 0.35 },
        encoding: { x, y: { ...y, field: "q1" }, y2: { field: "q3" }, color: colour }
      },
      ...curves.map(({ id }) => ({
        data: { values: points.filter(({ curve }) => curve === id) },
        mark: {
          type: "line" as const,
          strokeWidth: 1.6,
          point: { size: 14 },
          ...(looks[id]?.dash && { strokeDash: [...looks[id].dash] })
        },
        encoding: { x, y, color: colour }
      })),
      ...(["left", "right"] as const).map((align) => ({
        data: { values: ends.filter(({ rows }) => (rows === most) === (align === "left")) },
        mark: { type: "text" as const, align, dx: align === "left" ? 8 : -8, font, fontSize },
        encoding: { x, y: { ...y, field: "seconds" }, text: { field: "text" }, color: colour }
      }))
    ],
    config: {
      font,
      view: { stroke: null },
      axis: {
        domain: false,
        ticks: false,
        gridColor: ink.grid,
        labelColor: ink.muted,
        labelFontSize: fontSize,
        titleColor: ink.text,
        titleFontSize: fontSize,
        titleFontWeight: "normal"
      }
    }
  }
}

/** Vega's text measuring, which its types leave out. Without a canvas it overrates the width of text. */
const { textMetrics } = vega as unknown as {
  readonly textMetrics: { width: (item: { readonly fontSize?: number }, text: unknown) => number }
}
textMetrics.width = (item, text) => 0.6 * String(text).length * (item.fontSize ?? fontSize)

/** Draws the curves with their names at their ends. PNG on white ground, twice the pixels of the SVG. */
export const draw = async (
  curves: ReadonlyArray<Curve>
): Promise<{ readonly svg: string; readonly png: Uint8Array }> => {
  const view = new vega.View(vega.parse(vegaLite.compile(specification(curves)).spec), { renderer: "none" })
  const svg = await view.toSVG()
  view.finalize()
  const { resolve } = createRequire(import.meta.url)
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    font: {
      loadSystemFonts: false,
      fontFiles: [resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf")],
      defaultFontFamily: "DejaVu Sans"
    }
  })
  return { svg, png: resvg.render().asPng() }
}
