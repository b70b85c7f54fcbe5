/** The one error of error-difference tables, their AUM and the line search over them. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Reason → [the rule that was broken, what to do about it]. */
const explanations = {
  NoPredictions: ["at least one prediction is needed", "pass one score per example"],
  NoLabels: ["at least one label is needed", "pass one label per example"],
  InvalidLabel: [
    "labels are 0 and 1, or -1 and 1, or booleans, and the two codings are not mixed",
    "recode the labels so that 1 is the positive class"
  ],
  SingleClass: [
    'denominator "rate" divides by the size of each class, so both must occur',
    'use denominator "count", or rows with both classes'
  ],
  InvalidMargin: ["a margin is a finite number of at least 0", "give such a number, or leave it out for none"],
  UnknownDenominator: ['the denominator is "rate" or "count"', "choose one of the two"],
  NonFinitePrediction: ["scores are finite", "remove or impute the score before computing AUM"],
  NonFiniteBreakpoint: ["breakpoints are finite", "drop the row: errors beyond every finite score do not count"],
  NonFiniteDiff: ["error differences are finite", "correct the row, or drop it if nothing changes there"],
  NonFiniteError: ["numbers of errors are finite", "correct fp and fn of the row"],
  ExampleOutOfRange: [
    "an example is an integer from 0 to the number of examples minus 1",
    "renumber the examples from 0, or pass the scores of all of them"
  ],
  InvalidExamples: [
    "the number of examples is an integer of at least 0",
    "pass { examples: n }, or the names of the examples"
  ],
  TooFewScores: ["there is one score per example of the table", "pass the scores of all examples"],
  NamesNeeded: [
    "examples known by name need the list of names that gives each its position among the scores",
    'pass { examples: ["first", "second"] } in the order of the scores'
  ],
  DuplicateName: ["the names of the examples are unique", "name each example once"],
  NegativeFalsePositives: [
    "the false positives summed from the lowest threshold never fall below 0",
    "check the fpDiff of the example: errors must have come before they can go"
  ],
  NegativeFalseNegatives: [
    "the false negatives summed from the highest threshold never fall below 0",
    "check the fnDiff of the example: a positive example has fnDiff -1, not 1"
  ],
  ZeroFalsePositives: [
    "the total of the false positives is above 0",
    'include examples that can be false positives, or use denominator "count" without a search'
  ],
  ZeroFalseNegatives: [
    "the total of the false negatives is above 0",
    'include examples that can be false negatives, or use denominator "count" without a search'
  ],
  InvalidLambda: ["penalties are finite and at least 0", "correct minLambda of the row"],
  PenaltyMissingZero: [
    "the rows of each example start at penalty 0",
    "add the row with minLambda 0, the errors of the largest model"
  ],
  PenaltyRepeatedLambda: ["each example has one row per penalty", "keep one of the rows with this minLambda"],
  LengthMismatch: ["columns that belong together have the same length", "pass arrays of the same length"],
  NonFiniteDirection: ["the direction of a search is finite", "remove the example, or compute its direction again"],
  NoLines: ["a search needs at least one line", "pass at least one breakpoint"],
  NonFiniteLine: ["lines are finite", "correct the line or drop it"],
  InvalidLimit: ["the number of rows of a search is an integer of at least 1", 'pass { _tag: "rows", rows: 100 }']
} as const

export type Reason = keyof typeof explanations

/**
 * Says why a table of error differences, its scores or a search over them was refused.
 *
 * `reason` names the rule, `index` is the first offending row, label, score or line (counted from 0, where there is
 * one), `given` what was found there.
 */
export class InvalidDiffs extends Schema.TaggedError<InvalidDiffs>("@rocflow/losses/InvalidDiffs")("InvalidDiffs", {
  reason: Schema.Literals(Object.keys(explanations) as ReadonlyArray<Reason>),
  given: Schema.String,
  index: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    const [rule, remedy] = explanations[this.reason]
    return `${this.given}: ${rule}; ${remedy}.`
  }
}

/** Fails with `reason`; leave `index` out where no single row is to blame. */
export const fail = (reason: Reason, given: string, index?: number): Result.Result<never, InvalidDiffs> =>
  Result.fail(new InvalidDiffs(index === undefined ? { reason, given } : { reason, given, index }))

/** Computes when the effect runs, and again each time it runs. */
export const toEffect = <A>(compute: () => Result.Result<A, InvalidDiffs>): Effect.Effect<A, InvalidDiffs> =>
  Effect.suspend(() => Effect.fromResult(compute()))
