/**
 * Embeddings of numbers: each feature of a row becomes a vector.
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
import type { Deeper } from "./embedding.ts"
import { applyPerFeature, perFeature } from "./featureLinear.ts"
import { draw, fanIn, truncatedNormal, uniform } from "./start.ts"

const relu = OptionSchema.withDefault(Schema.Boolean, true, "Whether a relu comes last")

/** The shape rule of all: [features] becomes [features, size]. */
const deeper = (size: number, input: Shape.Shape) =>
  Result.map(Shape.ofRank(input, 1), ([features = 1]) => [features, size])

/** The type of putting an embedding on a pipeline. */
const put =
  <Name extends string, Encoded extends object, const Size extends number>(
    _name: Name,
    definition: Layer<Encoded>,
    options: Encoded,
    _size: Size
  ) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", Name> & Pipeline.Rank<P, 1, Name>
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, Deeper<Pipeline.ShapeOf<P>, Size>, Pipeline.AcceptsOf<P>> =>
    append(self, definition.bind(options, findNothing))

// ----------------------------------------------------------------------------------------------------------- linear

/** A kernel and a bias [features, size], uniform on ±1/√size. */
const scaled = ([features = 1]: Shape.Shape, size: number): ReadonlyArray<Stage.Parameter> => [
  { name: "kernel", shape: [features, size], initialise: fanIn(size) },
  { name: "bias", shape: [features, size], initialise: fanIn(size) }
]

const scale = (input: tf.Tensor, kernel: tf.Tensor, { tf }: Stage.Pass): tf.Tensor =>
  tf.mul(tf.expandDims(input, -1), kernel)

const lines = (input: tf.Tensor, [kernel, bias]: ReadonlyArray<tf.Tensor>, pass: Stage.Pass): tf.Tensor =>
  pass.tf.add(scale(input, kernel!, pass), bias!)

/** `Nn.linearEmbedding` as a definition, for registries. @category definitions */
export const linearEmbeddingDefinition = define({
  id: "Nn.linearEmbedding",
  summary: "Each number times a vector of its feature, plus another, then relu",
  options: Schema.Struct({
    size: OptionSchema.required(OptionSchema.width(), "Numbers in the vector of a feature", 8)
  }),
  shape: ({ size }, input) => deeper(size, input),
  parameters: ({ size }, input) => scaled(input, size),
  forward: (_, input, parameters, pass) => pass.tf.relu(lines(input, parameters, pass))
})

/**
 * Makes a vector of each number: max(0, x_j·w_j + b_j), with w and b of shape [features, size] (Gorishniy et al. 2022,
 * "LR"); [features] becomes [features, size]. w and b start uniform on ±1/√size. Without the relu it is
 * `Nn.featureTokens`.
 *
 * @example
 * Preprocess.standardise().pipe(Ingress.numeric(["age", "dose"]), Nn.linearEmbedding(32)) // rows of shape [2, 32]
 * @category stages
 */
export const linearEmbedding = <const Size extends number>(size: Size) =>
  put("Nn.linearEmbedding", linearEmbeddingDefinition, { size }, size)

/** `Nn.featureTokens` as a definition, for registries. @category definitions */
export const featureTokensDefinition = define({
  id: "Nn.featureTokens",
  summary: "Each number times a vector of its feature, plus another: tokens for a transformer",
  options: Schema.Struct({
    size: OptionSchema.required(OptionSchema.width(), "Numbers in the token of a feature", 8)
  }),
  shape: ({ size }, input) => deeper(size, input),
  parameters: ({ size }, input) => scaled(input, size),
  forward: (_, input, parameters, pass) => lines(input, parameters, pass)
})

/**
 * Makes a token of each number: x_j·w_j + b_j, with w and b of shape [features, size] (the feature tokenizer of Gorishniy et
 * al. 2021); [features] becomes [features, size]. w and b start uniform on ±1/√size.
 *
 * @example
 * Preprocess.standardise().pipe(
 *   Ingress.numeric(), Nn.featureTokens(32), Nn.classToken(),
 *   Nn.transformer({ firstNorm: false }), Nn.transformer(), Nn.takeToken(), Nn.layerNorm(), Nn.relu(), Nn.head()
 * )
 * @category stages
 */
export const featureTokens = <const Size extends number>(size: Size) =>
  put("Nn.featureTokens", featureTokensDefinition, { size }, size)

// --------------------------------------------------------------------------------------------------------- periodic

/** 2π·c_j·x_j for the frequencies c_j of each feature: [rows, features, frequencies]. */
const angles = (input: tf.Tensor, frequencies: tf.Tensor, pass: Stage.Pass): tf.Tensor =>
  pass.tf.mul(scale(input, frequencies, pass), 2 * Math.PI)

