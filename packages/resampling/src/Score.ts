/**
 * Score tables: what every job measured, and its aggregation over splits.
 *
 * A score may be undefined (the AUC of one class, a failed job); then the table says why, and aggregation counts how
 * many it left out. Nothing undefined is ever replaced by a number.
 */
import * as Measure from "@rocflow/core/learning/Measure"
import { moments } from "./internal/statistics.ts"
import type * as Job from "./Job.ts"
import * as StudentT from "./StudentT.ts"

/** The value of a measure: a number, or why there is none. */
export type Value = Measure.Measured

/** What a job is about: who, on what, on which split. */
export type Row = typeof Job.Columns.Type

/** Whether a job gave a result, failed, or is not finished. */
export type Status = "ok" | "failed" | "open"

/** What is needed of a job's result; results may have more. */
export interface JobResult {
  readonly job: Row
  readonly status: Status
  /** By measure id. A failed job may have none, or those of its fallback learner. */
  readonly scores: Readonly<Record<string, Value>>
  readonly error?: string | { readonly message: string } | undefined
}

/** A row of the score table: a job with a value for every measure of the table. */
export interface ScoreRow extends Row {
  readonly status: Status
  readonly scores: Readonly<Record<string, Value>>
  readonly error?: string
}

/** Tells whether a value is undefined. */
export const isUndefined = (value: Value): value is Measure.Undefined => !Measure.isDefined(value)

/** Lists the measures of a table, in order of appearance. */
export const measures = (
  rows: Iterable<{ readonly scores: Readonly<Record<string, Value>> }>
): ReadonlyArray<string> => {
  const found = new Set<string>()
  for (const { scores } of rows) for (const id of Object.keys(scores)) found.add(id)
  return [...found]
}

const messageOf = (error: JobResult["error"]): string | undefined => (typeof error === "object" ? error.message : error)

const absence = ({ error, status }: JobResult): string => {
  if (status === "open") return "the job is not finished"
  const message = messageOf(error)
  return status === "failed" ? `the job failed${message === undefined ? "" : `: ${message}`}` : "not measured"
}

/** Makes a row of the score table, with a value for each of the measures. */
export const row =
  (ids: ReadonlyArray<string>) =>
  (result: JobResult): ScoreRow => {
    const { error, job, scores, status } = result
    const message = messageOf(error)
    const value = (id: string): Value => {
      const score = scores[id] ?? Measure.undefinedBecause(absence(result))
      return typeof score === "number" && Number.isNaN(score) ? Measure.undefinedBecause("the measure gave NaN") : score
    }
    return {
      ...job,
      status,
      scores: Object.fromEntries(ids.map((id) => [id, value(id)])),
      ...(message === undefined ? {} : { error: message })
    }
  }

/**
 * Makes the score table of finished jobs, one row each, in the given order. Every row gets every measure; one that a
 * job does not have is undefined with the reason: the error of a failed job, or that it was not measured.
 */
export const table = (
  results: ReadonlyArray<JobResult>,
  ids: ReadonlyArray<string> = measures(results)
): ReadonlyArray<ScoreRow> => results.map(row(ids))

/** What is needed of a run, finished or not. */
export interface Planned {
  readonly manifest: {
    readonly jobs: ReadonlyArray<{ readonly id: string; readonly job: Row }>
    readonly measures: ReadonlyArray<{ readonly id: string }>
  }
  readonly results: ReadonlyArray<JobResult & { readonly id: string }>
}

/**
 * Makes the score table of a whole design: a row for each job. Jobs that are not finished are "open", and their scores
 * undefined, so that a comparison can say what it waits for.
 */
export const planned = ({ manifest, results }: Planned): ReadonlyArray<ScoreRow> => {
  const finished = new Map(results.map((result) => [result.id, result]))
  return table(
    manifest.jobs.map(({ id, job }) => finished.get(id) ?? { job, status: "open", scores: {} }),
    manifest.measures.map(({ id }) => id)
  )
}

/** What splits agree on when they are aggregated. */
export type Cell = Pick<
  Row,
  "task" | "learner" | "resampling" | "testSubset" | "trainSubsets" | "groups" | "nTrainGroups"
>

/** How splits count in an average: all alike, or each by its test rows. @category models */
export type Average = "splits" | "rows"

