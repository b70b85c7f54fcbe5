/**
 * Figures in the page: panels that wrap to its width, lists as tables with a drawn column.
 */
import { spanOf } from "../figureStyle.ts"
import { attributes } from "../draw/of.ts"
import { panelSvg } from "../draw/panel.ts"
import { stripListHtml } from "../draw/strip.ts"
import { tilesHtml } from "../draw/tiles.ts"
import type { Figure, PanelFigure, StripFigure } from "../figureModel.ts"
import { escapeHtml } from "./escape.ts"

/** A figure with its picture where a specification was drawn, or with the reason why there is none. */
export interface Drawn {
  readonly figure: Figure
  readonly svg?: string | undefined
  readonly problem?: string
}

const asImage = (svg: string, label: string): string =>
  svg.replace("<svg ", `<svg role="img" aria-label="${escapeHtml(label)}" `)

const keysHtml = ({ keys }: PanelFigure | StripFigure): string =>
  keys.length === 0
    ? ""
    : `<ul class="keys">${keys
        .map(
          ({ colour, name, of, path }) =>
            `<li${attributes(of)}><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path d="${path}" fill="${colour}"/></svg> ${escapeHtml(name)}</li>`
        )
        .join("")}</ul>\n`

const panelsHtml = (figure: PanelFigure): string =>
  keysHtml(figure) +
  `<div class="panel-grid" data-columns="${figure.columns}" data-span="${spanOf(figure.panels[0]?.span ?? 1)}">${figure.panels
    .map(
      (panel) =>
        `<div class="panel"${attributes(panel.of)}>${panel.title === "" ? "" : `<p class="panel-title">${escapeHtml(panel.title)}</p>`}` +
        `${asImage(panelSvg(panel), `${figure.title}${panel.title === "" ? "" : `: ${panel.title}`}`)}</div>`
    )
    .join("\n")}</div>`

const stripsHtml = (figure: StripFigure): string =>
  `${keysHtml(figure)}<div class="cards">${figure.lists.map((list) => stripListHtml(list, figure.columns)).join("\n")}</div>`

/** Writes the picture of a figure. */
export const pictureHtml = ({ figure, problem, svg }: Drawn): string => {
  if ("panels" in figure) return panelsHtml(figure)
  if ("lists" in figure) return stripsHtml(figure)
  if ("tiles" in figure) return scrolling(figure.title, tilesHtml(figure.tiles))
  return svg === undefined
    ? `<p class="alarm">${escapeHtml(problem ?? "This figure could not be drawn.")}</p>`
    : scrolling(figure.title, asImage(svg, figure.title))
}

const scrolling = (title: string, body: string): string =>
  `<div class="scroll spec" role="region" tabindex="0" aria-label="${escapeHtml(title)}">${body}</div>`

/** What kind of picture it is, and how wide: by it, a page lays figures out. */
const layoutOf = (figure: Figure): string => {
  if ("lists" in figure) return "lists"
  if ("panels" in figure) return figure.panels.length === 1 ? "panels small" : "panels"
  return "small"
}

/** Figures that there are of every measure, of which a page shows one. */
const ofEveryMeasure: ReadonlySet<Figure["kind"]> = new Set(["comparison", "learners", "sizes", "scores"])

/** The measure by which a figure is chosen; undefined where it is always shown. */
export const chosenBy = ({ kind, measure }: Figure): string | undefined =>
  ofEveryMeasure.has(kind) ? measure : undefined

/** The title of a figure, beside which a script puts what it can be saved as. */
export const headHtml = (title: string): string => `<div class="head"><h3>${escapeHtml(title)}</h3></div>`

/** Writes a figure with its title and its caption. */
export const figureHtml = (drawn: Drawn): string => {
  const { figure } = drawn
  const measure = chosenBy(figure)
  return (
    `<figure id="${escapeHtml(figure.name)}" data-task="${escapeHtml(figure.task)}" class="${layoutOf(figure)} ${figure.kind}"${measure === undefined ? "" : ` data-measure="${escapeHtml(measure)}"`}>` +
    `${headHtml(figure.title)}\n${pictureHtml(drawn)}\n<figcaption>${escapeHtml(figure.caption)}</figcaption></figure>`
  )
}
