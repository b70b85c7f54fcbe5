/**
 * `Preprocess.standardise`: numbers of mean 0 and standard deviation 1.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as Features from "../../Features.ts"
import * as Statistics from "../columnStatistics.ts"
import { type ColumnsOption, columns, isNumber } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"

/** `Preprocess.standardise` as a definition, for registries. @category definitions */
export const standardiseDefinition = define({
  id: "Preprocess.standardise",
  summary: "Shifts and scales numeric columns to mean 0 and standard deviation 1",
  options: Schema.Struct({ columns }),
  state: Schema.Array(Schema.Struct({ column: Schema.String, mean: Schema.Finite, sd: Schema.Finite })),
  fit: (options, features) =>
    Result.flatMap(Features.chosen(features, "Preprocess.standardise", options.columns, isNumber), (chosen) => {
      const wrong = chosen.find(([, column]) => !isNumber(column))
      if (wrong !== undefined) {
        return Features.fail(
          "Preprocess.standardise",
          `cannot scale the ${wrong[1].type} column "${wrong[0]}"; ${wrong[1].type === "tensor" ? "scale it by Image.normalise" : "encode it by Preprocess.oneHot"} or leave it out`
        )
      }
      const scales = chosen.map(([column, values]) => ({ column, ...Statistics.meanAndSd(values) }))
      const endless = scales.find(({ mean, sd }) => !Number.isFinite(mean) || !Number.isFinite(sd))
      if (endless === undefined) return Result.succeed(scales)
      const values = Column.asNumbers(features.columns.get(endless.column)!) ?? new Float64Array()
      const largest = values.reduce((top, x, row) => (Math.abs(x) > Math.abs(values[top]!) ? row : top), 0)
      return Features.fail(
        "Preprocess.standardise",
        `column "${endless.column}" is ${values[largest]} in row ${largest}, too large for a mean and a deviation; correct or rescale it`
      )
    }),
  apply: (scales, features) =>
    Features.replace(
      features,
      "Preprocess.standardise",
      scales.map(({ column, mean, sd }) => [column, (old: Column.Column) => Statistics.rescale(old, mean, sd)])
    )
})

/**
 * Maps each numeric column to (x − mean) / sd, with the mean and the standard deviation (divisor n, as scikit-learn) of
 * the training rows, each of which counts the same. A column that is constant in training is only shifted. Missing values are left out of the
 * statistics and stay missing.
 * @category stages
 */
export const standardise = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(standardiseDefinition, options)
