/**
 * Figures of panels, lists and tiles as one picture.
 */
import type { PanelFigure, StripFigure, TileFigure } from "../figureModel.ts"
import { composeLists, composePanels } from "./compose.ts"
import { composeTiles } from "./tiles.ts"
import { panelSvg, widthOf } from "./panel.ts"
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
export const composed = (figure: PanelFigure | StripFigure | TileFigure): string => bare(whole(figure))

const whole = (figure: PanelFigure | StripFigure | TileFigure): string => {
  if ("tiles" in figure) return composeTiles(figure.tiles)
  return "panels" in figure
    ? composePanels(
        figure.panels.map((panel) => ({ title: panel.title, svg: panelSvg(panel), width: widthOf(panel) })),
        figure.keys,
        figure.columns
      )
    : composeLists(figure.lists.map(listPart), figure.keys)
}
