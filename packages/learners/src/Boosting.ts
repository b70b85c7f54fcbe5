/**
 * Gradient boosting of trees over histograms, as LightGBM and scikit-learn's `HistGradientBoosting` do it.
 *
 * @example
 * Boosting.classif({ validation: { holdout: 0.1 }, iterations: 1000 }) // ends when the held-out rows gain no more
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Targets from "@rocflow/core/data/Targets"
import type { Task } from "@rocflow/core/data/Task"
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { outputsOf, scaleOfScores, type Shap } from "@rocflow/core/learning/Shap"
import {
  count,
  models,
  nonNegative,
  optional,
  part,
  positive,
  required,
  share,
  withDefault
} from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import * as Holdout from "@rocflow/core/splitting/Holdout"
import { BinnedColumn, checked, maxBins, read, trainable } from "./internal/binnedColumns.ts"
import { boost } from "./internal/boosting/boost.ts"
import { logistic, type Objective, softmax, squared, type Targets as Given } from "./internal/boosting/objective.ts"
import { labelNotes } from "./internal/coding.ts"
import { addValues } from "./internal/histogram/trees.ts"
import { type AnyTrained, learnedBy } from "./internal/learned.ts"
import { importanceOf, SavedImportance, SavedTrees } from "./internal/savedTrees.ts"
import { binnedShap } from "./internal/shap/binnedShap.ts"

const id = "Boosting"

const Options = Schema.Struct({
  iterations: withDefault(models(1), 100, "The number of trees, of several classes for each"),
  learningRate: withDefault(positive, 0.1, "What the values of a tree are multiplied by"),
  maxLeaves: withDefault(count(2, 65_536, "each is kept in every tree"), 31, "The most leaves of a tree"),
  maxDepth: optional(count(1), "The most splits above a leaf; default: any", 6),
  minRows: withDefault(count(1), 20, "The least rows of a leaf"),
  minHessian: withDefault(nonNegative, 1e-3, "The least sum of second derivatives in a leaf"),
  l2: withDefault(nonNegative, 0, "The penalty of the squared values of leaves"),
  levelSmoothing: withDefault(
    nonNegative,
    10,
    "Smoothing of levels without an order; those of fewer rows count as one"
  ),
  maxBins,
  rows: withDefault(part, 1, "The share of the rows that each tree sees"),
  columns: withDefault(part, 1, "The share of the columns that each tree sees"),
  validation: optional(
    Schema.Struct({
      holdout: required(share, "The share of the training rows that are held out", 0.1),
      patience: withDefault(count(1), 10, "Trees without a gain that end training"),
      minDelta: withDefault(nonNegative, 0, "A gain must exceed this, in units of the loss")
    }),
    "Held-out rows, on which training ends when they gain no more; default: none",
    { holdout: 0.1 }
  )
})

const numbers = Schema.Array(Schema.Finite)

/** What it learned, as plain JSON: the schema of its state, for whoever writes it in another form. @category schemas */
export const State = Schema.Struct({
  columns: Schema.Array(BinnedColumn),
  /** The best constant scores: one, or one a class. */
  baseline: numbers,
  /** One tree a score in turn. */
  trees: SavedTrees,
  importance: SavedImportance,
  /** The loss of the held-out rows after 0, 1, … iterations; none without such rows. */
  history: numbers
})

const objectiveOf = ({ kind, levels }: Task, targets: Given): Objective =>
  kind === "regression" ? squared(targets) : kind === "binary" ? logistic(targets) : softmax(targets, levels.length)

const noRows = Int32Array.of()

const holdout = (
  { validation }: typeof Options.Type,
  task: Task,
  seed: Seed.Seed
): Result.Result<Holdout.Holdout, PipelineError> => {
  if (validation === undefined) {
    return Result.succeed({ train: Int32Array.from({ length: task.rows }, (_, row) => row), valid: noRows })
  }
  const held = Holdout.rows(task, validation.holdout, Seed.derive(seed, "validation"))
  return Result.isSuccess(held) ? Result.succeed(held.success) : Features.fail(id, held.failure.message)
}

