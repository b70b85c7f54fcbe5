/**
 * `Preprocess.quantileTransform`: numbers of a normal or uniform distribution.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { Generator } from "../../../Seed.ts"
import { meanAndSdOf } from "../numeric/moments.ts"
import { normalScore, quantilesOf, shareBelow } from "../numeric/quantileMap.ts"
import { ascending } from "../numeric/quantiles.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const Output = Schema.Literals(["normal", "uniform"])

const QuantileTransformOptions = Schema.Struct({
  columns,
  output: OptionSchema.withDefault(Output, "normal", "The distribution that every column gets"),
  quantiles: OptionSchema.optional(
    OptionSchema.count(2),
    "Quantiles that are learned; default: a thirtieth of the rows, from 10 to 1000",
    1000
  ),
  noise: OptionSchema.withDefault(
    OptionSchema.nonNegative,
    0,
    "Noise before the quantiles are taken, in standard deviations"
  )
})

const noisy = (values: Float64Array, noise: number, random: Generator): Float64Array => {
  const width = noise * meanAndSdOf(values).sd
  return values.map((x) => x + width * random.normal())
}

/** `Preprocess.quantileTransform` as a definition, for registries. @category definitions */
export const quantileTransformDefinition = defineMap({
  id: "Preprocess.quantileTransform",
  summary: "Maps numeric columns by their quantiles to a normal or uniform distribution",
  options: QuantileTransformOptions,
  learned: Schema.Struct({ output: Output, quantiles: Schema.Array(Schema.Finite) }),
  learn: (values, { noise, output, quantiles }, random) => {
    if (values.length === 0) return Result.succeed({ output, quantiles: [0, 0] })
    const count = Math.max(
      2,
      Math.min(quantiles ?? Math.max(10, Math.min(1000, Math.floor(values.length / 30))), values.length)
    )
    const sorted = ascending(noise === 0 ? values : noisy(values, noise, random()))
    return Result.succeed({ output, quantiles: Array.from(quantilesOf(sorted, count)) })
  },
  map: ({ output, quantiles }) => {
    const known = Float64Array.from(quantiles)
    return output === "normal" ? (x) => normalScore(known, x) : (x) => shareBelow(known, x)
  }
})

/**
 * Maps each numeric column by its own distribution function to an `output` that is standard `normal` (the default) or
 * `uniform` in [0, 1]: the share of training rows below x, linear between `quantiles` of them, and of it the quantile of the
 * normal distribution. Whatever shape a column has, it has the same behind this stage; only the order of its values
 * matters.
 *
 * New values beyond those of training become the ends, 0 and 1, or ±5.2, the quantiles of 10⁻⁷ and 1 − 10⁻⁷. A value that
 * several quantiles share gets the middle of their shares. A column that is constant in training, or has no value, becomes 0
 * (of `uniform` 1/2). Missing values are left out and stay missing.
 *
 * `quantiles` is at most the number of values; without it n / 30, at least 10 and at most 1000, as Gorishniy, Rubachev,
 * Khrulkov and Babenko, "Revisiting deep learning models for tabular data" (FT-Transformer), NeurIPS 2021, and TabM have
 * it. `noise`, in standard deviations of the column, is added to the training rows before the quantiles are taken, and to
 * no other, so that repeated values become a slope instead of a step; published code has 10⁻³ or 10⁻⁵, here there is none
 * unless told.
 *
 * With `quantiles: 1000` and no noise as scikit-learn's `QuantileTransformer` with `subsample=None`. *Gotcha*: the least
 * value of training is at −5.2 however often it is there, as there: of counts with many zeros prefer `log1p`.
 *
 * @example
 * Preprocess.quantileTransform({ output: "uniform", quantiles: 100 })
 * @category stages
 */
export const quantileTransform = <const Name extends string = never>(
  options: Omit<typeof QuantileTransformOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(quantileTransformDefinition, options)
