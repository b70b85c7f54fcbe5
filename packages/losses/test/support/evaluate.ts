/** Losses with the options that a user writes. */
import * as Loss from "@rocflow/core/pipeline/Loss"
import * as Result from "effect/Result"

/** The explicit form of a loss. */
export const explicit = (definition: Loss.Definition, options: object = {}): Loss.Explicit => {
  const loss = Result.getOrThrow(Loss.bind(definition, options))
  if (loss._tag === "Tensor") throw new Error(`${definition.id} has no explicit gradient`)
  return loss
}

/** Evaluates a loss on lists of numbers. */
export const evaluating =
  <Encoded extends object>(definition: Loss.Definition<"binary" | "multiclass" | "regression", Encoded>) =>
  (
    scores: ReadonlyArray<number>,
    targets: ReadonlyArray<number>,
    options: Partial<Encoded> = {},
    weights?: ReadonlyArray<number>
  ) => {
    const gradient = new Float64Array(scores.length)
    const value = explicit(definition, options).evaluate(
      Float64Array.from(scores),
      Float64Array.from(targets),
      gradient,
      weights && Float64Array.from(weights)
    )
    return { value, gradient: [...gradient] }
  }
