import type { Figure } from "./figureModel.ts"
import { type Numbers, numbersFor } from "./Numbers.ts"
import { type Datum, onlyColumn, panelGrid } from "./internal/panels.ts"
import { axesOf, goal, ofTask, scoresOf, spreadsOf } from "./internal/select.ts"
import { heightFor, meanDatum, padded, rangeOf, statLayers, testDatum, widthFor } from "./internal/marks.ts"
import { capital, shorten } from "./internal/text.ts"
import type { AggregatedRow, MeasureSummary, ReportModel } from "./ReportModel.ts"
import { fontSize } from "./theme.ts"

type Described = Omit<Figure, "name">

/** Rows of a panel from top to bottom: training sets, and between them the differences that are tested. */
const rowsOf = (trains: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...(trains.includes("other") ? ["other", "other − same"] : []),
  ...(trains.includes("same") ? ["same"] : []),
  ...(trains.includes("all") ? ["all − same", "all"] : [])
]

const bySubsets = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary,
  rows: ReadonlyArray<AggregatedRow>,
  numbers: Numbers
): Described => {
  const { learners, testSubsets, trains } = axesOf(model, task, rows)
  const y = rowsOf(trains)
  const comparisons = model.comparisons.rows.filter((row) => row.task === task && row.measure === measure.id)
  const columns = new Map(
    learners.map((learner) => {
      const own = rows.filter((row) => row.learner === learner)
      const range = rangeOf(own)
      const data: ReadonlyArray<Datum> = [
        ...testSubsets.flatMap((row) => y.map((name) => ({ row, y: name, kind: "place" }))),
        ...own.map((row) => meanDatum(row, row.trainSubsets, range, numbers)),
        ...comparisons
          .filter((row) => row.learner === learner)
          .flatMap((row) => testDatum(row, `${row.compare} − same`, range))
      ]
      return [learner, { data, domain: padded(range) }] as const
    })
  )
  const width = widthFor(
    [...columns.values()].flatMap((column) => column.data),
    230
  )
  const { spec, fullNames } = panelGrid({
    columns: learners,
    rows: testSubsets,
    width,
    height: heightFor(y.length),
    data: (learner) => columns.get(learner)!.data,
    layers: (learner, isFirst) =>
      statLayers({
        xTitle: measure.label,
        yTitle: isFirst ? "trained on" : null,
        domain: columns.get(learner)!.domain,
        y,
        yLabels: isFirst,
        numbers
      })
  })
  return {
    kind: "comparison",
    task,
    measure: measure.id,
    title: `${capital(measure.label)} by training set${ofTask(model, task)}`,
    caption:
      `${capital(measure.label)} on each test subset (rows) when training on the same subset, on the other ones or on all` +
      `${goal(measure)}. Points are means and segments one standard deviation over folds; a grey segment joins two ` +
      `means that are compared, with the P of the corrected resampled t-test after Holm's adjustment for all tests of ` +
      `the figure. Each learner has its own scale.`,
    spec,
    fullNames
  }
}

const byLearner = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary,
  rows: ReadonlyArray<AggregatedRow>,
  numbers: Numbers
): Described => {
  const { learners, testSubsets } = axesOf(model, task, rows)
  const names = shorten(learners, fontSize.axis, 190)
  const range = rangeOf(rows)
  const y = learners.map(names.of)
  const data: ReadonlyArray<Datum> = [
    ...testSubsets.flatMap((row) => y.map((name) => ({ row, y: name, kind: "place" }))),
    ...rows.map((row) => meanDatum(row, names.of(row.learner), range, numbers))
  ]
  const { spec, fullNames } = panelGrid({
    columns: [onlyColumn],
    rows: testSubsets,
    width: widthFor(data, 380),
    height: heightFor(y.length),
    data: () => data,
    layers: () => statLayers({ xTitle: measure.label, yTitle: null, domain: padded(range), y, yLabels: true, numbers })
  })
  return {
    kind: "comparison",
    task,
    measure: measure.id,
    title: `${capital(measure.label)} by learner${ofTask(model, task)}`,
    caption:
      `${capital(measure.label)}, mean and one standard deviation over the test sets of the resampling${goal(measure)}. ` +
      `Test sets share training rows, so the segments are not confidence intervals.`,
    spec,
    fullNames: new Map([...fullNames, ...names.full])
  }
}

/**
 * Describes the main figure of a measure: with several training sets the Same/Other/All plot (learners side by side,
 * test subsets one above the other; from bottom to top all, all − same, same, other − same, other), with one a row for
 * each learner. None if there are no scores.
 *
 * Rows of downsampled splits are left out: they belong to {@link scores}.
 */
export const comparison = (model: ReportModel, task: string, measure: MeasureSummary): ReadonlyArray<Described> => {
  const rows = scoresOf(model, task, measure.id).filter((row) => row.full)
  if (rows.length === 0) return []
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const soak = rows.some((row) => row.trainSubsets !== "same")
  return [(soak ? bySubsets : byLearner)(model, task, measure, rows, numbers)]
}
