import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { cornerOf, panelsOf, reference } from "./internal/grid.ts"
import { ofPredictions } from "./internal/select.ts"
import type { ReportModel } from "./ReportModel.ts"

/** Describes precision against recall, the mean over folds, in the panels of the ROC curves. None without curves. */
export const precisionRecall = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> =>
  ofPredictions(model, task, model.predictions.precisionRecall, (cells, title, leftOut) => ({
    kind: "precision-recall",
    task,
    title: title("Precision and recall"),
    caption:
      "Of the test rows that are called positive the share that is (precision), against the share of positive rows that " +
      "are called so (recall): at each recall the mean over folds. AP, the average precision, is the area below, the mean " +
      "over folds. Dashed: the share of positive rows, which is what guessing gives." +
      leftOut,
    ...panelsOf(model, task, cells, (own) => ({
      x: { title: "recall", domain: [0, 1] },
      y: { title: "precision", domain: [0, 1] },
      marks: [
        reference([0, 1].map((recall) => [recall, own[0]![0].prevalence] as const)),
        ...own.map(([cell, { colour, name, of }]): Mark => ({
          kind: "line",
          of,
          colour,
          width: 1.9,
          name: `${name}: AP ${cell.averagePrecision.toFixed(3)}`,
          points: cell.recall.map((recall, i) => [recall, cell.precision[i]!] as const)
        }))
      ],
      corner: cornerOf("AP", own, ({ averagePrecision }) => averagePrecision)
    }))
  }))
