/**
 * Self-attention, and the blocks of transformers, on rows of tokens.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import type * as Stage from "../../Stage.ts"
import { append } from "../pipeline.ts"
import { affine, attend, attentionParameters, dense, divided } from "./attention.ts"
import { define, type Layer } from "./define.ts"
import { drop } from "./drop.ts"
import { normalGate } from "./functions.ts"
import { gatedBy } from "./gates.ts"
import { learned, normalise } from "./normalise.ts"
import { fanIn } from "./start.ts"

type Tf = Stage.Pass["tf"]

const heads = OptionSchema.withDefault(OptionSchema.copies(), 8, "Heads of attention, which divide the size of a token")

/** The type of putting a layer that keeps the shape of rows of tokens on a pipeline. */
const put =
  <Name extends string, Encoded extends object>(_name: Name, definition: Layer<Encoded>, options: Encoded) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name> & Pipeline.Rank<P, 2, Name>
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Pipeline.ShapeOf<P>, Pipeline.AcceptsOf<P>> =>
    append(self, definition.bind(options, findNothing))

// -------------------------------------------------------------------------------------------------------- attention

/** `Nn.selfAttention` as a definition, for registries. @category definitions */
export const selfAttentionDefinition = define({
  id: "Nn.selfAttention",
  summary: "Multi-head self-attention over the tokens of a row",
  options: Schema.Struct({
    heads,
    dropout: OptionSchema.withDefault(
      OptionSchema.fraction,
      0,
      "The share of the attention weights that are set to 0 in training"
    )
  }),
  shape: ({ heads }, input) => divided(input, heads),
  parameters: (_, [, size = 1]) => attentionParameters(size),
  forward: ({ dropout, heads }, input, parameters, { random, tf, training }) =>
    attend(input, parameters, { heads, rate: dropout }, training ? random : undefined, tf)
})

/**
 * Mixes the tokens of a row, [tokens, size], by multi-head self-attention (Vaswani et al. 2017); the shape stays.
 *
 * Each token becomes a query q, a key k and a value v by one dense layer, [size, 3·size]; each head takes its share of size
 * / `heads` entries and gives softmax(q·kᵀ / √(size / heads))·v; a dense layer [size, size] follows. Kernels start uniform
 * on ±1/√size, biases as 0. `heads` divides size, default 8; `dropout` in [0, 1) sets weights of the softmax to 0 in
 * training, default 0.
 *
 * *Gotcha*: the order of tokens has no meaning to it.
 *
 * @example
 * Ingress.numeric().pipe(Nn.featureTokens(16), Nn.classToken(), Nn.selfAttention({ heads: 4 }), Nn.takeToken(), Nn.head())
 * @category stages
 */
export const selfAttention = (options: typeof selfAttentionDefinition.options.Encoded = {}) =>
  put("Nn.selfAttention", selfAttentionDefinition, options)

// ------------------------------------------------------------------------------------------------------ transformer

/** The activations of the hidden layer; a gated one halves its width. */
const activations: Readonly<Record<"reglu" | "geglu" | "relu" | "gelu", (x: tf.Tensor, t: Tf) => tf.Tensor>> = {
  relu: (x, t) => t.relu(x),
  gelu: normalGate,
  reglu: gatedBy((x, t) => t.relu(x)),
  geglu: gatedBy(normalGate)
}

const epsilon = 1e-5

const Options = Schema.Struct({
  heads,
  hiddenFactor: OptionSchema.withDefault(
    OptionSchema.positive,
    4 / 3,
    "Units of the hidden layer, times the size of a token"
  ),
  activation: OptionSchema.withDefault(
    Schema.Literals(["reglu", "geglu", "relu", "gelu"]),
    "reglu",
    "The activation of the hidden layer"
  ),
  attentionDropout: OptionSchema.withDefault(
    OptionSchema.fraction,
    0.2,
    "The share of the attention weights that are set to 0 in training"
  ),
  hiddenDropout: OptionSchema.withDefault(
    OptionSchema.fraction,
    0.1,
    "The share of the hidden units that are set to 0 in training"
  ),
  residualDropout: OptionSchema.withDefault(
    OptionSchema.fraction,
    0,
    "The share of what a block adds that is set to 0 in training"
  ),
  firstNorm: OptionSchema.withDefault(Schema.Boolean, true, "Whether rows are normalised before the attention, too")
})

