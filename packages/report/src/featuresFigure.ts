/**
 * What the models used: the columns of the largest coefficients, or shares in the gain of splits, over all splits.
 */
import { around } from "./draw/scale.ts"
import type { StripList, StripPoint, StripRow } from "./draw/strip.ts"
import { symbol } from "./draw/symbol.ts"
import type { Described, StripFigure } from "./figureModel.ts"
import { axesOf, distinct, ofTask, testedOn, visible } from "./internal/select.ts"
import { integer, numbersFor } from "./Numbers.ts"
import { byTrainSubsets, type FeatureRow, type ReportModel } from "./ReportModel.ts"
import { colourAt, trainColours, trainShapes } from "./theme.ts"

/** So many terms of a learner are drawn where it has one list, and where it has several. */
const [alone, beside] = [15, 8]

const axisTitles = {
  perSd: "coefficient of one standard deviation",
  perUnit: "coefficient of one unit of the column",
  share: "share in the gain of all splits"
} as const satisfies Record<FeatureRow["of"], string>

const explained = {
  perSd: "Coefficients: what one standard deviation of the column in the training rows adds to the score.",
  perUnit:
    "Coefficients by unit: what one unit of the column, as it reaches the model, adds to the score; not to be compared between columns of different units.",
  share: "Shares: of what all splits of the trees gained on training rows."
} as const satisfies Record<FeatureRow["of"], string>

/** A term as it is shown: of several classes with the one that it is of. */
export const termText = ({ level, term }: Pick<FeatureRow, "level" | "term">): string =>
  level === undefined ? visible(term) : `${visible(term)} (${visible(level)})`

/** How many splits used a term: "3 of 3". */
export const usedText = ({ splits, used }: Pick<FeatureRow, "splits" | "used">): string =>
  `${integer(used)} of ${integer(splits)}`

/** The same of several training sets, each number once where all have as many splits. */
const usedTexts = (rows: ReadonlyArray<FeatureRow>): string => {
  const totals = distinct(rows.map(({ splits }) => splits))
  return totals.length === 1 && rows.length > 1
    ? `${rows.map(({ used }) => integer(used)).join(" · ")} of ${integer(totals[0]!)}`
    : rows.map(usedText).join(" · ")
}

/** A number with the digits that a reader of a page may want. */
const brief = (x: number): number => Number(x.toPrecision(6))

/** The lists of a learner: one for each test subset. */
const listsOf = (model: ReportModel, task: string, learner: string, rows: ReadonlyArray<FeatureRow>) => {
  const { testSubsets, trains } = axesOf(model, task, rows)
  const { of } = rows[0]!
  const isShare = of === "share"
  const several = trains.length > 1
  const terms = distinct(rows.map(termText))
    .slice(0, several || testSubsets.length > 1 ? beside : alone)
    .map((text) => rows.find((row) => termText(row) === text)!)
  const shown = rows.filter((row) => terms.some((each) => termText(each) === termText(row)))
  const ends = shown.flatMap(({ mean, sd }) => [mean - (sd ?? 0), mean + (sd ?? 0)])
  const axis = {
    title: axisTitles[of],
    domain: isShare ? around([...ends, 0], [0, 1]) : around([...ends, 0]),
    percent: isShare
  }
  const numbers = numbersFor(
    isShare ? "percent" : "number",
    shown.map(({ sd }) => sd)
  )
  const colour = colourAt(model.learners.findIndex(({ id }) => id === learner))
  const pointOf = (row: FeatureRow): StripPoint => ({
    of: { trainSubsets: row.trainSubsets },
    at: brief(row.mean),
    low: row.sd === null ? null : brief(row.mean - row.sd),
    high: row.sd === null ? null : brief(row.mean + row.sd),
    colour: several ? trainColours[row.trainSubsets] : colour,
    shape: several ? trainShapes[row.trainSubsets] : "circle",
    ...(several && { name: `trained on ${row.trainSubsets}`, sample: `used in ${usedText(row)} splits` }),
    text: numbers.meanSd(row.mean, row.sd)
  })
  return testSubsets.map((testSubset): StripList => {
    const cell = rows.filter((row) => row.testSubset === testSubset)
    const rowOf = (term: FeatureRow): StripRow => {
      const own = cell.filter((row) => termText(row) === termText(term)).toSorted(byTrainSubsets)
      return { of: { learner, testSubset }, label: termText(term), sample: usedTexts(own), points: own.map(pointOf) }
    }
    return {
      of: { learner, testSubset },
      title: [visible(learner), testedOn(model, task, cell)].filter((text) => text !== "").join(", "),
      axis,
      reference: 0,
      blocks: [{ of: { learner }, heading: undefined, rows: terms.map(rowOf) }]
    }
  })
}

/** Columns of the models of a learner, in words: "46", or "about 46" where splits differ. */
const columnsText = (rows: ReadonlyArray<FeatureRow>): string => {
  const counts = distinct(rows.map(({ columns }) => columns))
  const [first = 0] = counts
  return counts.length === 1 && Number.isInteger(first) ? integer(first) : `about ${integer(Math.max(...counts))}`
}

/** Describes what the models of a task used. None where no learner says it. */
export const features = (model: ReportModel, task: string): ReadonlyArray<Described<StripFigure>> => {
  const rows = model.features.filter((row) => row.task === task)
  if (rows.length === 0) return []
  const { learners, testSubsets, trains } = axesOf(model, task, rows)
  const ofLearner = (learner: string) => rows.filter((row) => row.learner === learner)
  const kinds = distinct(rows.map(({ of }) => of))
  const isSoak = trains.length > 1
  const count = testSubsets.length > 1 || isSoak ? beside : alone
  const splits = distinct(rows.map((row) => row.splits)).toSorted((a, b) => a - b)
  return [
    {
      kind: "features",
      task,
      title: `What the models used${ofTask(model, task)}`,
      caption: [
        `For each learner the ${count} columns of the largest mean size${count === beside ? " in any list" : ""} (${learners
          .map((learner) => `${visible(learner)}: of ${columnsText(ofLearner(learner))}`)
          .join(", ")}).`,
        `Points are means over ${splits.map(integer).join(" or ")} splits with full training sets, with 0 where a model does not use the ` +
          `column; segments are one standard deviation to both sides${kinds.includes("share") ? ", of shares cut at 0 and 100%" : ""}, and no confidence intervals, since splits share training rows.`,
        `“Used in” counts the models with a coefficient other than 0, or with a split by the column` +
          `${isSoak ? `, trained on ${trains.join(" · ")}` : ""}.`,
        ...kinds.map((of) => explained[of]),
        "The numbers of every split: tables coefficients and importance of rocflow sql."
      ].join(" "),
      lists: learners.flatMap((learner) => listsOf(model, task, learner, ofLearner(learner))),
      keys: isSoak
        ? trains.map((train) => ({
            name: `trained on ${train}`,
            colour: trainColours[train],
            path: symbol(trainShapes[train], 5),
            of: { trainSubsets: train }
          }))
        : [],
      columns: {
        label: "column",
        sample: "used in",
        plot: "",
        value: isSoak ? "" : "mean ± sd",
        test: ""
      }
    }
  ]
}
