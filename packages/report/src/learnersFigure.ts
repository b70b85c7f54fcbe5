import { around } from "./draw/scale.ts"
import type { Described, StripFigure } from "./figureModel.ts"
import { baselinesOf, differencesOf, distinct, goal, ofTask, scoresOf, visible } from "./internal/select.ts"
import { sign, pText, tone } from "./internal/verdict.ts"
import { integer } from "./Numbers.ts"
import { type LearnerComparisonRow, type MeasureSummary, type ReportModel, trainSubsetsOrder } from "./ReportModel.ts"
import { ink } from "./theme.ts"

const colours = { better: "#009e73", worse: "#d55e00", quiet: ink.muted } as const
const shapes = { better: "up", worse: "down", quiet: "circle" } as const

/** Words that stay on one line. */
const unbroken = (words: string): string => words.replaceAll(" ", "\u00a0")

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
  const isOverall = tested.some(({ overall }) => overall)
  const rows = tested.filter(({ meanDiff, overall }) => meanDiff !== null && overall === isOverall)
  if (rows.length === 0) return []
  const numbers = differencesOf(measure, rows, scoresOf(model, task, measure.id))
  const axisOf = (own: ReadonlyArray<LearnerComparisonRow>) => ({
    title: `difference of ${measure.label}`,
    domain: around([
      0,
      ...own.flatMap(({ lower, meanDiff, upper }) => [lower, meanDiff, upper].filter((x) => x !== null))
    ]),
    percent: measure.format === "percent"
  })
  const soak = rows.some((row) => row.trainSubsets !== "same")
  const trains = trainSubsetsOrder.filter((train) => rows.some(({ trainSubsets }) => trainSubsets === train))
  const baselines = baselinesOf(model)
  const isApart = ({ baseline, learner }: LearnerComparisonRow) => baselines.has(baseline) || baselines.has(learner)
  // Differences to a learner that ignores the features would flatten the others.
  const parts = [rows.filter((row) => !isApart(row)), rows.filter(isApart)].filter((part) => part.length > 0)
  const samePairs = distinct(rows.map(({ pairs }) => pairs)).length === 1
  const rowOf = (row: LearnerComparisonRow) => {
    const { baseline, learner, lower, meanDiff, pairs, trainSubsets, upper } = row
    return {
      of: { learner, against: baseline, trainSubsets },
      label: `${visible(learner)} − ${visible(baseline)}`,
      sample: samePairs ? "" : `${integer(pairs)} pairs`,
      points: [
        {
          at: meanDiff,
          low: lower,
          high: upper,
          colour: colours[tone(row)],
          shape: shapes[tone(row)],
          text: numbers.difference(meanDiff) + (lower === null ? "" : ` (${numbers.interval(lower, upper)})`)
        }
      ],
      test: {
        text:
          row.pHolm === null
            ? "– not testable"
            : `${sign(row)} ${unbroken(`P ${pText(row.p)}`)}${row.family > 1 ? `, ${unbroken(`Holm ${pText(row.pHolm)}`)}` : ""}`,
        tone: tone(row)
      }
    }
  }
  return [
    {
      kind: "learners",
      task,
      measure: measure.id,
      title: `Learner against learner: ${measure.label}${ofTask(model, task)}`,
      caption:
        `Mean difference of ${measure.label} on the same ${samePairs ? `${integer(rows[0]!.pairs)} ` : ""}test sets` +
        `${isOverall ? " of all subsets" : ""}${goal(measure)}. Its 95 % interval and P are of this difference by itself; a triangle says ` +
        `that the first learner is better or worse where P is still below 0.05 after Holm's adjustment for all pairs of the list.` +
        `${parts.length > 1 ? " Lists of one kind have one scale." : ""}`,
      lists: parts.flatMap((part) =>
        trains.flatMap((train) => {
          const own = part.filter(({ trainSubsets }) => trainSubsets === train)
          if (own.length === 0) return []
          const against = part.every(isApart) && parts.length > 1 ? [`against ${[...baselines].join(", ")}`] : []
          return [
            {
              of: { trainSubsets: train },
              title: [...(soak ? [`trained on ${train}`] : []), ...against].join(", "),
              axis: axisOf(part),
              reference: 0,
              blocks: distinct(own.map(({ learner }) => learner)).map((learner) => ({
                of: { learner },
                heading: undefined,
                rows: own.filter((row) => row.learner === learner).map(rowOf)
              }))
            }
          ]
        })
      ),
      keys: [],
      columns: { label: "learners", sample: "", plot: "", value: "difference (95 % interval)", test: "P" }
    }
  ]
}
