/**
 * A linear layer for each feature by itself.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { append } from "../pipeline.ts"
import { define } from "./define.ts"
import { fanIn, zeros } from "./start.ts"

const Start = Schema.Literals(["uniform", "zeros"])

/** A kernel [input, size] and a bias [size] for each feature, or one of each for all. */
export const perFeature = (
  features: number,
  input: number,
  size: number,
  shared = false,
  initialise = fanIn(input)
): ReadonlyArray<Stage.Parameter> => {
  const own = shared ? [] : [features]
  return [
    { name: "kernel", shape: [...own, input, size], initialise },
    { name: "bias", shape: [...own, size], initialise }
  ]
}

/** [rows, features, input] times the kernels of `perFeature`, plus bias: [rows, features, size]. */
export const applyPerFeature = (
  x: tf.Tensor,
  kernel: tf.Tensor,
  bias: tf.Tensor,
  { tf }: Pick<Stage.Pass, "tf">
): tf.Tensor => {
  const [, features = 1, input = 1] = x.shape
  const product =
    kernel.rank === 2
      ? tf.reshape(tf.matMul(tf.reshape(x, [-1, input]), kernel), [-1, features, kernel.shape[1]!])
      : tf.transpose(tf.matMul(tf.transpose(x, [1, 0, 2]), kernel), [1, 0, 2])
  return tf.add(product, bias)
}

/** `Nn.featureLinear` as a definition, for registries. @category definitions */
export const featureLinearDefinition = define({
  id: "Nn.featureLinear",
  summary: "A dense affine layer for each feature by itself",
  options: Schema.Struct({
    size: OptionSchema.required(OptionSchema.count(1), "Outputs of each feature", 8),
    start: OptionSchema.withDefault(Start, "uniform", "How weights begin")
  }),
  shape: ({ size }, input) => Result.map(Shape.ofRank(input, 2), ([features = 1]) => [features, size]),
  parameters: ({ size, start }, [features = 1, input = 1]) =>
    start === "zeros" ? perFeature(features, input, size, false, zeros) : perFeature(features, input, size),
  forward: (_, input, [kernel, bias], pass) => applyPerFeature(input, kernel!, bias!, pass)
})

/** A shape with another last size. @category type-level */
export type Resized<S extends Shape.Shape, Size extends number> = S extends readonly [
  ...infer Front extends Shape.Shape,
  number
]
  ? readonly [...Front, Size]
  : S

/**
 * Maps each feature of a row, [features, n], by a kernel [n, size] and a bias of its own: [features, size]. All start
 * `"uniform"` on ±1/√n (the default), or as `"zeros"`. After `Ingress.piecewiseLinear` it is the embedding of Gorishniy et al.
 * (2022).
 *
 * @example
 * Ingress.piecewiseLinear().pipe(Nn.featureLinear(16), Nn.relu())
 * @category stages
 */
export const featureLinear =
  <const Size extends number>(size: Size, options: { readonly start?: typeof Start.Type } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.featureLinear"> & Pipeline.Rank<P, 2, "Nn.featureLinear">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Resized<Pipeline.ShapeOf<P>, Size>, Pipeline.AcceptsOf<P>> =>
    append(self, featureLinearDefinition.bind({ size, ...options }, findNothing))
