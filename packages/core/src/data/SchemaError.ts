/**
 * The error of everything that makes a table: files, columns, declared types.
 */
import * as Schema from "effect/Schema"
import { visible } from "../Excerpt.ts"

/**
 * Says that data does not have the form a table needs: what was given, where, which rule it breaks, what to do.
 *
 * `line` counts lines of the file from 1, as editors do; quoted fields that span lines are taken into account.
 *
 * ```ts
 * new SchemaError({ file: "a.csv", line: 3, column: "x", given: '"abc"', rule: "is not a number", advice: "Correct it." })
 *   .message // => a.csv, line 3, column "x": "abc" is not a number. Correct it.
 * ```
 */
export class SchemaError extends Schema.TaggedError<SchemaError>()("SchemaError", {
  file: Schema.optionalKey(Schema.String),
  line: Schema.optionalKey(Schema.Int),
  column: Schema.optionalKey(Schema.String),
  given: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message() {
    const place = [
      this.file,
      this.line === undefined ? undefined : `line ${this.line}`,
      this.column === undefined ? undefined : `column "${this.column}"`
    ].filter((part) => part !== undefined)
    return visible(`${place.length === 0 ? "" : `${place.join(", ")}: `}${this.given} ${this.rule}. ${this.advice}`)
  }
}
