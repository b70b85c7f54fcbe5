/**
 * Validation is one value: which rows are held out of training, what is measured on them, and whether that ends training.
 *
 * There is no way to write early stopping without held-out rows, or held-out rows without a measure.
 *
 * @example
 * Validation.holdout(0.5, { measures: [Measure.auc], patience: 20 })
 */
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../data/Task.ts"
import * as OptionSchema from "../OptionSchema.ts"
import * as Measure from "./Measure.ts"

const Common = {
  measures: OptionSchema.required(
    Schema.NonEmptyArray(Measure.reference),
    "What is measured on held-out rows; the first one chooses the best epoch",
    ["auc"]
  ),
  patience: OptionSchema.withDefault(
    OptionSchema.count(0),
    0,
    "Evaluations without a gain that end training; 0 never does"
  ),
  minDelta: OptionSchema.withDefault(OptionSchema.nonNegative, 0, "A gain must exceed this, in units of the measure"),
  stopWhen: OptionSchema.withDefault(
    Schema.Literals(["first", "any", "all"]),
    "first",
    "Whose stagnation ends training: the first measure's, any one's, or that of all"
  ),
  restoreBest: OptionSchema.withDefault(Schema.Boolean, false, "Whether the weights of the best epoch are kept"),
  whenUndefined: OptionSchema.withDefault(
    Schema.Literals(["continue", "fail"]),
    "continue",
    "What happens where the first measure never has a value"
  )
}

/** A validation in options; in JSON its measures go by id. @category schemas */
export const Options = Schema.Union([
  Schema.Struct({
    holdout: OptionSchema.required(OptionSchema.share, "The share of the training rows that are held out", 0.3),
    ...Common
  }),
  Schema.Struct({
    rows: OptionSchema.required(
      Schema.Array(OptionSchema.count(0)).check(Schema.isMinLength(1)),
      "The training rows that are held out, counted from 0",
      [0, 1, 2]
    ),
    ...Common
  })
])
/** The schema of a validation: which rows are held out, what is measured, when training ends. @category models */
export type Options = typeof Options.Type

type Measures<K extends TargetKind> = readonly [Measure.Measure<K>, ...ReadonlyArray<Measure.Measure<K>>]

/** A validation: its JSON form and the measures that it names, of some kinds of targets. @category models */
export interface Validation<out K extends TargetKind = TargetKind> {
  readonly options: typeof Options.Encoded
  readonly measures: Measures<K>
}

/** What is measured, and when training ends. @category models */
export interface Settings<out K extends TargetKind = TargetKind> {
  /** At least one; the first one chooses the best epoch, and decides about early stopping unless `stopWhen` says more. */
  readonly measures: Measures<K>
  /** Ends training after this many evaluations without a gain of the first measure. 0, the default: never. */
  readonly patience?: number
  /** A gain must exceed this, in units of the measure. Default 0. */
  readonly minDelta?: number
  /**
   * Whose stagnation ends training: that of the first measure (the default), of any one, or of all at the same time. The
   * best epoch is that of the first measure in any case.
   */
  readonly stopWhen?: "first" | "any" | "all"
  /** Whether the weights of the best epoch are kept; the default keeps the last ones. */
  readonly restoreBest?: boolean
  /**
   * What becomes of a training whose first measure never has a value, such as AUC on held-out rows of one class. By
   * default it goes on to its last epoch, as without validation, and a note says so; `"fail"` makes it an error.
   */
  readonly whenUndefined?: "continue" | "fail"
}

const make = <K extends TargetKind>(
  split: { readonly holdout: number } | { readonly rows: ReadonlyArray<number> },
  { measures, ...settings }: Settings<K>
): Validation<K> => {
  const [first, ...others] = measures
  return { options: { ...split, ...settings, measures: [first.json, ...others.map(({ json }) => json)] }, measures }
}

/**
 * Holds out a share of the training rows, `ratio` in (0, 1), at random: whole groups if the task has a group column,
 * evenly from each stratum (without a stratum column, from each class); see `Holdout.rows`.
 * @category constructors
 */
export const holdout = <K extends TargetKind>(ratio: number, settings: Settings<K>): Validation<K> =>
  make({ holdout: ratio }, settings)

/** Holds out the given 0-based rows of the task that is trained on. @category constructors */
export const rows = <K extends TargetKind>(rows: ReadonlyArray<number>, settings: Settings<K>): Validation<K> =>
  make({ rows }, settings)
