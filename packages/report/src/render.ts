import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createRequire } from "node:module"
import { composed } from "./draw/composed.ts"
import type { Figure, SpecFigure } from "./figureModel.ts"
import { escapeHtml } from "./internal/escape.ts"
import { textWidth } from "./internal/text.ts"
import { fontFamily } from "./theme.ts"

/** A figure that could not be drawn. */
export class FigureError extends Schema.TaggedError<FigureError>()("FigureError", {
  figure: Schema.String,
  step: Schema.Literals(["load", "svg", "png"]),
  reason: Schema.String
}) {
  override get message() {
    const rule = {
      load: "the packages that draw it could not be loaded; run npm install in the folder that holds rocflow",
      svg: "its specification is not a valid Vega-Lite figure; keep the report without it and report this message",
      png: "its SVG could not be turned into pixels; use the SVG file instead"
    }
    return `figure ${this.figure}: ${rule[this.step]} (${this.reason})`
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The part of a Vega text item that decides how wide it is. */
interface TextItem {
  readonly fontSize?: number
  readonly fontWeight?: string | number
}

/** Vega's text measuring, which it lets programs without a canvas replace. Its types leave it out. */
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number
}

const loadVega = Effect.fnUntraced(function* (figure: string) {
  const [vega, vegaLite] = yield* Effect.tryPromise({
    try: () => Promise.all([import("vega"), import("vega-lite")]),
    catch: (cause) => new FigureError({ figure, step: "load", reason: reasonOf(cause) })
  })
  const { textMetrics } = vega as unknown as { readonly textMetrics: TextMetrics }
  textMetrics.width = (item, text) =>
    textWidth(String(text ?? ""), item.fontSize ?? 11, item.fontWeight === "bold" || Number(item.fontWeight) >= 600)
  return { vega, vegaLite }
})

/** Rounds coordinates to hundredths of a pixel: a third of the size, nothing of the picture. */
const roundNumbers = (svg: string): string =>
  svg.replace(/(?<= (?:d|transform|x|y|x1|x2|y1|y2|width|height)=")[^"]*/g, (value) =>
    value.replace(/-?\d*\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))))
  )

/**
 * Takes out what says nothing: empty foregrounds, and the roles and labels of marks, which nobody hears inside an image.
 * Texts must not ignore the pointer, or it would never find the whole names behind them.
 */
const withoutNoise = (svg: string): string =>
  svg
    .replace(/<path class="foreground"[^>]* d="" [^>]*\/>/g, "")
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag.replace(/ (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|pointer-events="none")/g, "")
    )

/** Characters that XML cannot hold, not even escaped. */
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Puts the whole name behind every shortened one, where browsers show it to a pointer and read it to a listener. */
const addFullNames = (svg: string, names: ReadonlyMap<string, string>): string => {
  if (names.size === 0) return svg
  const byText = new Map([...names].map(([short, full]) => [escapeHtml(short), escapeHtml(full)]))
  return svg.replace(/(<text\b[^>]*>)([^<]*)(<\/text>)/g, (all, open: string, text: string, close: string) => {
    const full = byText.get(text)
    return full === undefined ? all : `${open}${text}<title>${full}</title>${close}`
  })
}

/** Keeps warnings out of the terminal; an error is thrown and becomes a {@link FigureError}. */
const quiet = () => {
  const logger = {
    level: () => logger,
    error: (...parts: ReadonlyArray<unknown>) => {
      throw new Error(parts.map(String).join(" "))
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger
  }
  return logger
}

/** Draws a Vega-Lite specification. */
const specSvg = Effect.fnUntraced(function* (figure: SpecFigure) {
  const { vega, vegaLite } = yield* loadVega(figure.name)
  const failed = (cause: unknown) => new FigureError({ figure: figure.name, step: "svg", reason: reasonOf(cause) })
  const view = yield* Effect.acquireRelease(
    Effect.try({
      try: () => {
        const logger = quiet()
        const { spec } = vegaLite.compile(figure.spec, { logger })
        return new vega.View(vega.parse(spec), { renderer: "none", logger })
      },
      catch: failed
    }),
    (view) => Effect.sync(() => view.finalize())
  )
  const svg = yield* Effect.tryPromise({ try: () => view.toSVG(), catch: failed })
  return addFullNames(roundNumbers(withoutNoise(svg.replace(notXml, "\ufffd"))), figure.fullNames)
}, Effect.scoped)

/**
 * Draws a figure as one SVG. The same figure gives the same bytes on every machine: text is measured with a table, not with
 * the fonts at hand.
 */
export const toSvg = Effect.fn("Figure.toSvg")((figure: Figure) =>
  "spec" in figure ? specSvg(figure) : Effect.sync(() => composed(figure).replace(notXml, "\ufffd"))
)

/** The renderer knows the older of the two words for pixels that are not smoothed, and the newer one makes it forget. */
const withOldPixels = (svg: string): string => svg.replaceAll("image-rendering: pixelated;", "")

/** Pixels in a PNG for one in the SVG: sharp in print at the size of a column; two where a figure is a page. */
const pngScale = (svg: string): number => (Number(/width="(\d+)/.exec(svg)?.[1]) > 1000 ? 2 : 3)

/** Draws an SVG of this module as PNG on white ground, with the fonts that the package ships and no others. */
export const toPng = Effect.fn("Figure.toPng")(function* (name: string, svg: string) {
  const { renderAsync } = yield* Effect.tryPromise({
    try: () => import("@resvg/resvg-js"),
    catch: (cause) => new FigureError({ figure: name, step: "load", reason: reasonOf(cause) })
  })
  return yield* Effect.tryPromise({
    try: async (): Promise<Uint8Array> => {
      const { resolve } = createRequire(import.meta.url)
      const rendered = await renderAsync(withOldPixels(svg), {
        background: "#ffffff",
        fitTo: { mode: "zoom", value: pngScale(svg) },
        font: {
          loadSystemFonts: false,
          fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}`)),
          defaultFontFamily: fontFamily.split(",")[0]!
        }
      })
      return rendered.asPng()
    },
    catch: (cause) => new FigureError({ figure: name, step: "png", reason: reasonOf(cause) })
  })
})
