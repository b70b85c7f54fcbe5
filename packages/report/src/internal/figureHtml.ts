/**
 * Figures in the page: panels that wrap to its width, lists as tables with a drawn column.
 */
import { attributes } from "../draw/of.ts"
import { panelSvg } from "../draw/panel.ts"
import { stripListHtml } from "../draw/strip.ts"
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
          ({ colour, name, path }) =>
            `<li><svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path d="${path}" fill="${colour}"/></svg> ${escapeHtml(name)}</li>`
        )
        .join("")}</ul>\n`

const panelsHtml = (figure: PanelFigure): string =>
  keysHtml(figure) +
  `<div class="panel-grid" style="--columns:${figure.columns}">${figure.panels
    .map(
      (panel) =>
        `<div class="panel"${attributes(panel.of)}>${panel.title === "" ? "" : `<p class="panel-title">${escapeHtml(panel.title)}</p>`}` +
        `${asImage(panelSvg(panel), `${figure.title}${panel.title === "" ? "" : `: ${panel.title}`}`)}</div>`
    )
    .join("\n")}</div>`

const stripsHtml = (figure: StripFigure): string =>
  `${keysHtml(figure)}<div class="cards wide">${figure.lists.map((list) => stripListHtml(list, figure.columns)).join("\n")}</div>`

const pictureHtml = ({ figure, problem, svg }: Drawn): string => {
  if ("panels" in figure) return panelsHtml(figure)
  if ("lists" in figure) return stripsHtml(figure)
  return svg === undefined
    ? `<p class="alarm">${escapeHtml(problem ?? "This figure could not be drawn.")}</p>`
    : `<div class="scroll spec" role="region" tabindex="0" aria-label="${escapeHtml(figure.title)}">${asImage(svg, figure.title)}</div>`
}

/** Figures that there are of every measure, of which a page shows one. */
const ofEveryMeasure: ReadonlySet<Figure["kind"]> = new Set(["comparison", "learners", "sizes", "scores"])

/** The measure by which a figure is chosen; undefined where it is always shown. */
export const chosenBy = ({ kind, measure }: Figure): string | undefined =>
  ofEveryMeasure.has(kind) ? measure : undefined

/** Writes a figure with its title and its caption. */
export const figureHtml = (drawn: Drawn): string => {
  const { figure } = drawn
  const isSmall = ("panels" in figure && figure.panels.length === 1) || "spec" in figure
  const measure = chosenBy(figure)
  return (
    `<figure id="${escapeHtml(figure.name)}" data-task="${escapeHtml(figure.task)}" class="${isSmall ? "small " : ""}${figure.kind}"${measure === undefined ? "" : ` data-measure="${escapeHtml(measure)}"`}>` +
    `<h3>${escapeHtml(figure.title)}</h3>\n${pictureHtml(drawn)}\n<figcaption>${escapeHtml(figure.caption)}</figcaption></figure>`
  )
}
