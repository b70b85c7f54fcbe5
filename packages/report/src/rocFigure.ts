import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { thinRoc } from "./internal/curves.ts"
import { cornerOf, type Look, panelsOf, reference } from "./internal/grid.ts"
import { ofPredictions } from "./internal/select.ts"
import type { Rates, ReportModel, RocCurves } from "./ReportModel.ts"

/** Points of thin lines in one figure: enough to see every step, few enough to open at once. */
const pointBudget = 9000

/** Steps below half a pixel of a panel cannot be seen. */
const halfPixel = 0.5 / 210

const axis = (title: string) => ({ title, domain: [0, 1] as const })

const pairs = ({ fpr, tpr }: Rates, step: number) =>
  thinRoc(fpr, tpr, step).map((point) => [point.fpr, point.tpr] as const)

/** The curves of a cell: its folds, thin; their average, in a band of one standard deviation. */
const marksOf = (cell: RocCurves, { colour, name, of }: Look, foldStep: number): ReadonlyArray<Mark> => {
  const { average, folds, sd = [] } = cell
  const single = folds.length === 1
  return [
    {
      kind: "band",
      of,
      colour,
      points: sd.map((spread, k) => [
        average.fpr[k]!,
        Math.max(0, average.tpr[k]! - spread),
        Math.min(1, average.tpr[k]! + spread)
      ])
    },
    ...(single
      ? []
      : folds.map((curve): Mark => ({
          kind: "line",
          of,
          colour,
          width: 0.7,
          opacity: 0.3,
          points: pairs(curve, foldStep)
        }))),
    {
      kind: "line",
      of,
      colour,
      width: 1.9,
      name: `${name}: AUC ${cell.auc.toFixed(3)}`,
      points: pairs(single ? folds[0]! : average, halfPixel)
    }
  ]
}

/**
 * Describes the ROC curves of a task: a thin line a fold, their vertical average, and a band of one standard deviation.
 * With several training sets: a panel for each learner and test subset, a colour for each training set. With one: a panel
 * for each test subset, a colour for each learner. The AUC, which is the mean over folds, stands in a free corner. None without
 * curves.
 */
export const rocCurves = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> =>
  ofPredictions(model, task, model.roc, (cells, title, leftOut) => {
    const folds = cells.flatMap((cell) => cell.folds)
    // Coarser steps bend the steps of a curve, and are taken for many points only.
    const points = folds.reduce((sum, { fpr, tpr }) => sum + thinRoc(fpr, tpr, halfPixel).length, 0)
    const foldStep = points <= pointBudget ? halfPixel : (2 * folds.length) / pointBudget

    return {
      kind: "roc",
      task,
      title: title("ROC curves"),
      caption:
        "True against false positive rate on the test rows, after training on full training sets. Thin lines are folds; the " +
        "thick one is their vertical average, the mean true positive rate at each false positive rate, in a band of one " +
        "standard deviation. AUC is the mean over folds, as in the tables. Dashed: chance." +
        leftOut,
      ...panelsOf(model, task, cells, (own) => ({
        x: axis("false positive rate"),
        y: axis("true positive rate"),
        marks: [
          reference([
            [0, 0],
            [1, 1]
          ]),
          ...own.flatMap(([cell, look]) => marksOf(cell, look, foldStep))
        ],
        corner: cornerOf("AUC", own, ({ auc }) => auc)
      }))
    }
  })
