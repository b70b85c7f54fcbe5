/**
 * Convolutions: the same small kernel at every place of an image, or of a sequence. Channels stand last.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import type * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { append } from "../pipeline.ts"
import { convolve, ungrouped } from "./convolve.ts"
import { define, type Layer } from "./define.ts"
import type { Spatial } from "./spatial.ts"
import { fanIn } from "./start.ts"
import * as Windows from "../../Windows.ts"

interface Options extends Windows.Options {
  readonly filters: number
  readonly groups: number
  readonly bias: boolean
}

const fields = {
  filters: OptionSchema.required(OptionSchema.width(), "The number of channels that come out", 8),
  padding: OptionSchema.withDefault(
    Windows.padding,
    "valid",
    "valid takes whole windows only, same keeps the size at stride 1, a number pads by so many zeros"
  ),
  groups: OptionSchema.withDefault(OptionSchema.width(), 1, "Groups of channels that do not see each other"),
  bias: OptionSchema.withDefault(Schema.Boolean, true, "Whether each filter has an intercept")
}

/** Refuses groups that do not divide channels and filters. */
const divided = ({ filters, groups }: Options, input: Shape.Shape): Result.Result<Shape.Shape, Shape.Problem> => {
  const channels = input.at(-1)!
  const odd = [channels, filters].some((n) => n % groups > 0)
  return odd
    ? Result.fail({
        given: `${channels} channels and ${filters} filters in ${groups} groups`,
        expected: "groups that divide both",
        advice: "change groups or filters; one group a channel is groups equal to the channels"
      })
    : Result.succeed(input)
}

const shape = (options: Options, input: Shape.Shape, spatial: 1 | 2): Result.Result<Shape.Shape, Shape.Problem> =>
  Windows.ofSpatial(input, spatial).pipe(
    Result.flatMap((input) => divided(options, input)),
    Result.flatMap((input) => Windows.fitAll(input, Windows.windows(options, spatial))),
    Result.map((fits) => [...fits.map(({ output }) => output), options.filters])
  )

/** Kernel and bias, uniform on ±1/√(entries of a window). */
const parameters = (options: Options, input: Shape.Shape, spatial: 1 | 2): ReadonlyArray<Stage.Parameter> => {
  const sizes = Windows.windows(options, spatial).map(({ size }) => size)
  const each = input.at(-1)! / options.groups
  const initialise = fanIn(sizes.reduce((product, n) => product * n, each))
  return [
    { name: "kernel", shape: [...sizes, each, options.filters], initialise },
    ...(options.bias ? [{ name: "bias", shape: [options.filters], initialise }] : [])
  ]
}

const forward = (
  options: Options,
  input: tf.Tensor,
  [kernel, bias]: ReadonlyArray<tf.Tensor>,
  { tf }: Stage.Pass
): tf.Tensor => {
  const [rows = 0, ...row] = input.shape
  const { plane, shape } = Windows.image(options, row)
  const sequence = row.length === 2
  const planar = ungrouped(sequence ? tf.expandDims(kernel!, 0) : kernel!, options.groups, tf)
  const y = convolve(tf.reshape(input, [rows, ...shape]), planar, plane, tf)
  const raised = bias === undefined ? y : tf.add(y, bias)
  return sequence ? tf.squeeze(raised, [1]) : raised
}

/** `Nn.conv2d` as a definition, for registries. @category definitions */
export const conv2dDefinition = define({
  id: "Nn.conv2d",
  summary: "A convolution of images [height, width, channels]",
  options: Schema.Struct({
    ...fields,
    size: OptionSchema.required(Windows.perAxis, "Height and width of a window, or one number for both", 3),
    stride: OptionSchema.withDefault(Windows.perAxis, 1, "Steps from one window to the next"),
    dilation: OptionSchema.withDefault(Windows.perAxis, 1, "Steps between the entries of a window")
  }),
  shape: (options, input) => shape(options, input, 2),
  parameters: (options, input) => parameters(options, input, 2),
  forward
})

