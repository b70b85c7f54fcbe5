/**
 * Which features matter in which subset: what the kept models of a run say of features, each on the test rows of its own
 * split, averaged over splits.
 *
 * What a model says is a function of the model and its test rows: `permutation`, `shap`, `dependence`, or one of your own. It is asked of
 * every model of a run that kept them (`models: true`), and the values of each feature are averaged by task, learner, test
 * subset and what was trained on (same, other or all).
 *
 * Models of splits share training rows, so that their values are not independent: the standard error of a mean over J splits
 * is s √(1/J + n_test/n_train), with the standard deviation s over splits (Nadeau and Bengio 2003), and the interval is that of
 * t with J − 1 degrees of freedom. It is of what training on other rows, and testing on others, would change.
 *
 * Nadeau and Bengio (2003), Inference for the generalization error, Machine Learning 52; Molnar et al. (2023), Relating the
 * partial dependence plot and permutation feature importance to the data generating process, xAI, CCIS 1901, for explanations.
 *
 * @example
 * const { rows } = yield* Explained.ofRun("runs/clinics", design, registry, Explained.permutation({ measure: Measure.auc }))
 * rows[0] // => { task: "clinics", learner: "boosting", testSubset: "lake", trainSubsets: "all", name: "dose", mean: 0.12, … }
 */
import type { Task } from "@rocflow/core/data/Task"
import * as TaskModule from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Shap from "@rocflow/core/learning/Shap"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import type * as Registry from "@rocflow/core/pipeline/Registry"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { Design } from "./Design.ts"
import * as Importance from "./Importance.ts"
import { mean, sd } from "./internal/statistics.ts"
import * as Run from "./Run.ts"
import * as PartialDependence from "./PartialDependence.ts"
import * as RunDirectory from "./RunDirectory.ts"
import type * as Score from "./Score.ts"
import * as StudentT from "./StudentT.ts"

/** What one model says of a feature. @category models */
export interface Value {
  readonly name: string
  /** The class that it is about; absent where there is one thing to say. */
  readonly level?: string | undefined
  readonly value: number
}

/** Asks a model about its features, by test rows that it was not trained on. @category models */
export type Explain<R = Engines> = (
  trained: Saved.Loaded,
  test: Task
) => Effect.Effect<ReadonlyArray<Value>, Learner.PredictError, R>

/** What the models of a cell say of a feature, on average over splits. @category models */
export interface Row extends Omit<Value, "value">, Score.Cell {
  readonly mean: number
  /** The standard deviation over splits, and the corrected standard error of the mean with its t interval; undefined of one split. */
  readonly sd: Score.Value
  readonly se: Score.Value
  readonly lower: Score.Value
  readonly upper: Score.Value
  /** The models that say something of it; behind preprocessing, not all need to have the same columns. */
  readonly splits: number
}

/** Learners whose models say nothing, and jobs without a model. @category models */
export interface Silent {
  readonly task: string
  readonly learner: string
  readonly jobs: number
  readonly reason: string
}

/** What the models of a run say. @category models */
export interface Explained {
  /** Cell by cell, the features in the order in which models name them. */
  readonly rows: ReadonlyArray<Row>
  readonly silent: ReadonlyArray<Silent>
}

/** What is asked of a run. @category models */
export interface Options {
  /** Only the task, or the learner, of this name. Default: all. */
  readonly task?: string | undefined
  readonly learner?: string | undefined
  /** The level of the intervals. Default 0.95. */
  readonly level?: number
}

/** Asks by permutation importance on the test rows. @category explanations */
export const permutation =
  (options: Importance.Options): Explain =>
  (trained, test) =>
    Effect.map(Importance.permutation(trained, test, options), (rows) =>
      rows.map(({ mean: value, name }) => ({ name, value }))
    )

/** Asks by the mean absolute SHAP value of the test rows: see `Shap.importance`. @category explanations */
export const shap: Explain = (trained, test) =>
  Effect.map(Shap.of(trained, test), (found) =>
    Shap.importance(found).map(({ feature, mean: value }) => ({ name: feature, value }))
  )

/**
 * Asks what is predicted on average as a feature goes through the values that it has in a task (partial dependence): values are
 * called after those of the feature, in its order, and have the class whose probability they are. Of two classes the positive
 * one alone. @category explanations
 */
export const dependence =
  ({ feature, points, task }: { readonly feature: string; readonly points?: number; readonly task: Task }): Explain =>
  (trained, test) =>
    Effect.map(
      PartialDependence.of(trained, test, {
        feature,
        range: task.table.columns.get(feature),
        ...(points !== undefined && { points })
      }),
      (curve) =>
        curve.points.flatMap(({ mean, value }) =>
          mean
            .slice(0, trained.task.kind === "binary" ? 1 : mean.length)
            .map((each, k) => ({ name: String(value), level: curve.levels[k], value: each }))
        )
    )

interface Said {
  readonly cell: Score.Cell
  readonly trainRows: number
  readonly testRows: number
  readonly values: ReadonlyArray<Value>
}

