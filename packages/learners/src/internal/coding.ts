/**
 * How the columns of a tree become numbers, remembered from training.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "@rocflow/core/data/Column"
import * as Note from "@rocflow/core/data/Note"
import * as TaskModule from "@rocflow/core/data/Task"
import type { Task } from "@rocflow/core/data/Task"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import { rowsWhere } from "@rocflow/core/splitting/Split"

/** How a column becomes numbers: as it is, by the place of its level in an order, or by the number of its level. */
export const Coding = Schema.Union([
  Schema.Struct({ column: Schema.String, as: Schema.Literal("number") }),
  Schema.Struct({
    column: Schema.String,
    as: Schema.Literals(["ordered", "unordered"]),
    levels: Schema.Array(Schema.String)
  })
])
export type Coding = typeof Coding.Type

/** The coding of a column that is trained on. */
export const codingOf = (name: string, column: Column.Column): Coding =>
  column.type === "factor" || column.type === "string"
    ? {
        column: name,
        as: column.type === "factor" && column.ordered ? "ordered" : "unordered",
        levels: Column.asFactor(column).levels
      }
    : { column: name, as: "number" }

/**
 * Codes a column. Of levels without an order, those unknown in training and missing ones get the code behind the last
 * level; missing numbers and missing ordered levels are NaN.
 */
export const encode = (
  learner: string,
  coding: Coding,
  column: Column.Column
): Result.Result<Float64Array, PipelineError> => {
  if (coding.as === "number") {
    const values = Column.asNumbers(column)
    return values === undefined
      ? Features.fail(
          learner,
          column.type === "date"
            ? `column "${coding.column}" is a date; put Preprocess.dates before it by Learner.preprocessed (in a file: preprocess: [Preprocess.dates]), or leave the column out`
            : column.type === "tensor"
              ? `column "${coding.column}" is a tensor, which only networks take; leave it out of the features, or use a pipeline with Ingress.tensor`
              : `column "${coding.column}" was a number in training and is ${column.type}; read it as numbers`
        )
      : Result.succeed(values)
  }
  const { codes, levels } = Column.asFactor(column)
  const codeOf = new Map(coding.levels.map((level, code) => [level, code]))
  const recoded = levels.map((level) => codeOf.get(level))
  if (coding.as === "unordered") {
    return Result.succeed(Float64Array.from(codes, (code) => recoded[code] ?? coding.levels.length))
  }
  const row = codes.findIndex((code) => code >= 0 && recoded[code] === undefined)
  return row < 0
    ? Result.succeed(Float64Array.from(codes, (code) => recoded[code] ?? Number.NaN))
    : Features.fail(
        learner,
        `column "${coding.column}" is "${levels[codes[row]!]}" in row ${row}, which has no place in the order ${coding.levels.join(" < ")} of training; correct it, or make the factor unordered`
      )
}

/** The rows that count: a row without weight is not there. */
export const weighted = (learner: string, task: Task): Result.Result<Task, PipelineError> => {
  const { weights } = task
  const rows = weights === undefined ? undefined : rowsWhere(task.rows, (row) => weights[row]! > 0)
  if (rows === undefined || rows.length === task.rows) return Result.succeed(task)
  return rows.length > 0
    ? Result.succeed(TaskModule.take(task, rows))
    : Features.fail(learner, `none of the ${task.rows} training rows has a positive weight; give it rows with weight`)
}

/** A split of levels that hardly come twice sorts the training rows perfectly, and no others. */
export const labelNotes = (task: Task): ReadonlyArray<Note.Note> =>
  task.roles.feature
    .filter((name) => Column.isLabel(task.table.columns.get(name)!))
    .map((name) =>
      Note.make({
        code: "label-column",
        column: name,
        finding: "has a value of its own in most rows, so that a tree learns it by heart",
        advice: `Leave it out by ignore: [${name}], or derive a feature of it.`
      })
    )
