/**
 * A value is missing where a number is needed.
 */
import * as Schema from "effect/Schema"

/** Names the columns with missing values and how many rows lack one. @category errors */
export class MissingValues extends Schema.TaggedError<MissingValues>()("MissingValues", {
  stage: Schema.String,
  columns: Schema.Array(Schema.Struct({ column: Schema.String, count: Schema.Int })),
  rows: Schema.Int
}) {
  override get message(): string {
    const named = this.columns.slice(0, 8).map(({ column, count }) => `"${column}" (${count} of ${this.rows} rows)`)
    const more = this.columns.length > 8 ? ` and ${this.columns.length - 8} more` : ""
    return `${this.stage} needs complete columns, but values are missing in ${named.join(", ")}${more}; put Preprocess.impute before it (method "median" for numbers, "mode" for any column, ahead of Preprocess.oneHot), or leave the columns out by Preprocess.select`
  }
}
