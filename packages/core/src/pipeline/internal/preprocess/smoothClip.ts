/**
 * `Preprocess.smoothClip`: numbers within a limit, without a corner.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const SmoothClipOptions = Schema.Struct({
  columns,
  limit: OptionSchema.withDefault(OptionSchema.positive, 3, "The bound that large values come near")
})

/** `Preprocess.smoothClip` as a definition, for registries. @category definitions */
export const smoothClipDefinition = defineMap({
  id: "Preprocess.smoothClip",
  summary: "Bends numeric columns smoothly into a range around 0",
  options: SmoothClipOptions,
  learned: OptionSchema.positive,
  learn: (_, { limit }) => Result.succeed(limit),
  map: (limit) => (x) => x / Math.hypot(1, x / limit)
})

/**
 * Maps each number to x / √(1 + (x / limit)²), which is in (−limit, limit): small numbers stay nearly as they are, and large
 * ones come close to the limit, 3 unless told otherwise. Nothing is learned: scale before, by `robustScale` or
 * `standardise`. Missing values stay missing.
 *
 * Source: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular
 * data", NeurIPS 2024.
 * @category stages
 */
export const smoothClip = <const Name extends string = never>(
  options: Omit<typeof SmoothClipOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(smoothClipDefinition, options)
