/**
 * The same numbers in another shape.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import { append } from "../pipeline.ts"
import { define } from "./define.ts"

/** `Nn.flatten` as a definition, for registries. @category definitions */
export const flattenDefinition = define({
  id: "Nn.flatten",
  summary: "The numbers of a row one after the other",
  options: Schema.Struct({}),
  shape: (_, input) => [Shape.size(input)],
  forward: (_, input, __, { tf }) => tf.reshape(input, [input.shape[0]!, Shape.size(input.shape.slice(1))])
})

/** The shape of flat rows: of a size that is not known where it would have to be multiplied. */
type Flat<S extends Shape.Shape> = S extends readonly [infer Width extends number]
  ? readonly [Width]
  : readonly [number]

/**
 * Makes rows of rank 1 of rows of any rank: the numbers in their order, the last axis fastest. An image of shape
 * [height, width, channels] becomes height·width·channels numbers.
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([28, 28, 1]), Nn.conv2d({ filters: 8, size: 3 }), Nn.flatten(), Nn.head())
 * @category stages
 */
export const flatten =
  () =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.flatten">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Flat<Pipeline.ShapeOf<P>>, Pipeline.AcceptsOf<P>> =>
    append(self, flattenDefinition.bind({}, findNothing))

const factors = (shape: Shape.Shape): string =>
  shape.length === 1 ? String(shape[0]) : `${shape.join("·")} = ${Shape.size(shape)}`

/** `Nn.reshape` as a definition, for registries. @category definitions */
export const reshapeDefinition = define({
  id: "Nn.reshape",
  summary: "The same numbers in rows of another shape",
  options: Schema.Struct({
    shape: OptionSchema.required(
      Schema.Array(OptionSchema.width()).check(Schema.isMinLength(1)),
      "The new shape of a row, of as many numbers",
      [28, 28, 1]
    )
  }),
  shape: ({ shape }, input) =>
    // A size that is not known yet is not compared.
    Shape.size(input) === Shape.size(shape) || Number.isNaN(Shape.size(input))
      ? shape
      : Result.fail({
          given: `${Shape.toText(input)} (${factors(input)} numbers a row)`,
          expected: `rows of ${factors(shape)} numbers, for the shape [${shape.join(", ")}]`,
          advice: "give a shape whose sizes have that product, or bring other columns to the network"
        }),
  forward: ({ shape }, input, _, { tf }) => tf.reshape(input, [input.shape[0]!, ...shape])
})

/**
 * Gives rows the shape `shape`, of sizes ≥ 1; their numbers stay in their order, the last axis fastest. Images whose
 * pixels are columns, row by row, become [height, width, channels].
 *
 * Errors when the pipeline is trained: a product of the sizes that is not how many numbers a row has.
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([28, 28, 1])) // of 784 columns
 * @category stages
 */
export const reshape =
  <const S extends Shape.Shape>(shape: S) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.reshape">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, S, Pipeline.AcceptsOf<P>> =>
    append(self, reshapeDefinition.bind({ shape }, findNothing))
