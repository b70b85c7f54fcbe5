import {
  type AggregatedRow,
  type ComparisonRow,
  type LearnerComparisonRow,
  type MeasureSummary,
  type ReportModel,
  trainSubsetsOrder,
  type TuningRow
} from "../ReportModel.ts"
import { absent, integer, type Numbers, numbersFor, pValue } from "../Numbers.ts"
import { axesOf, byTrainAndSize, differencesOf, distinct, goal, ofTask, scoresOf, spreadsOf } from "./select.ts"
import { capital } from "./text.ts"
import type { Cell, Column, TableContent } from "./table.ts"

type ContrastRow = ComparisonRow | LearnerComparisonRow

const looks = {
  better: { text: "▲ better", className: "better" },
  worse: { text: "▼ worse", className: "worse" },
  higher: { text: "▲ higher" },
  lower: { text: "▼ lower" },
  "no difference shown": { text: "no difference shown", className: "quiet" },
  "not testable": { text: "not testable", className: "quiet" }
} as const

const verdictCell = ({ notTestable, verdict }: ContrastRow): Cell => ({
  ...looks[verdict],
  ...(notTestable === undefined ? {} : { title: notTestable })
})

/** All scores of a task and measure, the downsampled ones too. None if there are none. */
export const scoreTable = (model: ReportModel, task: string, measure: MeasureSummary): ReadonlyArray<TableContent> => {
  const rows = scoresOf(model, task, measure.id)
  if (rows.length === 0) return []
  const { learners, testSubsets } = axesOf(model, task, rows)
  const numbers = numbersFor(measure.format, spreadsOf(rows))
  const soak = rows.some((row) => row.trainSubsets !== "same" || !row.full || row.testSubset !== "full")
  const hasHoles = rows.some((row) => row.undefinedCount > 0)
  const hasGroups = rows.some((row) => row.size !== row.trainRows)
  const columns: ReadonlyArray<Column> = [
    { title: "learner" },
    ...(soak ? [{ title: "test subset" }, { title: "trained on" }] : []),
    ...(hasGroups ? [{ title: "train size", numeric: true }] : []),
    { title: "training rows", numeric: true },
    { title: "test rows", numeric: true },
    { title: "mean", numeric: true },
    { title: "sd", numeric: true },
    { title: "splits", numeric: true },
    ...(hasHoles ? [{ title: "undefined in", numeric: true }] : [])
  ]
  const cells = (row: AggregatedRow): ReadonlyArray<Cell> => [
    row.learner,
    ...(soak ? [row.testSubset, row.trainSubsets + (row.full ? "" : ", cut down")] : []),
    ...(hasGroups ? [integer(row.size)] : []),
    integer(row.trainRows),
    integer(row.testRows),
    numbers.value(row.mean),
    numbers.value(row.sd),
    integer(row.n),
    ...(hasHoles ? [row.undefinedCount === 0 ? "" : integer(row.undefinedCount)] : [])
  ]
  return [
    {
      caption: `${capital(measure.label)}${ofTask(model, task)}${goal(measure)}`,
      columns,
      rows: learners.flatMap((learner) =>
        testSubsets.flatMap((subset) =>
          rows
            .filter((row) => row.learner === learner && row.testSubset === subset)
            .sort(byTrainAndSize)
            .map(cells)
        )
      )
    }
  ]
}

/** The pooled measures of a task: a row for each cell, a column for each measure. None if nothing was pooled. */
export const pooledTable = (model: ReportModel, task: string): ReadonlyArray<TableContent> => {
  const pooled = model.pooled.filter((row) => row.task === task)
  if (pooled.length === 0) return []
  const labels = [...new Set(pooled.map(({ label }) => label))]
  const soak = pooled.some((row) => row.trainSubsets !== "same" || row.testSubset !== "full")
  const cells = Map.groupBy(pooled, ({ label: _, value: __, ...cell }) => JSON.stringify(cell))
  return [
    {
      caption: `Pooled over the test rows of all splits${ofTask(model, task)}`,
      columns: [
        { title: "learner" },
        ...(soak ? [{ title: "test subset" }, { title: "trained on" }] : []),
        ...labels.map((title) => ({ title, numeric: true })),
        { title: "rows", numeric: true },
        { title: "splits", numeric: true }
      ],
      rows: Array.from(cells.values(), (own): ReadonlyArray<Cell> => {
        const { learner, rows, splits, testSubset, trainSubsets } = own[0]!
        return [
          learner,
          ...(soak ? [testSubset, trainSubsets] : []),
          ...labels.map((label) =>
            numbersFor("number", []).value(own.find((row) => row.label === label)?.value ?? null)
          ),
          integer(rows),
          integer(splits)
        ]
      })
    }
  ]
}

/** The columns that every tested difference has. */
const testColumns: ReadonlyArray<Column> = [
  { title: "difference", numeric: true },
  { title: "95 % interval", numeric: true },
  { title: "P", numeric: true },
  { title: "P (Holm)", numeric: true },
  { title: "pairs", numeric: true },
  { title: "naive P", numeric: true }
]

const testCells = (row: ContrastRow, differences: Numbers): ReadonlyArray<Cell> => {
  const p = (value: number | null): Cell =>
    value === null && row.notTestable !== undefined ? { text: absent, title: row.notTestable } : pValue(value)
  const all = row.pairs + row.unpaired + row.open
  return [
    differences.difference(row.meanDiff),
    differences.interval(row.lower, row.upper),
    p(row.p),
    p(row.pHolm),
    row.pairs === all ? integer(all) : `${integer(row.pairs)} of ${integer(all)}`,
    p(row.pNaive)
  ]
}

