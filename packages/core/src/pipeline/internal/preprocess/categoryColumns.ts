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
