/**
 * `Preprocess.robustScale`: numbers by median and spread of their middle.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { ascending, quantile } from "../numeric/quantiles.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const RobustScaleOptions = Schema.Struct({
  columns,
  range: OptionSchema.withDefault(
    Schema.Tuple([OptionSchema.proportion, OptionSchema.proportion]).check(
      Schema.makeFilter(([low, high]) => (low < high ? undefined : "Expected two shares, the lower one first"))
    ),
    [0.25, 0.75],
    "The two quantiles whose distance becomes 1"
  )
})

/** `Preprocess.robustScale` as a definition, for registries. @category definitions */
export const robustScaleDefinition = defineMap({
  id: "Preprocess.robustScale",
  summary: "Shifts and scales numeric columns by their median and the range of their middle",
  options: RobustScaleOptions,
  learned: Schema.Struct({ centre: Schema.Finite, factor: Schema.Finite }),
  learn: (values, { range: [low, high] }) => {
    const sorted = ascending(values)
    if (sorted.length === 0) return Result.succeed({ centre: 0, factor: 0 })
    const middle = quantile(sorted, high) - quantile(sorted, low)
    // A range so small that its inverse overflows is none.
    const spread = Number.isFinite(1 / middle) ? middle : (sorted.at(-1)! - sorted[0]!) / 2
    return Number.isFinite(spread)
      ? Result.succeed({ centre: quantile(sorted, 0.5), factor: Number.isFinite(1 / spread) ? 1 / spread : 0 })
      : Result.fail(`goes from ${sorted[0]} to ${sorted.at(-1)}, too far for a range; correct or rescale it`)
  },
  map:
    ({ centre, factor }) =>
    (x) =>
      (x - centre) * factor
})

/**
 * Maps each numeric column to (x − median) / range, where the range is between the quartiles of the training rows, or the
 * quantiles of other shares, `range`. A few values far out change neither, as they would a mean and a deviation.
 *
 * Where the quartiles are one number but not all values, half of the distance between the least and the greatest takes the
 * place of the range; a column that is constant in training, or has no value, becomes 0. Quantiles are linear between
 * neighbours. Missing values are left out and stay missing.
 *
 * As the first step of RealMLP: Holzmüller, Grinsztajn and Steinwart, "Better by default: strong pre-tuned MLPs and boosted
 * trees on tabular data", NeurIPS 2024; its second is `smoothClip`. scikit-learn's `RobustScaler` differs where the range
 * is 0: it only shifts.
 *
 * @example
 * Preprocess.robustScale().pipe(Preprocess.smoothClip())
 * @category stages
 */
export const robustScale = <const Name extends string = never>(
  options: Omit<typeof RobustScaleOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(robustScaleDefinition, options)
