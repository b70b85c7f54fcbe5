/**
 * The file of rows that a model is asked about: its features are read as training saw them.
 */
import type * as Column from "@rocflow/core/data/Column"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import type * as Table from "@rocflow/core/data/Table"
import type { Feature, TaskSchema } from "@rocflow/core/data/TaskSchema"
import { shellWord } from "@rocflow/resampling/shellWord"
import * as Effect from "effect/Effect"
import { ModelError } from "./models.ts"
import { fileOptions, type Reading } from "./reading.ts"

/** How a feature is read from a file: as training saw it, as far as a file can say. */
const typeOf = ({ type }: Feature): Column.PlainType | undefined => {
  switch (type) {
    case "numeric":
    case "integer":
      return "numeric"
    case "factor":
    case "string":
      return "string"
    case "boolean":
    case "date":
      return type
    case "tensor":
      return undefined
  }
}

/**
 * How the file is read. The flags say it; where they do not, values are written as in training. Errors: `ModelError` for a model of
 * arrays.
 */
export const optionsOf = (
  path: string,
  { features, notation }: TaskSchema,
  flags: Reading
): Effect.Effect<Table.FileOptions, ModelError> => {
  const arrays = features.find(({ type }) => type === "tensor")
  if (arrays !== undefined) {
    return Effect.fail(
      new ModelError({
        path,
        rule: `the model reads arrays ("${arrays.name}"), which a table does not hold`,
        advice: "predict in code, by Saved.read and Learner.predict"
      })
    )
  }
  const columns = Object.fromEntries(features.map((feature) => [feature.name, typeOf(feature)!]))
  return Effect.succeed({ ...fileOptions(flags, notation), columns })
}

/** A column that the model declares is one that it needs, and a value that is none may stand for a missing one. */
export const needed = (error: SchemaError): SchemaError => {
  const [, columns] = /^the declared (column.*)$/s.exec(error.given) ?? []
  if (columns !== undefined) {
    return new SchemaError({ ...error, given: `the ${columns.replace("column", "feature")} of the model` })
  }
  const [, value] = /^"(.*)"(?: \(row \d+\))?$/s.exec(error.given) ?? []
  if (value === undefined || !error.advice.startsWith("Correct")) return error
  const advice =
    error.rule === "is no date"
      ? "Write it as the dates were written that the model was trained with, or leave it empty if it is unknown."
      : `Correct the value, or leave it empty if it is unknown; if it means that everywhere, give --na ${shellWord(value)}.`
  return new SchemaError({ ...error, advice })
}
