/**
 * How networks of arrays begin: one column, of rows of one shape.
 */
import * as Result from "effect/Result"
import type * as Recipe from "@rocflow/core/learning/Recipe"
import * as Features from "@rocflow/core/pipeline/Features"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"

/** A column of arrays, and the shape of one row where all have one. */
export interface Chosen {
  readonly column: string
  readonly shape?: ReadonlyArray<number>
}

/** The name of a column, so that the compiler knows which one is needed. */
export interface OnColumn<Name extends string> {
  readonly column?: Name
}

/** The column of arrays that is named, or the only feature. */
export const tensorOf = (
  id: string,
  column: string | undefined,
  seen: Recipe.Seen
): Result.Result<Chosen, PipelineError> => {
  const { booleans, categories, dates, numbers, tensors } = seen
  const names = tensors.map((tensor) => tensor.column)
  const named = column === undefined ? undefined : tensors.find((tensor) => tensor.column === column)
  if (named !== undefined) return Result.succeed(named)
  if (column !== undefined) {
    return Features.fail(
      id,
      `the feature "${column}" holds no arrays; ${names.length === 0 ? "give the task a column of images" : `name one of ${names.join(", ")}`}`
    )
  }
  const [only, ...others] = tensors
  const rest = [
    ...others.map((tensor) => tensor.column),
    ...numbers,
    ...booleans,
    ...dates,
    ...categories.map(({ column: name }) => name)
  ]
  if (only !== undefined && rest.length === 0) return Result.succeed(only)
  return Features.fail(
    id,
    only === undefined
      ? "takes a column of arrays, and no feature is one; use Mlp or TabM for tables"
      : `takes one column of arrays, and there are also ${rest
          .slice(0, 5)
          .map((name) => `"${name}"`)
          .join(", ")}; say which one by column, or leave the others out of the features`
  )
}
