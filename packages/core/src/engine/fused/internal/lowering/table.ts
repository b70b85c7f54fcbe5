/**
 * The layers that have kernels, by their definitions: what each becomes.
 */
import * as Nn from "../../../../pipeline/Nn.ts"
import * as Schedule from "../../../../pipeline/Schedule.ts"
import type * as Stage from "../../../../pipeline/Stage.ts"
import type { Operation, Place } from "../operation.ts"
import { activation, gate, kindOf, Kind, parametricActivation, prelu } from "./activations.ts"
import { selfAttention } from "./attention.ts"
import { convolution } from "./convolution.ts"
import { dropout } from "./dropout.ts"
import { embedding } from "./embedding.ts"
import { linear } from "./linear.ts"
import { ntkLinear, scale } from "./ntk.ts"
import { memberLinear, members } from "./members.ts"
import { batchNorm, layerNorm } from "./norms.ts"
import { pbldEmbedding, periodicEmbedding } from "./numberEmbeddings.ts"
import { perFeature } from "./perFeature.ts"
import { globalPooling, pooling } from "./pooling.ts"
import { classToken, featureTokens, linearEmbedding, takeToken } from "./tokens.ts"
import { transformer } from "./transformer.ts"

/** A layer becomes an operation, or leaves its rows where they are under another shape. */
export type Lowered = ((place: Place) => Operation) | "same rows"

type Lower = (options: unknown) => Lowered

/** The options of a node are those that its definition encoded, with every default. */
const entry = <Encoded>(
  { id }: Stage.Definition<"layer" | "head", Encoded>,
  lower: (options: Required<Encoded>) => Lowered
): readonly [id: string, lower: Lower] => [id, (options) => lower(options as Required<Encoded>)]

const entries: ReadonlyArray<readonly [string, Lower]> = [
  entry(Nn.linearDefinition, () => linear),
  entry(Nn.headDefinition, () => linear),
  entry(Nn.ntkLinearDefinition, () => ntkLinear),
  entry(Nn.ntkHeadDefinition, () => ntkLinear),
  entry(Nn.scaleDefinition, () => scale),
  entry(Nn.parametricActivationDefinition, parametricActivation),
  entry(Nn.embeddingDefinition, () => embedding),
  entry(Nn.featureLinearDefinition, () => perFeature),
  entry(Nn.linearEmbeddingDefinition, () => linearEmbedding),
  entry(Nn.featureTokensDefinition, () => featureTokens),
  entry(Nn.classTokenDefinition, () => classToken),
  entry(Nn.takeTokenDefinition, () => takeToken),
  entry(Nn.membersDefinition, () => members),
  entry(Nn.memberLinearDefinition, () => memberLinear),
  entry(Nn.memberHeadDefinition, () => perFeature),
  entry(Nn.identityDefinition, () => "same rows"),
  entry(Nn.flattenDefinition, () => "same rows"),
  entry(Nn.reshapeDefinition, () => "same rows"),
  entry(Nn.conv1dDefinition, convolution),
  entry(Nn.conv2dDefinition, convolution),
  entry(Nn.maxPool1dDefinition, (options) => pooling("maximum", options)),
  entry(Nn.maxPool2dDefinition, (options) => pooling("maximum", options)),
  entry(Nn.averagePool1dDefinition, (options) => pooling("average", options)),
  entry(Nn.averagePool2dDefinition, (options) => pooling("average", options)),
  entry(Nn.globalMaxPoolDefinition, () => globalPooling("maximum")),
  entry(Nn.globalAveragePoolDefinition, () => globalPooling("average")),
  entry(Nn.dropoutDefinition, (options) =>
    options.rate === 0 ? "same rows" : dropout({ rate: Schedule.valueOf(options.rate) })
  ),
  entry(Nn.layerNormDefinition, layerNorm),
  entry(Nn.batchNormDefinition, batchNorm),
  entry(Nn.periodicEmbeddingDefinition, periodicEmbedding),
  entry(Nn.pbldEmbeddingDefinition, () => pbldEmbedding),
  entry(Nn.selfAttentionDefinition, selfAttention),
  entry(Nn.transformerDefinition, transformer),
  entry(Nn.reluDefinition, () => activation(Kind.relu)),
  entry(Nn.leakyReluDefinition, ({ slope }) => activation(Kind.leakyRelu, slope)),
  entry(Nn.eluDefinition, ({ alpha }) => activation(Kind.elu, alpha)),
  entry(Nn.seluDefinition, () => activation(...kindOf.selu)),
  entry(Nn.sigmoidDefinition, () => activation(Kind.sigmoid)),
  entry(Nn.tanhDefinition, () => activation(Kind.tanh)),
  entry(Nn.siluDefinition, () => activation(Kind.silu)),
  entry(Nn.softplusDefinition, () => activation(Kind.softplus)),
  entry(Nn.mishDefinition, () => activation(Kind.mish)),
  entry(Nn.geluDefinition, ({ approximate }) => activation(approximate === "none" ? Kind.gelu : Kind.geluTanh)),
  entry(Nn.preluDefinition, () => prelu),
  entry(Nn.gluDefinition, () => gate(Kind.sigmoid)),
  entry(Nn.regluDefinition, () => gate(Kind.relu)),
  entry(Nn.gegluDefinition, () => gate(Kind.gelu))
]

const table: ReadonlyMap<string, Lower> = new Map(entries)

/** The ids of the layers that have kernels. */
export const ids: ReadonlyArray<string> = [...table.keys()]

/** What a layer with these options becomes; undefined where it has no kernels. */
export const lower = (id: string, options: unknown): Lowered | undefined => table.get(id)?.(options)
