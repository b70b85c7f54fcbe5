/**
 * Lists of means with their standard deviations.
 */
import { around } from "../draw/scale.ts"
import type { StripList, StripRow } from "../draw/strip.ts"
import type { Described, StripFigure } from "../figureModel.ts"
import { integer, numbersFor } from "../Numbers.ts"
import type { AggregatedRow, ComparisonRow, MeasureSummary, ReportModel } from "../ReportModel.ts"
import { colourAt, trainColours, trainShapes } from "../theme.ts"
import { axesOf, byTrainAndSize, comparisonOf, differencesOf, spreadsOf, testedOn, visible } from "./select.ts"
import { verdictText } from "./verdict.ts"

/** What a list is made of: the task, the measure, and its scores. */
export interface Listed {
  readonly model: ReportModel
  readonly task: string
  readonly measure: MeasureSummary
  readonly rows: ReadonlyArray<AggregatedRow>
}

const whyNone = ({ mean, n, undefinedCount }: AggregatedRow): string =>
  mean === null ? `undefined in ${undefinedCount} of ${n + undefinedCount} splits` : "the mean is not finite"

/** Lists by test subset the means of each learner, a row for each training set; the words are of `label`. */
export const statLists = (
  { measure, model, rows, task }: Listed,
  label: (row: AggregatedRow) => string,
  tests: ReadonlyArray<ComparisonRow>
): Described<StripFigure>["lists"] => {
  const { learners, testSubsets } = axesOf(model, task, rows)
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const own = tests.filter((test) => test.task === task && test.measure === measure.id)
  const differences = differencesOf(measure, own, rows)
  const soak = rows.some((row) => row.trainSubsets !== "same")
  const ends = rows.flatMap(({ mean, sd }) => (mean === null ? [] : [mean - (sd ?? 0), mean + (sd ?? 0)]))
  const axis = { title: measure.label, domain: around(ends, measure.range), percent: measure.format === "percent" }
  const rowOf = (row: AggregatedRow): StripRow => {
    const { learner, mean, n, sd, testSubset, trainRows, trainSubsets, undefinedCount } = row
    const at = mean === null || !Number.isFinite(mean) ? null : mean
    const test = row.full ? comparisonOf(own, row) : undefined
    return {
      of: { learner, testSubset, trainSubsets },
      label: label(row),
      sample: `${integer(trainRows)} rows`,
      points: [
        {
          at,
          low: at === null || sd === null ? null : at - sd,
          high: at === null || sd === null ? null : at + sd,
          colour: soak ? trainColours[trainSubsets] : colourAt(learners.indexOf(learner)),
          shape: soak ? trainShapes[trainSubsets] : "circle",
          text:
            at === null
              ? whyNone(row)
              : numbers.meanSd(at, sd) + (undefinedCount > 0 ? ` (${n} of ${n + undefinedCount})` : "")
        }
      ],
      ...(test !== undefined && { test: verdictText(test, differences) })
    }
  }
  return testSubsets.map((testSubset): StripList => {
    const own = rows.filter((row) => row.testSubset === testSubset)
    return {
      of: { testSubset },
      title: testedOn(model, task, own),
      axis,
      blocks: learners.flatMap((learner) => {
        const of = own.filter((row) => row.learner === learner).toSorted(byTrainAndSize)
        return of.length === 0
          ? []
          : [{ of: { learner }, heading: soak || of.length > 1 ? visible(learner) : undefined, rows: of.map(rowOf) }]
      })
    }
  })
}