const train = (
  options: typeof Options.Type,
  task: Task,
  seed: Seed.Seed
): Result.Result<typeof State.Type, PipelineError> =>
  Result.flatMap(trainable(id, task, options.maxBins), ({ coded, columns, rows }) =>
    Result.flatMap(holdout(options, rows, seed), (held) => {
      const objective = objectiveOf(rows, {
        y: Targets.toNumbers(rows.kind, rows.target),
        weights: rows.weights,
        rows: held.train
      })
      const { patience = 1, minDelta = 0 } = options.validation ?? {}
      const settings = { ...options, maxDepth: options.maxDepth ?? Infinity, patience, minDelta }
      const model = boost(coded, rows.rows, held.train, held.valid, objective, settings, seed)
      if (!Number.isFinite(model.trees.values.reduce((sum, value) => sum + Math.abs(value), 0))) {
        return Features.fail(
          id,
          `the values of its trees have no finite sum at a learningRate of ${options.learningRate}; lower it, or rescale the target of a regression`
        )
      }
      return Result.succeed({
        columns,
        baseline: Array.from(model.baseline),
        trees: model.trees,
        importance: {
          gain: Array.from(model.importance.gain),
          splits: Array.from(model.importance.splits)
        },
        history: model.history
      })
    })
  )

const predict = ({ baseline, columns, trees }: typeof State.Type, rows: Rows) =>
  Result.map(read(id, columns, rows), (coded) => {
    const outputs = baseline.length
    const scores = Float64Array.from({ length: rows.rows * outputs }, (_, i) => baseline[i % outputs]!)
    addValues(trees, coded, rows.rows, outputs, scores)
    return Prediction.fromOutputs(rows, scores, "prob")
  })

const shap = ({ baseline, columns, trees }: typeof State.Type, rows: Rows): Result.Result<Shap, PipelineError> =>
  Result.map(read(id, columns, rows), (coded) => {
    const { base, values } = binnedShap(trees, coded, rows.rows, baseline.length)
    return {
      scale: scaleOfScores(rows.schema.kind),
      outputs: outputsOf(rows.schema),
      features: columns.map(({ column }) => column),
      rows: rows.rows,
      base: base.map((value, k) => value + baseline[k]!),
      values
    }
  })

/** The usual ranges to search: see `SearchSpace`. @category tuning */
export const space = [
  { option: "iterations", from: 50, to: 1000, whole: true, log: true },
  { option: "learningRate", from: 0.01, to: 0.3, log: true },
  { option: "maxLeaves", from: 4, to: 128, whole: true, log: true },
  { option: "minRows", from: 1, to: 100, whole: true, log: true },
  { option: "l2", from: 1e-3, to: 10, log: true },
  { option: "rows", from: 0.5, to: 1 },
  { option: "columns", from: 0.3, to: 1 }
] as const satisfies SearchSpace

const define = <const K extends Task["kind"]>(kind: string, summary: string, accepts: ReadonlyArray<K>) =>
  Learner.define({
    id: `${id}.${kind}`,
    summary,
    accepts,
    weighted: true,
    takes: { categories: true, missing: true, anyScale: true },
    space,
    options: Options,
    state: State,
    check: (_, task) => checked(id, task),
    train,
    predict: (_, state, rows) => predict(state, rows),
    shap: (_, state, rows) => shap(state, rows),
    importance: ({ columns, importance }) => importanceOf(columns, importance),
    notes: (_, task, state) => (state === undefined ? labelNotes(task) : [])
  })

const classes = define("classif", "Adds up small trees, each a step down the log-loss (as LightGBM)", [
  "binary",
  "multiclass"
])
const values = define("regr", "Adds up small trees, each a step down the squared error (as LightGBM)", ["regression"])

/** `Boosting.classif` as a definition, for registries. @category definitions */
export const classifDefinition = classes.definition

