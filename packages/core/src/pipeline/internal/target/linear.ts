/**
 * Transformations to another unit: the target minus a number, over another one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { range } from "../columnStatistics.ts"
import { define, make, type Target } from "./define.ts"
import { meanAndSdOf } from "../numeric/moments.ts"

const State = Schema.Struct({ centre: Schema.Finite, scale: Schema.Finite })

const linear = (id: string, summary: string, of: (values: Float64Array) => typeof State.Type) =>
  define({
    id,
    summary,
    options: Schema.Struct({}),
    state: State,
    fit: (_, values) => Result.succeed(of(values)),
    apply: ({ centre, scale }, value) => (value - centre) / scale,
    invert: ({ centre, scale }, predicted) => centre + scale * predicted
  })

/** `Target.standardise` as a definition, for registries. @category definitions */
export const standardiseDefinition = linear(
  "Target.standardise",
  "Shifts and scales the target to mean 0 and standard deviation 1",
  (values) => {
    const { mean, sd } = meanAndSdOf(values)
    return { centre: mean, scale: sd }
  }
)

/**
 * Shifts and scales the target to mean 0 and standard deviation 1 (divisor n) on the training rows: (y − mean) / sd. A
 * constant target is only shifted. Row weights do not count.
 *
 * What networks of `Model.regr` do unless told otherwise.
 * @category transformations
 */
export const standardise = (): Target => make(standardiseDefinition)

/** `Target.minMax` as a definition, for registries. @category definitions */
export const minMaxDefinition = linear(
  "Target.minMax",
  "Shifts and scales the target to the interval from 0 to 1",
  (values) => {
    const { max, min } = range(values)
    return { centre: min, scale: max > min ? max - min : 1 }
  }
)

/**
 * Shifts and scales the target to [0, 1] on the training rows: (y − min) / (max − min). A constant target is only shifted.
 * Predictions may lie outside of what was seen in training.
 * @category transformations
 */
export const minMax = (): Target => make(minMaxDefinition)
