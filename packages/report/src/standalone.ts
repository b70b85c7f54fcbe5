/**
 * Figures that stand by themselves, without the page that has their words.
 */
import type { SpecFigure } from "./figureModel.ts"
import { textWidth } from "./internal/text.ts"
import { fontSize, ink } from "./theme.ts"

/** The width of the lines of a caption, in pixels. */
const lineWidth = 430

/** Breaks a text into lines, between words. */
const wrapped = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && textWidth(longer, fontSize.label) > lineWidth) {
      lines.push(line)
      line = word
    } else line = longer
  }
  lines.push(line)
  return lines
}

/** Puts the title and the caption of a figure into the picture, above it. */
export const standalone = (figure: SpecFigure): SpecFigure => ({
  ...figure,
  spec: {
    ...figure.spec,
    title: {
      text: [...wrapped(figure.title)],
      subtitle: [...wrapped(figure.caption)],
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
