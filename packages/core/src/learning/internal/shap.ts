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

/** The weighted mean of several, of the same rows and on one scale; a feature that one of them does not have counts as 0 there. */
export const average = (all: readonly [Shap, ...ReadonlyArray<Shap>], weights?: ReadonlyArray<number>): Shap => {
  const [first] = all
  const width = first.outputs.length
  const features = [...new Set(all.flatMap((each) => each.features))]
  const place = new Map(features.map((name, j) => [name, j]))
  const base = new Float64Array(width)
  const values = new Float64Array(first.rows * features.length * width)
  const total = all.reduce((sum, _, i) => sum + (weights?.[i] ?? 1), 0)
  for (const [i, own] of all.entries()) {
    const share = (weights?.[i] ?? 1) / total
    for (let k = 0; k < width; k++) base[k]! += share * own.base[k]!
    own.features.forEach((name, j) => {
      for (let row = 0; row < own.rows; row++) {
        const from = (row * own.features.length + j) * width
        const to = (row * features.length + place.get(name)!) * width
        for (let k = 0; k < width; k++) values[to + k]! += share * own.values[from + k]!
      }
    })
  }
  return { ...first, features, base, values }
}
