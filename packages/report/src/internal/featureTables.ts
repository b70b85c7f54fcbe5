/**
 * What models say of their features, as tables.
 */
import { termText, usedText } from "../featuresFigure.ts"
import { numbersFor } from "../Numbers.ts"
import type { FeatureRow, ReportModel } from "../ReportModel.ts"
import { escapeHtml } from "./escape.ts"
import { axesOf, distinct, ofTask, visible } from "./select.ts"
import { type Cell, tableHtml } from "./table.ts"

const captions = {
  perSd: "coefficient of one standard deviation of a column",
  perUnit: "coefficient of one unit of a column",
  share: "share of a column in the gain of all splits"
} as const satisfies Record<FeatureRow["of"], string>

const learnerHtml = (model: ReportModel, task: string, learner: string, rows: ReadonlyArray<FeatureRow>): string => {
  const { testSubsets, trains } = axesOf(model, task, rows)
  const { of } = rows[0]!
  const numbers = numbersFor(
    of === "share" ? "percent" : "number",
    rows.map(({ sd }) => sd)
  )
  const several = testSubsets.length > 1
  const terms = distinct(rows.map(termText))
  const byPlace = new Map(rows.map((row) => [JSON.stringify([termText(row), row.testSubset, row.trainSubsets]), row]))
  const cells = (text: string, testSubset: string): ReadonlyArray<Cell> =>
    trains.flatMap((train): ReadonlyArray<Cell> => {
      const row = byPlace.get(JSON.stringify([text, testSubset, train]))
      return row === undefined ? ["", ""] : [numbers.meanSd(row.mean, row.sd), usedText(row)]
    })
  const table = tableHtml({
    caption: `${visible(learner)}${ofTask(model, task)}: ${captions[of]}, mean ± sd over splits`,
    columns: [
      { title: "column" },
      ...(several ? [{ title: "test subset" }] : []),
      ...trains.flatMap((train) => [
        { title: trains.length > 1 ? `trained on ${train}` : "mean ± sd", numeric: true },
        { title: "used in", numeric: true }
      ])
    ],
    rows: terms.flatMap((text) =>
      testSubsets.map((testSubset) => [text, ...(several ? [visible(testSubset)] : []), ...cells(text, testSubset)])
    )
  })
  return `<details data-learner="${escapeHtml(learner)}"><summary>${escapeHtml(`${visible(learner)}${ofTask(model, task)}: the ${terms.length} columns that matter most`)}</summary>\n${table}\n</details>`
}

/** Writes the tables of all tasks, one for each learner, folded. */
export const featuresHtml = (model: ReportModel): string =>
  model.tasks
    .flatMap(({ id }) => {
      const rows = model.features.filter(({ task }) => task === id)
      return axesOf(model, id, rows).learners.map((learner) =>
        learnerHtml(
          model,
          id,
          learner,
          rows.filter((row) => row.learner === learner)
        )
      )
    })
    .join("\n")
