/**
 * `Preprocess.log1p`: logarithms of numbers of either sign.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type ColumnsOption, columns } from "./columns.ts"
import { type Stage, stage } from "./define.ts"
import { defineMap } from "./numbers.ts"

/** `Preprocess.log1p` as a definition, for registries. @category definitions */
export const log1pDefinition = defineMap({
  id: "Preprocess.log1p",
  summary: "Maps numeric columns to ln(1 + x), of negative numbers to −ln(1 − x)",
  options: Schema.Struct({ columns }),
  learned: Schema.Null,
  learn: () => Result.succeed(null),
  map: () => (x) => Math.sign(x) * Math.log1p(Math.abs(x))
})

/**
 * Maps each number to sign(x) · ln(1 + |x|): of counts and amounts ln(1 + x), which presses large ones together and keeps 0;
 * negative numbers as the positive ones, mirrored. Nothing is learned. Missing values stay missing.
 * @category stages
 */
export const log1p = <const Name extends string = never>(options: ColumnsOption<Name> = {}): Stage<Name> =>
  stage<Name>(log1pDefinition, options)
