/**
 * Which columns a preprocessing stage works on.
 */
import * as OptionSchema from "../../../OptionSchema.ts"
import type * as Column from "../../../data/Column.ts"
import * as Select from "../../../data/Select.ts"

/** The schema of the option that chooses columns. */
export const columns = OptionSchema.optional(
  Select.schema,
  "Columns by name, or a selector; default: every column that the stage works on",
  ["age", "dose"]
)

/**
 * The option that chooses columns, by name or by what they are, decided on the training rows. What is named must be there, and
 * something that the stage can work on. Of the columns that a description takes, a stage takes those of its kind, numbers or
 * categories, and leaves the others alone; without the option it takes all of its kind.
 * @category models
 */
export interface ColumnsOption<Name extends string> {
  readonly columns?: Select.Select<Name>
}

/** Whether a column holds numbers. */
export const isNumber = (column: Column.Column): column is Column.Numeric | Column.Integer =>
  column.type === "numeric" || column.type === "integer"

/** Whether a column holds categories, or text that may be taken for them. */
export const isCategory = (column: Column.Column): column is Column.Factor | Column.Text =>
  column.type === "factor" || column.type === "string"
