/**
 * A checkpoint cannot be gone on from.
 */
import * as Schema from "effect/Schema"

/** Names the file, if there is one, what was found there, which rule it breaks, and what to do. @category errors */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  file: Schema.optionalKey(Schema.String),
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.file === undefined ? "" : `${this.file}: `}${this.given} ${this.rule}; ${this.advice}`
  }
}
