/**
 * SHAP values: the prediction of a row, taken apart into what each feature adds to what is predicted on average.
 *
 * A feature's value is its Shapley value in a game in which features are made known one by one, in every order, and the
 * gain is what the prediction moves: φ_j = Σ_S |S|! (p − |S| − 1)! / p! · (v(S ∪ j) − v(S)), over the sets S of the other
 * features. What is predicted where only S is known, v(S), is
 *
 * - of trees (`Tree`, `Forest`, `Boosting`) the mean over the leaves that S leaves open, where both branches of a split by an
 *   unknown feature are followed, each by its share of the weight of the training rows (path-dependent);
 * - of linear models (`ElasticNet`) the prediction with the other columns at their means in training, so that
 *   φ_j = b_j (x_j − mean x_j).
 *
 * The base and the values of a row add up to its prediction, on the scale that is said (see `Scale`). Preprocessing passes
 * them on: what was made of one column, such as indicators of levels, counts for that column.
 *
 * *Gotcha*: they explain the model and not the world; features that go together share what one of them would have alone.
 *
 * Shapley (1953), A value for n-person games; Lundberg and Lee (2017), A unified approach to interpreting model predictions,
 * NeurIPS; Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees, Nature
 * Machine Intelligence 2.
 *
 * @example
 * const trained = yield* Learner.train(Boosting.classif(), task)
 * const shap = yield* Shap.of(trained, newRows)
 * shap.scale // => "log-odds"
 * Shap.importance(shap)[0] // => { feature: "dose", mean: 0.71 }
 */
import * as Effect from "effect/Effect"
import type { Table } from "../data/Table.ts"
import type { Kind, Task } from "../data/Task.ts"
import { PipelineError } from "../pipeline/PipelineError.ts"
import type { PredictError, Trained } from "./internal/learner.ts"
import type { Shap } from "./internal/shap.ts"
import { checkedRows } from "./internal/taskChecks.ts"

export { average, outputsOf, type Scale, scaleOfScores, scaleOfShares, type Shap } from "./internal/shap.ts"

/**
 * Gives the SHAP values of all rows of a task, or of a table, which needs no target.
 *
 * Trees take time in proportion to rows × leaves × (features on a path): 1000 rows of 300 small boosted trees less than a
 * second, of a forest of 500 deep ones about a minute.
 *
 * Errors: those of predicting; `PipelineError` for a learner that has none.
 * @category running
 */
export const of = Effect.fnUntraced(function* <K extends Kind, Columns extends string, R>(
  { fitted, learner, task }: Trained<K, Columns, R>,
  given: Task | Table
): Effect.fn.Return<Shap, PredictError, R> {
  if (fitted.shap === undefined) {
    return yield* new PipelineError({
      issues: [
        {
          path: [],
          message: `the learner "${learner.id}" has no SHAP values, which are for Tree, Forest, Boosting and ElasticNet, also behind preprocessing, in a tuner and in an ensemble; see what it relies on by permutation`
        }
      ]
    })
  }
  return yield* fitted.shap(yield* Effect.fromResult(checkedRows(learner.id, task, given)))
})

/** How much a feature moves predictions. @category models */
export interface Importance {
  readonly feature: string
  /** The mean of |φ| over rows; of several outputs the sum of their means. */
  readonly mean: number
}

/** Lists the features by the mean of their absolute values over rows, the largest first; `NaN` of no rows. */
export const importance = ({ features, outputs, rows, values }: Shap): ReadonlyArray<Importance> => {
  const width = outputs.length
  return features
    .map((feature, j) => {
      let sum = 0
      for (let row = 0; row < rows; row++) {
        for (let k = 0; k < width; k++) sum += Math.abs(values[(row * features.length + j) * width + k]!)
      }
      return { feature, mean: sum / rows }
    })
    .sort((a, b) => b.mean - a.mean)
}
