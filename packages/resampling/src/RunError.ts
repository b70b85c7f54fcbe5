/**
 * What is wrong with the directory of a run.
 */
import * as Schema from "effect/Schema"

/** A run directory that cannot be used, and what to do. @category errors */
export class RunError extends Schema.TaggedError<RunError>()("RunError", {
  directory: Schema.String,
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.directory}: ${this.given} ${this.rule}; ${this.advice}`
  }
}

/** A file whose content is not to be trusted; finished jobs do not need it. */
export const unreadable = (directory: string, file: string, reason: string): RunError =>
  new RunError({
    directory,
    given: `the file ${file}`,
    rule: `cannot be trusted: ${reason}`,
    advice: "delete it, and run the experiment again: finished jobs are kept"
  })
