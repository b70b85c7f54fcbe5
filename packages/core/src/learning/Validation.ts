/**
 * Validation is one value: which rows are held out of training, what is measured on them, and whether that ends training.
 *
 * There is no way to write early stopping without held-out rows, or held-out rows without a measure.
 *
 * @example
 * Validation.holdout(0.5, { measures: [Measure.auc], patience: 20 })
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Measure } from "./Measure.ts"

const Common = {
  measures: Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1)),
  patience: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(0))),
  minDelta: Schema.Number.check(Schema.isGreaterThanOrEqualTo(0)).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(0))
  ),
  restoreBest: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
}

/** The JSON form of a validation; measures by id. @category schemas */
export const Options = Schema.Union([
  Schema.Struct({
    holdout: Schema.Finite.check(
      Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true, exclusiveMaximum: true })
    ),
    ...Common
  }),
  Schema.Struct({
    rows: Schema.Array(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))).check(Schema.isMinLength(1)),
    ...Common
  })
])
/** @category models */
export type Options = typeof Options.Type

/** A validation: its JSON form and the measures that it names. @category models */
export interface Validation {
  readonly options: typeof Options.Encoded
  readonly measures: readonly [Measure, ...ReadonlyArray<Measure>]
}

/** What is measured, and when training ends. @category models */
export interface Settings {
  /** At least one; the first one decides about early stopping. */
  readonly measures: readonly [Measure, ...ReadonlyArray<Measure>]
  /** Ends training after this many evaluations without a gain of the first measure. 0, the default: never. */
  readonly patience?: number
  /** A gain must exceed this, in units of the first measure. Default 0. */
  readonly minDelta?: number
  /** Whether the weights of the best epoch are kept; the default keeps the last ones. */
  readonly restoreBest?: boolean
}

const make = (
  split: { readonly holdout: number } | { readonly rows: ReadonlyArray<number> },
  settings: Settings
): Validation => ({
  options: { ...split, ...settings, measures: settings.measures.map(({ id }) => id) },
  measures: settings.measures
})

/**
 * Holds out a share of the training rows, `ratio` in (0, 1), at random: whole groups if the task has a group column,
 * evenly from each stratum (without a stratum column, from each class); see `Holdout.rows`.
 * @category constructors
 */
export const holdout = (ratio: number, settings: Settings): Validation => make({ holdout: ratio }, settings)

/** Holds out the given 0-based rows of the task that is trained on. @category constructors */
export const rows = (rows: ReadonlyArray<number>, settings: Settings): Validation => make({ rows }, settings)
