/**
 * Trees in the state of a model, and what the features did for them.
 */
import * as Schema from "effect/Schema"
import type * as Learner from "@rocflow/core/learning/Learner"
import { Bytes, Float64, Int32 } from "./typedArrays.ts"

/** The schema of `Trees`. */
export const SavedTrees = Schema.Struct({
  width: Schema.Int,
  nodes: Int32,
  roots: Int32,
  values: Float64,
  cover: Float64,
  sets: Bytes
})

/** The schema of the gain and the number of splits of each column. */
export const SavedImportance = Schema.Struct({
  gain: Schema.Array(Schema.Finite),
  splits: Schema.Array(Schema.Int)
})

/** The columns with what they gained, the best first. */
export const importanceOf = (
  columns: ReadonlyArray<{ readonly column: string }>,
  { gain, splits }: typeof SavedImportance.Type
): ReadonlyArray<Omit<Learner.Gain, "feature">> =>
  columns
    .map(({ column }, j) => ({ column, gain: gain[j]!, splits: splits[j]! }))
    .sort((a, b) => b.gain - a.gain || (a.column < b.column ? -1 : 1))
