import { around } from "./draw/scale.ts"
import type { Described, StripFigure } from "./figureModel.ts"
import { distinct, goal, ofTask, scoresOf, spreadsOf, visible } from "./internal/select.ts"
import { capital } from "./internal/text.ts"
import { sign, pText, tone } from "./internal/verdict.ts"
import { integer, numbersFor } from "./Numbers.ts"
import { type LearnerComparisonRow, type MeasureSummary, type ReportModel, trainSubsetsOrder } from "./ReportModel.ts"
import { ink } from "./theme.ts"

const colours = { better: "#009e73", worse: "#d55e00", quiet: ink.muted } as const
const shapes = { better: "up", worse: "down", quiet: "circle" } as const

/**
 * Describes learner against learner: the mean difference of each pair with its interval. Over all test subsets where there
 * are several; those of each subset stand in the table.
 */
export const learnerDifferences = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<Described<StripFigure>> => {
  const tested = model.learnerComparisons.rows.filter((row) => row.task === task && row.measure === measure.id)
  const rows = tested.some(({ overall }) => overall) ? tested.filter(({ overall }) => overall) : tested
  if (rows.length === 0) return []
  const numbers = numbersFor(measure.format, spreadsOf(scoresOf(model, task, measure.id)))
  const ends = rows.flatMap(({ lower, meanDiff, upper }) => [lower, meanDiff, upper].filter((x) => x !== null))
  const axis = {
    title: `difference of ${measure.label}`,
    domain: around([...ends, 0]),
    percent: measure.format === "percent"
  }
  const soak = rows.some((row) => row.trainSubsets !== "same")
  const trains = trainSubsetsOrder.filter((train) => rows.some(({ trainSubsets }) => trainSubsets === train))
  const rowOf = (row: LearnerComparisonRow) => {
    const { baseline, learner, lower, meanDiff, pairs, trainSubsets, upper } = row
    return {
      of: { learner, against: baseline, trainSubsets },
      label: `${visible(learner)} − ${visible(baseline)}`,
      sample: `${integer(pairs)} pairs`,
      points: [
        {
          at: meanDiff,
          low: lower,
          high: upper,
          colour: colours[tone(row)],
          shape: shapes[tone(row)],
          text: `${numbers.difference(meanDiff)} (${numbers.interval(lower, upper)})`
        }
      ],
      test: {
        text: row.pHolm === null ? "– not testable" : `${sign(row)} P ${pText(row.pHolm)}`,
        tone: tone(row)
      }
    }
  }
  const overall = rows.some((row) => row.overall)
  return [
    {
      kind: "learners",
      task,
      measure: measure.id,
      title: `Learner against learner: ${measure.label}${ofTask(model, task)}`,
      caption:
        `Mean difference of ${measure.label} on the same test sets${overall ? " of all subsets" : ""} with its 95 % interval` +
        `${goal(measure)}. ${capital("P")} is adjusted by Holm's method; where it is below 0.05 a triangle says whether the ` +
        `first learner is better or worse. The test is named below the tables.`,
      lists: trains.map((train) => {
        const own = rows.filter(({ trainSubsets }) => trainSubsets === train)
        return {
          of: { trainSubsets: train },
          title: soak ? `trained on ${train}` : "",
          axis,
          reference: 0,
          blocks: distinct(own.map(({ learner }) => learner)).map((learner) => ({
            of: { learner },
            heading: undefined,
            rows: own.filter((row) => row.learner === learner).map(rowOf)
          }))
        }
      }),
      keys: [],
      columns: { label: "learners", sample: "", plot: "", value: "difference", test: "test" }
    }
  ]
}
