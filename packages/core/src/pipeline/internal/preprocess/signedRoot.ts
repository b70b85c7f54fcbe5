/**
 * `Preprocess.signedRoot`: roots of numbers of either sign.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

const SignedRootOptions = Schema.Struct({
  columns,
  power: OptionSchema.withDefault(OptionSchema.positive, 0.5, "The power of the absolute value")
})

/** `Preprocess.signedRoot` as a definition, for registries. @category definitions */
export const signedRootDefinition = defineMap({
  id: "Preprocess.signedRoot",
  summary: "Maps numeric columns to the square root of their magnitude, with their sign",
  options: SignedRootOptions,
  learned: OptionSchema.positive,
  learn: (_, { power }) => Result.succeed(power),
  map: (power) => (x) => Math.sign(x) * (power === 0.5 ? Math.sqrt(Math.abs(x)) : Math.abs(x) ** power)
})

/**
 * Maps each number to sign(x) · |x|^power, the square root unless told otherwise: gentler than `log1p`, and the transform
 * under which counts of a Poisson distribution have about the same variance. Nothing is learned. Missing values stay missing.
 * @category stages
 */
export const signedRoot = <const Name extends string = never>(
  options: Omit<typeof SignedRootOptions.Encoded, "columns"> & ColumnsOption<Name> = {}
): Stage<Name> => stage<Name>(signedRootDefinition, options)
