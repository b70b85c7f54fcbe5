/**
 * Pooling: each window of an image or a sequence becomes one number a channel.
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
import { define, type Layer } from "./define.ts"
import * as Pool from "./pool.ts"
import type { Spatial } from "./spatial.ts"
import * as Windows from "../../Windows.ts"

const shape = (
  options: Windows.Options,
  input: Shape.Shape,
  spatial: 1 | 2
): Result.Result<Shape.Shape, Shape.Problem> => {
  const { padding } = options
  const small = Windows.windows(options, spatial).find(({ size }) => typeof padding === "number" && padding >= size)
  if (small !== undefined) {
    return Result.fail({
      given: `a padding of ${padding} for windows of ${small.size}`,
      expected: "less padding than the size, so that an entry is in every window",
      advice: "pad less, or make the windows larger"
    })
  }
  return Windows.ofSpatial(input, spatial).pipe(
    Result.flatMap((input) => Windows.fitAll(input, Windows.windows(options, spatial))),
    Result.map((fits) => [...fits.map(({ output }) => output), input.at(-1)!])
  )
}

type Pooling = (x: tf.Tensor, plane: Windows.Plane, t: Stage.Pass["tf"]) => tf.Tensor

const forward =
  (pool: Pooling) =>
  (options: Windows.Options, input: tf.Tensor, _: ReadonlyArray<tf.Tensor>, { tf }: Stage.Pass): tf.Tensor => {
    const [rows = 0, ...row] = input.shape
    const { plane, shape } = Windows.image(options, row)
    const y = pool(tf.reshape(input, [rows, ...shape]), plane, tf)
    return row.length === 2 ? tf.squeeze(y, [1]) : y
  }

const planar = (id: string, summary: string, pool: Pooling) =>
  define({
    id,
    summary,
    options: Schema.Struct({
      size: OptionSchema.required(Windows.perAxis, "Height and width of a window, or one number for both", 2),
      stride: OptionSchema.optional(
        Windows.perAxis,
        "Steps from one window to the next; default: the size of a window",
        2
      ),
      padding: OptionSchema.withDefault(
        Windows.padding,
        "valid",
        "valid takes whole windows only, same keeps the size at stride 1, a number pads by so many zeros"
      )
    }),
    shape: (options, input) => shape(options, input, 2),
    forward: forward(pool)
  })

const linear = (id: string, summary: string, pool: Pooling) =>
  define({
    id,
    summary,
    options: Schema.Struct({
      size: OptionSchema.required(OptionSchema.width(), "The length of a window", 2),
      stride: OptionSchema.optional(
        OptionSchema.width(),
        "Steps from one window to the next; default: the length of a window",
        2
      ),
      padding: OptionSchema.withDefault(
        Windows.padding,
        "valid",
        "valid takes whole windows only, same keeps the size at stride 1, a number pads by so many zeros"
      )
    }),
    shape: (options, input) => shape(options, input, 1),
    forward: forward(pool)
  })

const largest = "The largest entry of each window"
const mean = "The mean of each window"

/** `Nn.maxPool2d` as a definition, for registries. @category definitions */
export const maxPool2dDefinition = planar("Nn.maxPool2d", largest, Pool.maximum)
/** `Nn.averagePool2d` as a definition, for registries. @category definitions */
export const averagePool2dDefinition = planar("Nn.averagePool2d", mean, Pool.average)
/** `Nn.maxPool1d` as a definition, for registries. @category definitions */
export const maxPool1dDefinition = linear("Nn.maxPool1d", largest, Pool.maximum)
/** `Nn.averagePool1d` as a definition, for registries. @category definitions */
export const averagePool1dDefinition = linear("Nn.averagePool1d", mean, Pool.average)

/** The channels stay; the other sizes the compiler does not know. */
type Pooled<S extends Shape.Shape> = S extends readonly [
  ...infer Before extends Shape.Shape,
  infer Channels extends number
]
  ? readonly [...{ readonly [K in keyof Before]: number }, Channels]
  : Shape.Shape

/** The size of the windows alone, or with stride and padding. */
type Given<A> = A | { readonly size: A; readonly stride?: A; readonly padding?: Windows.Padding }

const optionsOf = <A extends Windows.PerAxis>(given: Given<A>): object =>
  typeof given === "object" && "size" in given ? given : { size: given }

const put =
  <N extends 2 | 3, Name extends string>(_rank: N, _name: Name, definition: Layer, options: object) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name> & Spatial<P, N, Name>
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Pooled<Pipeline.ShapeOf<P>>, Pipeline.AcceptsOf<P>> =>
    append(self, definition.bind(options, findNothing))

type Pair = number | readonly [number, number]

