/**
 * `Preprocess.boxCox`: positive numbers, as near to normal as a power makes them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { range } from "../columnStatistics.ts"
import { meanAndSdOf } from "../numeric/moments.ts"
import { apply, boxCox as family, mostLikely } from "../numeric/powers.ts"
import { type ColumnsOption, columns, isNumber } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const BoxCoxOptions = Schema.Struct({
  columns,
  standardise: OptionSchema.withDefault(Schema.Boolean, true, "Whether the mean becomes 0 and the standard deviation 1")
})

/** `Preprocess.boxCox` as a definition, for registries. @category definitions */
export const boxCoxDefinition = defineMap({
  id: "Preprocess.boxCox",
  summary: "Maps positive numeric columns by the power that makes them most like a normal sample",
  options: BoxCoxOptions,
  learned: Schema.Struct({
    lambda: Schema.Finite,
    least: OptionSchema.positive,
    mean: Schema.Finite,
    sd: Schema.Finite
  }),
  fits: (column) => isNumber(column) && !column.values.some((x) => x <= 0),
  learn: (values, { standardise }) => {
    const least = range(values).min
    if (least <= 0) {
      return Result.fail(`holds ${least}, and a power of Box and Cox is of positive numbers; use Preprocess.yeoJohnson`)
    }
    const lambda = mostLikely(family, values)
    const scale = standardise ? meanAndSdOf(values.map((x) => apply(family, x, lambda))) : { mean: 0, sd: 1 }
    return Number.isFinite(scale.mean) && Number.isFinite(scale.sd)
      ? Result.succeed({ lambda, least: Number.isFinite(least) ? least : 1, ...scale })
      : Result.fail("has numbers too large for a power; correct or rescale it")
  },
  map:
    ({ lambda, least, mean, sd }) =>
    (x) =>
      (apply(family, x > 0 ? x : least, lambda) - mean) / sd
})

/**
 * Maps each column of positive numbers to (x^λ − 1) / λ, ln x at λ = 0, with the λ of the greatest likelihood of a normal
 * sample, from the training rows, between −5 and 5. Then the column is standardised, unless `standardise: false`.
 *
 * Without `columns` it takes the numeric columns that are positive in every training row; a named one that is not is an error:
 * `yeoJohnson` is for any sign. A new value that is not positive counts as the least of the training rows. A column that is
 * constant in training is only shifted. Missing values are left out and stay missing.
 *
 * Source: Box and Cox, "An analysis of transformations", Journal of the Royal Statistical Society B 26 (1964); as
 * scikit-learn's `PowerTransformer`, which sets λ no limits and refuses new values that are not positive.
 * @category stages
 */
export const boxCox = <const Name extends string = never>(
  options: Omit<typeof BoxCoxOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(boxCoxDefinition, options)