/** The answers of Same/Other/All for a task and measure, one row for each test. None if nothing was compared. */
export const comparisonTable = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<TableContent> => {
  const rows = model.comparisons.rows.filter((row) => row.task === task && row.measure === measure.id)
  if (rows.length === 0) return []
  const numbers = numbersFor(measure.format, spreadsOf(scoresOf(model, task, measure.id)))
  const differences = differencesOf(measure, rows, scoresOf(model, task, measure.id))
  const { learners, testSubsets } = axesOf(
    model,
    task,
    rows.map((row) => ({ ...row, trainSubsets: row.compare }))
  )
  // What says nothing stands last.
  const sorted = testSubsets
    .flatMap((subset) =>
      learners.flatMap((learner) => rows.filter((row) => row.testSubset === subset && row.learner === learner))
    )
    .toSorted((a, b) => Number(a.verdict === "not testable") - Number(b.verdict === "not testable"))
  return [
    {
      caption: `${capital(measure.label)}${ofTask(model, task)}: other training sets against the test subset's own`,
      columns: [
        { title: "test subset" },
        { title: "learner" },
        { title: "trained on" },
        { title: "against same" },
        ...testColumns,
        { title: "mean", numeric: true },
        { title: "mean of same", numeric: true }
      ],
      rows: sorted.map((row) => [
        row.testSubset,
        row.learner,
        row.compare,
        verdictCell(row),
        ...testCells(row, differences),
        numbers.value(row.compareMean),
        numbers.value(row.baselineMean)
      ])
    }
  ]
}

/** The learners against each other for a task and measure, one row for each test. None if there is one learner. */
export const learnerTable = (
  model: ReportModel,
  task: string,
  measure: MeasureSummary
): ReadonlyArray<TableContent> => {
  const rows = model.learnerComparisons.rows.filter((row) => row.task === task && row.measure === measure.id)
  if (rows.length === 0) return []
  const differences = differencesOf(measure, rows, scoresOf(model, task, measure.id))
  const soak = rows.some((row) => row.trainSubsets !== "same" || row.testSubset !== "full")
  return [
    {
      caption: `${capital(measure.label)}${ofTask(model, task)}: learners against each other, on the same splits`,
      columns: [
        ...(soak ? [{ title: "trained on" }, { title: "test subset" }] : []),
        { title: "learner" },
        { title: "against" },
        { title: "the learner is" },
        ...testColumns
      ],
      rows: trainSubsetsOrder.flatMap((train) =>
        rows
          .filter((row) => row.trainSubsets === train)
          .toSorted((a, b) => Number(a.verdict === "not testable") - Number(b.verdict === "not testable"))
          .map((row): ReadonlyArray<Cell> => [
            ...(soak ? [row.trainSubsets, row.testSubset] : []),
            row.learner,
            row.baseline,
            verdictCell(row),
            ...testCells(row, differences)
          ])
      )
    }
  ]
}

const briefly = (value: string | number | undefined): string =>
  value === undefined ? "" : typeof value === "number" ? String(Number(value.toPrecision(4))) : value

/** What each learner that tunes itself chose in each split, beside the scores inside and outside. None if none does. */
export const tuningTables = (model: ReportModel, task: string): ReadonlyArray<TableContent> => {
  const own = model.tunings.filter((row) => row.task === task)
  const [main] = model.measures
  return Array.from(
    Map.groupBy(own, ({ learner }) => learner),
    ([learner, rows]): TableContent => {
      const names = distinct(rows.flatMap(({ values }) => Object.keys(values)))
      const soak = rows.some((row) => row.trainSubsets !== "same" || row.testSubset !== "full")
      const hasEpochs = rows.some(({ epochs }) => epochs !== undefined)
      const failed = (row: TuningRow): number => row.tried.filter(({ score }) => score === null).length
      const hasFailed = rows.some((row) => failed(row) > 0)
      return {
        caption: `What ${learner} chose in each split${ofTask(model, task)}; inside: ${rows[0]!.measure} on inner splits, the best of those tried${main === undefined ? "" : `; outside: ${main.label} on the test rows`}`,
        columns: [
          { title: "split", numeric: true },
          ...(soak ? [{ title: "test subset" }, { title: "trained on" }] : []),
          ...names.map((title) => ({ title, numeric: rows.some(({ values }) => typeof values[title] === "number") })),
          ...(hasEpochs ? [{ title: "epochs", numeric: true }] : []),
          { title: "tried", numeric: true },
          ...(hasFailed ? [{ title: "failed", numeric: true }] : []),
          { title: "inside", numeric: true },
          { title: "outside", numeric: true }
        ],
        rows: rows.map((row): ReadonlyArray<Cell> => [
          integer(row.fold),
          ...(soak ? [row.testSubset, row.trainSubsets] : []),
          ...names.map((name) => briefly(row.values[name])),
          ...(hasEpochs ? [row.epochs === undefined ? "" : integer(row.epochs)] : []),
          integer(row.tried.length),
          ...(hasFailed ? [integer(failed(row))] : []),
          briefly(row.inner),
          row.outer === null ? absent : briefly(row.outer)
        ])
      }
    }
  )
}
