/**
 * `Preprocess.spline`: smooth functions of a number as a sum of columns.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Features from "../../Features.ts"
import { basis, count, withEnds } from "../../BSplines.ts"
import { equalCounts, equalWidths } from "../../Bins.ts"
import { ascending } from "../numeric/quantiles.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { define, type Stage, stage } from "./define.ts"
import { learnEach, numeric } from "./numbers.ts"

const Extrapolation = Schema.Literals(["constant", "linear", "continue", "periodic"])

const SplineOptions = Schema.Struct({
  columns,
  knots: OptionSchema.withDefault(OptionSchema.bins(2), 5, "Points where pieces of the function meet"),
  degree: OptionSchema.withDefault(
    OptionSchema.count(1, 16, "each piece has as many numbers more"),
    3,
    "The degree of the pieces; 3 is cubic"
  ),
  placement: OptionSchema.withDefault(
    Schema.Literals(["uniform", "quantile"]),
    "uniform",
    "Knots at equal distances, or at quantiles"
  ),
  extrapolation: OptionSchema.withDefault(Extrapolation, "constant", "What happens beyond the training rows"),
  bias: OptionSchema.withDefault(
    Schema.Boolean,
    true,
    "Whether the last column stays; without it, they are independent of an intercept"
  )
}).check(
  Schema.makeFilter(({ degree, extrapolation, knots }) =>
    extrapolation === "periodic" && knots <= degree
      ? `periodic splines of degree ${degree} need at least ${degree + 1} knots`
      : undefined
  )
)

const State = Schema.Struct({
  degree: Schema.Int,
  extrapolation: Extrapolation,
  bias: Schema.Boolean,
  /** The knots between which the column lies, ascending. */
  columns: Schema.Array(Schema.Tuple([Schema.String, Schema.Array(Schema.Finite)]))
})

const splines = (
  name: string,
  values: Float64Array,
  base: ReadonlyArray<number>,
  { bias, degree, extrapolation }: typeof State.Type
): ReadonlyArray<Features.Entry> => {
  const knots = withEnds(base, degree, extrapolation)
  const made = Array.from(
    { length: count(knots, degree, extrapolation) - (bias ? 0 : 1) },
    () => new Float64Array(values.length)
  )
  values.forEach((x, row) => {
    const heights = Number.isNaN(x) ? undefined : basis(knots, degree, extrapolation, x)
    made.forEach((own, i) => (own[row] = heights?.[i] ?? Number.NaN))
  })
  return made.map((own, i) => [`${name}.spline${i + 1}`, Column.numeric(own)])
}

/** `Preprocess.spline` as a definition, for registries. @category definitions */
export const splineDefinition = define({
  id: "Preprocess.spline",
  summary: "Replaces numeric columns by B-splines of them",
  options: SplineOptions,
  state: State,
  fit: ({ bias, columns: select, degree, extrapolation, knots, placement }, features) =>
    Result.flatMap(numeric(features, "Preprocess.spline", select), (chosen) =>
      Result.map(
        learnEach("Preprocess.spline", chosen, (values) => {
          const base = (placement === "uniform" ? equalWidths : equalCounts)(ascending(values), knots - 1)
          if (!base.every(Number.isFinite))
            return Result.fail("has numbers too far apart for knots; correct or rescale it")
          // Distances below this have no finite reciprocal, which splines are made of.
          if (base.some((knot, i) => i > 0 && knot > base[i - 1]! && !Number.isFinite(degree / (knot - base[i - 1]!))))
            return Result.fail("has numbers too close to each other for knots; correct or rescale it")
          return extrapolation === "periodic" && base[0]! < base.at(-1)! && base.length <= degree
            ? Result.fail(
                `has values so often that only ${base.length} knots are left, too few for periodic splines of degree ${degree}; use placement "uniform"`
              )
            : Result.succeed(base)
        }),
        (learned) => ({
          bias,
          degree,
          extrapolation,
          columns: learned.filter(([, base]) => base[0]! < base.at(-1)!)
        })
      )
    ),
  sourceOf: (state, made) =>
    state.columns.find(([name]) => made.startsWith(`${name}.spline`) && /^\d+$/.test(made.slice(name.length + 7)))?.[0],
  apply: (state, features) =>
    Result.flatMap(
      numeric(
        features,
        "Preprocess.spline",
        state.columns.map(([name]) => name)
      ),
      (chosen) => {
        const values = new Map(chosen)
        return Features.expand(
          features,
          "Preprocess.spline",
          state.columns.map(([name, base]) => [name, () => splines(name, values.get(name)!, base, state)])
        )
      }
    )
})

/**
 * Replaces each numeric column x by B-splines of it, `x.spline1`, `x.spline2`, …: smooth bumps of which a linear model makes any
 * smooth function of x. Of `knots` (default 5) and `degree` (default 3, cubic) there are knots + degree − 1; each is in [0, 1]
 * and their sum is 1. `bias: false` leaves the last one out, for a model that has an intercept and no penalty.
 *
 * At most 16384 knots and degree 16.
 *
 * The knots go from the least to the greatest value of the training rows, in equal distances or, with
 * `placement: "quantile"`, at quantiles; those that coincide are one. Beyond them `extrapolation` says what a new value becomes:
 * - `"constant"`: as the nearest end;
 * - `"linear"`: on the tangent at the end;
 * - `"continue"`: the polynomials of the end go on;
 * - `"periodic"`: the range of the knots repeats, and there are only knots − 1 splines.
 *
 * A column with less than two different values in training is left as it is. Missing values are left out and stay missing.
 *
 * Source: de Boor, "A practical guide to splines", revised edition (2001), chapter IX; as scikit-learn's
 * `SplineTransformer`.
 *
 * @example
 * Preprocess.spline({ columns: ["age"], knots: 4, extrapolation: "linear" })
 * @category stages
 */
export const spline = <const Name extends string = never>(
  options: Omit<typeof SplineOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(splineDefinition, options)