const keyOf = ({ learner, nTrainGroups, resampling, task, testSubset, trainSubsets }: Score.Cell): string =>
  JSON.stringify([task, learner, resampling, testSubset, trainSubsets, nTrainGroups])

/** The mean of what some splits say, with the error of it that shared training rows leave. */
const averaged = (
  values: ReadonlyArray<number>,
  testShare: number,
  level: number
): Omit<Row, keyof Score.Cell | "level" | "name"> => {
  const splits = values.length
  const centre = mean(values)
  const spread = sd(values)
  const se = spread * Math.sqrt(1 / splits + testShare)
  const half = StudentT.quantile((1 + level) / 2, splits - 1) * se
  const ifTwo = (value: number): Score.Value =>
    splits < 2 ? Measure.undefinedBecause("one split, and at least 2 are needed") : value
  return {
    mean: centre,
    sd: ifTwo(spread),
    se: ifTwo(se),
    lower: ifTwo(centre - half),
    upper: ifTwo(centre + half),
    splits
  }
}

/** Averages what the splits of a cell say. */
const rowsOf = (said: ReadonlyArray<Said>, level: number): ReadonlyArray<Row> => {
  const testShare = mean(said.map(({ testRows, trainRows }) => testRows / trainRows))
  const byName = Map.groupBy(
    said.flatMap(({ values }) => values),
    ({ level, name }) => JSON.stringify([name, level])
  )
  return Array.from(byName.values(), (values) => {
    const { value: _, ...about } = values[0]!
    return {
      ...said[0]!.cell,
      ...about,
      ...averaged(
        values.map(({ value }) => value),
        testShare,
        level
      )
    }
  })
}

/**
 * Asks the kept models of a run, one after the other, and averages over splits. `design` is the design of the run, whose tasks
 * have the rows; `registry` the definitions that its models name.
 *
 * A learner whose models cannot be asked is listed as silent, with the reason; so is a job that failed, and one whose model is
 * not there. Models of fallback learners are not asked.
 *
 * Errors: `RunError` for a directory that holds no run, or one of another design, and for a run that kept no models;
 * `PipelineError` for a model that cannot be read, and for a level out of range; errors of the file system.
 * @category running
 */
export const ofRun = Effect.fnUntraced(function* <R>(
  directory: string,
  design: Design<unknown>,
  registry: Registry.Registry,
  explain: Explain<R>,
  { learner, level = 0.95, task }: Options = {}
): Effect.fn.Return<Explained, RunDirectory.RunFailure | PipelineError, R | FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { manifest, results } = yield* Run.read(directory)
  const refuse = (given: string, rule: string, advice: string) =>
    new RunDirectory.RunError({ directory, given, rule, advice })
  if (!(level > 0 && level < 1)) {
    return yield* new PipelineError({
      issues: [{ path: [], message: `level is ${level}; give a number between 0 and 1, such as 0.95` }]
    })
  }
  if (!manifest.models) {
    return yield* refuse(
      "the run",
      "kept no models",
      'write `models: true` in the experiment and run it anew; coefficients and gains of splits are there without: `rocflow sql DIR "from coefficients"`, or importance'
    )
  }
  if (manifest.hash !== design.hash) {
    return yield* refuse(
      "the run",
      "is of another design (data, roles, learners, splits, measures or seed have changed since)",
      "give the experiment and the data as they were, or run it anew"
    )
  }
  const status = new Map(results.map((result) => [result.id, result.status]))
  const jobs = design.jobs.filter(
    (job) => (task === undefined || job.task.id === task) && (learner === undefined || job.learner.id === learner)
  )
  const asked = Effect.fnUntraced(function* (job: (typeof jobs)[number]) {
    const done = status.get(job.id)
    if (done === undefined) return "the job is not finished"
    if (done === "failed") return "the job failed"
    const file = path.join(directory, "models", job.id, "model.safetensors")
    if (!(yield* fs.exists(file))) return "its model is not there"
    const trained = yield* Saved.read(file, registry)
    return yield* Effect.catch(explain(trained, TaskModule.take(job.task, job.split.test)), ({ message }) =>
      Effect.succeed(message)
    )
  })
  const said: Array<Said> = []
  const silent: Array<Omit<Silent, "jobs">> = []
  for (const job of jobs) {
    const found = yield* asked(job)
    const { split } = job
    if (typeof found === "string") {
      silent.push({ task: job.task.id, learner: job.learner.id, reason: found })
      continue
    }
    const { groups, nTrainGroups, testSubset, trainSubsets } = split
    said.push({
      cell: {
        task: job.task.id,
        learner: job.learner.id,
        resampling: job.resampling,
        testSubset,
        trainSubsets,
        groups,
        nTrainGroups
      },
      trainRows: split.train.length,
      testRows: split.test.length,
      values: found
    })
  }
  return {
    rows: [...Map.groupBy(said, ({ cell }) => keyOf(cell)).values()].flatMap((cell) => rowsOf(cell, level)),
    silent: Array.from(
      Map.groupBy(silent, (each) => JSON.stringify([each.task, each.learner, each.reason])).values(),
      (each) => ({ ...each[0]!, jobs: each.length })
    )
  }
})
