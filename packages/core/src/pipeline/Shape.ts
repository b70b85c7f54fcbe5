/**
 * The widths between the stages of a pipeline, inferred from its description.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Pipeline from "./Pipeline.ts"
import type { Layer } from "./Nn.ts"

/** A layer with its options decoded and its widths known: what an engine compiles. @category models */
export interface Sized {
  readonly layer: Layer
  readonly options: unknown
  readonly input: number
  readonly width: number
}

/** A network from the width of its features to its outputs, as plain data. @category models */
export interface Network {
  readonly input: number
  readonly outputs: number
  readonly layers: ReadonlyArray<Sized>
}

/** Refuses a network whose widths do not fit, with both widths and the stage. @category errors */
export class ShapeError extends Schema.TaggedError<ShapeError>()("ShapeError", {
  stage: Schema.String,
  given: Schema.String,
  expected: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.stage}: got ${this.given}, expected ${this.expected}; ${this.advice}`
  }
}

const isLayer = (stage: Pipeline.Stage): boolean =>
  stage.definition.kind === "layer" || stage.definition.kind === "head"

/**
 * Infers every width of a pipeline's network from the number of feature columns that reach it and the number of
 * outputs that the task needs.
 *
 * Options must be valid (`Pipeline.resolve` checks them).
 */
export const network = (pipeline: Pipeline.Any, input: number, outputs: number): Result.Result<Network, ShapeError> => {
  const layers: Array<Sized> = []
  let width = input
  if (input < 1) {
    return Result.fail(
      new ShapeError({
        stage: "Ingress",
        given: "0 feature columns",
        expected: "at least one",
        advice: "give the task a feature, or drop fewer columns in preprocessing"
      })
    )
  }
  for (const stage of pipeline.stages.filter(isLayer)) {
    const layer = stage.definition as Layer
    const options: unknown = Schema.decodeUnknownSync(layer.options)(stage.options)
    const next = layer.width(options, width, outputs)
    if (!Number.isInteger(next) || next < 1) {
      return Result.fail(
        new ShapeError({
          stage: layer.id,
          given: `a width of ${next}`,
          expected: "a whole number of at least 1",
          advice: "correct the width function of this layer"
        })
      )
    }
    layers.push({ layer, options, input: width, width: next })
    width = next
  }
  return Result.succeed({ input, outputs: width, layers })
}
