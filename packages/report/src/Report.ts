import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Figure from "./Figure.ts"
import { type Drawn, document } from "./html.ts"
import type { ReportModel } from "./ReportModel.ts"
import { type FigureError, toPng, toSvg } from "./render.ts"

/** A file of a report; its path is relative to the directory of the report and uses slashes. */
export interface ReportFile {
  readonly path: string
  readonly content: string | Uint8Array
}

/** A report that is ready to be written, and the figures that could not be drawn. */
export interface Report {
  readonly html: string
  readonly figures: ReadonlyArray<ReportFile>
  readonly problems: ReadonlyArray<FigureError>
}

/** A figure for itself stands on white, whatever the colours of the page that shows it. */
const onWhite = (svg: string): string => svg.replace("<svg ", '<svg style="background:#ffffff" ')

/**
 * Makes a report: `html`, complete in itself, and the same figures as `figures/NAME.svg` and `figures/NAME.png`.
 *
 * It does not fail. A figure that cannot be drawn leaves its reason in the document and in `problems`: the tables of a
 * long run are worth having without it. The same model gives the same bytes.
 */
export const make = Effect.fn("Report.make")(function* (model: ReportModel) {
  const drawn: Array<Drawn> = []
  const figures: Array<ReportFile> = []
  const problems: Array<FigureError> = []
  for (const figure of Figure.all(model)) {
    const svg = yield* Effect.result(toSvg(figure))
    if (Result.isFailure(svg)) {
      problems.push(svg.failure)
      drawn.push({ figure, svg: undefined, problem: svg.failure.message })
      continue
    }
    drawn.push({ figure, svg: svg.success })
    figures.push({ path: `figures/${figure.name}.svg`, content: onWhite(svg.success) })
    const png = yield* Effect.result(toPng(figure.name, svg.success))
    if (Result.isFailure(png)) problems.push(png.failure)
    else figures.push({ path: `figures/${figure.name}.png`, content: png.success })
  }
  const report: Report = { html: document(model, drawn), figures, problems }
  return report
})

/**
 * Makes a report and writes it: `report.html` and the folder `figures` in a directory, which is made if it is absent.
 * Each file appears whole or not at all, `report.html` last.
 *
 * @returns the path of `report.html` and the figures that could not be drawn
 */
export const write = Effect.fn("Report.write")(function* (model: ReportModel, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { html, figures, problems } = yield* make(model)
  yield* fs.makeDirectory(path.join(directory, "figures"), { recursive: true })
  const files: ReadonlyArray<ReportFile> = [...figures, { path: "report.html", content: html }]
  for (const file of files) {
    yield* WholeFile.write(path.join(directory, ...file.path.split("/")), file.content)
  }
  return { file: path.join(directory, "report.html"), problems }
})
