import type { Figure } from "./figureModel.ts"
import { rocCurves } from "./rocFigure.ts"
import { comparison } from "./comparisonFigure.ts"
import { learningCurves } from "./learningCurveFigure.ts"
import { scores } from "./scoresFigure.ts"
import type { ReportModel } from "./ReportModel.ts"

export type { Figure, FigureKind } from "./figureModel.ts"

/** A file name without extension from parts: letters, digits and dashes, never empty, never a path. */
const slug = (parts: ReadonlyArray<string>): string =>
  parts
    .map((part) => part.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "x")
    .join("-")
    .toLowerCase()

const withUniqueNames = (figures: ReadonlyArray<Omit<Figure, "name">>): ReadonlyArray<Figure> => {
  const taken = new Set<string>()
  return figures.map((figure) => {
    const base = slug([figure.kind, figure.task, ...(figure.measure === undefined ? [] : [figure.measure])]).slice(
      0,
      80
    )
    let name = base
    for (let i = 2; taken.has(name); i++) name = `${base}-${i}`
    taken.add(name)
    return { ...figure, name }
  })
}

/**
 * Describes all figures of a report, task by task: comparison and scores for every measure, ROC curves, learning curves
 * for every quantity that was recorded. A figure without data is left out.
 */
export const all = (model: ReportModel): ReadonlyArray<Figure> =>
  withUniqueNames(
    model.tasks.flatMap(({ id }) => [
      ...model.measures.flatMap((measure) => [...comparison(model, id, measure), ...scores(model, id, measure)]),
      ...rocCurves(model, id),
      ...learningCurves(model, id)
    ])
  )
