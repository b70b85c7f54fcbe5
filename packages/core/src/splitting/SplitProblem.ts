/**
 * The error of dividing rows: why there are no folds, no draw, no training set.
 */
import * as Schema from "effect/Schema"

/** Which rule is broken, for programs; people read the message. @category models */
export const Reason = Schema.Literals([
  "InvalidOption",
  "InvalidSeed",
  "InvalidRows",
  "MissingRole",
  "MissingValue",
  "GroupSpansFolds",
  "FixedFolds",
  "TooManyFolds",
  "EmptySplit",
  "MissingClass"
])
/** Why rows cannot be divided. @category models */
export type Reason = typeof Reason.Type

/**
 * Says why rows cannot be divided, before it is known for which resampling or learner: what was given, which rule it
 * breaks, what to do.
 *
 * @example
 * new SplitProblem({
 *   reason: "TooManyFolds",
 *   given: "folds = 200", rule: "is more than the 150 rows", advice: "Use at most 150 folds."
 * }).message // => "folds = 200 is more than the 150 rows. Use at most 150 folds."
 * @category errors
 */
export class SplitProblem extends Schema.TaggedError<SplitProblem>()("SplitProblem", {
  reason: Reason,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.given} ${this.rule}. ${this.advice}`
  }
}
