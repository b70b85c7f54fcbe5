/**
 * From a run to the model of its report.
 */
import { toJson } from "@rocflow/core/Json"
import type { History } from "@rocflow/core/learning/History"
import * as Note from "@rocflow/core/data/Note"
import * as Compare from "@rocflow/resampling/Compare"
import * as Notes from "@rocflow/resampling/Notes"
import * as Pooled from "@rocflow/resampling/Pooled"
import type * as Job from "@rocflow/resampling/Job"
import type * as RunDirectory from "@rocflow/resampling/RunDirectory"
import * as Score from "@rocflow/resampling/Score"
import * as TaskImages from "@rocflow/resampling/TaskImages"
import * as Tuning from "@rocflow/core/learning/Tuning"
import * as Effect from "effect/Effect"
import type { Finished } from "./Finished.ts"
import { gridOf } from "./imagesFigure.ts"
import { featuresOf } from "./internal/features.ts"
import { drawn } from "./internal/predictedCells.ts"
import { formatOf, orNull } from "./Numbers.ts"
import { oneTestSet } from "./oneTestSet.ts"
import * as Report from "./Report.ts"
import type * as Model from "./ReportModel.ts"

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

/** A value of an option as YAML has it on one line. */
const optionText = (value: unknown): string => {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return `[${value.map(optionText).join(", ")}]`
  if (typeof value !== "object" || value === null) return toJson(value)
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${optionText(inner)}`)
    .join(", ")} }`
}

/** A stage of a description as a line: its type, then its options; below it the stages of a learner that is one of them. */
export const stageText = (stage: unknown): string => {
  if (typeof stage === "string") return stage
  const { type, ...options } = stage as { readonly type: string }
  const { learner, ...others } = options as { readonly learner?: unknown }
  const entries = Object.entries(others).map(([key, value]) => `${key}: ${optionText(value)}`)
  const own = entries.length === 0 ? type : `${type} (${entries.join(", ")})`
  return learner === undefined ? own : [own, ...stagesOf(learner).map((line) => line.replace(/^/gm, "  "))].join("\n")
}

/** The stages of a learner as lines; those of a choice as it is written. */
const stagesOf = (json: unknown): ReadonlyArray<string> => {
  const { pipeline } = json as { readonly pipeline?: ReadonlyArray<unknown> }
  return (pipeline ?? [json]).map((stage) =>
    typeof stage === "object" && stage !== null && !("type" in stage) ? optionText(stage) : stageText(stage)
  )
}

const learnerOf =
  (baselines: ReadonlySet<string>) =>
  ({ id, json }: RunDirectory.Manifest["learners"][number]): Model.LearnerSummary => ({
    id,
    pipeline: stagesOf(json),
    isBaseline: baselines.has(id)
  })

/** A measure as reports and figures show it. */
export const measureOf = ({
  id,
  label,
  direction,
  range,
  unit
}: RunDirectory.Manifest["measures"][number]): Model.MeasureSummary => ({
  id,
  label,
  direction,
  format: formatOf(id, range),
  range: [orNull(range[0]), orNull(range[1])],
  ...(unit === undefined ? {} : { unit })
})

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

const scoresOf = (rows: ReadonlyArray<Score.ScoreRow>): ReadonlyArray<Model.AggregatedRow> => {
  const members = Score.byCell(rows).map(([, own]) => own)
  return Score.aggregate(rows).flatMap((cell, i) =>
    Object.entries(cell.measures).map(([measure, { mean, sd, n, undefinedCount }]) => ({
      task: cell.task,
      learner: cell.learner,
      testSubset: cell.testSubset,
      trainSubsets: cell.trainSubsets,
      size: cell.nTrainGroups,
      full: cell.nTrainGroups === cell.groups,
      trainRows: Math.round(sum(members[i]!.map(({ trainRows }) => trainRows)) / members[i]!.length),
      testRows: sum(members[i]!.map(({ testRows }) => testRows)),
      measure,
      mean: orNull(mean),
      sd: orNull(sd),
      n,
      undefinedCount
    }))
  )
}

const pooledOf = (
  { label, learner, nTrainGroups, resampling, rows, splits, task, testSubset, trainSubsets, value }: Pooled.Pooled,
  severalResamplings: boolean
): Model.PooledRow => ({
  task: severalResamplings ? named(task, resampling) : task,
  learner,
  testSubset,
  trainSubsets,
  size: nTrainGroups,
  label,
  value: orNull(value),
  rows,
  splits
})

type MeasureOf = ReadonlyMap<string, RunDirectory.Manifest["measures"][number]>

