/**
 * The layers of a network. A layer is data: its options, the shape rule, the parameters it owns and its forward pass.
 *
 * Layers work on rows of any rank: [rows, …shape]. The forward pass is written with tensor operations that the engine
 * hands in, so a description costs no tensor library.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import { findNothing } from "./Decode.ts"
import { define as defineStage } from "./internal/bind.ts"
import { define, partOf, stage } from "./internal/layers/define.ts"
import { drop } from "./internal/layers/drop.ts"
import { fanIn } from "./internal/layers/start.ts"
import { append } from "./internal/pipeline.ts"
import type * as Pipeline from "./Pipeline.ts"
import * as Schedule from "./Schedule.ts"
import * as Shape from "./Shape.ts"
import type * as Stage from "./Stage.ts"

export type { Layer as Bound, Parameter, Pass } from "./Stage.ts"
export { define, type Keeping, type Layer, reshaping, stage } from "./internal/layers/define.ts"
export * from "./internal/layers/activations.ts"
export * from "./internal/layers/blocks.ts"
export * from "./internal/layers/convolutions.ts"
export { geglu, gegluDefinition, glu, gluDefinition, reglu, regluDefinition } from "./internal/layers/gates.ts"
export * from "./internal/layers/norms.ts"
export * from "./internal/layers/embedding.ts"
export * from "./internal/layers/shapes.ts"
export { featureLinear, featureLinearDefinition, type Resized } from "./internal/layers/featureLinear.ts"
export * from "./internal/layers/numberEmbeddings.ts"
export * from "./internal/layers/tokens.ts"
export * from "./internal/layers/transformer.ts"
export * from "./internal/layers/members.ts"
export * from "./internal/layers/pooling.ts"
export * from "./internal/layers/scale.ts"
export * from "./internal/layers/ntk.ts"
export * from "./internal/layers/parametricActivation.ts"

// ---------------------------------------------------------------------------------------------------------- affine

const dense = ([input = 1]: Shape.Shape, [width = 1]: Shape.Shape, bias: boolean): ReadonlyArray<Stage.Parameter> => [
  { name: "kernel", shape: [input, width], initialise: fanIn(input) },
  ...(bias ? [{ name: "bias", shape: [width], initialise: fanIn(input) }] : [])
]

const affine = (input: tf.Tensor, [kernel, bias]: ReadonlyArray<tf.Tensor>, { tf }: Stage.Pass): tf.Tensor => {
  const product = tf.matMul(input, kernel!)
  return bias === undefined ? product : tf.add(product, bias)
}

const bias = OptionSchema.withDefault(Schema.Boolean, true, "Whether units have an intercept")

/** What to do with rows of another rank: of rank 2 they may be those of members, or tokens. */
const flatOr =
  (ofMembers: string, ofTokens?: string) =>
  (input: Shape.Shape): string =>
    [
      "put Nn.flatten before it",
      ...(input.length === 2 ? [`take ${ofMembers} behind Nn.members`] : []),
      ...(input.length === 2 && ofTokens !== undefined ? [`${ofTokens} behind Nn.classToken`] : [])
    ].join(", or ")

/** `Nn.linear` as a definition, for registries. @category definitions */
export const linearDefinition = define({
  id: "Nn.linear",
  summary: "A dense affine layer: x·kernel + bias",
  options: Schema.Struct({
    units: OptionSchema.required(OptionSchema.width(), "The number of outputs of the layer", 16),
    bias
  }),
  shape: ({ units }, input) => Result.map(Shape.ofRank(input, 1, flatOr("Nn.memberLinear")(input)), () => [units]),
  parameters: ({ bias }, input, output) => dense(input, output, bias),
  forward: (_, input, parameters, pass) => affine(input, parameters, pass)
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
    self: P & Pipeline.After<P, "layer", "Nn.linear"> & Pipeline.Rank<P, 1, "Nn.linear">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, readonly [Units], Pipeline.AcceptsOf<P>> =>
    append(self, linearDefinition.bind({ units, ...options }, findNothing))

const HeadOptions = Schema.Struct({ bias })

/** `Nn.head` as a definition, for registries. @category definitions */
export const headDefinition = defineStage({
  kind: "head",
  id: "Nn.head",
  summary: "The last dense layer: one unit for a binary task or a regression, k for k classes",
  options: HeadOptions,
  part: (options) =>
    partOf(
      "head",
      {
        shape: (_, input, outputs) =>
          Result.map(Shape.ofRank(input, 1, flatOr("Nn.memberHead", "Nn.takeToken")(input)), () => [outputs]),
        parameters: (_, input, output) => dense(input, output, options.bias),
        forward: (_, input, parameters, pass) => affine(input, parameters, pass)
      },
      options
    )
})

/**
 * Ends the network with a dense layer whose width follows from the task: one unit for a binary task (the score, or
 * logit, of the positive class), k units for k classes, one unit for a regression.
 *
 * *Gotcha*: the outputs are scores, not probabilities; losses and predictions know that. Do not put a sigmoid before it.
 *
 * @example
 * Ingress.numeric().pipe(Nn.linear(20), Nn.relu(), Nn.head())
 * @category stages
 */
export const head =
  (options: typeof HeadOptions.Encoded = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "head", "Nn.head"> & Pipeline.Rank<P, 1, "Nn.head">
  ): Pipeline.Pipeline<"head", Pipeline.ColumnsOf<P>, readonly [number], Pipeline.AcceptsOf<P>> =>
    append(self, headDefinition.bind(options, findNothing))

// ---------------------------------------------------------------------------------------------------------- dropout

/** `Nn.dropout` as a definition, for registries. @category definitions */
export const dropoutDefinition = define({
  id: "Nn.dropout",
  summary: "Sets entries to 0 at random while training and scales the others up",
  options: Schema.Struct({
    rate: OptionSchema.required(
      Schedule.ofProgress(OptionSchema.fraction),
      "The share of the inputs that are set to 0 in training",
      0.2
    )
  }),
  forward: ({ rate }, input, _, pass) => (pass.training ? drop(input, pass.read(rate), pass.random, pass.tf) : input)
})

/**
 * Sets each entry to 0 with probability `rate` in [0, 1) while training, and divides the others by 1 − rate, so that
 * the mean stays; does nothing at prediction (Srivastava et al. 2014). The rate may follow a schedule of progress:
 * `Nn.dropout(Schedule.flatCosine({ from: 0.15 }))`.
 * @category stages
 */
export const dropout = (rate: number | Schedule.Json) => stage(dropoutDefinition, { rate })
