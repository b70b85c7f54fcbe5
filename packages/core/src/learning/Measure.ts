/**
 * A measure is a number that says how good a prediction is, or the reason why there is no such number. It judges rows whose target is known.
 *
 * @example
 * Measure.auc.evaluate(prediction) // => 0.93, or { _tag: "Undefined", reason: "AUC needs both classes; …" }
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Targets from "../data/Targets.ts"
import type { Kind as TargetKind } from "../data/Task.ts"
import * as Decode from "../pipeline/Decode.ts"
import type * as Definition from "../pipeline/Definition.ts"
import { rankAuc } from "./internal/rankAuc.ts"
import { isLabelled, type Labelled, type Prediction } from "./Prediction.ts"

/** A number that does not exist for this prediction, and why. Never 0, 0.5 or NaN. @category models */
export interface Undefined {
  readonly _tag: "Undefined"
  readonly reason: string
}

/** A number, or why there is none. @category models */
export type Measured = number | Undefined

/** Says why there is no number. @category constructors */
export const undefinedBecause = (reason: string): Undefined => ({ _tag: "Undefined", reason })

/** Whether there is a number. @category guards */
export const isDefined = (value: Measured): value is number => typeof value === "number"

/** Tells a measure that is undefined from whatever else a function may give. @category guards */
export const isUndefined = (value: unknown): value is Undefined =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "Undefined"

/** A number that judges predictions: its name, direction, range, and what it needs. @category models */
export interface Measure<out K extends TargetKind = TargetKind> extends Definition.Definition<"measure"> {
  /** The name in tables and figures. */
  readonly label: string
  /** Which way is better; without a direction a measure cannot stop training early. */
  readonly direction: "minimise" | "maximise" | undefined
  readonly range: readonly [lower: number, upper: number]
  readonly accepts: ReadonlyArray<K>
  /** The predict type that it needs. */
  readonly needs: "response" | "prob"
  /** Whether it compares the scores of rows with each other, as AUC does; scores of different models are then not alike. */
  readonly ranks?: boolean
  /**
   * Measures a prediction. Rows whose target is not known, and a value that is not finite (the square of a huge error,
   * 0/0), are undefined and say so: tables and files hold finite numbers.
   */
  readonly evaluate: (prediction: Prediction) => Measured
}

/**
 * Defines a measure; `evaluate` judges rows whose target is known.
 *
 * Classes are indices into `prediction.levels`; 0 is the positive class of a binary target.
 * @category constructors
 */
export const define = <const K extends TargetKind>(
  measure: Omit<Measure<K>, "kind" | "options" | "evaluate"> & {
    readonly evaluate: (prediction: Labelled) => Measured
  }
): Measure<K> => ({
  ...measure,
  kind: "measure",
  options: Schema.Struct({}),
  evaluate: (prediction) => {
    if (!isLabelled(prediction)) return undefinedBecause(`measure "${measure.id}" needs rows whose target is known`)
    const value = measure.evaluate(prediction)
    return isDefined(value) && !Number.isFinite(value)
      ? undefinedBecause(`measure "${measure.id}" gave ${value}`)
      : value
  }
})

const classification = ["binary", "multiclass"] as const
const regression = ["regression"] as const

const mean = (prediction: Labelled, f: (row: number) => number): Measured => {
  const n = prediction.truth.length
  if (n === 0) return undefinedBecause("there are no rows")
  let sum = 0
  for (let i = 0; i < n; i++) sum += f(i)
  return sum / n
}

/** The share of rows whose response is wrong, in [0, 1]. @category measures */
export const error = define({
  id: "error",
  label: "error rate",
  summary: "Share of wrong responses",
  direction: "minimise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  evaluate: (p) => mean(p, (i) => (p.response[i] === p.truth[i] ? 0 : 1))
})

/** The share of rows whose response is right, in [0, 1]. @category measures */
export const accuracy = define({
  id: "accuracy",
  label: "accuracy",
  summary: "Share of right responses",
  direction: "maximise",
  range: [0, 1],
  accepts: classification,
  needs: "response",
  evaluate: (p) => mean(p, (i) => (p.response[i] === p.truth[i] ? 1 : 0))
})

const probabilityOf = (p: Labelled, prob: Float64Array, row: number, level: number): number =>
  prob[row * p.levels.length + level]!

const withProb = (p: Labelled, name: string, f: (prob: Float64Array) => Measured): Measured =>
  p.prob === undefined ? undefinedBecause(`${name} needs probabilities; train with predictType "prob"`) : f(p.prob)

/**
 * The mean of −log p(true level), natural logarithm, with p clipped to [1e-15, 1 − 1e-15] as scikit-learn did.
 * @category measures
 */
