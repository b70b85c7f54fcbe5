import type { Config } from "vega-lite"
import type { TrainSubsets } from "./ReportModel.ts"

/** One look for all figures: fonts, sizes and colours. */

/** The font that PNG files are drawn with. Browsers without it use Verdana, whose letters are as wide. */
export const fontFamily = "DejaVu Sans, Verdana, sans-serif"

/** Font sizes in pixels, none below 11, and the height of a line of labels. */
export const fontSize = { title: 13.5, header: 12.5, axis: 11.5, label: 11.5, line: 14.5 } as const

/** Inks and lines. Each has a counterpart on dark ground in `darkColours`. */
export const ink = {
  text: "#1c2430",
  muted: "#5b6673",
  faint: "#8a94a0",
  grid: "#e7eaee",
  frame: "#cfd5dc",
  /** What figures stand on. */
  ground: "#ffffff"
} as const

/** Colours of training sets (Okabe and Ito 2008, told apart by all common kinds of colour vision). */
export const trainColours: Readonly<Record<TrainSubsets, string>> = {
  all: "#009e73",
  same: "#0072b2",
  other: "#d55e00"
}

/** Shapes say the same as the colours, for print without colour. */
export const trainShapes: Readonly<Record<TrainSubsets, string>> = {
  all: "square",
  same: "circle",
  other: "diamond"
}

/** Colours of a list of things without an order, for instance learners; they repeat after eight. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c2e", "#5b6673"] as const

/** The colour of the i-th thing of a list. */
export const colourAt = (i: number): string => palette[i % palette.length]!

/** What each colour becomes on dark ground, where it would be too dim otherwise. */
export const darkColours: Readonly<Record<string, string>> = {
  [ink.text]: "#e8ebef",
  [ink.muted]: "#a9b3be",
  [ink.faint]: "#7d8894",
  [ink.grid]: "#2b323b",
  [ink.frame]: "#414a55",
  [ink.ground]: "#14181d",
  "#009e73": "#35c79b",
  "#0072b2": "#4fa3e3",
  "#d55e00": "#ff8a47",
  "#cc79a7": "#e59cc5",
  "#e69f00": "#f0b429",
  "#56b4e9": "#a3dcff",
  "#7a5c2e": "#c9a46a"
}

/** The Vega-Lite configuration of every figure. */
export const config: Config = {
  background: "transparent",
  font: fontFamily,
  padding: 6,
  // Marks carry no labels for screen readers: a figure is one image with a caption, and its numbers stand in a table.
  aria: false,
  view: { stroke: ink.frame, strokeWidth: 1 },
  axis: {
    labelColor: ink.muted,
    titleColor: ink.text,
    labelFontSize: fontSize.axis,
    titleFontSize: fontSize.axis,
    titleFontWeight: "normal",
    titlePadding: 7,
    labelPadding: 4,
    labelLimit: 400,
    titleLimit: 400,
    gridColor: ink.grid,
    domain: false,
    ticks: false
  },
  axisX: { labelOverlap: "greedy", labelFlush: false },
  header: {
    labelColor: ink.text,
    labelFontSize: fontSize.header,
    labelFontWeight: "bold",
    labelLimit: 400,
    title: null
  },
  title: {
    color: ink.text,
    fontSize: fontSize.header,
    fontWeight: "bold",
    anchor: "middle",
    offset: 8,
    limit: 600
  },
  legend: {
    labelColor: ink.text,
    labelFontSize: fontSize.axis,
    labelLimit: 400,
    titleColor: ink.muted,
    titleFontSize: fontSize.axis,
    titleFontWeight: "normal",
    titleLimit: 400,
    symbolBaseStrokeColor: ink.muted,
    orient: "bottom",
    direction: "horizontal"
  }
}
