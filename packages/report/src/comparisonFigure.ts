import type { Described, StripFigure } from "./figureModel.ts"
import { aboutScores, goal, scoresOf, visible } from "./internal/select.ts"
import { statLists } from "./internal/stats.ts"
import { capital } from "./internal/text.ts"
import type { MeasureSummary, ReportModel } from "./ReportModel.ts"

/**
 * Describes the main figure of a measure. With several training sets: by test subset the means of each learner after training
 * on the same subset, the other ones and all, with what the test against the same one says. With one: a row for each learner.
 * None if there are no scores.
 *
 * Rows of downsampled splits are left out: they belong to `scores`.
 */
export const comparison = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<Described<StripFigure>> => {
  const rows = scoresOf(model, task, measure.id).filter((row) => row.full)
  if (rows.length === 0) return []
  const soak = rows.some((row) => row.trainSubsets !== "same")
  const folds = Math.max(...rows.map(({ n, undefinedCount }) => n + undefinedCount))
  const label = capital(measure.label)
  return [
    {
      ...aboutScores("comparison", model, task, measure, `by ${soak ? "training set" : "learner"}`),
      caption: soak
        ? `${label} on the test rows of each subset, by what was trained on: the same subset, the other ones, or all` +
          `${goal(measure)}. Points are means over ${folds} folds, segments one standard deviation of folds to both sides. ` +
          `Against same: the mean difference of paired folds, and P of the corrected resampled t-test after Holm's adjustment ` +
          `for all tests of the task and measure. All lists have one scale.`
        : `${label} on the test rows, mean over ${folds} test sets and one standard deviation to both sides${goal(measure)}. ` +
          `Test sets share training rows, so the segments are no confidence intervals.`,
      lists: statLists(
        { model, task, measure, rows },
        (row) => (soak ? row.trainSubsets : visible(row.learner)),
        model.comparisons.rows
      ),
      keys: [],
      columns: {
        label: soak ? "trained on" : "learner",
        sample: "train",
        plot: "",
        value: "mean ± sd",
        test: soak ? "against same, P (Holm)" : ""
      }
    }
  ]
}
