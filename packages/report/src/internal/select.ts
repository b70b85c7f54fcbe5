import { integer } from "../Numbers.ts"
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

/** A name as it is shown: an empty one would not be seen. */
export const visible = (name: string): string => (name === "" ? "(empty)" : name)

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

/** The standard deviations of some scores. */
export const spreadsOf = (rows: ReadonlyArray<AggregatedRow>): ReadonlyArray<number | null> => rows.map(({ sd }) => sd)

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
