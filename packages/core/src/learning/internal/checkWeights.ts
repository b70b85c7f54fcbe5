import * as Result from "effect/Result"
import type { Weights } from "../../engine/Engine.ts"
import * as Features from "../../pipeline/Features.ts"
import type * as Pipeline from "../../pipeline/Pipeline.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Shape from "../../pipeline/Shape.ts"

const described = (arrays: ReadonlyArray<Pick<Weights, "name" | "shape">>): string =>
  arrays.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ")

/** Refuses saved weights that are not those of the pipeline's network for so many columns and outputs. */
export const checkWeights = (
  pipeline: Pipeline.Any,
  weights: ReadonlyArray<Weights>,
  columns: number,
  outputs: number
): Result.Result<void, PipelineError> => {
  const network = Shape.network(pipeline, columns, outputs)
  if (Result.isFailure(network)) return Features.fail("model state", network.failure.message)
  const expected = network.success.layers.flatMap(({ layer, options, input, width }, place) =>
    layer.parameters(options, input, width).map(({ name, shape }) => ({ name: `${place}.${name}`, shape }))
  )
  const partial = weights.find(({ shape, values }) => shape.reduce((a, b) => a * b, 1) !== values.length)
  if (partial !== undefined) {
    return Features.fail(
      "model state",
      `the array ${described([partial])} has ${partial.values.length} values; the file is damaged, save the model again`
    )
  }
  return described(weights) === described(expected)
    ? Result.succeed(undefined)
    : Features.fail(
        "model state",
        `has the arrays ${described(weights)}, but the network has ${described(expected)}; load it with the learner and the task that it was saved from`
      )
}
