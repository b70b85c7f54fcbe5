/**
 * Seconds as measures: how long a job trained, and how long it predicted.
 *
 * A timing is of a job and not of its predictions. It has a place in scores, tables and comparisons, and none where
 * something is chosen by measures of predictions: in a validation, a tuning, a threshold.
 *
 * *Gotcha*: seconds depend on the machine and on what else it does, so they differ between two runs of a job, which are
 * otherwise equal. A job that was stopped and went on from a checkpoint has the seconds since then.
 *
 * @example
 * const design = yield* Design.grid({ tasks, learners, resamplings, measures: [Measure.auc, Timing.trainSeconds], seed: 1 })
 */
import * as Schema from "effect/Schema"
import type * as Definition from "../pipeline/Definition.ts"

/** How long the parts of a job took, by the wall clock. @category models */
export interface Seconds {
  readonly train: number
  readonly predict: number
}

/** Seconds of a job, as a measure. @category models */
export interface Timing extends Definition.Definition<"timing"> {
  readonly json: string
  /** The name in tables and figures. */
  readonly label: string
  readonly direction: "minimise"
  readonly range: readonly [lower: number, upper: number]
  /** The seconds that it counts, of all that were taken. */
  readonly of: (seconds: Seconds) => number
}

const make = (id: string, label: string, summary: string, of: Timing["of"]): Timing => ({
  kind: "timing",
  id,
  json: id,
  label,
  summary,
  options: Schema.Struct({}),
  direction: "minimise",
  range: [0, Infinity],
  of
})

/** The seconds of training, with preprocessing, validation and what a learner tunes or trains within itself. @category measures */
export const trainSeconds = make(
  "trainSeconds",
  "training seconds",
  "Wall-clock seconds of training",
  ({ train }) => train
)

/** The seconds of predicting the test rows, all together. @category measures */
export const predictSeconds = make(
  "predictSeconds",
  "prediction seconds",
  "Wall-clock seconds of predicting the test rows",
  ({ predict }) => predict
)

/** Whether a measure of a design is one of seconds. @category guards */
export const isTiming = (measure: Definition.Definition): measure is Timing => measure.kind === "timing"

/** The timings of this package, for registries. */
export const definitions: ReadonlyArray<Timing> = [trainSeconds, predictSeconds]
