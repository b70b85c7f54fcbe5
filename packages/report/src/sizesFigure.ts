import { around } from "./draw/scale.ts"
import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { panelsOf } from "./internal/grid.ts"
import { aboutScores, goal, scoresOf, spreadsOf } from "./internal/select.ts"
import { capital } from "./internal/text.ts"
import { integer, numbersFor } from "./Numbers.ts"
import type { AggregatedRow, MeasureSummary, ReportModel } from "./ReportModel.ts"

/** A cell of a figure: all sizes of one kind of training set. */
interface Sizes extends Pick<AggregatedRow, "learner" | "testSubset" | "trainSubsets"> {
  readonly rows: ReadonlyArray<AggregatedRow>
}

/**
 * Describes a measure against the rows of the training set. None where each kind of training set has one size: the comparison shows
 * those, with their rows.
 */
export const sizes = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<Described<PanelFigure>> => {
  const rows = scoresOf(model, task, measure.id).filter(({ mean }) => mean !== null && Number.isFinite(mean))
  if (rows.every(({ full }) => full)) return []
  const counts = rows.map(({ trainRows }) => trainRows)
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const cells = Map.groupBy(rows, ({ learner, testSubset, trainSubsets }) =>
    JSON.stringify([learner, testSubset, trainSubsets])
  )
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const x = { title: "training rows", domain: [least / 1.15, most * 1.15] as const, log: most / least > 8 }
  const ends = rows.flatMap(({ mean, sd }) => [mean! - (sd ?? 0), mean! + (sd ?? 0)])
  const y = { title: measure.label, domain: around(ends, measure.range), percent: measure.format === "percent" }
  return [
    {
      ...aboutScores("sizes", model, task, measure, "against the size of the training set"),
      caption:
        `${capital(measure.label)} on the test rows of the subset, mean and one standard deviation over folds, against the number ` +
        `of training rows${goal(measure)}. Lines join the sizes of one kind of training set.`,
      ...panelsOf(
        model,
        task,
        Array.from(cells.values(), (own): Sizes => {
          const { learner, testSubset, trainSubsets } = own[0]!
          return { learner, testSubset, trainSubsets, rows: own.toSorted((a, b) => a.trainRows - b.trainRows) }
        }),
        (own) => ({
          x,
          y,
          marks: own.flatMap(([{ rows }, { colour, name, of, shape }]): ReadonlyArray<Mark> => {
            const points = rows.map(({ mean, trainRows }) => [trainRows, mean!] as const)
            return [
              {
                kind: "segments",
                of,
                colour,
                points: rows.map(
                  ({ mean, sd, trainRows }) => [trainRows, mean! - (sd ?? 0), mean! + (sd ?? 0)] as const
                )
              },
              { kind: "line", of, colour, width: 1.2, points },
              {
                kind: "dots",
                of,
                colour,
                shape,
                name,
                radius: 4,
                points,
                tips: rows.map(
                  ({ mean, n, sd, trainRows }) =>
                    `${name}, ${integer(trainRows)} training rows: ${measure.label} ${numbers.meanSd(mean, sd)} over ${integer(n)} folds`
                )
              }
            ]
          })
        })
      )
    }
  ]
}
