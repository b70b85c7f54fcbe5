/**
 * Random forests, as R's ranger and scikit-learn grow them, over bins of the values.
 *
 * @example
 * const trained = yield* Learner.train(Forest.classif(), task)
 * yield* Effect.fromResult(Forest.outOfBag(trained)) // => { rows: 400, error: 0.08 }
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Targets from "@rocflow/core/data/Targets"
import type { Task } from "@rocflow/core/data/Task"
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { outputsOf, scaleOfShares, type Shap } from "@rocflow/core/learning/Shap"
import { count, models, optional, part, withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import type * as Seed from "@rocflow/core/Seed"
import * as Units from "@rocflow/core/splitting/Units"
import { BinnedColumn, checked, maxBins, read, trainable } from "./internal/binnedColumns.ts"
import { labelNotes } from "./internal/coding.ts"
import { forest, type Groups } from "./internal/forest/forest.ts"
import { addValues } from "./internal/histogram/trees.ts"
import { type AnyTrained, learnedBy } from "./internal/learned.ts"
import { importanceOf, SavedImportance, SavedTrees } from "./internal/savedTrees.ts"
import { binnedShap } from "./internal/shap/binnedShap.ts"

const id = "Forest"

const Options = Schema.Struct({
  trees: withDefault(models(1), 500, "The number of trees"),
  mtry: optional(
    count(1),
    "Columns that each split looks at; default: the root of their number, of numbers a third",
    8
  ),
  minRows: optional(count(1), "The least rows of a leaf; default 1, of numbers 5", 5),
  maxDepth: optional(count(1), "The most splits above a leaf; default: any", 20),
  replace: withDefault(Schema.Boolean, true, "Whether the rows of a tree are drawn with replacement"),
  share: withDefault(part, 1, "Rows of a tree, as a share of the training rows"),
  maxBins
})

const OutOfBag = Schema.Struct({ rows: Schema.Int, error: Schema.UndefinedOr(Schema.Finite) })

/** What the trees say of the training rows that they were not grown on. @category models */
export type OutOfBag = typeof OutOfBag.Type

/** What it learned, as plain JSON: the schema of its state, for whoever writes it in another form. @category schemas */
export const State = Schema.Struct({
  columns: Schema.Array(BinnedColumn),
  /** Of two classes the share of the positive one in a leaf, of more that of each; or the mean. */
  trees: SavedTrees,
  importance: SavedImportance,
  outOfBag: Schema.Struct({ rows: Schema.Int, error: Schema.optionalKey(Schema.Finite) })
})

const groupsOf = (task: Task): Result.Result<Groups, PipelineError> => {
  if (task.roles.group === undefined) {
    return Result.succeed({ of: Int32Array.from({ length: task.rows }, (_, row) => row), count: task.rows })
  }
  const units = Units.make(task)
  return Result.isSuccess(units)
    ? Result.succeed({ of: units.success.group, count: units.success.groups })
    : Features.fail(id, units.failure.message)
}

const train = (
  options: typeof Options.Type,
  task: Task,
  seed: Seed.Seed
): Result.Result<typeof State.Type, PipelineError> =>
  Result.flatMap(trainable(id, task, options.maxBins), ({ coded, columns, rows }) =>
    Result.map(groupsOf(rows), (groups) => {
      const { kind } = rows
      const p = columns.length
      const targets = {
        y: Targets.toNumbers(kind, rows.target),
        weights: rows.weights,
        classes: kind === "multiclass" ? rows.levels.length : 0
      }
      const settings = {
        ...options,
        mtry: Math.min(p, options.mtry ?? Math.ceil(kind === "regression" ? p / 3 : Math.sqrt(p))),
        minRows: options.minRows ?? (kind === "regression" ? 5 : 1),
        maxDepth: options.maxDepth ?? Infinity
      }
      const { importance, outOfBag, trees } = forest(coded, targets, kind, groups, settings, seed)
      return {
        columns,
        trees,
        importance: {
          gain: Array.from(importance.gain, (gain) => gain / options.trees),
          splits: Array.from(importance.splits)
        },
        outOfBag: {
          rows: outOfBag.rows,
          ...(outOfBag.error === undefined ? {} : { error: outOfBag.error })
        }
      }
    })
  )

