/**
 * What is wrong with a description: a stage, an option, a loss, a measure.
 */
import * as Schema from "effect/Schema"
import * as Excerpt from "../Excerpt.ts"

/** One problem of a description and where it stands, as a path into its JSON form. @category models */
export const Issue = Schema.Struct({
  path: Schema.Array(Schema.Union([Schema.String, Schema.Number])),
  message: Schema.String
})
/** What is wrong, and at which place of the description. @category models */
export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/** Writes a path as people do: `learners[1].pipeline[0].type`. */
export const pathText = (path: Issue["path"]): string =>
  Excerpt.of(
    path
      .map((key, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${Excerpt.ofName(key)}`))
      .join(""),
    300
  )

/**
 * Refuses a pipeline or learner description. Carries every issue found, not only the first one.
 * @category errors
 */
export class PipelineError extends Schema.TaggedError<PipelineError>()("PipelineError", {
  issues: Schema.Array(Issue)
}) {
  override get message(): string {
    return this.issues
      .map(({ path, message }) => (path.length === 0 ? message : `at ${pathText(path)}: ${message}`))
      .join("\n")
  }
}
