/**
 * Weights of classes in training, by how many training rows each class has.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "../../data/Task.ts"
import { meant } from "../../internal/suggest.ts"
import * as OptionSchema from "../../OptionSchema.ts"
import * as Features from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"

/** How classes are weighed. */
export const Options = Schema.Union([
  Schema.Literals(["balanced", "squareRoot"]),
  Schema.Struct({
    effective: OptionSchema.required(
      OptionSchema.fraction,
      "Weighs by the effective number of rows, with this share of overlap",
      0.99
    )
  }),
  Schema.Struct({
    levels: OptionSchema.required(Schema.Record(Schema.String, OptionSchema.positive), "The weight of each level", {
      ill: 5,
      well: 1
    })
  })
])

/** How classes are weighed: see `ClassifOptions.classWeights`. @category models */
export type Options = typeof Options.Type

/** The weight of a class of `n` rows, but for a factor that all classes share. */
const weightOf = (options: Exclude<Options, { readonly levels: unknown }>, n: number): number => {
  if (options === "balanced") return 1 / n
  if (options === "squareRoot") return 1 / Math.sqrt(n)
  // 1 − β^n without loss of digits for β near 1; β = 0 leaves one effective row a class.
  return 1 / -Math.expm1(n * Math.log(options.effective))
}

const named = (
  given: Readonly<Record<string, number>>,
  { levels }: Task
): Result.Result<Float64Array, PipelineError> => {
  const unknown = Object.keys(given).find((level) => !levels.includes(level))
  if (unknown !== undefined) {
    return Features.fail(
      "classWeights",
      `"${unknown}" is no level of the target; ${meant(unknown, levels, `known are ${levels.join(", ")}`)}`
    )
  }
  const beyond = Object.entries(given).find(
    ([, weight]) => !(Math.fround(weight) > 0 && Math.fround(weight) < Infinity)
  )
  if (beyond !== undefined) {
    return Features.fail(
      "classWeights",
      `the weight of "${beyond[0]}" is ${beyond[1]}, which is ${beyond[1] < 1 ? "0" : "not finite"} in single precision; give one near 1`
    )
  }
  const missing = levels.filter((level) => !Object.hasOwn(given, level))
  return missing.length === 0
    ? Result.succeed(Float64Array.from(levels, (level) => given[level]!))
    : Features.fail("classWeights", `there is no weight of ${missing.join(", ")}; give one for every level`)
}

/**
 * The weight of each class, in the order of the levels. Rows count by their own weights, of mean 1, so that the classes
 * have the same total after both were multiplied. Weights that are computed have the mean 1 over the training rows; a
 * class without any has the weight 1.
 */
export const of = (options: Options, task: Task): Result.Result<Float64Array, PipelineError> => {
  if (typeof options === "object" && "levels" in options) return named(options.levels, task)
  const total = task.weights?.reduce((sum, weight) => sum + weight, 0) ?? task.rows
  const unit = task.rows / (total > 0 ? total : 1)
  const counts = new Float64Array(task.levels.length)
  task.target.forEach((code, row) => (counts[code]! += unit * (task.weights?.[row] ?? 1)))
  const weights = counts.map((n) => (n > 0 ? weightOf(options, n) : 0))
  const mean = weights.reduce((sum, weight, code) => sum + weight * counts[code]!, 0) / task.rows
  return Result.succeed(weights.map((weight) => (weight > 0 && mean > 0 ? weight / mean : 1)))
}

/** The weights of rows: their own, times those of their classes. */
export const ofRows = (classes: Float64Array, { rows, target, weights }: Task): Float32Array =>
  Float32Array.from({ length: rows }, (_, row) => classes[target[row]!]! * (weights?.[row] ?? 1))
