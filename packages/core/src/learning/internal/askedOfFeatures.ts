/**
 * Asking a trained model what it says of its features by itself.
 */
import * as Result from "effect/Result"
import type { Kind as TargetKind } from "../../data/Task.ts"
import { fail } from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type { Coefficient, Gain } from "./featureUse.ts"
import type { Trained } from "./learner.ts"

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
        `the learner "${learner.id}" has no coefficients, which are of ElasticNet and of networks that are Ingress.numeric and Nn.head; see what it relies on by permutation`
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