/** `Nn.conv1d` as a definition, for registries. @category definitions */
export const conv1dDefinition = define({
  id: "Nn.conv1d",
  summary: "A convolution of sequences [length, channels]",
  options: Schema.Struct({
    ...fields,
    size: OptionSchema.required(OptionSchema.width(), "The length of a window", 5),
    stride: OptionSchema.withDefault(OptionSchema.width(), 1, "Steps from one window to the next"),
    dilation: OptionSchema.withDefault(OptionSchema.width(), 1, "Steps between the entries of a window")
  }),
  shape: (options, input) => shape(options, input, 1),
  parameters: (options, input) => parameters(options, input, 1),
  forward
})

/** A number, or one for height and one for width. */
type Pair = number | readonly [number, number]

/** The options of a convolution, whose kinds of `size`, `stride` and `dilation` are `A`. */
interface Given<A, F extends number, S extends A, D extends Windows.Padding> {
  readonly filters: F
  readonly size: A
  readonly stride?: S
  readonly padding?: D
  readonly dilation?: A
  readonly groups?: number
  readonly bias?: boolean
}

/** Sizes stay where the padding is "same" and windows begin at every entry; else the compiler does not know them. */
type Convolved<R extends Shape.Shape, F extends number, S, D> = R extends readonly [
  ...infer Before extends Shape.Shape,
  number
]
  ? [S, D] extends [1, "same"]
    ? readonly [...Before, F]
    : readonly [...{ readonly [K in keyof Before]: number }, F]
  : Shape.Shape

const put =
  <N extends 2 | 3, Name extends string, A, F extends number, S extends A, D extends Windows.Padding>(
    _rank: N,
    _name: Name,
    definition: Layer,
    options: Given<A, F, S, D>
  ) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name> & Spatial<P, N, Name>
  ): Pipeline.Pipeline<
    "layer",
    Pipeline.ColumnsOf<P>,
    Convolved<Pipeline.ShapeOf<P>, F, S, D>,
    Pipeline.AcceptsOf<P>
  > =>
    append(self, definition.bind(options, findNothing))

/**
 * Slides `filters` kernels over images of shape [height, width, channels]:
 *
 * y[i, j, f] = bias[f] + Σ x[i·stride + a·dilation − before, j·stride + b·dilation − before, c]·kernel[a, b, c, f]
 *
 * with zeros outside the image; the result has the shape [height′, width′, `filters`]. `size`, `stride` (default 1) and
 * `dilation` (default 1) are one number, or `[height, width]`. `padding` is `"valid"` (none, the default), `"same"`
 * (⌈height / stride⌉ windows, the odd zero after the image) or a number of zeros at every end; without `"same"` there are
 * ⌊(height + 2·padding − dilation·(size − 1) − 1) / stride⌋ + 1 windows. `groups` (default 1) divides channels and filters:
 * filters see the channels of their group only; as many groups as channels make a depthwise convolution. The kernel
 * [height, width, channels / groups, filters] and the bias start uniform on ±1/√(height·width·channels / groups), as in
 * PyTorch.
 *
 * Errors when the pipeline is trained: rows of another rank, windows larger than the image, groups that do not divide.
 *
 * *Gotcha*: PyTorch has the channels first, here they are last.
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([28, 28, 1]), Nn.conv2d({ filters: 8, size: 3 }), Nn.relu(), Nn.flatten(), Nn.head())
 * @category stages
 */
export const conv2d = <const F extends number, const S extends Pair = 1, const D extends Windows.Padding = "valid">(
  options: Given<Pair, F, S, D>
) => put(3, "Nn.conv2d", conv2dDefinition, options)

/**
 * Slides `filters` kernels over sequences of shape [length, channels], as `Nn.conv2d` does over images; the result has
 * the shape [length′, `filters`], the kernel [size, channels / groups, filters].
 *
 * @example
 * Ingress.numeric().pipe(Nn.reshape([100, 1]), Nn.conv1d({ filters: 8, size: 5, padding: "same" }), Nn.flatten(), Nn.head())
 * @category stages
 */
export const conv1d = <const F extends number, const S extends number = 1, const D extends Windows.Padding = "valid">(
  options: Given<number, F, S, D>
) => put(2, "Nn.conv1d", conv1dDefinition, options)
