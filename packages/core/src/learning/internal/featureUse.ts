/**
 * What a trained model says of its features by itself, without any rows: coefficients, and what the splits of trees gained.
 */
import * as Result from "effect/Result"
import type { Kind as TargetKind } from "../../data/Task.ts"
import { fail } from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Trained } from "./learner.ts"

/** What stands in the place of a column for the constant of a linear model. */
export const intercept = "(intercept)"

/** A coefficient of a linear model. @category models */
export interface Coefficient {
  /** The column that reaches the model, behind preprocessing; or `(intercept)`. */
  readonly column: string
  /** The feature of the task of which it was made; the column itself where it was made of several, or of none. */
  readonly feature: string
  /** The class whose score it adds to: the positive one of two, each of several; undefined for a number. */
  readonly level: string | undefined
  /** What one unit of the column adds to the score: the log-odds of a class, or the number. */
  readonly value: number
  /** What one standard deviation of the column in the training rows adds; undefined where the model does not know it. */
  readonly perSd: number | undefined
}

/** What the splits of a column gained together, and how many there are. @category models */
export interface Gain {
  /** The column that reaches the model, behind preprocessing. */
  readonly column: string
  /** The feature of the task of which it was made; the column itself where it was made of several. */
  readonly feature: string
  /** In the unit of the learner: see each. */
  readonly gain: number
  readonly splits: number
}

/** Says which features the columns were made of. */
export const ofFeatures = <A extends { readonly column: string }>(
  rows: ReadonlyArray<A>,
  sourceOf: (column: string) => string
): ReadonlyArray<A & { readonly feature: string }> => rows.map((row) => ({ ...row, feature: sourceOf(row.column) }))

/**
 * Gives the coefficients of a trained linear model, also behind preprocessing, in a tuner, or below a threshold or a calibration:
 * the intercept first, then the columns in their order, those that a penalty made 0, too. Linear are `ElasticNet`,
 * `ElasticNet.cv`, and a pipeline whose network is `Ingress.numeric` and `Nn.head`.
 *
 * They are in units of the columns that reach the model, so that those behind `Preprocess.standardise` are of standard deviations;
 * `perSd` compares columns of different units. The score is that before calibration; the number is in the unit of the target, unless
 * that was transformed to another scale, such as its logarithm. Errors: `PipelineError` for a model that is not linear.
 *
 * @example
 * const trained = yield* Learner.train(ElasticNet.make({ lambda: 0.1 }), task)
 * const rows = yield* Effect.fromResult(Learner.coefficients(trained))
 * rows.filter(({ value }) => value !== 0).map(({ column }) => column)
 * @category explanations
 */
export const coefficients = ({
  fitted,
  learner
}: Trained<TargetKind, string, unknown>): Result.Result<ReadonlyArray<Coefficient>, PipelineError> =>
  fitted.coefficients === undefined
    ? fail(
        "coefficients",
        `the learner "${learner.id}" has none, which are of ElasticNet and of networks that are Ingress.numeric and Nn.head; see what it relies on by permutation`
      )
    : Result.succeed(fitted.coefficients())

/**
 * Lists what the splits of `Tree`, `Forest` or `Boosting` gained by column, also behind preprocessing, in a tuner, or below a
 * threshold or a calibration: the best first, those that no split is by with 0.
 *
 * The unit is that of the learner: of `Tree` and `Forest` the impurity that splits took away (the Gini index times the weight of
 * the node, or the sum of squares; of a forest the mean over its trees, of two classes half of that), of `Boosting` the loss halved,
 * as a sum over rows. Errors: `PipelineError` for a model without splits.
 *
 * *Gotcha*: columns with many values have more chances to gain, gains are of training rows, and of features that say the same one
 * may have all.
 *
 * @example
 * const trained = yield* Learner.train(Tree.make(), task)
 * yield* Effect.fromResult(Learner.importance(trained))
 * // => [{ column: "dose", feature: "dose", gain: 21.4, splits: 1 }]
 * @category explanations
 */
export const importance = ({
  fitted,
  learner
}: Trained<TargetKind, string, unknown>): Result.Result<ReadonlyArray<Gain>, PipelineError> =>
  fitted.importance === undefined
    ? fail(
        "importance",
        `the learner "${learner.id}" has no splits, which are of Tree, Forest and Boosting; see what it relies on by permutation`
      )
    : Result.succeed(fitted.importance())
