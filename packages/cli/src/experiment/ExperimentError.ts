/**
 * What is wrong with an experiment file, and where.
 */
import * as Excerpt from "@rocflow/core/Excerpt"
import * as Schema from "effect/Schema"

/** One problem, at a line and column of the file (from 1) and a path into the document. @category models */
export const Located = Schema.Struct({
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.Int),
  path: Schema.String,
  message: Schema.String
})

const nowhere: typeof Located.Type = { path: "", message: "" }

/** So many other places of a problem are listed. */
const shown = 5

const listed = (issues: ReadonlyArray<typeof Located.Type>): string => {
  const places = issues.slice(0, shown).map(({ line, path }) => (line === undefined ? path : `line ${line} (${path})`))
  return places.join(", ") + (issues.length > shown ? ` and ${issues.length - shown} more places` : "")
}

/** Refuses an experiment file with every problem found. @category errors */
export class ExperimentError extends Schema.TaggedError<ExperimentError>()("ExperimentError", {
  file: Schema.String,
  issues: Schema.Array(Located)
}) {
  override get message(): string {
    return Array.from(
      Map.groupBy(this.issues, ({ message }) => message).values(),
      ([{ line, column, path, message } = nowhere, ...others]) => {
        const place = line === undefined ? this.file : `${this.file}:${line}:${column ?? 1}`
        const more = others.length === 0 ? "" : `\n  the same at ${listed(others)}`
        return `${path === "" ? place : `${place}: ${Excerpt.visible(path)}`}: ${Excerpt.of(Excerpt.visible(message))}${more}`
      }
    ).join("\n")
  }
}
