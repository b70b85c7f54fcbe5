/**
 * Nearest neighbours: predicts what the most similar training rows were.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "@rocflow/core/data/Task"
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as OptionSchema from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import { numericMatrix, type Refused } from "./internal/featureMatrix.ts"
import { knn, knnPredict } from "./internal/knn.ts"

const id = "Knn"

const Options = Schema.Struct({
  k: OptionSchema.withDefault(OptionSchema.count(1), 5, "The number of neighbours")
})

const numbers = Schema.Array(Schema.Finite)

const State = Schema.Struct({
  columns: Schema.Array(Schema.String),
  k: Schema.Int,
  center: numbers,
  factor: numbers,
  /** The training rows, (value − center) · factor, row-major. */
  rows: numbers,
  /** Their targets: the index of the level, or the value. */
  target: numbers
})

const train = (options: typeof Options.Type, task: Task): Result.Result<typeof State.Type, Refused> =>
  Result.flatMap(
    numericMatrix(id, Features.fromTask(task)),
    ({ names, n, p, x }): Result.Result<typeof State.Type, Refused> => {
      if (n === 0) return Features.fail(id, "there is no training row to be a neighbour; give it at least one")
      const model = knn({ x, n, p, y: task.target, classes: task.levels.length, k: options.k })
      return Result.succeed({
        columns: names,
        k: model.k,
        center: Array.from(model.center),
        factor: Array.from(model.factor),
        rows: Array.from(model.rows),
        target: Array.from(model.y)
      })
    }
  )

const predict = (state: typeof State.Type, rows: Rows): Result.Result<Prediction.Prediction, Refused> =>
  Result.map(numericMatrix(id, rows, state.columns), ({ n, p, x }) => {
    const model = {
      n: state.target.length,
      p,
      k: state.k,
      classes: rows.schema.levels.length,
      center: Float64Array.from(state.center),
      factor: Float64Array.from(state.factor),
      rows: Float64Array.from(state.rows),
      y: Float64Array.from(state.target)
    }
    return Prediction.fromShares(rows, knnPredict(model, x, n))
  })

const learner = Learner.define({
  id,
  summary: "Predicts the class shares, or the mean, of the k nearest training rows",
  accepts: ["binary", "multiclass", "regression"],
  weighted: false,
  takes: { anyScale: true },
  options: Options,
  state: State,
  check: (_, task) => numericMatrix(id, Features.fromTask(task)),
  train,
  predict: (_, state, rows) => predict(state, rows)
})

/** `Knn` as a definition, for registries. @category definitions */
export const definition = learner.definition

/**
 * Makes a learner that predicts the class shares, or the mean, of the `k` (default 5) training rows at the least
 * Euclidean distance, each column in units of its standard deviation in the training rows. With fewer rows all are
 * neighbours; a column with one value counts for nothing. Of rows at the same distance the one that comes first in the
 * training data is nearer; of classes with the same share the first level is predicted.
 *
 * Features are numeric, integer or boolean. Row weights are refused. The model holds all training rows, and predicting
 * m rows of p columns with n training rows takes O(m n p) time.
 *
 * Errors: `MissingValues`; `PipelineError` for text and factor columns (encode them by `Learner.preprocessed`), values
 * that are not finite, no features and no training rows.
 *
 * *Gotcha*: probabilities are multiples of 1/k, so `k` bounds how finely rows are ranked.
 *
 * @example
 * const learner = Knn.make({ k: 7 })
 * learner.json // => { type: "Knn", k: 7 }
 * @see Cover, Hart (1967), Nearest neighbor pattern classification, IEEE Trans. Inf. Theory 13.
 * @category constructors
 */
export const make = (options: typeof Options.Encoded = {}) => learner.make(options)
