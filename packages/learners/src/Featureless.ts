/**
 * The learner that ignores every feature: what the others must beat.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Features from "@rocflow/core/pipeline/Features"

/** What it learned, as plain JSON: the schema of its state, for whoever writes it in another form. @category schemas */
export const State = Schema.Struct({
  /** Classification: the share of each level, in the order of the levels. Regression: the mean alone. */
  values: Schema.Array(Schema.Finite)
})

const featureless = Learner.define({
  id: "Featureless",
  summary: "Predicts the most frequent class with the class shares as probabilities, or the mean",
  accepts: ["binary", "multiclass", "regression"],
  weighted: true,
  takes: { categories: true, missing: true, anyScale: true },
  options: Schema.Struct({}),
  state: State,
  train: (_, task) => {
    const shares = new Float64Array(Math.max(1, task.levels.length))
    let total = 0
    task.target.forEach((value, row) => {
      const weight = task.weights?.[row] ?? 1
      total += weight
      if (task.kind === "regression") shares[0]! += weight * value
      else shares[value]! += weight
    })
    return total > 0
      ? Result.succeed({ values: Array.from(shares, (share) => share / total) })
      : Features.fail(
          "Featureless",
          `the ${task.rows} training rows have a total weight of 0, so they have no mean and no shares; give it rows with weight`
        )
  },
  predict: (_, { values }, rows) =>
    Result.succeed(
      Prediction.fromShares(
        rows,
        Float64Array.from({ length: rows.rows * values.length }, (__, i) => values[i % values.length]!)
      )
    )
})

/** `Featureless` as a definition, for registries. @category definitions */
export const definition = featureless.definition

/**
 * Makes the learner that predicts without features: the most frequent class of the training rows (the first level at a
 * tie) with the class shares as probabilities, or the mean of a numeric target. Row weights are used.
 *
 * @example
 * const baseline = Featureless.make()
 * @category constructors
 */
export const make = () => featureless.make({})
