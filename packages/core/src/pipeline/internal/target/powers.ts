/**
 * Power transformations of the target, by the λ under which its training rows are most like a normal sample.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { range } from "../columnStatistics.ts"
import * as Powers from "../numeric/powers.ts"
import { define, make, type Target } from "./define.ts"
import { notAbove } from "./logarithms.ts"

const State = Schema.Struct({ lambda: Schema.Finite, lowest: Schema.Finite, highest: Schema.Finite })

const Options = Schema.Struct({
  lambda: OptionSchema.optional(
    Schema.Finite.check(Schema.isBetween({ minimum: -Powers.largest, maximum: Powers.largest })),
    "The power; default: the one that makes the training rows most like a normal sample",
    0.5
  )
})

/** The interval of the values, longer by itself on both sides. */
const around = (values: Float64Array): { readonly lowest: number; readonly highest: number } => {
  const { max, min } = range(values)
  return { lowest: min - (max - min), highest: max + (max - min) }
}

/** The logarithm of what the Box–Cox transform by λ makes `z` of, ±∞ beyond its range. */
const logarithmOf = (z: number, lambda: number): number => {
  if (lambda === 0) return z
  return lambda * z <= -1 ? -Math.sign(lambda) * Infinity : Math.log1p(lambda * z) / lambda
}

const power = (
  id: string,
  summary: string,
  family: Powers.Family,
  problem: (values: Float64Array) => string | undefined,
  inverse: (z: number, lambda: number) => number
) =>
  define({
    id,
    summary,
    options: Options,
    state: State,
    fit: ({ lambda }, values) => {
      const refused = problem(values)
      return refused === undefined
        ? Result.succeed({ lambda: lambda ?? Powers.mostLikely(family, values), ...around(values) })
        : Result.fail(refused)
    },
    apply: ({ lambda }, value) => Powers.apply(family, value, lambda),
    invert: ({ highest, lambda, lowest }, predicted) => Math.min(Math.max(inverse(predicted, lambda), lowest), highest)
  })

/** `Target.boxCox` as a definition, for registries. @category definitions */
export const boxCoxDefinition = power(
  "Target.boxCox",
  "Takes the power of a positive target that makes it most like a normal sample",
  Powers.boxCox,
  (values) => notAbove(0, values, "take Target.yeoJohnson, which is for numbers of either sign"),
  (z, lambda) => Math.exp(logarithmOf(z, lambda))
)

/**
 * Takes (y^λ − 1)/λ of a positive target, ln y for λ = 0, by the λ in [−5, 5] of the greatest likelihood of a normal
 * sample on the training rows, or a `lambda` that is given. Predictions stay within the interval of the training rows,
 * extended by its length on both sides: a power has no value for every number.
 *
 * Errors: `PipelineError` for a training row of 0 or less.
 *
 * *Gotcha*: its unit depends on λ; let `Target.standardise()` follow.
 *
 * Box and Cox, "An analysis of transformations", J. R. Stat. Soc. B 26 (1964).
 * @category transformations
 */
export const boxCox = (options: typeof boxCoxDefinition.options.Encoded = {}): Target => make(boxCoxDefinition, options)

/** `Target.yeoJohnson` as a definition, for registries. @category definitions */
export const yeoJohnsonDefinition = power(
  "Target.yeoJohnson",
  "Takes the power of a target of either sign that makes it most like a normal sample",
  Powers.yeoJohnson,
  () => undefined,
  (z, lambda) => (z >= 0 ? Math.expm1(logarithmOf(z, lambda)) : -Math.expm1(logarithmOf(-z, 2 - lambda)))
)

/**
 * The same for a target of either sign: of y ≥ 0 the Box–Cox transformation of 1 + y by λ, of y < 0 minus that of 1 − y by
 * 2 − λ. See `boxCox`.
 *
 * Yeo and Johnson, "A new family of power transformations to improve normality or symmetry", Biometrika 87 (2000).
 * @category transformations
 */
export const yeoJohnson = (options: typeof yeoJohnsonDefinition.options.Encoded = {}): Target =>
  make(yeoJohnsonDefinition, options)
