/**
 * What models say of their features, over the splits of a cell.
 */
import * as Learner from "@rocflow/core/learning/Learner"
import * as FeatureUse from "@rocflow/resampling/FeatureUse"
import type * as Job from "@rocflow/resampling/Job"
import type { FeatureRow } from "../ReportModel.ts"

/** So many terms of a learner are kept: the first of them are drawn, all are in a table. */
const most = 30

/** What a model says of a term. */
interface Said {
  readonly term: string
  readonly level: string | undefined
  readonly value: number
}

type Of = FeatureRow["of"]

const slopes = (result: Job.Result): ReadonlyArray<Learner.Coefficient> =>
  FeatureUse.coefficients(result, undefined).filter(({ column }) => column !== Learner.intercept)

/** Coefficients are told by standard deviation where all models of a learner know it. */
const unitOf = (results: ReadonlyArray<Job.Result>): Of =>
  results.some(({ importance }) => importance !== undefined)
    ? "share"
    : results.every((result) => slopes(result).every(({ perSd }) => perSd !== undefined))
      ? "perSd"
      : "perUnit"

const saidBy = (of: Of, result: Job.Result): ReadonlyArray<Said> =>
  of === "share"
    ? FeatureUse.gains(result).map(({ column, share }) => ({ term: column, level: undefined, value: share }))
    : slopes(result).map(({ column, level, perSd, value }) => ({
        term: column,
        level,
        value: of === "perSd" ? perSd! : value
      }))

/** How many columns a model has. */
const columnsOf = ({ coefficients, importance }: Job.Result): number =>
  importance?.of ?? (coefficients?.of ?? 0) / Math.max(1, new Set(coefficients?.levels).size)

const keyOf = ({ level, term }: Said): string => JSON.stringify([term, level])

/** The models of a cell, and what they say by term. */
interface Cell {
  readonly results: ReadonlyArray<Job.Result>
  readonly byTerm: ReadonlyMap<string, ReadonlyArray<Said>>
}

const cellOf =
  (of: Of) =>
  (results: ReadonlyArray<Job.Result>): Cell => ({
    results,
    byTerm: Map.groupBy(
      results.flatMap((result) => saidBy(of, result)),
      keyOf
    )
  })

const sizeOf = (said: ReadonlyArray<Said>, { results }: Cell): number =>
  said.reduce((sum, { value }) => sum + Math.abs(value), 0) / results.length

/** The terms whose values are largest in any cell, in that order. */
const largest = (cells: ReadonlyArray<Cell>): ReadonlyArray<Said> => {
  const sizes = new Map<string, { readonly of: Said; readonly size: number }>()
  for (const cell of cells) {
    for (const [key, said] of cell.byTerm) {
      const size = sizeOf(said, cell)
      if (size > (sizes.get(key)?.size ?? -1)) sizes.set(key, { of: said[0]!, size })
    }
  }
  return [...sizes.values()]
    .toSorted((a, b) => b.size - a.size)
    .slice(0, most)
    .map(({ of }) => of)
}

const rowOf = (of: Of, term: Said, cell: Cell): FeatureRow => {
  const { byTerm, results } = cell
  const { learner, task, testSubset, trainSubsets } = results[0]!.job
  const said = byTerm.get(keyOf(term)) ?? []
  const splits = results.length
  const mean = said.reduce((sum, { value }) => sum + value, 0) / splits
  // Where a model does not use it, its value is 0.
  const squares = said.reduce((sum, { value }) => sum + (value - mean) ** 2, (splits - said.length) * mean ** 2)
  return {
    task,
    learner,
    testSubset,
    trainSubsets,
    of,
    term: term.term,
    ...(term.level !== undefined && { level: term.level }),
    mean,
    sd: splits < 2 ? null : Math.sqrt(squares / (splits - 1)),
    size: sizeOf(said, cell),
    used: said.length,
    splits,
    columns: results.reduce((sum, result) => sum + columnsOf(result), 0) / splits
  }
}

/** What the models of full training sets say, learner by learner, the terms that matter most first, each in every cell. */
export const featuresOf = (results: ReadonlyArray<Job.Result>): ReadonlyArray<FeatureRow> => {
  const saying = results.filter(
    ({ coefficients, importance, job }) =>
      job.nTrainGroups === job.groups && (coefficients !== undefined || importance !== undefined)
  )
  const learners = Map.groupBy(saying, ({ job }) => JSON.stringify([job.task, job.learner]))
  return [...learners.values()].flatMap((own) => {
    const of = unitOf(own)
    const byCell = Map.groupBy(own, ({ job }) => JSON.stringify([job.testSubset, job.trainSubsets]))
    const cells = Array.from(byCell.values(), cellOf(of))
    return largest(cells).flatMap((term) => cells.map((cell) => rowOf(of, term, cell)))
  })
}
