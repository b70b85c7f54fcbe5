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

/** How a report is made. */
export interface Options {
  /** Whether figures are drawn as PNG, too: most of the time that a report takes. Default: false. */
  readonly png?: boolean
}

/** A figure as files: SVG, and PNG where it is asked for and can be drawn. */
const filesOf = (png: boolean) =>
  Effect.fnUntraced(function* ({ figure, svg }: Drawn) {
    const picture = svg ?? ("spec" in figure ? undefined : yield* toSvg(figure))
    if (picture === undefined) return { files: [], problems: [] }
    const vector: ReportFile = { path: `figures/${figure.name}.svg`, content: onWhite(picture) }
    if (!png) return { files: [vector], problems: [] }
    const pixels = yield* Effect.result(toPng(figure.name, picture))
    return Result.isSuccess(pixels)
      ? { files: [vector, { path: `figures/${figure.name}.png`, content: pixels.success }], problems: [] }
      : { files: [vector], problems: [pixels.failure] }
  })

/**
 * Makes a report: `html`, complete in itself, and the same figures as `figures/NAME.svg`, with `png` as `figures/NAME.png` too.
 *
 * It does not fail. A figure that cannot be drawn leaves its reason in the document and in `problems`: the tables of a
 * long run are worth having without it. The same model gives the same bytes.
 */
export const make = Effect.fn("Report.make")(function* (model: ReportModel, { png = false }: Options = {}) {
  const { drawn, problems } = yield* drawnFor(model)
  const made = yield* Effect.forEach(drawn, filesOf(png), { concurrency })
  const report: Report = {
    html: document(model, drawn),
    figures: made.flatMap(({ files }) => files),
    problems: [...problems, ...made.flatMap((each) => each.problems)]
  }
  return report
})

/** Pixels are drawn outside the main thread. */
const concurrency = 4

/** How far the writing of a report is: the page is there first, then the files of its figures. */
export interface Step {
  readonly done: number
  readonly total: number
  readonly what: string
}

/** How a report is written. */
export interface WriteOptions extends Options {
  readonly onStep?: (step: Step) => Effect.Effect<void>
}

/**
 * Makes a report and writes it: `report.html`, then the folder `figures`, in a directory, which is made if it is absent.
 * Each file appears whole or not at all. Without `png`, the PNG that an earlier report made of a figure goes: it is of other results.
 *
 * @returns the path of `report.html` and the figures that could not be drawn
 */
export const write = Effect.fn("Report.write")(function* (
  model: ReportModel,
  directory: string,
  { onStep = () => Effect.void, png = false }: WriteOptions = {}
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { drawn, problems } = yield* drawnFor(model)
  const file = path.join(directory, "report.html")
  yield* fs.makeDirectory(path.join(directory, "figures"), { recursive: true })
  yield* WholeFile.write(file, document(model, drawn))
  yield* onStep({ done: 0, total: drawn.length, what: "report.html" })
  let done = 0
  const draw = filesOf(png)
  const write = Effect.fnUntraced(function* (each: Drawn) {
    const made = yield* draw(each)
    if (!png) yield* fs.remove(path.join(directory, "figures", `${each.figure.name}.png`), { force: true })
    for (const { content, path: name } of made.files) {
      yield* WholeFile.write(path.join(directory, ...name.split("/")), content)
    }
    done += 1
    yield* onStep({ done, total: drawn.length, what: `figures/${each.figure.name}` })
    return made.problems
  })
  const failed = yield* Effect.forEach(drawn, write, { concurrency })
  return { file, problems: [...problems, ...failed.flat()] }
})
