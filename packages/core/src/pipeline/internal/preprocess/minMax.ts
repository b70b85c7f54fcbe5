/**
 * `Preprocess.minMax`: numbers in a range.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { ascending } from "../numeric/quantiles.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const Range = Schema.Tuple([Schema.Finite, Schema.Finite])

const MinMaxOptions = Schema.Struct({
  columns,
  to: OptionSchema.withDefault(
    Range.check(
      Schema.makeFilter(([low, high]) => (low < high ? undefined : "Expected two numbers, the lower one first"))
    ),
    [0, 1],
    "What the least and the greatest value of training become"
  ),
  clip: OptionSchema.withDefault(Schema.Boolean, false, "Whether new values beyond become the ends")
})

/** `Preprocess.minMax` as a definition, for registries. @category definitions */
export const minMaxDefinition = defineMap({
  id: "Preprocess.minMax",
  summary: "Shifts and scales numeric columns so that their least value is 0 and their greatest 1",
  options: MinMaxOptions,
  learned: Schema.Struct({
    least: Schema.Finite,
    factor: Schema.Finite,
    to: Range,
    clip: Schema.Boolean
  }),
  learn: (values, { clip, to }) => {
    const sorted = ascending(values)
    const least = sorted[0] ?? 0
    const width = (sorted.at(-1) ?? 0) - least
    const factor = (to[1] - to[0]) / width
    return Number.isFinite(width)
      ? Result.succeed({ least, factor: Number.isFinite(factor) ? factor : 1, to, clip })
      : Result.fail(`goes from ${least} to ${sorted.at(-1)}, too far for a range; correct or rescale it`)
  },
  map:
    ({ clip, factor, least, to: [low, high] }) =>
    (x) => {
      const y = low + (x - least) * factor
      return clip ? Math.min(high, Math.max(low, y)) : y
    }
})

/**
 * Maps each numeric column to (x − least) / (greatest − least), with the least and the greatest value of the training rows, or
 * to another range than 0 to 1, `to`. New values beyond those of training go beyond the range, unless `clip` puts them on its
 * ends. A column that is constant in training is only shifted, to the lower end. Missing values stay missing.
 *
 * *Gotcha*: one value far out presses all others together; `robustScale` has none of this.
 * @category stages
 */
export const minMax = <const Name extends string = never>(
  options: Omit<typeof MinMaxOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(minMaxDefinition, options)
