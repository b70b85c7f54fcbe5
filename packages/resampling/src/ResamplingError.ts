/**
 * The error of turning a resampling into splits.
 */
import { Reason } from "@rocflow/core/splitting/SplitProblem"
import * as Schema from "effect/Schema"

/**
 * Says why a resampling has no splits on a task: what was given, which rule it breaks, what to do.
 *
 * ```ts
 * new ResamplingError({
 *   reason: "TooManyFolds", resampling: "cv", task: "iris",
 *   given: "folds = 200", rule: "is more than the 150 rows", advice: "Use at most 150 folds."
 * }).message // => cv on task "iris": folds = 200 is more than the 150 rows. Use at most 150 folds.
 * ```
 */
export class ResamplingError extends Schema.TaggedError<ResamplingError>()("ResamplingError", {
  reason: Reason,
  resampling: Schema.String,
  task: Schema.String,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    return `${this.resampling} on task "${this.task}": ${this.given} ${this.rule}. ${this.advice}`
  }
}
