/**
 * Measures of probabilities, each row by itself: how far they are from what happened.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { Labelled } from "../../Prediction.ts"
import { define, defineWith, mean, withProb } from "./define.ts"

const classification = ["binary", "multiclass"] as const

const probabilityOf = (p: Labelled, prob: Float64Array, row: number, level: number): number =>
  prob[row * p.levels.length + level]!

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

/** Rows whose probabilities are alike: how many, and the means of their probabilities and of what happened. */
interface Bin {
  readonly rows: ReadonlyArray<number>
  readonly forecast: number
  readonly happened: number
}

/** What is forecast of each row, and whether it happened. */
interface Forecast {
  readonly values: ArrayLike<number>
  readonly happened: ArrayLike<number>
}

const meanOf = (rows: ReadonlyArray<number>, values: ArrayLike<number>): number =>
  rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length

/** Divides [0, 1] into so many equal parts, the last of which has 1; those that have rows. */
const binsOf = ({ happened, values }: Forecast, bins: number): ReadonlyArray<Bin> => {
  const rows = Array.from({ length: values.length }, (_, i) => i)
  const own = Map.groupBy(rows, (i) => Math.min(bins - 1, Math.floor(values[i]! * bins)))
  return Array.from(own.values(), (rows) => ({
    rows,
    forecast: meanOf(rows, values),
    happened: meanOf(rows, happened)
  }))
}

/** Of two classes the probability of the positive one; of several that of the response, and whether it is right. */
const forecastOf = (p: Labelled, prob: Float64Array): Forecast =>
  p.kind === "binary"
    ? { values: p.response.map((_, i) => prob[2 * i]!), happened: p.truth.map((code) => (code === 0 ? 1 : 0)) }
    : {
        values: p.response.map((code, i) => probabilityOf(p, prob, i, code)),
        happened: p.response.map((code, i) => (code === p.truth[i] ? 1 : 0))
      }

const bins = OptionSchema.withDefault(OptionSchema.bins(1), 10, "Bins of probabilities, of equal width")

/**
 * The expected calibration error, in [0, 1]: rows are put into `bins` (default 10) equal parts of [0, 1] by their probability,
 * and the distances between the mean probability and the share that happened are averaged, by rows. Of two classes it is the
 * probability of the positive one; of several that of the response, against the share that is right.
 *
 * *Gotcha*: it depends on the bins, and is above 0 of few rows even for probabilities that are true.
 *
 * Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI.
 */
const calibrationMeasure = defineWith({
  id: "calibrationError",
  label: () => "calibration error",
  summary: "Mean distance of probabilities from the shares that happen",
  direction: "minimise",
  range: [0, 1],
  accepts: classification,
  needs: "prob",
  options: Schema.Struct({ bins }),
  evaluate: (p, { bins: many }) =>
    withProb(p, "the calibration error", (prob) => {
      const n = p.truth.length
      const total = binsOf(forecastOf(p, prob), many).reduce(
        (sum, { forecast, happened, rows }) => sum + rows.length * Math.abs(forecast - happened),
        0
      )
      return mean(p, () => total / n)
    })
})

/**
 * A part of the Brier score of two classes, by `bins` (default 10) of the probability: Brier score = reliability − resolution +
 * uncertainty. `"reliability"` is the mean squared distance of the bins' probabilities from their shares (less is better);
 * `"resolution"` how far the shares are from the overall one, corrected for what differs within bins, so that the three add up
 * for any bins; `"uncertainty"` is that of the overall share. The parts have no direction, as one is nothing without the others.
 *
 * Murphy (1973), A new vector partition of the probability score, J. Appl. Meteorology; Stephenson, Coelho and Jolliffe
 * (2008), Two extra components in the Brier score decomposition, Weather and Forecasting.
 */
const partMeasure = defineWith({
  id: "brierPart",
  label: ({ part }) => `Brier ${part}`,
  summary: "Reliability, resolution or uncertainty: the parts of the Brier score",
  direction: undefined,
  range: [-1, 1],
  accepts: ["binary"],
  needs: "prob",
  options: Schema.Struct({
    part: OptionSchema.withDefault(
      Schema.Literals(["reliability", "resolution", "uncertainty"]),
      "reliability",
      "The part of the Brier score"
    ),
    bins
  }),
  evaluate: (p, { bins: many, part }) =>
    withProb(p, "the Brier score", (prob) => {
      const n = p.truth.length
      const forecast = forecastOf(p, prob)
      const all = binsOf(forecast, many)
      const overall = meanOf([...p.truth.keys()], forecast.happened)
      const total = (of: (bin: Bin) => number) => all.reduce((sum, bin) => sum + of(bin), 0) / n
      const value = {
        reliability: () => total((bin) => bin.rows.length * (bin.forecast - bin.happened) ** 2),
        resolution: () =>
          total((bin) => {
            const within = bin.rows.reduce((sum, row) => {
              const off = forecast.values[row]! - bin.forecast
              return sum + off ** 2 - 2 * off * (forecast.happened[row]! - bin.happened)
            }, 0)
            return bin.rows.length * (bin.happened - overall) ** 2 - within
          }),
        uncertainty: () => overall * (1 - overall)
      }[part]()
      return mean(p, () => value)
    })
})

/** @category measures */
export const calibrationError = calibrationMeasure.make
/** @category measures */
export const brierPart = partMeasure.make

/** The measures of this file, for registries. */
export const definitions = [logloss, brier, calibrationMeasure.definition, partMeasure.definition]
