/**
 * Which columns a preprocessing stage works on.
 */
import * as Schema from "effect/Schema"
import type * as Column from "../../../data/Column.ts"
import * as Select from "../../../data/Select.ts"

/** The schema of the option that chooses columns. */
export const columns = Schema.optionalKey(Select.schema)

/**
 * The option that chooses columns, by name or by what they are. Of those that a description takes, a stage leaves alone what it
 * cannot work on; without the option it takes every column that it can work on. Decided on the training rows.
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