/**
 * Takes the largest entry of each window of images [height, width, channels], channel by channel; the result has the shape
 * [height′, width′, channels].
 *
 * `size` is one number, or `[height, width]`; windows begin every `stride` entries (default: the size, so that they do not
 * overlap). `padding` is `"valid"` (none, the default), `"same"` (⌈height / stride⌉ windows) or a number below the size;
 * what is outside the image is never the largest.
 *
 * *Gotcha*: where several entries of a window are the largest, the gradient goes to the first, row by row.
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([28, 28, 1]), Nn.conv2d({ filters: 8, size: 3 }), Nn.relu(), Nn.maxPool2d(2))
 * @category stages
 */
export const maxPool2d = (given: Given<Pair>) => put(3, "Nn.maxPool2d", maxPool2dDefinition, optionsOf(given))

/**
 * Takes the mean of each window of images [height, width, channels], channel by channel, with the windows of
 * `Nn.maxPool2d`.
 *
 * *Gotcha*: the mean is that of the entries in the image; zeros of the padding do not count (PyTorch's
 * `count_include_pad=False`).
 * @category stages
 */
export const averagePool2d = (given: Given<Pair>) =>
  put(3, "Nn.averagePool2d", averagePool2dDefinition, optionsOf(given))

/** Takes the largest entry of each window of sequences [length, channels], as `Nn.maxPool2d` does. @category stages */
export const maxPool1d = (given: Given<number>) => put(2, "Nn.maxPool1d", maxPool1dDefinition, optionsOf(given))

/** Takes the mean of each window of sequences [length, channels], as `Nn.averagePool2d` does. @category stages */
export const averagePool1d = (given: Given<number>) =>
  put(2, "Nn.averagePool1d", averagePool1dDefinition, optionsOf(given))

// --------------------------------------------------------------------------------------------------------- global

/** The channels alone. */
const channels = (input: Shape.Shape): Result.Result<Shape.Shape, Shape.Problem> =>
  input.length >= 2
    ? Result.succeed(input.slice(-1))
    : Result.fail({
        given: `${Shape.toText(input)} (rank ${input.length})`,
        expected: "rows of at least rank 2, with the channels last",
        advice: "leave this layer out: the rows are numbers already"
      })

/** Rows [rows, entries, channels] of rows of any rank. */
const listed = (input: tf.Tensor, { tf }: Stage.Pass): tf.Tensor => {
  const row = input.shape.slice(1)
  return tf.reshape(input, [input.shape[0]!, Shape.size(row.slice(0, -1)), row.at(-1)!])
}

/** `Nn.globalAveragePool` as a definition, for registries. @category definitions */
export const globalAveragePoolDefinition = define({
  id: "Nn.globalAveragePool",
  summary: "The mean of each channel",
  options: Schema.Struct({}),
  shape: (_, input) => channels(input),
  forward: (_, input, __, pass) => pass.tf.mean(listed(input, pass), 1)
})

/** `Nn.globalMaxPool` as a definition, for registries. @category definitions */
export const globalMaxPoolDefinition = define({
  id: "Nn.globalMaxPool",
  summary: "The largest entry of each channel",
  options: Schema.Struct({}),
  shape: (_, input) => channels(input),
  forward: (_, input, __, pass) => {
    const { tf } = pass
    const byChannel = tf.transpose(listed(input, pass), [0, 2, 1])
    // tf.max would give the whole gradient to each of several largest entries.
    const first = tf.cast(tf.oneHot(tf.argMax(byChannel, -1), byChannel.shape[2]!), "float32")
    return tf.sum(tf.mul(byChannel, first), -1)
  }
})

/** The last size. */
type Channels<S extends Shape.Shape> = S extends readonly [...Shape.Shape, infer Last extends number]
  ? readonly [Last]
  : readonly [number]

const putGlobal =
  <Name extends string>(_name: Name, definition: Layer<{}>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name>
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Channels<Pipeline.ShapeOf<P>>, Pipeline.AcceptsOf<P>> =>
    append(self, definition.bind({}, findNothing))

/**
 * Takes the mean of each channel over the whole image or sequence: [height, width, channels] becomes [channels] (Lin et
 * al. 2014).
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([28, 28, 1]), Nn.conv2d({ filters: 8, size: 3 }), Nn.globalAveragePool(), Nn.head())
 * @category stages
 */
export const globalAveragePool = () => putGlobal("Nn.globalAveragePool", globalAveragePoolDefinition)

/**
 * Takes the largest entry of each channel over the whole image or sequence; the gradient goes to the first of several.
 * @category stages
 */
export const globalMaxPool = () => putGlobal("Nn.globalMaxPool", globalMaxPoolDefinition)
