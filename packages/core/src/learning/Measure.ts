/**
 * A measure is a number that says how good a prediction is, or the reason why there is no such number. It judges rows whose
 * target is known.
 *
 * Those with options are made by a function, and written `{ type: "fbeta", beta: 2 }`; by its name alone a measure has the
 * defaults of all options.
 *
 * @example
 * Measure.auc.evaluate(prediction) // => 0.93, or { _tag: "Undefined", reason: "AUC needs both classes; …" }
 * Measure.fbeta({ beta: 2 }).evaluate(prediction) // => 0.81
 */
import type { Kind } from "../data/Task.ts"
import * as Classes from "./internal/measures/classes.ts"
import type { Measure, Measured } from "./internal/measures/define.ts"
import * as Numbers from "./internal/measures/numbers.ts"
import * as Probabilities from "./internal/measures/probabilities.ts"
import * as Ranking from "./internal/measures/ranking.ts"
import * as Responses from "./internal/measures/responses.ts"

export {
  define,
  defineWith,
  definitionsOf,
  isDefined,
  isUndefined,
  type Measure,
  type Measured,
  type MeasureJson,
  type Optioned,
  reference,
  type Share,
  type Undefined,
  undefinedBecause
} from "./internal/measures/define.ts"
export {
  accuracy,
  balancedAccuracy,
  cost,
  error,
  fbeta,
  fnr,
  fpr,
  mcc,
  npv,
  ppv,
  precision,
  recall,
  tnr,
  tpr
} from "./internal/measures/responses.ts"
export { brier, brierPart, calibrationError, logloss } from "./internal/measures/probabilities.ts"
export {
  auc,
  averagePrecision,
  partialAuc,
  prauc,
  precisionAtRecall,
  ranking,
  tprAtFpr
} from "./internal/measures/ranking.ts"
export { au1p, au1u, aunp, aunu, mu } from "./internal/measures/classes.ts"
export { errorQuantile, mae, mape, mse, pinball, rmse, rsq } from "./internal/measures/numbers.ts"

/** What was measured, by the id of the measure. @category models */
export type Scores = Readonly<Record<string, Measured>>

/**
 * What chooses where nothing is said. Of two classes AUC: log-loss turns up as soon as a model grows sure of itself, long before it
 * ranks best.
 */
export const usual: Readonly<Record<Kind, Measure>> = {
  binary: Ranking.auc,
  multiclass: Probabilities.logloss,
  regression: Numbers.rmse
}

/** The measures of this package, for registries. */
export const definitions: ReadonlyArray<Measure> = [
  ...Responses.definitions,
  ...Probabilities.definitions,
  ...Ranking.definitions,
  ...Classes.definitions,
  ...Numbers.definitions
]