/** `Boosting.regr` as a definition, for registries. @category definitions */
export const regrDefinition = values.definition

/**
 * Makes a classifier that adds up trees, each grown on the derivatives of the log-loss at the scores so far: with `g` the
 * first and `h` the second derivatives of the rows of a node, `G` and `H` their sums, a split gains
 *
 *   G_L²/(H_L + l2) + G_R²/(H_R + l2) − G²/(H + l2),
 *
 * and a leaf adds `−learningRate · G/(H + l2)` to the scores of its rows. Two classes have one score, the log-odds of the
 * positive one, with `g = p − y` and `h = p (1 − p)`; more classes have a score and a tree each in every iteration, with
 * softmax probabilities. The scores begin with those of the class shares.
 *
 * - `iterations`, default 100; `learningRate`, default 0.1: halve the one and double the other for a smoother model.
 * - `maxLeaves`, default 31: always the leaf whose split gains most is split, until there are so many. `maxDepth`, default
 *   none: with `maxLeaves: 2 ** maxDepth` trees grow level by level.
 * - `minRows`, default 20, and `minHessian`, default 1e-3: no leaf has fewer rows, or a smaller `H`. `l2`, default 0.
 * - `maxBins`, default and at most 255: columns are cut into so many bins between weighted quantiles of the training rows,
 *   or between all distinct values if there are no more. Splits are where bins meet.
 * - `rows` and `columns` in (0, 1], default 1: the share of the training rows, and of the columns, that each tree sees,
 *   drawn by the seed of training and the number of the iteration.
 * - `validation`, default none: `{ holdout, patience, minDelta }` holds the share `holdout` of the rows out (whole groups,
 *   evenly from each stratum or class), stops when their log-loss has not fallen by more than `minDelta` (default 0) for
 *   `patience` (default 10) iterations, and keeps the trees up to the least.
 *
 * Missing values need no imputation: every split tries them on both sides, and where none came in training they follow the
 * child with more rows. Factors and text are split into two sets of levels, put in order by `G/(H + levelSmoothing)`
 * (default 10), where those of fewer than `levelSmoothing` rows in a node move together; levels beyond the most frequent 255, and unknown ones, count as missing. Row weights multiply `g` and `h`;
 * `minRows` counts rows, and rows of weight 0 are as if not there.
 *
 * Errors: `PipelineError` for values that are infinite, no features, no rows with weight, a level that is not in the order
 * of an ordered factor, and a `holdout` that leaves one side empty.
 *
 * *Gotcha*: the defaults want thousands of rows. With fewer than 40 rows nothing can be split at `minRows` 20.
 *
 * @example
 * const learner = Boosting.classif({ learningRate: 0.05, iterations: 300 })
 * learner.json // => { type: "Boosting.classif", learningRate: 0.05, iterations: 300 }
 * @see Friedman (2001), Greedy function approximation: a gradient boosting machine, Annals of Statistics 29; Ke et al.
 *   (2017), LightGBM: a highly efficient gradient boosting decision tree, NeurIPS.
 * @category constructors
 */
export const classif = (options: typeof Options.Encoded = {}) => classes.make(options)

/**
 * Makes a learner that predicts numbers by trees that add up, as `Boosting.classif` does classes: of the squared error
 * halved `g = score − y` and `h = 1`, and the scores begin with the mean.
 *
 * *Gotcha*: it predicts nothing beyond the targets of training; a trend does not go on.
 *
 * @example
 * const learner = Boosting.regr({ maxLeaves: 15 })
 * @category constructors
 */
export const regr = (options: typeof Options.Encoded = {}) => values.make(options)

/**
 * Gives the loss of the held-out rows after 0, 1, … iterations; empty without `validation`. Errors: `PipelineError` for
 * another learner.
 */
export const history = (trained: AnyTrained): Result.Result<ReadonlyArray<number>, PipelineError> =>
  Result.map(learnedBy(trained, [classes.definition.id, values.definition.id], State), (state) => state.history)
