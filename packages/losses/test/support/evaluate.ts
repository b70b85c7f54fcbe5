/** Evaluates a loss on lists of numbers, with the options that a user writes. */
import type * as Loss from "@rocflow/core/pipeline/Loss"
import * as Schema from "effect/Schema"

export const evaluating =
  <Encoded extends object>({
    make,
    options: schema
  }: Loss.Definition<"binary" | "multiclass" | "regression", Encoded>) =>
  (
    scores: ReadonlyArray<number>,
    targets: ReadonlyArray<number>,
    options: Partial<Encoded> = {},
    weights?: ReadonlyArray<number>
  ) => {
    const gradient = new Float64Array(scores.length)
    const kernel = make(Schema.decodeUnknownSync(schema)(options))
    const value = kernel.evaluate!(
      Float64Array.from(scores),
      Float64Array.from(targets),
      gradient,
      weights && Float64Array.from(weights)
    )
    return { value, gradient: [...gradient] }
  }
