/**
 * The logarithm of the target.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { define, make, type Target } from "./define.ts"

const State = Schema.Struct({})

/** The first value that is not above a bound, as a sentence with what to do. */
export const notAbove = (bound: number, values: Float64Array, advice: string): string | undefined => {
  const row = values.findIndex((value) => !(value > bound))
  if (row < 0) return undefined
  return `the target of training row ${row} is ${values[row]}, and only numbers above ${bound} have a logarithm here; ${advice}`
}

const logarithm = (
  id: string,
  summary: string,
  bound: number,
  advice: string,
  functions: { readonly apply: (value: number) => number; readonly invert: (predicted: number) => number }
) =>
  define({
    id,
    summary,
    options: Schema.Struct({}),
    state: State,
    fit: (_, values) => {
      const problem = notAbove(bound, values, advice)
      return problem === undefined ? Result.succeed({}) : Result.fail(problem)
    },
    apply: (_, value) => functions.apply(value),
    invert: (_, predicted) => Math.min(functions.invert(predicted), Number.MAX_VALUE)
  })

/** `Target.log` as a definition, for registries. @category definitions */
export const logDefinition = logarithm(
  "Target.log",
  "Takes the natural logarithm of the target",
  0,
  "take Target.log1p for counts with zeros, or Target.yeoJohnson for numbers of either sign",
  { apply: Math.log, invert: Math.exp }
)

/**
 * Takes the natural logarithm of a positive target: for prices, durations, concentrations, whose errors are relative.
 * Errors: `PipelineError` for a training row of 0 or less.
 *
 * *Gotcha*: squared errors of logarithms estimate the mean of ln y, and its exponential is a median of y, below its mean.
 *
 * @example
 * Model.regr({ epochs: 100, target: [Target.log(), Target.standardise()] })
 * @category transformations
 */
export const log = (): Target => make(logDefinition)

/** `Target.log1p` as a definition, for registries. @category definitions */
export const log1pDefinition = logarithm(
  "Target.log1p",
  "Takes the natural logarithm of 1 plus the target",
  -1,
  "take Target.yeoJohnson for numbers of either sign",
  { apply: Math.log1p, invert: Math.expm1 }
)

/**
 * Takes ln(1 + y) of a target above −1: for counts, which may be 0. Errors: `PipelineError` for a training row of −1 or
 * less.
 * @category transformations
 */
export const log1p = (): Target => make(log1pDefinition)
