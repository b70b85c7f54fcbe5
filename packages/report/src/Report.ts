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

/** The figures of a report as the page shows them; specifications are drawn, the others when they are written. */
const drawnFor = Effect.fnUntraced(function* (model: ReportModel) {
  const drawn: Array<Drawn> = []
  const problems: Array<FigureError> = []
  for (const figure of Figure.all(model)) {
    if (!("spec" in figure)) {
      drawn.push({ figure })
      continue
    }
    const svg = yield* Effect.result(toSvg(figure))
    if (Result.isSuccess(svg)) drawn.push({ figure, svg: svg.success })
    else {
      problems.push(svg.failure)
      drawn.push({ figure, problem: svg.failure.message })
    }
  }
  return { drawn, problems }
})

/** A figure as files: SVG, and PNG if that can be drawn. */
const filesOf = Effect.fnUntraced(function* ({ figure, svg }: Drawn) {
  const picture = svg ?? ("spec" in figure ? undefined : yield* toSvg(figure))
  if (picture === undefined) return { files: [], problems: [] }
  const png = yield* Effect.result(toPng(figure.name, picture))
  const files: ReadonlyArray<ReportFile> = [
    { path: `figures/${figure.name}.svg`, content: onWhite(picture) },
    ...(Result.isSuccess(png) ? [{ path: `figures/${figure.name}.png`, content: png.success }] : [])
  ]
  return { files, problems: Result.isSuccess(png) ? [] : [png.failure] }
})

/**
 * Makes a report: `html`, complete in itself, and the same figures as `figures/NAME.svg` and `figures/NAME.png`.
 *
 * It does not fail. A figure that cannot be drawn leaves its reason in the document and in `problems`: the tables of a
 * long run are worth having without it. The same model gives the same bytes.
 */
export const make = Effect.fn("Report.make")(function* (model: ReportModel) {
  const { drawn, problems } = yield* drawnFor(model)
  const made = yield* Effect.forEach(drawn, filesOf)
  const report: Report = {
    html: document(model, drawn),
    figures: made.flatMap(({ files }) => files),
    problems: [...problems, ...made.flatMap((each) => each.problems)]
  }
  return report
})

/** How far the writing of a report is: the page is there first, then the files of its figures. */
export interface Step {
  readonly done: number
  readonly total: number
  readonly what: string
}

/**
 * Makes a report and writes it: `report.html`, then the folder `figures`, in a directory, which is made if it is absent.
 * Each file appears whole or not at all.
 *
 * @returns the path of `report.html` and the figures that could not be drawn
 */
export const write = Effect.fn("Report.write")(function* (
  model: ReportModel,
  directory: string,
  onStep: (step: Step) => Effect.Effect<void> = () => Effect.void
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { drawn, problems } = yield* drawnFor(model)
  const file = path.join(directory, "report.html")
  yield* fs.makeDirectory(path.join(directory, "figures"), { recursive: true })
  yield* WholeFile.write(file, document(model, drawn))
  yield* onStep({ done: 0, total: drawn.length, what: "report.html" })
  for (const [i, each] of drawn.entries()) {
    const made = yield* filesOf(each)
    problems.push(...made.problems)
    for (const { content, path: name } of made.files) {
      yield* WholeFile.write(path.join(directory, ...name.split("/")), content)
    }
    yield* onStep({ done: i + 1, total: drawn.length, what: `figures/${each.figure.name}` })
  }
  return { file, problems }
})