/** `Nn.periodicEmbedding` as a definition, for registries. @category definitions */
export const periodicEmbeddingDefinition = define({
  id: "Nn.periodicEmbedding",
  summary: "Sines and cosines of each number at learned frequencies, then linear and relu",
  options: Schema.Struct({
    size: OptionSchema.withDefault(OptionSchema.width(), 24, "Numbers in the vector of a feature"),
    frequencies: OptionSchema.withDefault(OptionSchema.width(), 48, "Frequencies of each feature"),
    scale: OptionSchema.withDefault(OptionSchema.positive, 0.01, "The standard deviation of the first frequencies"),
    shared: OptionSchema.withDefault(Schema.Boolean, false, "Whether the linear layer is one for all features"),
    relu
  }),
  shape: ({ size }, input) => deeper(size, input),
  parameters: ({ frequencies, scale, shared, size }, [features = 1]) => [
    { name: "frequencies", shape: [features, frequencies], initialise: truncatedNormal(scale) },
    ...perFeature(features, 2 * frequencies, size, shared)
  ],
  forward: ({ relu }, input, [frequencies, kernel, bias], pass) => {
    const v = angles(input, frequencies!, pass)
    const waves = pass.tf.concat([pass.tf.sin(v), pass.tf.cos(v)], -1)
    const vectors = applyPerFeature(waves, kernel!, bias!, pass)
    return relu ? pass.tf.relu(vectors) : vectors
  }
})

/**
 * Makes a vector of each number by waves: v = 2π·c_j·x_j, then max(0, [sin v, cos v]·kernel_j + b_j) (Gorishniy et al. 2022,
 * "PLR"); [features] becomes [features, size].
 *
 * The `frequencies` c_j of a feature (so many, default 48) are learned; they start normal with standard deviation `scale`,
 * within three of them (default 0.01). Kernel and bias start uniform on ±1/√(2·frequencies); with `shared: true` one kernel
 * serves all features ("lite"; Gorishniy et al. 2024). `size` defaults to 24; `relu: false` leaves the relu out.
 *
 * *Gotcha*: `scale` decides much; tune it between 0.01 and 10 on standardised features.
 *
 * @example
 * Preprocess.standardise().pipe(Ingress.numeric(), Nn.periodicEmbedding({ size: 16, scale: 0.1 }))
 * @category stages
 */
export const periodicEmbedding = <const Size extends number = 24>(
  options: Omit<typeof periodicEmbeddingDefinition.options.Encoded, "size"> & { readonly size?: Size } = {}
) => put("Nn.periodicEmbedding", periodicEmbeddingDefinition, options, (options.size ?? 24) as Size)

/** `Nn.pbldEmbedding` as a definition, for registries. @category definitions */
export const pbldEmbeddingDefinition = define({
  id: "Nn.pbldEmbedding",
  summary: "Each number beside a linear function of its shifted cosines at learned frequencies",
  options: Schema.Struct({
    size: OptionSchema.withDefault(OptionSchema.width(2), 4, "Numbers in the vector of a feature, itself among them"),
    frequencies: OptionSchema.withDefault(OptionSchema.width(), 16, "Frequencies of each feature"),
    scale: OptionSchema.withDefault(OptionSchema.positive, 0.1, "The standard deviation of the first frequencies")
  }),
  shape: ({ size }, input) => deeper(size, input),
  parameters: ({ frequencies, scale, size }, [features = 1]) => [
    { name: "frequencies", shape: [features, frequencies], initialise: draw((random) => random.normal() * scale) },
    { name: "phases", shape: [features, frequencies], initialise: uniform(Math.PI) },
    ...perFeature(features, frequencies, size - 1)
  ],
  forward: (_, input, [frequencies, phases, kernel, bias], pass) => {
    const { tf } = pass
    const waves = tf.cos(tf.add(angles(input, frequencies!, pass), phases!))
    return tf.concat([tf.expandDims(input, -1), applyPerFeature(waves, kernel!, bias!, pass)], -1)
  }
})

/**
 * Makes a vector of each number by waves, beside the number itself: [x_j, cos(2π·c_j·x_j + p_j)·kernel_j + b_j] (Holzmüller
 * et al. 2024, "PBLD"); [features] becomes [features, size], so the kernel gives size − 1 numbers.
 *
 * The `frequencies` c_j (so many a feature, default 16) start normal with standard deviation `scale` (default 0.1), the
 * phases p_j uniform on ±π, kernel and bias uniform on ±1/√frequencies. `size` ≥ 2, default 4.
 *
 * @example
 * Preprocess.standardise().pipe(Ingress.numeric(["age"]), Nn.pbldEmbedding()) // rows of shape [1, 4]
 * @category stages
 */
export const pbldEmbedding = <const Size extends number = 4>(
  options: Omit<typeof pbldEmbeddingDefinition.options.Encoded, "size"> & { readonly size?: Size } = {}
) => put("Nn.pbldEmbedding", pbldEmbeddingDefinition, options, (options.size ?? 4) as Size)
