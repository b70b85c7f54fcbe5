import * as Examples from "@rocflow/core/data/Examples"
import type { Task } from "@rocflow/core/data/Task"
import * as Effect from "effect/Effect"
import { calibration } from "./calibrationFigure.ts"
import { confusion } from "./confusionFigure.ts"
import type { Described, Figure } from "./figureModel.ts"
import { pictureHtml } from "./internal/figureHtml.ts"
import { rocCurves } from "./rocFigure.ts"
import { comparison } from "./comparisonFigure.ts"
import { features } from "./featuresFigure.ts"
import { gridOf, imageGrid, images } from "./imagesFigure.ts"
import { learnerDifferences } from "./learnersFigure.ts"
import { learningCurves } from "./learningCurveFigure.ts"
import { precisionRecall } from "./precisionRecallFigure.ts"
import { residuals } from "./residualsFigure.ts"
import { scores } from "./scoresFigure.ts"
import { sizes } from "./sizesFigure.ts"
import type { ReportModel } from "./ReportModel.ts"
import { tunings } from "./tuningFigure.ts"
import { toSvg } from "./render.ts"

export type { Described, Figure, FigureKind, PanelFigure, SpecFigure, StripFigure, TileFigure } from "./figureModel.ts"
export { dependence, type DependencePoint, type DependenceWords } from "./dependenceFigure.ts"
export { importance, type ImportanceRow, type ImportanceWords } from "./importanceFigure.ts"
export { shap, type ShapWords } from "./shapFigure.ts"
export { standalone } from "./standalone.ts"
export { toSvg } from "./render.ts"

/** A file name without extension from parts: letters, digits and dashes, never empty, never a path. */
const slug = (parts: ReadonlyArray<string>): string =>
  parts
    .map((part) => part.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "x")
    .join("-")
    .toLowerCase()

/** Gives figures names for files, each another one. */
export const named = <F extends Described>(figures: ReadonlyArray<F>): ReadonlyArray<F & Pick<Figure, "name">> => {
  const taken = new Set<string>()
  return figures.map((figure) => {
    const { kind, learner, measure, task } = figure
    const base = slug([kind, task, ...[learner, measure].filter((part) => part !== undefined)]).slice(0, 80)
    let name = base
    for (let i = 2; taken.has(name); i++) name = `${base}-${i}`
    taken.add(name)
    return { ...figure, name }
  })
}

/**
 * Describes all figures of a report, task by task: for every measure the comparison of training sets or learners, learner
 * against learner, the sizes of training sets; then curves and errors of predictions, what models used, learning curves for every
 * quantity that was recorded, what was tuned, example images. A figure without data is left out.
 */
export const all = (model: ReportModel): ReadonlyArray<Figure> =>
  named(
    model.tasks.flatMap(({ id }): ReadonlyArray<Described> => [
      ...model.measures.flatMap((measure) => [
        ...comparison(model, id, measure),
        ...learnerDifferences(model, id, measure),
        ...sizes(model, id, measure),
        ...scores(model, id, measure)
      ]),
      ...rocCurves(model, id),
      ...precisionRecall(model, id),
      ...calibration(model, id),
      ...confusion(model, id),
      ...residuals(model, id),
      ...features(model, id),
      ...learningCurves(model, id),
      ...tunings(model, id),
      ...images(model, id)
    ])
  )

/**
 * Draws a figure as HTML that wraps to the width that it gets, without its title and its caption. Its style is `figureStyle`.
 * Errors: `FigureError` where a specification cannot be drawn.
 */
export const toHtml = Effect.fn("Figure.toHtml")(function* (figure: Figure) {
  return pictureHtml("spec" in figure ? { figure, svg: yield* toSvg(figure) } : { figure })
})

/**
 * Draws the images of a task, one grid as SVG for each of its columns of images: the first image of each class (columns) in
 * each subset (rows), as `Examples.ofTask` takes them. It shows at a glance what a table of numbers hides: a set that is
 * transposed, inverted or shifted. The report of a run has the same grid.
 *
 * Errors: `SchemaError` for an image that cannot be read, `FigureError` if it cannot be drawn.
 *
 * *Gotcha*: images are shown as they are stored, before the preprocessing of any pipeline, and each source (a file, a
 * folder) in its own range: one from −1 to 1 looks like one from 0 to 255.
 *
 * @example
 * const [svg] = yield* Figure.plotTensors(task)
 * writeFileSync("images.svg", svg)
 */
export const plotTensors = Effect.fn("Figure.plotTensors")(function* (task: Task) {
  const grids = (yield* Examples.ofTask(task)).map((examples) => imageGrid(gridOf(task.id, examples), ""))
  return yield* Effect.forEach(named(grids), toSvg)
})
