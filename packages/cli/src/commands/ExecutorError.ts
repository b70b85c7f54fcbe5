/**
 * What is wrong with where jobs are to run.
 */
import * as Schema from "effect/Schema"

/** A flag of another executor, an address that is none, a template that cannot be read. @category errors */
export class ExecutorError extends Schema.TaggedError<ExecutorError>()("ExecutorError", {
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.given} ${this.rule}; ${this.advice}`
  }
}
