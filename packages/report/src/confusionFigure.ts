import type { Described, PanelFigure } from "./figureModel.ts"
import { axesOf, ofPredictions, testedOn, visible } from "./internal/select.ts"
import { integer } from "./Numbers.ts"
import { byTrainSubsets, type ConfusionCounts, type ReportModel } from "./ReportModel.ts"
import { colourAt } from "./theme.ts"

/** Describes the confusion matrices of a task of several classes, one for each learner, test subset and training set. */
export const confusion = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> =>
  ofPredictions(model, task, model.predictions.confusion, (cells, title, leftOut) => {
    const { learners, testSubsets, trains } = axesOf(model, task, cells)
    const levels = model.tasks.find(({ id }) => id === task)?.levels.map(({ name }) => name) ?? []
    const panelOf = (cell: ConfusionCounts) => ({
      of: { learner: cell.learner, testSubset: cell.testSubset, trainSubsets: cell.trainSubsets },
      title: [
        visible(cell.learner),
        ...(trains.length > 1 ? [`trained on ${cell.trainSubsets}`] : []),
        testedOn(model, task, [cell]) || `${integer(cell.rows)} test rows`
      ].join(" · "),
      x: { title: "called", domain: [0, levels.length] as const, names: levels },
      y: { title: "is", domain: [0, levels.length] as const, names: levels },
      span: levels.length > 6 ? 1.25 : 1,
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

    return {
      kind: "confusion",
      task,
      title: title("Confusion matrices"),
      caption:
        "How many test rows of each class (rows) were called each class (columns), of all folds together. The darker, the " +
        "larger a share of its row." +
        leftOut,
      panels: learners.flatMap((learner) =>
        testSubsets.flatMap((testSubset) =>
          cells
            .filter((cell) => cell.learner === learner && cell.testSubset === testSubset)
            .toSorted(byTrainSubsets)
            .map(panelOf)
        )
      ),
      keys: [],
      columns: trains.length > 1 ? trains.length : Math.min(5, Math.max(learners.length, testSubsets.length))
    }
  })