const named = (name: string, parameters: ReadonlyArray<Stage.Parameter>): ReadonlyArray<Stage.Parameter> =>
  parameters.map((parameter) => ({ ...parameter, name: `${name}.${parameter.name}` }))

/** `Nn.transformer` as a definition, for registries. @category definitions */
export const transformerDefinition = define({
  id: "Nn.transformer",
  summary: "A block of attention and of two dense layers, each normalised before and added to what came in",
  options: Options,
  shape: ({ heads }, input) => divided(input, heads),
  parameters: ({ activation, firstNorm, hiddenFactor }, input) => {
    const [, size = 1] = input
    const hidden = Math.max(1, Math.trunc(size * hiddenFactor))
    const wide = activation.endsWith("glu") ? 2 * hidden : hidden
    return [
      ...named("attentionNorm", learned(firstNorm, input)),
      ...attentionParameters(size),
      ...named("hiddenNorm", learned(true, input)),
      ...dense("expand", size, wide, fanIn(size)),
      ...dense("contract", hidden, size, fanIn(hidden))
    ]
  },
  forward: (options, input, parameters, pass) => {
    const { tf, training } = pass
    // One stream for all masks of the pass.
    const chance = training ? pass.random : undefined
    const dropped = (x: tf.Tensor, rate: number) => (chance === undefined ? x : drop(x, rate, chance, tf))
    const norm = (x: tf.Tensor, own: ReadonlyArray<tf.Tensor>) =>
      normalise(x, tf.moments(x, -1, true), epsilon, own, pass)
    const first = options.firstNorm ? 2 : 0
    const rest = parameters.slice(first)
    const before = options.firstNorm ? norm(input, parameters.slice(0, 2)) : input
    const attention = { heads: options.heads, rate: options.attentionDropout }
    const mixed = attend(before, rest.slice(0, 4), attention, chance, tf)
    const between = tf.add(input, dropped(mixed, options.residualDropout))
    const [expand, expandBias, contract, contractBias] = rest.slice(6)
    const wide = affine(norm(between, rest.slice(4, 6)), expand!, expandBias!, tf)
    const hidden = dropped(activations[options.activation](wide, tf), options.hiddenDropout)
    return tf.add(between, dropped(affine(hidden, contract!, contractBias!, tf), options.residualDropout))
  }
})

/**
 * Puts rows of tokens, [tokens, size], through a block of a transformer with the norms before (Gorishniy et al. 2021); the
 * shape stays:
 *
 * x ← x + attention(norm(x)), then x ← x + contract(activation(expand(norm(x)))).
 *
 * Norm is that of `Nn.layerNorm`, attention that of `Nn.selfAttention`; "expand" and "contract" are dense layers with
 * ⌊size · `hiddenFactor`⌋ entries between them (twice as many before a gated activation).
 *
 * - `heads`: divides size, default 8
 * - `hiddenFactor`: > 0, default 4/3
 * - `activation`: `"reglu"` (default), `"geglu"`, `"relu"` or `"gelu"`
 * - `attentionDropout` (default 0.2), `hiddenDropout` (after the activation, 0.1), `residualDropout` (of what is added, 0)
 * - `firstNorm`: default true; the paper leaves the norm before attention out in the first block
 *
 * The defaults are those of the paper; its blocks are 3, of tokens of size 192.
 *
 * @example
 * tokens.pipe(Nn.classToken(), Nn.transformer({ firstNorm: false }), Nn.transformer(), Nn.takeToken())
 * @category stages
 */
export const transformer = (options: typeof Options.Encoded = {}) =>
  put("Nn.transformer", transformerDefinition, options)