export const logloss = define({
  id: "logloss",
  label: "log-loss",
  summary: "Mean negative log-probability of the true class",
  direction: "minimise",
  range: [0, Infinity],
  accepts: classification,
  needs: "prob",
  evaluate: (p) =>
    withProb(p, "log-loss", (prob) =>
      mean(p, (i) => -Math.log(Math.min(1 - 1e-15, Math.max(1e-15, probabilityOf(p, prob, i, p.truth[i]!)))))
    )
})

/**
 * The Brier score: for two classes the mean of (1[positive] − p)², in [0, 1]; for more the mean over rows of the sum over
 * classes, in [0, 2].
 * @category measures
 */
export const brier = define({
  id: "brier",
  label: "Brier score",
  summary: "Mean squared error of the probabilities",
  direction: "minimise",
  range: [0, 2],
  accepts: classification,
  needs: "prob",
  evaluate: (p) =>
    withProb(p, "the Brier score", (prob) =>
      mean(p, (i) => {
        if (p.kind === "binary") return (1 - probabilityOf(p, prob, i, p.truth[i]!)) ** 2
        let sum = 0
        p.levels.forEach((_, k) => {
          sum += ((k === p.truth[i] ? 1 : 0) - probabilityOf(p, prob, i, k)) ** 2
        })
        return sum
      })
    )
})

/** The number that ranks the rows of a binary prediction: the score if there is one, else the probability. */
export const ranking = (p: Prediction): Float64Array | undefined =>
  p.scores ?? (p.prob === undefined ? undefined : p.response.map((_, i) => p.prob![i * p.levels.length]!))

/**
 * The area under the ROC curve: the probability that a positive row is ranked above a negative one, ties counting one
 * half. Undefined if the rows have one class.
 * @category measures
 */
export const auc = define({
  id: "auc",
  label: "AUC",
  summary: "Area under the ROC curve",
  direction: "maximise",
  range: [0, 1],
  accepts: ["binary"],
  needs: "prob",
  ranks: true,
  evaluate: (p) => {
    const scores = ranking(p)
    if (scores === undefined) return undefinedBecause('AUC needs scores; train with predictType "prob"')
    const row = scores.findIndex((score) => !Number.isFinite(score))
    if (row >= 0) return undefinedBecause(`AUC needs finite scores, and that of row ${row} is ${scores[row]}`)
    const value = rankAuc(scores, Targets.toNumbers("binary", p.truth))
    return value ?? undefinedBecause("AUC needs both classes, and these rows have one")
  }
})

/** The mean of (truth − response)². @category measures */
export const mse = define({
  id: "mse",
  label: "MSE",
  summary: "Mean squared error",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  evaluate: (p) => mean(p, (i) => (p.truth[i]! - p.response[i]!) ** 2)
})

/** The square root of the mean squared error, in the unit of the target. @category measures */
export const rmse = define({
  id: "rmse",
  label: "RMSE",
  summary: "Square root of the mean squared error",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  evaluate: (p) => {
    const value = mse.evaluate(p)
    return isDefined(value) ? Math.sqrt(value) : value
  }
})

/** The mean of |truth − response|, in the unit of the target. @category measures */
export const mae = define({
  id: "mae",
  label: "MAE",
  summary: "Mean absolute error",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  evaluate: (p) => mean(p, (i) => Math.abs(p.truth[i]! - p.response[i]!))
})

/** R² = 1 − SSE/SST, at most 1, negative for worse than the mean. Undefined for a constant truth. @category measures */
export const rsq = define({
  id: "rsq",
  label: "R²",
  summary: "Share of the variance explained",
  direction: "maximise",
  range: [-Infinity, 1],
  accepts: regression,
  needs: "response",
  evaluate: (p) => {
    const centre = mean(p, (i) => p.truth[i]!)
    if (!isDefined(centre)) return centre
    const total = mean(p, (i) => (p.truth[i]! - centre) ** 2) as number
    // The mean of equal values may round, so that the total of a constant truth is not exactly 0.
    if (total === 0 || p.truth.every((value) => value === p.truth[0]))
      return undefinedBecause("R² needs a truth that varies, and these rows have one value")
    return 1 - (mse.evaluate(p) as number) / total
  }
})

const isMeasure = (value: unknown): value is Measure =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "measure" && "evaluate" in value

/** The schema of options that are measures: `"auc"`. */
export const reference: Definition.Options<Measure, string> = Decode.reference(
  "measure",
  Schema.String,
  isMeasure,
  (id, find) =>
    Result.match(find(id, "measure"), {
      onSuccess: (definition) =>
        isMeasure(definition)
          ? Result.succeed(definition)
          : Result.fail([{ path: [], message: `"${id}" has no evaluate; define it by Measure.define` }]),
      onFailure: (message) => Result.fail([{ path: [], message }])
    }),
  ({ id }) => id
)

/** What was measured, by the id of the measure. @category models */
export type Scores = Readonly<Record<string, Measured>>

/** The measures of this package, for registries. */
export const definitions: ReadonlyArray<Measure> = [error, accuracy, logloss, brier, auc, mse, rmse, mae, rsq]
