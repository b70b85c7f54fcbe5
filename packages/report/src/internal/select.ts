import { integer, type Numbers, numbersFor } from "../Numbers.ts"
import { capital, visible } from "./text.ts"
import {
  type AggregatedRow,
  byTrainSubsets,
  type ComparisonRow,
  type MeasureSummary,
  type ReportModel,
  type TrainSubsets,
  trainSubsetsOrder
} from "../ReportModel.ts"

/** Values in the order of their first appearance, without repetition. */
export const distinct = <A>(values: Iterable<A>): ReadonlyArray<A> => [...new Set(values)]

/** Names that occur, in the order of a list; those the list does not know come last. */
export const inOrder = (order: ReadonlyArray<string>, present: ReadonlyArray<string>): ReadonlyArray<string> => {
  const found = new Set(present)
  return [...order.filter((name) => found.has(name)), ...distinct(present).filter((name) => !order.includes(name))]
}

export { visible } from "./text.ts"

/** What figures are laid out by. */
interface Placed {
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
}

/** Learners, test subsets and training sets of some rows, each in the order in which the report names them. */
export const axesOf = (model: ReportModel, task: string, rows: ReadonlyArray<Placed>) => ({
  learners: inOrder(
    model.learners.map((learner) => learner.id),
    rows.map((row) => row.learner)
  ),
  testSubsets: inOrder(
    model.tasks.find((summary) => summary.id === task)?.subsets.map((subset) => subset.name) ?? [],
    rows.map((row) => row.testSubset)
  ),
  trains: trainSubsetsOrder.filter((train) => rows.some((row) => row.trainSubsets === train))
})

/** Scores of one task and measure. */
export const scoresOf = (model: ReportModel, task: string, measure: string): ReadonlyArray<AggregatedRow> =>
  model.scores.filter((row) => row.task === task && row.measure === measure)

/** What a figure of the scores by a measure is about; its title begins with the measure. */
export const aboutScores = <K extends string>(
  kind: K,
  model: ReportModel,
  task: string,
  { id, label }: MeasureSummary,
  words: string
): { readonly kind: K; readonly task: string; readonly measure: string; readonly title: string } => ({
  kind,
  task,
  measure: id,
  title: `${capital(label)} ${words}${ofTask(model, task)}`
})

/** The learners that ignore the features, which are there to be beaten. */
export const baselinesOf = ({ learners }: ReportModel): ReadonlySet<string> =>
  new Set(learners.filter(({ isBaseline = false }) => isBaseline).map(({ id }) => id))

/**
 * Describes the predictions of a task; none where there are none. Learners that ignore the features are left out where there are
 * others: what they predict is one point.
 */
export const ofPredictions = <C extends { readonly task: string; readonly learner: string }, F>(
  model: ReportModel,
  task: string,
  cells: ReadonlyArray<C>,
  describe: (cells: ReadonlyArray<C>, title: (words: string) => string, leftOut: string) => F
): ReadonlyArray<F> => {
  const own = cells.filter((cell) => cell.task === task)
  const baselines = baselinesOf(model)
  const others = own.filter(({ learner }) => !baselines.has(learner))
  const shown = others.length > 0 ? others : own
  const names = distinct(own.map(({ learner }) => learner)).filter((name) => shown === others && baselines.has(name))
  const leftOut =
    names.length === 0
      ? ""
      : ` ${names.join(", ")}, which ignore${names.length === 1 ? "s" : ""} the features, ${names.length === 1 ? "is" : "are"} left out.`
  return shown.length === 0 ? [] : [describe(shown, (words) => `${words}${ofTask(model, task)}`, leftOut)]
}

/** The standard deviations of some scores. */
export const spreadsOf = (rows: ReadonlyArray<AggregatedRow>): ReadonlyArray<number | null> => rows.map(({ sd }) => sd)

/** How differences are written: by what they are uncertain by, half of their intervals, or else by the spread of scores. */
export const differencesOf = (
  { format }: MeasureSummary,
  tests: ReadonlyArray<Pick<ComparisonRow, "lower" | "upper">>,
  scores: ReadonlyArray<AggregatedRow> = []
): Numbers => {
  const halves = tests.flatMap(({ lower, upper }) => (lower === null || upper === null ? [] : [(upper - lower) / 2]))
  return numbersFor(format, halves.length > 0 ? halves : spreadsOf(scores))
}

/** Which way of a measure is better, to be put after a text: "; lower is better". Empty where neither is. */
export const goal = ({ direction }: MeasureSummary): string =>
  direction === undefined ? "" : `; ${direction === "maximise" ? "higher" : "lower"} is better`

/** Titles of figures name the task only where there is more than one. */
export const ofTask = (model: ReportModel, task: string): string => (model.tasks.length > 1 ? ` (${task})` : "")

/** Training sets in their order, each from the smallest to the largest. */
export const byTrainAndSize = (a: AggregatedRow, b: AggregatedRow): number => byTrainSubsets(a, b) || a.size - b.size

/** The test of a training set against the same subset. */
export const comparisonOf = (
  tests: ReadonlyArray<ComparisonRow>,
  { learner, measure, task, testSubset, trainSubsets }: Placed & Pick<AggregatedRow, "measure" | "task">
): ComparisonRow | undefined =>
  tests.find(
    (test) =>
      test.task === task &&
      test.measure === measure &&
      test.learner === learner &&
      test.testSubset === testSubset &&
      test.compare === trainSubsets
  )

/** A test subset with its rows: "test: north, 120 rows"; empty for a task without subsets. */
export const testedOn = (model: ReportModel, task: string, rows: ReadonlyArray<Placed>): string => {
  const [first] = rows
  if (first === undefined || first.testSubset === "full") return ""
  const summary = model.tasks.find(({ id }) => id === task)
  const count = summary?.subsets.find(({ name }) => name === first.testSubset)?.count
  return `test: ${visible(first.testSubset)}${count === undefined ? "" : `, ${integer(count)} rows`}`
}
