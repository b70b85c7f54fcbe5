/**
 * `Preprocess.pca`: columns as their principal components.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import { meanAndSdOf } from "../numeric/moments.ts"
import { principalAxes } from "../numeric/principalAxes.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"
import { numeric } from "./numbers.ts"

const PcaOptions = Schema.Struct({
  columns,
  rank: OptionSchema.optional(OptionSchema.count(1), "The most components", 10),
  variance: OptionSchema.optional(OptionSchema.share, "The share of the variance that is kept", 0.95),
  scale: OptionSchema.withDefault(Schema.Boolean, false, "Whether each column gets the standard deviation 1 before"),
  name: OptionSchema.withDefault(Schema.NonEmptyString, "pc", "The beginning of the names of the components")
})

/** How many components, the first ones, have a share of the whole variance; shares that differ by rounding are the same. */
const enough = (variances: ReadonlyArray<number>, total: number, share: number): number => {
  let sum = 0
  const last = variances.findIndex((variance) => (sum += variance) >= total * (share - 1e-12))
  return last < 0 ? variances.length : last + 1
}

/** `Preprocess.pca` as a definition, for registries. @category definitions */
export const pcaDefinition = define({
  id: "Preprocess.pca",
  summary: "Replaces numeric columns by their principal components",
  options: PcaOptions,
  state: Schema.Struct({
    name: Schema.String,
    columns: Schema.Array(Schema.Struct({ column: Schema.String, mean: Schema.Finite, sd: Schema.Finite })),
    axes: Schema.Array(Schema.Array(Schema.Finite)),
    /** The share of each component in the variance of all columns. */
    shares: Schema.Array(Schema.Finite)
  }),
  fit: ({ columns: select, name, rank, scale, variance }, features) =>
    Result.flatMap(numeric(features, "Preprocess.pca", select), (chosen) => {
      const incomplete = chosen.find(([, values]) => values.some(Number.isNaN))
      if (incomplete !== undefined) {
        return Features.fail(
          "Preprocess.pca",
          `column "${incomplete[0]}" has missing values, and components need every column; put Preprocess.impute before it`
        )
      }
      if (features.rows < 2) {
        return Features.fail("Preprocess.pca", `is fitted to ${features.rows} row, which does not vary; give more rows`)
      }
      const scales = chosen.map(([column, values]) => {
        const { mean, sd } = meanAndSdOf(values)
        return { column, mean, sd: scale ? sd : 1 }
      })
      const endless = scales.find(({ mean, sd }) => !Number.isFinite(mean) || !Number.isFinite(sd))
      if (endless !== undefined) {
        return Features.fail(
          "Preprocess.pca",
          `column "${endless.column}" has numbers too large for a mean; correct or rescale it`
        )
      }
      const found = principalAxes(
        chosen.map(([, values], i) => values.map((x) => (x - scales[i]!.mean) / scales[i]!.sd))
      )
      const kept = Math.min(
        rank ?? found.axes.length,
        variance === undefined ? found.axes.length : enough(found.variances, found.total, variance)
      )
      return Result.succeed({
        name,
        columns: scales,
        axes: found.axes.slice(0, kept).map((axis) => Array.from(axis)),
        shares: found.variances.slice(0, kept).map((one) => one / found.total)
      })
    }),
  apply: ({ axes, columns: scales, name }, features) =>
    Result.flatMap(
      numeric(
        features,
        "Preprocess.pca",
        scales.map(({ column }) => column)
      ),
      (chosen) => {
        const gone = new Set(chosen.map(([column]) => column))
        const components = axes.map((axis, k): Features.Entry => {
          const values = new Float64Array(features.rows)
          chosen.forEach(([, own], i) => {
            const { mean, sd } = scales[i]!
            own.forEach((x, row) => (values[row]! += axis[i]! * ((x - mean) / sd)))
          })
          return [`${name}${k + 1}`, Column.numeric(values)]
        })
        const others = Array.from(features.columns).filter(([column]) => !gone.has(column))
        return Features.distinct("Preprocess.pca", [...others, ...components], features.rows)
      }
    )
})

/**
 * Replaces numeric columns by their principal components `pc1`, `pc2`, …, behind all other columns: the coordinates of a row
 * in the directions in which the training rows vary most, uncorrelated and in the order of their variance. It keeps all
 * that are more than rounding, but at most `rank` of them, and no more than have a share `variance` of the variance of all
 * columns.
 *
 * Columns are centred; `scale: true` gives each the standard deviation 1 before, without which a column in grams counts a
 * million times as much as one in kilograms. The sign of a direction is that by which its greatest entry is positive. `name`
 * is another name of the components, for a second stage of this kind.
 *
 * Exact: eigenvectors of the covariance of the columns, or of the products of the rows where these are fewer; the smaller
 * of both numbers to the power of 3 counts, 2 seconds for 700. The same as scikit-learn's `PCA(svd_solver="full")`, to
 * rounding. The state has every direction, a number for each column.
 *
 * Errors: missing values in training; impute before. A new row with a missing value in one of the columns is missing in every
 * component.
 *
 * @example
 * Preprocess.standardise().pipe(Preprocess.pca({ variance: 0.95 }))
 * @category stages
 */
export const pca = <const Name extends string = never>(
  options: Omit<typeof PcaOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(pcaDefinition, options)