const predict = ({ columns, trees }: typeof State.Type, rows: Rows) =>
  Result.map(read(id, columns, rows), (coded) => {
    const { width } = trees
    const sums = new Float64Array(rows.rows * width)
    addValues(trees, coded, rows.rows, width, sums)
    const means = sums.map((sum) => sum / trees.roots.length)
    if (rows.schema.kind !== "binary") return Prediction.fromShares(rows, means)
    return Prediction.fromShares(
      rows,
      Float64Array.from({ length: 2 * means.length }, (_, i) => (i % 2 === 0 ? means[i / 2]! : 1 - means[(i - 1) / 2]!))
    )
  })

const shap = ({ columns, trees }: typeof State.Type, rows: Rows): Result.Result<Shap, PipelineError> =>
  Result.map(read(id, columns, rows), (coded) => {
    const { base, values } = binnedShap(trees, coded, rows.rows, trees.width)
    return {
      scale: scaleOfShares(rows.schema.kind),
      outputs: outputsOf(rows.schema),
      features: columns.map(({ column }) => column),
      rows: rows.rows,
      base: base.map((sum) => sum / trees.roots.length),
      values: values.map((sum) => sum / trees.roots.length)
    }
  })

/** The usual ranges to search; `mtry` has a good default for each number of columns. See `SearchSpace`. @category tuning */
export const space = [
  { option: "minRows", from: 1, to: 20, whole: true, log: true },
  { option: "share", from: 0.4, to: 1 },
  { option: "replace", values: [true, false] }
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

const classes = define("classif", "Averages the class shares of many deep trees of drawn rows and columns", [
  "binary",
  "multiclass"
])
const values = define("regr", "Averages many deep trees of drawn rows and columns", ["regression"])

/** `Forest.classif` as a definition, for registries. @category definitions */
export const classifDefinition = classes.definition

/** `Forest.regr` as a definition, for registries. @category definitions */
export const regrDefinition = values.definition

/**
 * Makes a random forest of classes: every tree is grown on rows drawn at random, and every node split by the best of `mtry`
 * columns drawn at random, by the Gini index. Probabilities are the mean of the shares of the classes in the leaves
 * (a probability forest), not the share of trees that vote for a class.
 *
 * - `trees`, default 500: more are never worse, only slower.
 * - `mtry`, default `√p` of `p` columns, rounded up. Columns with one value in the node do not make it a leaf: others are
 *   drawn.
 * - `minRows`, default 1: no leaf has fewer rows drawn. `maxDepth`, default none.
 * - `replace`, default true, and `share` in (0, 1], default 1: a tree has so many rows as this share, drawn with or without
 *   replacement, by the seed of training and the number of the tree. With a group role whole groups are drawn.
 * - `maxBins`, default and at most 255: see `Boosting.classif`. Columns with no more distinct values are split exactly.
 *
 * Missing values need no imputation: every split tries them on both sides, and where none came in training they follow the
 * child with more rows. Factors and text are split into two sets of levels, in the order of their share of the positive
 * class (of several classes the most frequent in the node); levels beyond the most frequent 255, and unknown ones, count as
 * missing. Row weights weigh the rows that were drawn; rows of weight 0 are as if not there.
 *
 * Errors: `PipelineError` for values that are infinite, no features, no rows with weight, and a level that is not in the
 * order of an ordered factor.
 *
 * *Gotcha*: it has a million nodes for some thousand rows, and a saved model some megabytes; `minRows` makes it smaller.
 *
 * @example
 * const learner = Forest.classif({ trees: 200 })
 * learner.json // => { type: "Forest.classif", trees: 200 }
 * @see Breiman (2001), Random forests, Machine Learning 45; Malley et al. (2012), Probability machines, Methods of
 *   Information in Medicine 51.
 * @category constructors
 */
export const classif = (options: typeof Options.Encoded = {}) => classes.make(options)

/**
 * Makes a random forest that predicts means: see `Forest.classif`. Splits minimise the sum of squares; the defaults of
 * `mtry` is `p / 3`, rounded up, and that of `minRows` is 5.
 *
 * @example
 * const learner = Forest.regr({ minRows: 2 })
 * @category constructors
 */
export const regr = (options: typeof Options.Encoded = {}) => values.make(options)

/**
 * Gives the error of the trees on the training rows that they were not grown on: the weighted share of wrong classes, or the
 * mean squared error. Undefined without such rows, as with `replace: false`. Errors: `PipelineError` for another learner.
 */
export const outOfBag = (trained: AnyTrained): Result.Result<OutOfBag, PipelineError> =>
  Result.map(
    learnedBy(trained, [classes.definition.id, values.definition.id], State),
    ({ outOfBag: { error, rows } }) => ({
      rows,
      error
    })
  )
