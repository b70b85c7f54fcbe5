/**
 * Measures of predicted numbers.
 */
import * as Schema from "effect/Schema"
import { proportion, share, withDefault } from "../../../OptionSchema.ts"
import { define, defineWith, isDefined, mean, undefinedBecause } from "./define.ts"

const regression = ["regression"] as const

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

/**
 * The mean of |truth − response| / |truth|. Undefined where a truth is 0. *Gotcha*: it prefers predictions that are too low.
 * @category measures
 */
export const mape = define({
  id: "mape",
  label: "MAPE",
  summary: "Mean absolute error as a share of the truth",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  evaluate: (p) => {
    const row = p.truth.findIndex((value) => value === 0)
    return row >= 0
      ? undefinedBecause(`MAPE divides by the truth, and that of row ${row} is 0`)
      : mean(p, (i) => Math.abs((p.truth[i]! - p.response[i]!) / p.truth[i]!))
  }
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

/**
 * The mean pinball loss of a `quantile` τ in (0, 1) (default 0.5, half the absolute error): τ·(y − f) where y is above the
 * prediction f, (1 − τ)·(f − y) where it is below; least for the quantile of the truth.
 */
const pinballMeasure = defineWith({
  id: "pinball",
  label: ({ quantile }) => `pinball loss (${quantile})`,
  summary: "Mean loss of a predicted quantile",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  options: Schema.Struct({
    quantile: withDefault(share, 0.5, "The share of the targets that should lie below the prediction")
  }),
  evaluate: (p, { quantile }) =>
    mean(p, (i) => {
      const off = p.truth[i]! - p.response[i]!
      return off >= 0 ? quantile * off : (quantile - 1) * off
    })
})

/** The `quantile` (default 0.5: the median) of |truth − response| over rows, between two of them in proportion (type 7). */
const errorQuantileMeasure = defineWith({
  id: "errorQuantile",
  label: ({ quantile }) => (quantile === 0.5 ? "median absolute error" : `${quantile} quantile of the absolute error`),
  summary: "Quantile of the absolute errors",
  direction: "minimise",
  range: [0, Infinity],
  accepts: regression,
  needs: "response",
  options: Schema.Struct({ quantile: withDefault(proportion, 0.5, "Which quantile of the absolute errors") }),
  evaluate: (p, { quantile }) => {
    if (p.truth.length === 0) return undefinedBecause("there are no rows")
    const errors = p.truth.map((value, i) => Math.abs(value - p.response[i]!)).sort()
    const place = quantile * (errors.length - 1)
    const [low, high] = [errors[Math.floor(place)]!, errors[Math.ceil(place)]!]
    return low + (high - low) * (place % 1)
  }
})

/** @category measures */
export const pinball = pinballMeasure.make
/** @category measures */
export const errorQuantile = errorQuantileMeasure.make

/** The measures of this file, for registries. */
export const definitions = [mse, rmse, mae, mape, rsq, pinballMeasure.definition, errorQuantileMeasure.definition]
