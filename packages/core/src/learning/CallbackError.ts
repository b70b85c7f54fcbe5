/**
 * A callback cannot do what its options say.
 */
import * as Schema from "effect/Schema"

/** Names the callback, what was given, which rule it breaks, and what to do. @category errors */
export class CallbackError extends Schema.TaggedError<CallbackError>()("CallbackError", {
  callback: Schema.String,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.callback}: ${this.given} ${this.rule}; ${this.advice}`
  }
}
