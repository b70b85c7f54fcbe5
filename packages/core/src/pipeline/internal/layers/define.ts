/**
 * How layers are made and put on a pipeline.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import { findNothing } from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import type * as Pipeline from "../../Pipeline.ts"
import type * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { append } from "../pipeline.ts"

/** The definition of a layer. @category models */
export type Layer<Encoded = unknown> = Stage.Definition<"layer", Encoded>

type ShapeRule = Shape.Shape | Result.Result<Shape.Shape, Shape.Problem>

/**
 * Defines a layer.
 *
 * - `shape`: the shape of one row after the layer, given that before it and the number of outputs that the task needs; a
 *   `Result.fail` of a `Shape.Problem` where the layer does not work. Default: the shape stays.
 * - `codes`: whether it reads codes of categories, as `Ingress.categorical` gives them. Default: it reads numbers.
 * - `parameters`: the arrays that are learned, each with the values it starts from. Default: none.
 * - `start`: moves the first values of the parameters by the training rows that reach the layer; undefined for options with
 *   which it does not. Default: it does not.
 * - `buffers`: arrays that the forward pass of training updates itself (`pass.update`). Default: none.
 * - `forward`: the rows after the layer, [rows, …shape], of tensor operations from `pass.tf`.
 *
 * @example
 * // A learned factor for every entry:
 * const scale = Nn.define({
 *   id: "Mine.scale", summary: "A learned factor for every entry", options: Schema.Struct({}),
 *   parameters: (_, shape) => [{ name: "factor", shape, initialise: (values) => values.fill(1) }],
 *   forward: (_, input, [factor], { tf }) => tf.mul(input, factor)
 * })
 * Ingress.numeric().pipe(Nn.stage(scale), Nn.head())
 * @category constructors
 */
export const define = <Type, Encoded>(layer: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly shape?: (options: Type, input: Shape.Shape, outputs: number) => ShapeRule
  readonly codes?: boolean
  readonly parameters?: (
    options: Type,
    input: Shape.Shape,
    output: Shape.Shape,
    cardinalities: ReadonlyArray<number>
  ) => ReadonlyArray<Stage.Parameter>
  readonly start?: (options: Type) => Stage.StartingFrom | undefined
  readonly buffers?: (options: Type, input: Shape.Shape, output: Shape.Shape) => ReadonlyArray<Stage.Parameter>
  readonly forward: (
    options: Type,
    input: tf.Tensor,
    parameters: ReadonlyArray<tf.Tensor>,
    pass: Stage.Pass
  ) => tf.Tensor
}): Layer<Encoded> => defineStage({ ...layer, kind: "layer", part: (options) => partOf("layer", layer, options) })

/** What a layer or a head is bound to. */
export const partOf = <Type>(
  kind: "layer" | "head",
  layer: Pick<
    Parameters<typeof define<Type, unknown>>[0],
    "codes" | "shape" | "parameters" | "start" | "buffers" | "forward"
  >,
  options: Type
): Stage.PartOf<"layer" | "head"> => ({
  kind,
  layer: {
    shape: (input, outputs) => {
      const shape = layer.shape === undefined ? input : layer.shape(options, input, outputs)
      return Result.isResult(shape) ? shape : Result.succeed(shape)
    },
    codes: layer.codes,
    parameters: (input, output, cardinalities = []) => layer.parameters?.(options, input, output, cardinalities) ?? [],
    start: layer.start?.(options),
    buffers: (input, output) => layer.buffers?.(options, input, output) ?? [],
    forward: (input, parameters, pass) => layer.forward(options, input, parameters, pass)
  }
})

/** The type of putting a layer that keeps the shape on a pipeline. @category type-level */
export type Keeping = <P extends Pipeline.Any>(
  self: P & Pipeline.After<P, "layer", "a layer">
) => Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, Pipeline.AcceptsOf<P>>

/**
 * Puts a layer that keeps the shape on a pipeline: the constructor for custom layers.
 * @category stages
 */
export const stage =
  <Encoded extends object>(layer: Layer<Encoded>, ...[options]: Base.Given<Encoded>): Keeping =>
  (self) =>
    append(self, layer.bind(options ?? {}, findNothing))

/**
 * Puts a layer that changes the shape on a pipeline; `shape` is for the compiler, and is what the layer's own `shape`
 * gives for these options; `number` stands for a size that is not known before data are.
 * @category stages
 */
export const reshaping =
  <Encoded extends object, const S extends Shape.Shape>(layer: Layer<Encoded>, options: Encoded, _shape: S) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "a layer">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, S, Pipeline.AcceptsOf<P>> =>
    append(self, layer.bind(options, findNothing))
