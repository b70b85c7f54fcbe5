/**
 * Figures of panels and of lists as one picture.
 */
import type { PanelFigure, StripFigure } from "../figureModel.ts"
import { composeLists, composePanels } from "./compose.ts"
import { panelSvg } from "./panel.ts"
import { heightOf, stripAxisSvg, type StripList, stripSvg, wordsOf } from "./strip.ts"

const listPart = (list: StripList) => ({
  title: list.title,
  axis: stripAxisSvg(list.axis),
  blocks: list.blocks.map(({ heading = "", rows }) => ({
    heading,
    rows: rows.map((row) => ({
      label: row.label,
      sample: row.sample,
      height: heightOf(row),
      // The words of its title stand beside it.
      svg: stripSvg(list, row).replace(/<title>.*?<\/title>/g, ""),
      value: wordsOf(row),
      test: row.test?.text ?? ""
    }))
  }))
})

/** Takes out what only the page needs: what marks are about, and their numbers. */
const bare = (svg: string): string => svg.replace(/ (?:data-[a-z]+|class|aria-hidden)="[^"]*"/g, "")

/** Draws all parts of a figure into one SVG. */
export const composed = (figure: PanelFigure | StripFigure): string => bare(whole(figure))

const whole = (figure: PanelFigure | StripFigure): string =>
  "panels" in figure
    ? composePanels(
        figure.panels.map((panel) => ({ title: panel.title, svg: panelSvg(panel) })),
        figure.keys,
        figure.columns
      )
    : composeLists(figure.lists.map(listPart), figure.keys)
