/**
 * From a run to the model of its report.
 */
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as BinaryScores from "@rocflow/losses/BinaryScores"
import * as Roc from "@rocflow/losses/Roc"
import * as Compare from "@rocflow/resampling/Compare"
import type * as Job from "@rocflow/resampling/Job"
import * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { toJson } from "@rocflow/core/Json"
import * as Report from "./Report.ts"
import type * as Model from "./ReportModel.ts"

/** What is needed of a run: what it is about and the results so far. */
export interface Finished {
  readonly directory: string
  readonly manifest: RunDirectory.Manifest
  readonly results: ReadonlyArray<Job.Result>
}

const orNull = (value: unknown): number | null => (typeof value === "number" ? value : null)

const taskOf = (task: RunDirectory.Manifest["tasks"][number]): Model.TaskSummary => {
  const { feature = [], ...roles } = task.roles
  return {
    id: task.id,
    kind: task.kind,
    rows: task.rows,
    features: feature.length,
    levels: task.levels,
    subsets: task.subsets,
    roles: feature.length > 12 ? roles : task.roles,
    dataHash: task.hash
  }
}

/** A stage of a description as a line: its type, then its options. */
export const stageText = (stage: unknown): string => {
  if (typeof stage === "string") return stage
  const { type, ...options } = stage as { readonly type: string }
  const entries = Object.entries(options).map(
    ([key, value]) => `${key}: ${typeof value === "string" ? value : toJson(value)}`
  )
  return entries.length === 0 ? type : `${type} (${entries.join(", ")})`
}

const learnerOf = ({ id, json }: RunDirectory.Manifest["learners"][number]): Model.LearnerSummary => {
  const { pipeline } = json as { readonly pipeline?: ReadonlyArray<unknown> }
  return { id, pipeline: (pipeline ?? [json]).map(stageText) }
}

/** Rates are shown as percent, except areas, which are by custom not. */
const measureOf = ({
  id,
  label,
  direction,
  range
}: RunDirectory.Manifest["measures"][number]): Model.MeasureSummary => ({
  id,
  label,
  direction: direction ?? "minimise",
  format: range[0] === 0 && range[1] === 1 && !/^(auc|aum)/.test(id) ? "percent" : "number"
})

const scoresOf = (rows: ReadonlyArray<Score.ScoreRow>): ReadonlyArray<Model.AggregatedRow> =>
  Score.aggregate(rows).flatMap((cell) =>
    Object.entries(cell.measures).map(([measure, { mean, sd, n, undefinedCount }]) => ({
      task: cell.task,
      learner: cell.learner,
      testSubset: cell.testSubset,
      trainSubsets: cell.trainSubsets,
      size: cell.nTrainGroups,
      full: cell.nTrainGroups === cell.groups,
      measure,
      mean: orNull(mean),
      sd: orNull(sd),
      n,
      undefinedCount
    }))
  )

const comparisonsOf = Effect.fnUntraced(function* (rows: ReadonlyArray<Score.ScoreRow>) {
  const found = yield* Effect.forEach(Score.measures(rows), (measure) =>
    // A run that compares no training sets has no comparisons; that is no error of its report.
    Effect.orElseSucceed(Compare.pvalues(rows, { measure }), (): ReadonlyArray<Compare.Test> => [])
  )
  return found.flat().map((test): Model.ComparisonRow => ({
    task: test.task,
    learner: test.learner,
    testSubset: test.testSubset,
    compare: test.compare,
    measure: test.measure,
    meanDiff: orNull(test.meanDiff),
    sameMean: orNull(test.sameMean),
    compareMean: orNull(test.compareMean),
    p: orNull(test.pPaired),
    label: test.label,
    pairs: test.pairs,
    ...(typeof test.pPairedHolm === "number" ? { pAdjusted: test.pPairedHolm } : {}),
    ...(typeof test.pPaired === "number" ? {} : { notTestable: test.pPaired.notTestable })
  }))
})

const historiesOf = (results: ReadonlyArray<Job.Result>): ReadonlyArray<Model.HistoryRow> =>
  results.flatMap(({ job, training }) =>
    job.nTrainGroups !== job.groups
      ? []
      : (training?.history ?? []).flatMap(({ epoch, loss, train, valid }) => {
          const { task, learner, testSubset, trainSubsets, iteration } = job
          const point = (series: string, value: unknown): ReadonlyArray<Model.HistoryRow> =>
            typeof value === "number"
              ? [{ task, learner, testSubset, trainSubsets, fold: iteration, epoch, series, value }]
              : []
          return [
            ...point("train loss", loss),
            ...Object.entries(train).flatMap(([id, value]) => point(`train ${id}`, value)),
            ...Object.entries(valid).flatMap(([id, value]) => point(`valid ${id}`, value))
          ]
        })
  )

