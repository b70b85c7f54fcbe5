import type { Described, PanelFigure } from "./figureModel.ts"
import { axesOf, ofTask, testedOn, visible } from "./internal/select.ts"
import { integer } from "./Numbers.ts"
import type { ConfusionCounts, ReportModel } from "./ReportModel.ts"
import { colourAt } from "./theme.ts"

/** Describes the confusion matrices of a task of several classes, one for each learner, test subset and training set. */
export const confusion = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> => {
  const cells = model.predictions.confusion.filter((cell) => cell.task === task)
  if (cells.length === 0) return []
  const { learners, trains } = axesOf(model, task, cells)
  const levels = model.tasks.find(({ id }) => id === task)?.levels.map(({ name }) => name) ?? []
  const panelOf = (cell: ConfusionCounts) => ({
    of: { learner: cell.learner, testSubset: cell.testSubset, trainSubsets: cell.trainSubsets },
    title: [
      visible(cell.learner),
      ...(trains.length > 1 ? [`trained on ${cell.trainSubsets}`] : []),
      testedOn(model, task, [cell]) || `${integer(cell.rows)} test rows`
    ].join(" · "),
    x: { title: "called", domain: [0, levels.length] as const },
    y: { title: "is", domain: [0, levels.length] as const },
    names: { x: levels, y: levels },
    marks: [
      {
        kind: "cells" as const,
        colour: colourAt(0),
        cells: cell.counts.flatMap((row, y) => {
          const all = row.reduce((sum, count) => sum + count, 0)
          return row.map((count, x) => ({
            x,
            y,
            share: all === 0 ? 0 : count / all,
            text: integer(count),
            tip: `${levels[y]} called ${levels[x]}: ${integer(count)} of ${integer(all)} rows`
          }))
        })
      }
    ]
  })
  return [
    {
      kind: "confusion",
      task,
      title: `Confusion matrices${ofTask(model, task)}`,
      caption:
        "How many test rows of each class (rows) were called each class (columns), of all folds together. The darker, the " +
        "larger a share of its row.",
      panels: cells.map(panelOf),
      keys: [],
      columns: Math.min(5, Math.max(1, learners.length))
    }
  ]
}
