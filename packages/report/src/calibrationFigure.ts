import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { panelsOf, reference } from "./internal/grid.ts"
import { ofPredictions } from "./internal/select.ts"
import { integer } from "./Numbers.ts"
import type { ReportModel } from "./ReportModel.ts"

const share = (x: number): string => x.toFixed(3)

/** Describes predicted probabilities against what came true. None where no learner predicts probabilities. */
export const calibration = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> =>
  ofPredictions(model, task, model.predictions.calibration, (cells, title, leftOut) => ({
    kind: "calibration",
    task,
    title: title("Calibration"),
    caption:
      "Test rows of all folds in ten groups of about equal size by their predicted probability (rows of one probability " +
      "stay together): the mean probability against the share that is positive, with its 95 % Wilson interval. On the " +
      "dashed line a probability means what it says; above it, it is too low. Learners without probabilities are not shown." +
      leftOut,
    ...panelsOf(model, task, cells, (own) => ({
      x: { title: "predicted probability", domain: [0, 1] },
      y: { title: "share that is positive", domain: [0, 1] },
      marks: [
        reference([
          [0, 0],
          [1, 1]
        ]),
        ...own.flatMap(([{ bins }, { colour, name, of, shape }]): ReadonlyArray<Mark> => [
          {
            kind: "segments",
            of,
            colour,
            points: bins.map(({ lower, predicted, upper }) => [predicted, lower, upper] as const)
          },
          {
            kind: "line",
            of,
            colour,
            width: 1,
            opacity: 0.5,
            points: bins.map(({ observed, predicted }) => [predicted, observed] as const)
          },
          {
            kind: "dots",
            of,
            colour,
            shape,
            name,
            points: bins.map(({ observed, predicted }) => [predicted, observed] as const),
            tips: bins.map(
              ({ lower, observed, predicted, rows, upper }) =>
                `${name}: of ${integer(rows)} rows with probability about ${share(predicted)}, ${share(observed)} are positive (95 % interval ${share(lower)} to ${share(upper)})`
            )
          }
        ])
      ]
    }))
  }))
