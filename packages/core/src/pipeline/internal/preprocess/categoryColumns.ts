/**
 * The columns that an encoding takes as categories.
 */
import * as Result from "effect/Result"
import type * as Column from "../../../data/Column.ts"
import type { Select } from "../../../data/Select.ts"
import * as Features from "../../Features.ts"
import type { PipelineError } from "../../PipelineError.ts"
import { isCategory } from "./columns.ts"

/** Factor and text columns; a column that is named may be of any type but a tensor. */
export const categoryColumns = (
  features: Features.Features,
  id: string,
  select: Select | undefined,
  fits: (column: Column.Column) => boolean = isCategory
): Result.Result<ReadonlyArray<Features.Entry>, PipelineError> =>
  Result.flatMap(Features.chosen(features, id, select, fits), (chosen) => {
    const tensor = chosen.find(([, { type }]) => type === "tensor")
    return tensor === undefined
      ? Result.succeed(chosen)
      : Features.fail(id, `cannot encode the tensor column "${tensor[0]}"; leave it out`)
  })

/** Puts other columns in the places of some, of any names that are free. */
export const expand = (
  features: Features.Features,
  id: string,
  changes: ReadonlyArray<readonly [name: string, columns: (old: Column.Column) => ReadonlyArray<Features.Entry>]>
): Result.Result<Features.Features, PipelineError> =>
  Result.flatMap(
    Features.chosen(
      features,
      id,
      changes.map(([name]) => name)
    ),
    () => {
      const changeOf = new Map(changes)
      const next = Array.from(features.columns, ([name, column]): ReadonlyArray<Features.Entry> => {
        const change = changeOf.get(name)
        return change === undefined ? [[name, column]] : change(column)
      })
      return Features.distinct(id, next.flat(), features.rows)
    }
  )