const contrastOf = (test: Compare.Contrast, measures: MeasureOf) => ({
  task: test.task,
  testSubset: test.testSubset,
  measure: test.measure,
  meanDiff: orNull(test.meanDiff),
  lower: orNull(test.lower),
  upper: orNull(test.upper),
  baselineMean: orNull(test.baselineMean),
  compareMean: orNull(test.compareMean),
  p: orNull(test.p),
  pHolm: orNull(test.pHolm),
  pNaive: orNull(test.pPaired),
  label: test.label,
  verdict: Compare.verdict(test, measures.get(test.measure)?.direction),
  family: test.family,
  leastEffectSize: orNull(test.leastEffectSize),
  pairs: test.pairs,
  unpaired: test.unpaired,
  open: test.open,
  ...(typeof test.p === "number" ? {} : { notTestable: test.p.notTestable })
})

/** A run that compares no training sets, or has one learner, has no comparisons; that is no error of its report. */
const orNone = <A>(tests: Effect.Effect<ReadonlyArray<A>, Compare.CompareError>) =>
  Effect.orElseSucceed(tests, (): ReadonlyArray<A> => [])

const comparisonsOf = Effect.fnUntraced(function* (run: Finished) {
  const rows = Score.planned(run)
  const measures: MeasureOf = new Map(run.manifest.measures.map((measure) => [measure.id, measure]))
  const ids = [...measures.keys()]
  const baselines = Compare.baselines(run.manifest)
  const shared = yield* oneTestSet({ ...run, rows, results: Effect.succeed(run.results) })
  const training = (yield* Effect.forEach(ids, (measure) =>
    orNone(Compare.pvalues(rows, { measure, baselines }))
  )).flat()
  const fair = run.manifest.measures.filter(Compare.comparesLearners)
  const learners = (yield* Effect.forEach(fair, ({ id: measure }) =>
    orNone(Compare.learners(rows, { measure, baselines, oneTestSet: shared }))
  )).flat()
  return {
    comparisons: {
      rows: training.map((test) => ({
        ...contrastOf(test, measures),
        learner: test.learner,
        compare: test.compare
      })),
      remarks: Compare.remarks(training, { baselines })
    },
    learnerComparisons: {
      rows: learners.map((test) => ({
        ...contrastOf(test, measures),
        learner: test.learner,
        baseline: test.baseline,
        trainSubsets: test.trainSubsets,
        overall: test.overall
      })),
      remarks: [
        ...Compare.remarks(learners, { baselines }),
        ...(run.manifest.learners.length > 1 ? Compare.unitRemark(run.manifest.measures) : [])
      ]
    }
  }
})

/** Whether the learning rate is worth a curve. */
const moves = ([first, ...others]: History): boolean =>
  others.some(({ learningRate }) => learningRate !== first?.learningRate)

const historiesOf = (results: ReadonlyArray<Job.Result>): ReadonlyArray<Model.HistoryRow> =>
  results.flatMap(({ job, training }) => {
    const history = training?.history ?? []
    const moving = moves(history)
    return job.nTrainGroups !== job.groups
      ? []
      : history.flatMap(({ epoch, learningRate, loss, train, valid }) => {
          const { task, learner, testSubset, trainSubsets, iteration } = job
          const kept = training?.best !== undefined && training.kept === epoch
          const point = (series: string, value: unknown): ReadonlyArray<Model.HistoryRow> =>
            typeof value === "number"
              ? [{ task, learner, testSubset, trainSubsets, fold: iteration, epoch, series, value, kept }]
              : []
          return [
            ...point("train loss", loss),
            ...(moving ? point("learning rate", learningRate) : []),
            ...Object.entries(train).flatMap(([id, value]) => point(`train ${id}`, value)),
            ...Object.entries(valid).flatMap(([id, value]) => point(`valid ${id}`, value))
          ]
        })
  })

/** A value of a configuration as a figure shows it: a number, or text. */
const plain = (value: unknown): string | number =>
  typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value)

const valuesOf = (values: Tuning.Configuration): Model.TuningRow["values"] =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]))

/** What learners that tune themselves tried, of their full training sets. */
const tuningsOf = (results: ReadonlyArray<Job.Result>, main: string | undefined): ReadonlyArray<Model.TuningRow> =>
  results.flatMap(({ job, scores, tuning }): ReadonlyArray<Model.TuningRow> => {
    if (tuning === undefined || job.nTrainGroups !== job.groups) return []
    const { direction, epochs, evaluations, measure, values } = tuning
    const best = evaluations[Tuning.best(evaluations, direction)]?.score
    const outer = main === undefined ? undefined : scores[main]
    return [
      {
        task: job.task,
        learner: job.learner,
        testSubset: job.testSubset,
        trainSubsets: job.trainSubsets,
        fold: job.iteration,
        measure,
        direction,
        values: valuesOf(values),
        ...(epochs !== undefined && { epochs }),
        inner: best ?? Number.NaN,
        outer: typeof outer === "number" ? outer : null,
        tried: evaluations.map((each) => ({
          values: valuesOf(each.values),
          score: each.score ?? null,
          ...(each.trained !== undefined && { trained: each.trained })
        }))
      }
    ]
  })

