/**
 * What is wrong with an experiment file, and where.
 */
import * as Schema from "effect/Schema"

/** One problem, at a line and column of the file (from 1) and a path into the document. @category models */
export const Located = Schema.Struct({
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  path: Schema.String,
  message: Schema.String
})

/** Refuses an experiment file with every problem found. @category errors */
export class ExperimentError extends Schema.TaggedError<ExperimentError>()("ExperimentError", {
  file: Schema.String,
  issues: Schema.Array(Located)
}) {
  override get message(): string {
    return this.issues
      .map(({ line, column, path, message }) => {
        const place = line === undefined ? this.file : `${this.file}:${line}:${column ?? 1}`
        return path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`
      })
      .join("\n")
  }
}
