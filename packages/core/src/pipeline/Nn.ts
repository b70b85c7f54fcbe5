/**
 * The layers of a network. A layer is data: its options, the shape rule, the parameters it owns and its forward pass.
 *
 * All layers work on [rows, width]. The forward pass is written with tensor operations that the engine hands in, so a
 * description costs no tensor library.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Generator } from "../Seed.ts"
import type * as Definition from "./Definition.ts"
import * as Pipeline from "./Pipeline.ts"

/** An array that a layer learns. `initialise` fills it from the stream of its own seed. @category models */
export interface Parameter {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly initialise: (values: Float32Array, random: Generator) => void
}

/** What a forward pass gets besides its input. @category models */
export interface Context {
  readonly tf: typeof tf
  /** Whether this is a training pass: dropout acts only then. */
  readonly training: boolean
  /** Random numbers of this pass, derived from the seed by step: the same in every run. */
  readonly random: Generator
}

/** A layer of a network. @category models */
// oxlint-disable-next-line typescript/no-explicit-any -- a layer of any options
export interface Layer<out Encoded = any> extends Definition.Definition<"layer" | "head", Encoded> {
  /** The width after the layer, given the width before it and the number of outputs that the task needs. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the options' type is erased in the definition
  readonly width: (options: any, input: number, outputs: number) => number
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly parameters: (options: any, input: number, width: number) => ReadonlyArray<Parameter>
  readonly forward: (
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    options: any,
    input: tf.Tensor2D,
    parameters: ReadonlyArray<tf.Tensor>,
    context: Context
  ) => tf.Tensor2D
}

/** Defines a layer. @category constructors */
export const define = <Type, Encoded>(layer: {
  readonly id: string
  readonly summary: string
  readonly options: Definition.Options<Type, Encoded>
  readonly width?: (options: Type, input: number, outputs: number) => number
  readonly parameters?: (options: Type, input: number, width: number) => ReadonlyArray<Parameter>
  readonly forward: (
    options: Type,
    input: tf.Tensor2D,
    parameters: ReadonlyArray<tf.Tensor>,
    context: Context
  ) => tf.Tensor2D
}): Layer<Encoded> => ({ kind: "layer", width: (_, input) => input, parameters: () => [], ...layer })

/**
 * Puts a layer that keeps the width on a pipeline: the constructor for custom layers.
 * @category stages
 */
export const stage =
  <Encoded extends object>(layer: Layer<Encoded>, ...[options]: Definition.Given<Encoded>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "a layer">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Pipeline.WidthOf<P>, Pipeline.AcceptsOf<P>> =>
    Pipeline.append(self, Pipeline.stage(layer, options))

/**
 * Puts a layer that changes the width on a pipeline; `width` is for the compiler, and is what the layer's own `width`
 * gives for these options.
 * @category stages
 */
export const resizing =
  <Encoded extends object, const Width extends number>(layer: Layer<Encoded>, options: Encoded, _width: Width) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "a layer">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Width, Pipeline.AcceptsOf<P>> =>
    Pipeline.append(self, Pipeline.stage(layer, options))

/** The uniform distribution on ±1/√input, PyTorch's default for linear layers (He et al. 2015 with a = √5). */
const uniform = (input: number): Parameter["initialise"] => {
  const bound = 1 / Math.sqrt(input)
  return (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = (2 * random.float() - 1) * bound
  }
}

const dense = (input: number, width: number, bias: boolean): ReadonlyArray<Parameter> => [
  { name: "kernel", shape: [input, width], initialise: uniform(input) },
  ...(bias ? [{ name: "bias", shape: [width], initialise: uniform(input) }] : [])
]

const affine = (input: tf.Tensor2D, [kernel, bias]: ReadonlyArray<tf.Tensor>, { tf }: Context): tf.Tensor2D => {
  const product: tf.Tensor2D = tf.matMul(input, kernel as tf.Tensor2D)
  return bias === undefined ? product : tf.add(product, bias)
}

const bias = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true)))

/** @category definitions */
export const linearDefinition: Layer = define({
  id: "Nn.linear",
  summary: "A dense affine layer: x·kernel + bias",
  options: Schema.Struct({ units: Schema.Int.check(Schema.isGreaterThan(0)), bias }),
  width: ({ units }) => units,
  parameters: (options, input, width) => dense(input, width, options.bias),
  forward: (_, input, parameters, context) => affine(input, parameters, context)
})