/** Failed jobs of a learner with the same message are one row. */
const failuresOf = (results: ReadonlyArray<Job.Result>): ReadonlyArray<Model.FailureRow> => {
  const failed = results.filter(({ status }) => status === "failed")
  const equal = Map.groupBy(failed, ({ error, job }) => toJson([job.task, job.learner, error?.message]))
  return Array.from(equal.values(), ([first, ...others]) => {
    const { error, id, job } = first!
    return {
      learner: job.learner,
      job: id,
      split: `test ${job.testSubset}, train ${job.trainSubsets}, fold ${job.testFold}`,
      message: error?.message ?? "",
      count: 1 + others.length
    }
  })
}

/** The name of a task in a run of several resamplings. */
const named = (task: string, resampling: string): string => `${task}, ${resampling}`

/**
 * Scores are comparable within a task and a resampling. A report shows a part for each task, so in a run of several
 * resamplings each of them makes a task of its own.
 */
const byResampling = (run: Finished): Finished => {
  const { resamplings, tasks } = run.manifest
  if (resamplings.length === 1) return run
  const inTask = <A extends { readonly job: typeof Job.Columns.Type }>(entry: A): A => ({
    ...entry,
    job: { ...entry.job, task: named(entry.job.task, entry.job.resampling) }
  })
  return {
    ...run,
    manifest: {
      ...run.manifest,
      tasks: tasks.flatMap((task) => resamplings.map(({ text }) => ({ ...task, id: named(task.id, text) }))),
      jobs: run.manifest.jobs.map(inTask)
    },
    results: run.results.map(inTask)
  }
}

/** The example images of each task; in a run of several resamplings of each task that the report makes of it. */
const imagesOf = Effect.fnUntraced(function* ({ directory, manifest: { resamplings } }: Finished) {
  return (yield* TaskImages.read(directory)).flatMap(({ task, ...examples }) =>
    resamplings.map(({ text }) => gridOf(resamplings.length === 1 ? task : named(task, text), examples))
  )
})

/** The engines that trained networks, each with its jobs: what is at hand need not be what was used. */
const enginesOf = (results: ReadonlyArray<Job.Result>): string => {
  const used = Map.groupBy(
    results.flatMap(({ training }) => (training === undefined ? [] : [training.engine])),
    (name) => name
  )
  return used.size === 0
    ? "no network was trained"
    : Array.from(used, ([name, { length }]) => `${name} (${length} jobs)`).join(", ")
}

/** Assembles everything that a report of the run shows. */
export const model = Effect.fnUntraced(function* (given: Finished) {
  const run = byResampling(given)
  const { manifest, results } = run
  const rows = Score.table(results)
  const { roc, ...predictions } = yield* drawn(run)
  const {
    name = "run",
    engine: _engines,
    started = "",
    command = "",
    executor: _,
    experiment: __,
    ...versions
  } = manifest.provenance
  const found: Model.ReportModel = {
    title: name,
    tasks: manifest.tasks.map(taskOf),
    images: yield* imagesOf(given),
    learners: manifest.learners.map(learnerOf(new Set(Compare.baselines(manifest)))),
    resampling: manifest.resamplings.map(({ text }) => text).join("; "),
    measures: manifest.measures.map(measureOf),
    scores: scoresOf(rows),
    pooled: (yield* Pooled.read(run.directory)).map((row) => pooledOf(row, manifest.resamplings.length > 1)),
    ...(yield* comparisonsOf(run)),
    histories: historiesOf(results),
    roc,
    predictions,
    tunings: tuningsOf(results, manifest.measures[0]?.id),
    features: featuresOf(results),
    failures: failuresOf(results),
    notes: [...manifest.warnings, ...Notes.ofJobs(results).map(Note.message)],
    jobs: { total: manifest.jobs.length, finished: results.length },
    provenance: {
      seed: manifest.seed,
      versions,
      engine: enginesOf(results),
      started,
      seconds: results.reduce((total, { seconds }) => total + seconds, 0),
      command
    }
  }
  return found
})

/** Writes `report.html` and the figures into the directory of a run. */
export const writeReport = Effect.fn("writeReport")(function* (run: Finished, options?: Report.WriteOptions) {
  return yield* Report.write(yield* model(run), run.directory, options)
})