/** Labels (1 = positive) and scores in the predictions of a job; undefined if they do not rank rows. */
const ranked = Effect.fnUntraced(function* (directory: string, id: string, positive: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* RunDirectory.predictionsFile(directory, id)
  if (!(yield* fs.exists(file))) return undefined
  const { columns } = yield* Table.fromFile(file)
  // The probability of the positive level is the first of the probabilities.
  const scores = columns.get("score") ?? [...columns].find(([name]) => name.startsWith("prob."))?.[1]
  const truth = columns.get("truth")
  const values = scores === undefined ? undefined : Column.asNumbers(scores)
  if (truth === undefined || values === undefined) return undefined
  const { codes, levels } = Column.asFactor(truth)
  const code = levels.indexOf(positive)
  return {
    labels: Array.from(codes, (label) => label === code),
    scores: Array.from(values)
  }
})

/** The ROC curve of a cell: the predictions of its full training sets, pooled over folds. */
const rocOf = Effect.fnUntraced(function* ({ directory, manifest, results }: Finished) {
  const positives = new Map(
    manifest.tasks.filter(({ kind }) => kind === "binary").map(({ id, levels }) => [id, levels[0]!.name])
  )
  const full = results.filter(
    ({ job, status }) => status === "ok" && job.nTrainGroups === job.groups && positives.has(job.task)
  )
  const cells = Map.groupBy(full, ({ job }) => toJson([job.task, job.learner, job.testSubset, job.trainSubsets]))
  return (yield* Effect.forEach(cells.values(), (cell) =>
    Effect.gen(function* () {
      const { task, learner, testSubset, trainSubsets } = cell[0]!.job
      const parts = yield* Effect.forEach(cell, ({ id }) => ranked(directory, id, positives.get(task)!), {
        concurrency: 4
      })
      const found = parts.filter((part) => part !== undefined)
      if (found.length === 0) return []
      const scores = yield* Effect.option(
        BinaryScores.make({
          labels: found.flatMap(({ labels }) => labels),
          scores: found.flatMap((part) => part.scores)
        })
      )
      // Scores that are not finite have no curve; their jobs' own measures say so.
      if (Option.isNone(scores)) return []
      const curve = Roc.curve(scores.value)
      const auc = Roc.auc(scores.value)
      if (Roc.isUndefined(curve) || typeof auc !== "number") return []
      return [{ task, learner, testSubset, trainSubsets, fpr: Array.from(curve.fpr), tpr: Array.from(curve.tpr), auc }]
    })
  )).flat()
})

/**
 * Scores are comparable within a task and a resampling. A report shows a part for each task, so in a run of several
 * resamplings each of them makes a task of its own.
 */
const byResampling = (run: Finished): Finished => {
  const { resamplings, tasks } = run.manifest
  if (resamplings.length === 1) return run
  const named = (task: string, resampling: string) => `${task}, ${resampling}`
  return {
    ...run,
    manifest: {
      ...run.manifest,
      tasks: tasks.flatMap((task) => resamplings.map(({ text }) => ({ ...task, id: named(task.id, text) })))
    },
    results: run.results.map((result) => ({
      ...result,
      job: { ...result.job, task: named(result.job.task, result.job.resampling) }
    }))
  }
}

/** Assembles everything that a report of the run shows. */
export const model = Effect.fnUntraced(function* (given: Finished) {
  const run = byResampling(given)
  const { manifest, results } = run
  const rows = Score.table(results)
  const { name = "run", engine = "", started = "", command = "", executor: _, ...versions } = manifest.provenance
  const found: Model.ReportModel = {
    title: name,
    tasks: manifest.tasks.map(taskOf),
    learners: manifest.learners.map(learnerOf),
    resampling: manifest.resamplings.map(({ text }) => text).join("; "),
    measures: manifest.measures.map(measureOf),
    scores: scoresOf(rows),
    comparisons: yield* comparisonsOf(rows),
    histories: historiesOf(results),
    roc: yield* rocOf(run),
    failures: results
      .filter(({ status }) => status === "failed")
      .map(({ id, job, error }) => ({
        job: id,
        learner: job.learner,
        split: `test ${job.testSubset}, train ${job.trainSubsets}, fold ${job.testFold}`,
        message: error?.message ?? ""
      })),
    provenance: {
      seed: manifest.seed,
      versions,
      engine,
      started,
      seconds: results.reduce((total, { seconds }) => total + seconds, 0),
      command
    }
  }
  return found
})

/** Writes `report.html` and the figures into the directory of a run. */
export const writeReport = Effect.fn("writeReport")(function* (run: Finished) {
  return yield* Report.write(yield* model(run), run.directory)
})
