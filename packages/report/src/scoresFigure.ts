import type { Figure } from "./figureModel.ts"
import { integer, numbersFor } from "./Numbers.ts"
import { type Datum, panelGrid } from "./internal/panels.ts"
import { axesOf, distinct, ofTask, scoresOf, spreadsOf } from "./internal/select.ts"
import { heightFor, meanDatum, padded, rangeOf, statLayers, widthFor } from "./internal/marks.ts"
import { capital } from "./internal/text.ts"
import { type AggregatedRow, type MeasureSummary, type ReportModel, trainSubsetsOrder } from "./ReportModel.ts"

const rowName = (row: AggregatedRow): string => `${row.trainSubsets} ${integer(row.size)}`

/** Top to bottom the reverse of all, same, other, each by size: the figure is read from the bottom. */
const topToBottom = (a: AggregatedRow, b: AggregatedRow): number =>
  trainSubsetsOrder.indexOf(b.trainSubsets) - trainSubsetsOrder.indexOf(a.trainSubsets) || b.size - a.size

/**
 * Describes the scores by size of the training set (y = "subset size"), downsampled splits included, with one x scale
 * for all learners. None where every learner trains on one kind of training set of one size: the comparison shows that.
 */
export const scores = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<Omit<Figure, "name">> => {
  const rows = scoresOf(model, task, measure.id)
  if (rows.every((row) => row.trainSubsets === "same" && row.full)) return []
  const { learners, testSubsets } = axesOf(model, task, rows)
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const range = rangeOf(rows)
  const sorted = [...rows].sort(topToBottom)
  const y = distinct(sorted.map(rowName))
  const places = new Map(
    testSubsets.map((row) => [row, distinct(sorted.filter((r) => r.testSubset === row).map(rowName))] as const)
  )
  const data = (learner: string): ReadonlyArray<Datum> => [
    ...testSubsets.flatMap((row) => places.get(row)!.map((name) => ({ row, y: name, kind: "place" }))),
    ...sorted.filter((row) => row.learner === learner).map((row) => meanDatum(row, rowName(row), range, numbers))
  ]
  const { spec, fullNames } = panelGrid({
    columns: learners,
    rows: testSubsets,
    width: widthFor(learners.flatMap(data), 210),
    height: heightFor(Math.max(...[...places.values()].map((names) => names.length))),
    independentY: true,
    data,
    layers: (_, isFirst) =>
      statLayers({ xTitle: measure.label, yTitle: null, domain: padded(range), y, yLabels: isFirst, numbers })
  })
  const downsampled = rows.some((row) => !row.full)
  return [
    {
      kind: "scores",
      task,
      measure: measure.id,
      title: `${capital(measure.label)} by size of the training set${ofTask(model, task)}`,
      caption:
        `${capital(measure.label)} (mean and one standard deviation over folds) by training set and its size, on one scale for ` +
        `all learners.` +
        (downsampled
          ? " Training sets were also cut down to a common size: a difference that vanishes there was one of size, one" +
            " that stays is one between subsets."
          : ""),
      spec,
      fullNames
    }
  ]
}
