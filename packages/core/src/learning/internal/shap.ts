/**
 * What SHAP values are, and how those of made columns become those of the columns that they were made of.
 */
import type { Kind } from "../../data/Task.ts"
import type { TaskSchema } from "../../data/TaskSchema.ts"

/**
 * The scale on which SHAP values add up.
 *
 * - `response`: the number that is predicted.
 * - `probability`: of the positive class, or of each of several.
 * - `log-odds`: the score of the positive class, the logarithm of p/(1 − p).
 * - `score`: of several classes the scores whose softmax are the probabilities.
 * @category models
 */
export type Scale = "response" | "probability" | "log-odds" | "score"

/**
 * SHAP values of rows: what each feature adds to the prediction of a row, compared with what is predicted on average.
 * @category models
 */
export interface Shap {
  readonly scale: Scale
  /** What is explained: the positive level of two, every level of more, or the target of a regression. */
  readonly outputs: ReadonlyArray<string>
  readonly features: ReadonlyArray<string>
  readonly rows: number
  /** What is predicted where nothing is known of a row: one number an output. */
  readonly base: Float64Array
  /** Row-major [rows, features, outputs]. */
  readonly values: Float64Array
}

/** What is explained of a target. */
export const outputsOf = ({ kind, levels, target }: Pick<TaskSchema, "kind" | "levels" | "target">) =>
  kind === "regression" ? [target] : kind === "binary" ? levels.slice(0, 1) : levels

/** The scale of scores that become probabilities by the logistic function, or by softmax; of numbers that of the target. */
export const scaleOfScores = (kind: Kind): Scale =>
  kind === "regression" ? "response" : kind === "binary" ? "log-odds" : "score"

/** The scale of shares of classes; of numbers that of the target. */
export const scaleOfShares = (kind: Kind): Scale => (kind === "regression" ? "response" : "probability")

/**
 * Adds up the values of the columns that have one source. All columns `before` are there, with 0 where nothing was made of
 * them; behind them those that were made of several, which are their own source.
 */
export const regroup = (self: Shap, before: ReadonlyArray<string>, sourceOf: (made: string) => string): Shap => {
  const owners = self.features.map(sourceOf)
  const features = [...new Set([...before, ...owners])]
  const place = new Map(features.map((name, j) => [name, j]))
  const width = self.outputs.length
  const values = new Float64Array(self.rows * features.length * width)
  for (let row = 0; row < self.rows; row++) {
    owners.forEach((owner, j) => {
      const from = (row * owners.length + j) * width
      const to = (row * features.length + place.get(owner)!) * width
      for (let k = 0; k < width; k++) values[to + k]! += self.values[from + k]!
    })
  }
  return { ...self, features, values }
}
