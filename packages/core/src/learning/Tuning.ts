/**
 * What a learner that tunes itself has tried, as plain data: every configuration with its scores on inner splits, and the
 * one that it was trained with.
 */
import * as Schema from "effect/Schema"
import { MeasuredJson } from "./History.ts"

/** The schema of a configuration: values by the names of what is tuned. @category schemas */
export const Configuration = Schema.Record(Schema.String, Schema.Json)

/** Values by the names of what is tuned. @category models */
export type Configuration = typeof Configuration.Type

/** A configuration that was tried. @category schemas */
export const Evaluation = Schema.Struct({
  values: Configuration,
  /** The mean of the scores that are defined; absent where there is none, or a training failed: such a configuration loses. */
  score: Schema.optionalKey(Schema.Finite),
  /** One an inner split, up to the first that failed. */
  scores: Schema.Array(MeasuredJson),
  /** Where epochs are tuned: the best ones of the splits, averaged and rounded up. */
  epochs: Schema.optionalKey(Schema.Int),
  /** Where epochs are tuned: how many its trainings have had, of all splits together, those of earlier steps too. */
  trained: Schema.optionalKey(Schema.Int),
  /** Where configurations are dropped on the way: the bracket, from 0, and the most epochs of this step of it. */
  bracket: Schema.optionalKey(Schema.Int),
  budget: Schema.optionalKey(Schema.Int),
  /** Wall-clock seconds. */
  seconds: Schema.Finite,
  error: Schema.optionalKey(Schema.Struct({ tag: Schema.String, message: Schema.String }))
})

/** A configuration that was tried. @category models */
export type Evaluation = typeof Evaluation.Type

/** All that was tried, and what was chosen. @category schemas */
export const Tuning = Schema.Struct({
  /** The measure of the inner splits, and which way is better. */
  measure: Schema.String,
  direction: Schema.Literals(["minimise", "maximise"]),
  /** The configuration that was chosen, and the epochs that it was trained for, where these were tuned. */
  values: Configuration,
  epochs: Schema.optionalKey(Schema.Int),
  /** In the order in which they were tried. */
  evaluations: Schema.Array(Evaluation)
})

/** All that was tried, and what was chosen. @category models */
export type Tuning = typeof Tuning.Type

/** Evaluations, the best first, equal ones in their order; what has no score comes last. */
export const ranked = <E extends Pick<Evaluation, "score">>(
  evaluations: ReadonlyArray<E>,
  direction: Tuning["direction"]
): ReadonlyArray<E> => {
  const sign = direction === "maximise" ? -1 : 1
  const of = ({ score }: E) => (score === undefined ? Infinity : sign * score)
  return evaluations.toSorted((a, b) => (of(a) < of(b) ? -1 : of(a) > of(b) ? 1 : 0))
}

/**
 * Where the best of some evaluations stands, the first of equal ones; −1 where all failed.
 *
 * @example
 * Tuning.best([{ score: 0.7 }, { score: 0.9 }, { score: 0.9 }], "maximise") // => 1
 */
export const best = (evaluations: ReadonlyArray<Pick<Evaluation, "score">>, direction: Tuning["direction"]): number => {
  const sign = direction === "maximise" ? 1 : -1
  return evaluations.reduce((found, { score }, i) => {
    if (score === undefined) return found
    const leading = evaluations[found]?.score
    return leading === undefined || sign * (score - leading) > 0 ? i : found
  }, -1)
}
