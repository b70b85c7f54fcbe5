/**
 * `Preprocess.yeoJohnson` : numbers of any sign, as near to normal as a power makes them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { meanAndSdOf } from "../numeric/moments.ts"
import { apply, mostLikely, yeoJohnson as family } from "../numeric/powers.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const YeoJohnsonOptions = Schema.Struct({
  columns,
  standardise: OptionSchema.withDefault(Schema.Boolean, true, "Whether the mean becomes 0 and the standard deviation 1")
})

/** `Preprocess.yeoJohnson` as a definition, for registries. @category definitions */
export const yeoJohnsonDefinition = defineMap({
  id: "Preprocess.yeoJohnson",
  summary: "Maps numeric columns of any sign by the power that makes them most like a normal sample",
  options: YeoJohnsonOptions,
  learned: Schema.Struct({ lambda: Schema.Finite, mean: Schema.Finite, sd: Schema.Finite }),
  learn: (values, { standardise }) => {
    const lambda = mostLikely(family, values)
    const scale = standardise ? meanAndSdOf(values.map((x) => apply(family, x, lambda))) : { mean: 0, sd: 1 }
    return Number.isFinite(scale.mean) && Number.isFinite(scale.sd)
      ? Result.succeed({ lambda, ...scale })
      : Result.fail("has numbers too large for a power; correct or rescale it")
  },
  map:
    ({ lambda, mean, sd }) =>
    (x) =>
      (apply(family, x, lambda) - mean) / sd
})

/**
 * Maps each numeric column by a power λ of its own: x ≥ 0 to ((1 + x)^λ − 1) / λ, ln(1 + x) at λ = 0, and x < 0 to
 * −((1 − x)^(2−λ) − 1) / (2 − λ), −ln(1 − x) at λ = 2; λ = 1 changes nothing. λ is that of the greatest likelihood of a
 * normal sample, from the training rows, between −5 and 5; it makes skewed columns symmetric. Then the column is
 * standardised, unless `standardise: false`.
 *
 * A column that is constant in training, or has no value, is only shifted. Missing values are left out and stay missing.
 *
 * Source: Yeo and Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000);
 * as scikit-learn's `PowerTransformer`, which sets λ no limits.
 * @category stages
 */
export const yeoJohnson = <const Name extends string = never>(
  options: Omit<typeof YeoJohnsonOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(yeoJohnsonDefinition, options)
