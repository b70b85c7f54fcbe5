import type { Described, StripFigure } from "./figureModel.ts"
import { aboutScores, goal, scoresOf } from "./internal/select.ts"
import { statLists } from "./internal/stats.ts"
import { capital } from "./internal/text.ts"
import { integer } from "./Numbers.ts"
import type { MeasureSummary, ReportModel } from "./ReportModel.ts"

/**
 * Describes the scores by training set and its size, with those that were cut down to a common size. None where no training
 * set was: the comparison shows the full ones.
 */
export const scores = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<Described<StripFigure>> => {
  const rows = scoresOf(model, task, measure.id)
  if (rows.every((row) => row.full)) return []
  return [
    {
      ...aboutScores("scores", model, task, measure, "at equal sizes of the training set"),
      caption:
        `${capital(measure.label)} on the test rows (mean and one standard deviation over folds) by training set and its size` +
        `${goal(measure)}. Training sets were also cut down to a common size: a difference that vanishes there was one of ` +
        `size, one that stays is one between subsets.`,
      lists: statLists(
        { model, task, measure, rows },
        ({ full, size, trainSubsets }) => trainSubsets + (full ? "" : `, cut to ${integer(size)}`),
        []
      ),
      keys: [],
      columns: { label: "trained on", sample: "train", plot: "", value: "mean ± sd", test: "" }
    }
  ]
}