/** The distribution of one measure over the splits of a cell. */
export interface Summary {
  /** The mean of the defined scores, by their weights. */
  readonly mean: Value
  /** The standard deviation with n − 1. */
  readonly sd: Value
  /** The number of defined scores. */
  readonly n: number
  /** The number of scores left out. */
  readonly undefinedCount: number
  /** The distinct reasons why they are undefined. */
  readonly reasons: ReadonlyArray<string>
  /** The t interval of the mean, mean ∓ t · sd / √n. */
  readonly lower: Value
  readonly upper: Value
}

/** Mean and standard deviation of the scores of the folds of one cell. */
export interface AggregateRow extends Cell {
  /** The rows of the score table that it is about. */
  readonly splits: number
  readonly measures: Readonly<Record<string, Summary>>
}

/** How values are summarised. @category models */
export interface SummaryOptions {
  /** Of the confidence interval, in (0, 1). Default 0.95. */
  readonly level?: number | undefined
  /** A positive weight for each value, such as the rows of its test set. Default: all alike. */
  readonly weights?: ReadonlyArray<number> | undefined
}

/**
 * Summarises values by mean, sd and t interval.
 *
 * With weights wᵢ, V₁ = Σ wᵢ and V₂ = Σ wᵢ²: mean m = Σ wᵢ xᵢ / V₁, sd² = Σ wᵢ (xᵢ − m)² / (V₁ − V₂/V₁), and Kish's effective
 * number V₁²/V₂ in the place of n in the interval. Equal weights give the mean, the sd with n − 1, and n.
 *
 * *Gotcha*: scores of folds are not independent, because folds share training rows; the interval is too narrow.
 *
 * ```ts
 * Score.summarise([1, 2, 3, Measure.undefinedBecause("one class")]).mean // => 2
 * Score.summarise([0.1, 0.4], { weights: [20, 10] }).mean // => 0.2
 * ```
 */
export const summarise = (values: ReadonlyArray<Value>, { level = 0.95, weights }: SummaryOptions = {}): Summary => {
  const defined = values.flatMap((value, i) => (Measure.isDefined(value) ? [{ value, weight: weights?.[i] ?? 1 }] : []))
  const reasons = [...new Set(values.filter(isUndefined).map((value) => value.reason))]
  const n = defined.length
  const { center, effective, spread } = moments(defined)
  const half = (StudentT.quantile((1 + level) / 2, effective - 1) * spread) / Math.sqrt(effective)
  const needing = (least: number, value: number): Value =>
    n >= least ? value : Measure.undefinedBecause(`${n} defined scores, and at least ${least} needed`)
  return {
    mean: needing(1, center),
    sd: needing(2, spread),
    n,
    undefinedCount: values.length - n,
    reasons,
    lower: needing(2, center - half),
    upper: needing(2, center + half)
  }
}

/** What tells the cells of rows apart. */
export const cellKey = (row: Cell): string =>
  JSON.stringify([row.task, row.learner, row.resampling, row.testSubset, row.trainSubsets, row.nTrainGroups])

/** The rows of each cell: the same task, learner, resampling, test subset, train subsets and size. */
export const byCell = (rows: ReadonlyArray<ScoreRow>): ReadonlyArray<readonly [Cell, ReadonlyArray<ScoreRow>]> =>
  Array.from(Map.groupBy(rows, cellKey).values(), (members) => {
    const { groups, learner, nTrainGroups, resampling, task, testSubset, trainSubsets } = members[0]!
    return [{ task, learner, resampling, testSubset, trainSubsets, groups, nTrainGroups }, members]
  })

/**
 * Aggregates a score table over folds, repetitions and re-draws, for each cell (see {@link byCell}) and measure.
 *
 * - `level`: of the confidence intervals, 0.95 by default
 * - `average`: `"splits"` (default), every split counts the same; `"rows"`, each by its test rows, so that the mean of a measure
 *   that is itself a mean over rows (error, log-loss, MSE) is that of all test rows
 */
export const aggregate = (
  rows: ReadonlyArray<ScoreRow>,
  options: { readonly level?: number; readonly average?: Average } = {}
): ReadonlyArray<AggregateRow> => {
  const ids = measures(rows)
  return byCell(rows).map(([cell, members]) => {
    const weights = options.average === "rows" ? members.map(({ testRows }) => testRows) : undefined
    return {
      ...cell,
      splits: members.length,
      measures: Object.fromEntries(
        ids.map((id) => [
          id,
          summarise(
            members.map((row) => row.scores[id] ?? Measure.undefinedBecause("not measured")),
            { level: options.level, weights }
          )
        ])
      )
    }
  })
}