/**
 * Maps x of shape [rows, width] to `x·kernel + bias` of shape [rows, units]. Kernel and bias start uniform on
 * ±1/√width. `units` ≥ 1; `bias` defaults to true.
 *
 * @example
 * Ingress.numeric().pipe(Nn.linear(20), Nn.relu())
 * @category stages
 */
export const linear =
  <const Units extends number>(units: Units, options: { readonly bias?: boolean } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.linear">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Units, Pipeline.AcceptsOf<P>> =>
    Pipeline.append(self, Pipeline.stage(linearDefinition, { units, ...options }))

/** @category definitions */
export const headDefinition: Layer = {
  ...define({
    id: "Nn.head",
    summary: "The last dense layer: one unit for a binary task or a regression, k for k classes",
    options: Schema.Struct({ bias }),
    width: (_, __, outputs) => outputs,
    parameters: (options, input, width) => dense(input, width, options.bias),
    forward: (_, input, parameters, context) => affine(input, parameters, context)
  }),
  kind: "head"
}

/**
 * Ends the network with a dense layer whose width follows from the task: one unit for a binary task (the score, or
 * logit, of the positive class), k units for k classes, one unit for a regression.
 *
 * *Gotcha*: the outputs are scores, not probabilities; losses and predictions know that. Do not put a sigmoid before it.
 * @category stages
 */
export const head =
  (options: { readonly bias?: boolean } = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "head", "Nn.head">
  ): Pipeline.Pipeline<"head", Pipeline.ColumnsOf<P>, number, Pipeline.AcceptsOf<P>> =>
    Pipeline.append(self, Pipeline.stage(headDefinition, options))

const none = Schema.Struct({})
const activation = (id: string, summary: string, f: (x: tf.Tensor2D, t: typeof tf) => tf.Tensor2D): Layer =>
  define({ id, summary, options: none, forward: (_, input, __, { tf }) => f(input, tf) })

/** @category definitions */
export const reluDefinition = activation("Nn.relu", "max(0, x)", (x, t) => t.relu(x))
/** @category definitions */
export const tanhDefinition = activation("Nn.tanh", "The hyperbolic tangent", (x, t) => t.tanh(x))
/** @category definitions */
export const sigmoidDefinition = activation("Nn.sigmoid", "1 / (1 + e⁻ˣ)", (x, t) => t.sigmoid(x))
/** @category definitions */
export const geluDefinition = activation("Nn.gelu", "x·Φ(x), with the exact normal distribution function", (x, t) =>
  t.mul(t.mul(x, 0.5), t.add(t.erf(t.mul(x, Math.SQRT1_2)), 1))
)

/** Applies max(0, x) to every entry; the shape stays. @category stages */
export const relu = () => stage(reluDefinition)
/** Applies tanh(x) to every entry; the shape stays. @category stages */
export const tanh = () => stage(tanhDefinition)
/** Applies 1 / (1 + e⁻ˣ) to every entry; the shape stays. @category stages */
export const sigmoid = () => stage(sigmoidDefinition)
/** Applies x·Φ(x) to every entry (Hendrycks and Gimpel 2016, the exact form); the shape stays. @category stages */
export const gelu = () => stage(geluDefinition)

/** @category definitions */
export const dropoutDefinition = define({
  id: "Nn.dropout",
  summary: "Sets entries to 0 at random while training and scales the others up",
  options: Schema.Struct({
    rate: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMaximum: true }))
  }),
  forward: ({ rate }, input, _, { tf, training, random }) => {
    if (!training || rate === 0) return input
    const mask = new Float32Array(input.size)
    const scale = 1 / (1 - rate)
    for (let i = 0; i < mask.length; i++) mask[i] = random.float() < rate ? 0 : scale
    return tf.mul(input, tf.tensor2d(mask, input.shape))
  }
})

/**
 * Sets each entry to 0 with probability `rate` in [0, 1) while training, and divides the others by 1 − rate, so that
 * the mean stays; does nothing at prediction (Srivastava et al. 2014).
 * @category stages
 */
export const dropout = (rate: number) => stage(dropoutDefinition, { rate })
