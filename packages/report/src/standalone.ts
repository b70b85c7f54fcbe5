/**
 * Figures that stand by themselves, without the page that has their words.
 */
import type { SpecFigure } from "./figureModel.ts"
import { wrapped } from "./internal/text.ts"
import { fontSize, ink } from "./theme.ts"

/** The width of the lines of a caption, in pixels. */
const lineWidth = 430

const linesOf = (text: string) => [...wrapped(text, fontSize.label, lineWidth)]

/** Puts the title and the caption of a figure into the picture, above it. */
export const standalone = (figure: SpecFigure): SpecFigure => ({
  ...figure,
  spec: {
    ...figure.spec,
    title: {
      text: linesOf(figure.title),
      subtitle: linesOf(figure.caption),
      anchor: "start",
      align: "left",
      fontSize: fontSize.title,
      subtitleFontSize: fontSize.label,
      subtitleColor: ink.muted,
      subtitlePadding: 5,
      limit: 0,
      offset: 10
    }
  }
})
