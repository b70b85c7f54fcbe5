/**
 * Every definition of this package is subjected to the laws that others can run; one that is missing from its table fails.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import * as Definitions from "../../src/Definitions.ts"
import * as Callback from "../../src/learning/Callback.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Augment from "../../src/pipeline/Augment.ts"
import type { Definition, Kind } from "../../src/pipeline/Definition.ts"
import * as Image from "../../src/pipeline/Image.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Target from "../../src/pipeline/Target.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import * as Testing from "../../src/testing.ts"
import { hasNative } from "../support/engines.ts"

const find = Registry.lookup(Result.getOrThrow(Registry.make(Definitions.all)))

const run = (name: string, laws: ReadonlyArray<Testing.Law.Law>) =>
  describe(`${name}`, () => {
    it.each(laws.map((law) => [law.name, law] as const))("%s", (_, { check }) => check())
  })

const layers: ReadonlyArray<readonly [Parameters<typeof Testing.LayerLaws.of>[0], object?, Testing.LayerLaws.Claims?]> =
  [
    [Nn.linearDefinition, { units: 4 }],
    [Nn.linearDefinition, { units: 1, bias: false }],
    [Nn.headDefinition],
    [Nn.reluDefinition],
    [Nn.reluDefinition, {}, { input: [4, 2] }],
    [Nn.tanhDefinition],
    [Nn.sigmoidDefinition],
    [Nn.geluDefinition],
    [Nn.geluDefinition, { approximate: "tanh" }],
    [Nn.siluDefinition],
    [Nn.eluDefinition],
    [Nn.eluDefinition, { alpha: 0.5 }],
    [Nn.seluDefinition],
    [Nn.leakyReluDefinition, { slope: 0.2 }],
    [Nn.preluDefinition],
    [Nn.preluDefinition, { shared: false, start: -0.5 }, { input: [4, 2] }],
    [Nn.softplusDefinition],
    [Nn.mishDefinition],
    [Nn.gluDefinition, {}, { input: [4] }],
    [Nn.regluDefinition, {}, { input: [3, 2] }],
    [Nn.gegluDefinition, {}, { input: [4] }],
    [Nn.identityDefinition],
    [Nn.layerNormDefinition],
    [Nn.layerNormDefinition, { affine: false, epsilon: 0.1 }, { input: [2, 4] }],
    [Nn.batchNormDefinition, {}, { smooth: false }],
    [Nn.batchNormDefinition, { affine: false, momentum: 1 }, { input: [3, 2], smooth: false }],
    [Nn.embeddingDefinition, { size: 3 }, { input: [2], cardinalities: [2, 1] }],
    [Nn.embeddingDefinition, { size: 3, start: "uniform" }, { input: [2], cardinalities: [2, 1] }],
    [Nn.featureTokensDefinition, { size: 3 }, { input: [2] }],
    [Nn.membersDefinition, { count: 2 }, { input: [3] }],
    [Nn.membersDefinition, { count: 2, adapter: "signs" }],
    [Nn.memberLinearDefinition, { units: 2 }, { input: [3, 2] }],
    [Nn.memberLinearDefinition, { units: 2, adapter: "none" }, { input: [3, 2] }],
    [Nn.memberLinearDefinition, { units: 1, adapter: "normal" }, { input: [2, 3] }],
    [Nn.memberHeadDefinition, {}, { input: [3, 2] }],
    [Nn.classTokenDefinition, {}, { input: [2, 3] }],
    [Nn.takeTokenDefinition, {}, { input: [2, 3] }],
    [Nn.selfAttentionDefinition, { heads: 2 }, { input: [3, 4] }],
    [Nn.selfAttentionDefinition, { heads: 2, dropout: 0.5 }, { input: [3, 4], smooth: false }],
    [Nn.transformerDefinition, { heads: 1 }, { input: [2, 2], smooth: false }],
    [
      Nn.transformerDefinition,
      { heads: 2, activation: "geglu", attentionDropout: 0, hiddenDropout: 0 },
      { input: [3, 2] }
    ],
    [
      Nn.transformerDefinition,
      { heads: 1, activation: "gelu", attentionDropout: 0, hiddenDropout: 0, firstNorm: false },
      { input: [2, 2] }
    ],
    [Nn.linearEmbeddingDefinition, { size: 3 }, { input: [2], smooth: false }],
    [Nn.periodicEmbeddingDefinition, { size: 2, frequencies: 2, scale: 0.2, relu: false }, { input: [2] }],
    [
      Nn.periodicEmbeddingDefinition,
      { size: 2, frequencies: 2, scale: 0.2, shared: true, relu: false },
      { input: [2] }
    ],
    [Nn.pbldEmbeddingDefinition, { size: 3, frequencies: 2 }, { input: [2] }],
    [Nn.featureLinearDefinition, { size: 2 }, { input: [2, 3] }],
    [Nn.featureLinearDefinition, { size: 2, start: "zeros" }, { input: [2, 3] }],
    [Nn.scaleDefinition],
    [Nn.scaleDefinition, {}, { input: [3, 2] }],
    [Nn.ntkLinearDefinition, { units: 4 }],
    [Nn.ntkLinearDefinition, { units: 1, kernelScale: 2, biasScale: 0.5 }],
    [Nn.ntkLinearDefinition, { units: 2, start: "data" }],
    [Nn.ntkHeadDefinition],
    [Nn.ntkHeadDefinition, { kernelScale: 0, biasScale: 0 }],
    [Nn.parametricActivationDefinition, { activation: "selu" }],
    [Nn.parametricActivationDefinition, { activation: "mish" }, { input: [2, 3] }],
    [Nn.dropoutDefinition, { rate: 0.5 }, { smooth: false }],
    [Nn.dropoutDefinition, { rate: { type: "Schedule.flatCosine", from: 0.5 } }, { smooth: false }],
    [Nn.flattenDefinition, {}, { input: [2, 3, 2] }],
    [Nn.reshapeDefinition, { shape: [3, 2] }, { input: [6] }],
    [Nn.conv2dDefinition, { filters: 2, size: 2 }, { input: [3, 4, 2] }],
    [Nn.conv2dDefinition, { filters: 2, size: [2, 3], stride: [2, 1], padding: "same" }, { input: [4, 3, 1] }],
    [Nn.conv2dDefinition, { filters: 4, size: 2, dilation: 2, groups: 2, padding: 1 }, { input: [3, 4, 2] }],
    [Nn.conv2dDefinition, { filters: 3, size: 2, groups: 3, bias: false }, { input: [3, 3, 3] }],
    [Nn.conv1dDefinition, { filters: 3, size: 3 }, { input: [5, 2] }],
    [Nn.conv1dDefinition, { filters: 2, size: 2, stride: 2, dilation: 2, padding: 3 }, { input: [6, 1] }],
    [Nn.maxPool2dDefinition, { size: 2 }, { input: [4, 5, 2] }],
    [Nn.maxPool2dDefinition, { size: [3, 2], stride: 1, padding: "same" }, { input: [4, 3, 2] }],
    [Nn.averagePool2dDefinition, { size: 3, stride: [2, 1], padding: 1 }, { input: [5, 4, 2] }],
    [Nn.maxPool1dDefinition, { size: 3, stride: 2 }, { input: [7, 2] }],
    [Nn.averagePool1dDefinition, { size: 2 }, { input: [4, 3] }],
    [Nn.globalAveragePoolDefinition, {}, { input: [3, 4, 2] }],
    [Nn.globalMaxPoolDefinition, {}, { input: [5, 2] }],
    [Nn.residualDefinition, { body: [{ type: "Nn.linear", units: 3 }, "Nn.tanh"] }],
    [Nn.blockDefinition, { count: 3, body: [{ type: "Nn.linear", units: 3 }, "Nn.tanh"] }],
    [Nn.blockDefinition, { count: 1, body: [{ type: "Nn.linear", units: 2 }] }]
  ]
for (const [definition, options = {}, claims = {}] of layers) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.LayerLaws.of(definition, options, claims, find))
}
describe.skipIf(!hasNative)("on tfjs-node", () => {
  for (const [definition, options = {}, claims = {}] of layers) {
    const laws = Testing.LayerLaws.of(definition, options, { ...claims, backend: "node" }, find)
    run(`${definition.id} ${JSON.stringify(options)}`, laws)
  }
})

const preprocessing: ReadonlyArray<readonly [Preprocess.Preprocess, object?, Testing.PreprocessLaws.Claims?]> = [
  [Preprocess.selectDefinition, { columns: ["text", "real"] }],
  [Preprocess.selectDefinition, { columns: { except: { type: ["tensor", "boolean"] } } }],
  [Preprocess.missingIndicatorDefinition],
  [Preprocess.missingIndicatorDefinition, { columns: { except: [] } }],
  [Preprocess.imputeDefinition, { method: "mean" }],
  [Preprocess.imputeDefinition, { method: "median", columns: ["whole"] }],
  [Preprocess.imputeDefinition, { method: "mode" }],
  [Preprocess.imputeDefinition, { method: "constant", value: -1 }],
  [Preprocess.imputeDefinition, { method: "constant", value: "none" }],
  [Preprocess.imputeDefinition, { method: "constant", value: true }],
  [Preprocess.imputeDefinition, { method: "outOfRange", columns: { missing: true } }],
  [Preprocess.imputeDefinition, { method: { outOfRange: { side: "above", offset: 0, multiplier: 2 } } }],
  [Preprocess.imputeDefinition, { method: "level" }],
  [Preprocess.imputeDefinition, { method: "level", value: "?", columns: ["text"] }],
  [Preprocess.imputeDefinition, { method: "sample" }],
  [Preprocess.imputeDefinition, { method: "histogram" }],
  [Preprocess.imputeDefinition, { method: { histogram: { bins: 2 } } }],
  [Preprocess.collapseLevelsDefinition, { minShare: 0.3 }],
  [Preprocess.collapseLevelsDefinition, { minCount: 2, maxLevels: 1, level: "x", columns: ["text"] }],
  [Preprocess.ordinalEncodingDefinition],
  [Preprocess.ordinalEncodingDefinition, { order: { text: ["y", "x", "10"] }, columns: ["level"] }],
  [Preprocess.frequencyEncodingDefinition],
  [Preprocess.frequencyEncodingDefinition, { unit: "count", columns: ["truth", "level"] }],
  [Preprocess.targetEncodingDefinition],
  [Preprocess.targetEncodingDefinition, { smooth: 2, folds: 2, columns: ["level", "whole"] }, { kind: "multiclass" }],
  [Preprocess.targetEncodingDefinition, { folds: 3 }, { kind: "regression" }],
  [Preprocess.classBalancingDefinition],
  [
    Preprocess.classBalancingDefinition,
    { reference: "minor", adjust: "downsample", ratio: 1.5 },
    { kind: "multiclass" }
  ],
  [Preprocess.oneHotDefinition],
  [Preprocess.oneHotDefinition, { drop: "first", columns: ["level", "whole"] }],
  [Preprocess.oneHotDefinition, { unknown: "error", columns: ["level"] }],
  [Preprocess.oneHotDefinition, { maxCategories: 2, minFrequency: 1 }],
  [Preprocess.oneHotDefinition, { maxCategories: 1, unknown: "error", columns: ["level"] }],
  [Preprocess.datesDefinition],
  [Preprocess.datesDefinition, { parts: ["month", "hour", "daysSince"], cyclic: true, since: "2020-01-01" }],
  [Preprocess.standardiseDefinition],
  [Preprocess.standardiseDefinition, { columns: ["real"] }],
  [Preprocess.robustScaleDefinition],
  [Preprocess.robustScaleDefinition, { columns: ["real"], range: [0.1, 0.9] }],
  [Preprocess.smoothClipDefinition],
  [Preprocess.smoothClipDefinition, { limit: 1 }],
  [Preprocess.minMaxDefinition],
  [Preprocess.minMaxDefinition, { to: [-1, 1], clip: true }],
  [Preprocess.quantileTransformDefinition],
  [Preprocess.quantileTransformDefinition, { output: "uniform", quantiles: 5, noise: 0.01 }],
  [Preprocess.log1pDefinition],
  [Preprocess.signedRootDefinition],
  [Preprocess.signedRootDefinition, { power: 0.25, columns: ["whole"] }],
  [Preprocess.yeoJohnsonDefinition],
  [Preprocess.yeoJohnsonDefinition, { standardise: false }],
  [Preprocess.boxCoxDefinition],
  [Preprocess.binDefinition],
  [Preprocess.binDefinition, { bins: 2, placement: "uniform", as: "oneHot" }],
  [Preprocess.binDefinition, { bins: 3, as: "factor", columns: ["real"] }],
  [Preprocess.pcaDefinition, { columns: ["whole"] }],
  [Preprocess.pcaDefinition, { columns: ["whole"], variance: 0.9, scale: true, name: "axis" }],
  [Preprocess.polynomialDefinition],
  [Preprocess.polynomialDefinition, { degree: 3, interactions: true, maxColumns: 5 }],
  [Preprocess.splineDefinition],
  [Preprocess.splineDefinition, { knots: 3, degree: 2, placement: "quantile", extrapolation: "linear", bias: false }],
  [Preprocess.splineDefinition, { knots: 4, degree: 2, extrapolation: "periodic", columns: ["whole"] }],
  [
    Preprocess.deriveDefinition,
    { columns: { real: "real / whole", big: 'real > 2 and level != "a"', long: "if(truth, text, level)" } }
  ],
  [Preprocess.hashTextDefinition, { buckets: 8 }],
  [
    Preprocess.hashTextDefinition,
    { buckets: 8, columns: ["text", "level"], unit: "char", sizes: [1, 2], norm: "none" }
  ],
  [Preprocess.robustDefinition],
  [Preprocess.robustDefinition, { columns: ["real", "level"], maxCategories: 2 }],
  [Preprocess.dropConstantsDefinition],
  [Preprocess.dropConstantsDefinition, { ratio: 0.5 }],
  [Image.reshapeDefinition, { shape: [72] }],
  [Image.resizeDefinition, { size: [3, 9], columns: ["image"] }],
  [Image.resizeDefinition, { size: [2, 2], method: "area" }],
  [Image.cropDefinition, { size: [3, 3] }],
  [Image.padDefinition, { size: [5, 8], value: 0.5 }],
  [Image.rotateDefinition, { degrees: 90 }],
  [Image.rotateDefinition, { degrees: 12.5 }],
  [Image.transposeDefinition],
  [Image.grayscaleDefinition],
  [Image.rescaleDefinition, { from: [0, 255], to: [-1, 1] }],
  [Image.normaliseDefinition],
  [Image.normaliseDefinition, { mean: [0.5], sd: [0.25] }],
  [Augment.flipDefinition, { axis: "horizontal" }],
  [Augment.cropDefinition, { size: [2, 5] }],
  [Augment.affineDefinition, { degrees: 20, translate: 0.1, scale: [0.8, 1.2] }],
  [Augment.brightnessDefinition, { by: 0.2 }],
  [Augment.noiseDefinition, { sd: 0.1 }]
]
for (const [definition, options = {}, claims = {}] of preprocessing) {
  run(`${definition.id} ${JSON.stringify([options, claims])}`, Testing.PreprocessLaws.of(definition, options, claims))
}

const optimizers: ReadonlyArray<readonly [Optimizer.Definition, object?]> = [
  [Optimizer.sgdDefinition, { learningRate: 0.1 }],
  [Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.9, nesterov: true }],
  [Optimizer.sgdDefinition, { learningRate: { type: "Schedule.linear", from: 0.1 }, momentum: 0.9, weightDecay: 0.1 }],
  [Optimizer.adamDefinition],
  [Optimizer.adamDefinition, { clipNorm: 1, groups: [{ paths: ["head.*"], rate: 0.1, weightDecay: 0.01 }] }],
  [Optimizer.adamwDefinition],
  [Optimizer.adamwDefinition, { weightDecay: { type: "Schedule.flatCosine", from: 0.02 } }],
  [Optimizer.rmspropDefinition],
  [Optimizer.rmspropDefinition, { momentum: 0.9, centered: true }],
  [Optimizer.adagradDefinition],
  [Optimizer.lionDefinition, { weightDecay: 0.1 }],
  [Optimizer.lineSearchDefinition],
  [Optimizer.chainDefinition, { transforms: [{ type: "Transform.clip", norm: 1 }, "Transform.adam"] }]
]
for (const [definition, options = {}] of optimizers) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.OptimizerLaws.of(definition, options, find))
}

const transforms: ReadonlyArray<readonly [Transform.Definition, object?]> = [
  [Transform.clipDefinition, { norm: 0.5 }],
  [Transform.momentumDefinition, { momentum: 0.9 }],
  [Transform.momentumDefinition, { momentum: 0.9, nesterov: true }],
  [Transform.adamDefinition],
  [Transform.rmspropDefinition],
  [Transform.rmspropDefinition, { centered: true }],
  [Transform.adagradDefinition],
  [Transform.lionDefinition],
  [Transform.decayDefinition, { rate: 0.01 }],
  [Transform.rateDefinition, { rate: 0.1 }],
  [Transform.rateDefinition, { rate: { type: "Schedule.cosine", from: 0.1 } }],
  [Transform.lineSearchDefinition],
  [
    Transform.groupDefinition,
    {
      paths: ["**.kernel"],
      transforms: [
        { type: "Transform.momentum", momentum: 0.5 },
        { type: "Transform.rate", rate: 2 }
      ]
    }
  ]
]
for (const [definition, options = {}] of transforms) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.OptimizerLaws.ofTransform(definition, options, find))
}

const schedules: ReadonlyArray<readonly [Schedule.Definition, object]> = [
  [Schedule.constantDefinition, { from: 0.1 }],
  [Schedule.constantDefinition, { from: 0.1, warmUp: 0.2 }],
  [Schedule.linearDefinition, { from: 0.1, to: 0.2 }],
  [Schedule.polynomialDefinition, { from: 0.1, power: 0.5, warmUp: 0.1 }],
  [Schedule.stepDefinition, { from: 0.1, at: [0.2, 0.9], factor: 0.5 }],
  [Schedule.exponentialDefinition, { from: 0.1, to: 0.001 }],
  [Schedule.cosineDefinition, { from: 0.1, warmUp: 0.1 }],
  [Schedule.oneCycleDefinition, { peak: 0.1 }],
  [Schedule.oneCycleDefinition, { from: 0.95, peak: 0.85, to: 0.95, rise: 0.5 }],
  [Schedule.coslog4Definition, { from: 0.1 }],
  [Schedule.flatCosineDefinition, { from: 0.1 }],
  [Schedule.plateauDefinition, { from: 0.1, patience: 1, cooldown: 1 }]
]
for (const [definition, options] of schedules) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.ScheduleLaws.of(definition, options, find))
}

const targets: ReadonlyArray<readonly [Target.Definition, object?, Testing.TargetLaws.Claims?]> = [
  [Target.standardiseDefinition],
  [Target.minMaxDefinition],
  [Target.logDefinition, {}, { positive: true }],
  [Target.log1pDefinition, {}, { positive: true }],
  [Target.boxCoxDefinition, {}, { positive: true }],
  [Target.boxCoxDefinition, { lambda: -0.5 }, { positive: true }],
  [Target.boxCoxDefinition, { lambda: 0 }, { positive: true }],
  [Target.yeoJohnsonDefinition],
  [Target.yeoJohnsonDefinition, {}, { positive: true }],
  [Target.yeoJohnsonDefinition, { lambda: 2 }]
]
for (const [definition, options = {}, claims = {}] of targets) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.TargetLaws.of(definition, options, claims))
}

const callbacks: ReadonlyArray<readonly [Callback.Definition<unknown>, object?]> = [
  [Callback.checkpointDefinition],
  [Callback.checkpointDefinition, { every: 3, keep: 2, best: true }],
  [Callback.checkpointDefinition, { file: "net.checkpoint", every: 2 }],
  [Callback.csvDefinition],
  [Callback.jsonlDefinition],
  [Callback.tensorBoardDefinition],
  [Callback.freezeDefinition, { paths: ["linear.*"], at: 3 }],
  [Callback.freezeDefinition, { paths: ["**.bias"], at: { progress: 0.5 } }],
  [Callback.unfreezeDefinition, { paths: ["linear.*"], at: 2 }],
  [Callback.timeLimitDefinition, { limit: "1 day" }]
]
for (const [definition, options = {}] of callbacks) {
  run(`${definition.id} ${JSON.stringify(options)}`, Testing.CallbackLaws.of(definition, options, Effect.runPromise))
}

for (const measure of Measure.definitions) run(measure.id, Testing.MeasureLaws.of(measure))

describe("the tables", () => {
  const idsOf = (table: ReadonlyArray<readonly [Definition, ...ReadonlyArray<unknown>]>) =>
    [...new Set(table.map(([{ id }]) => id))].toSorted()

  it.each<[string, ReadonlyArray<Kind>, ReadonlyArray<string>]>([
    ["layers", ["layer", "head", "block"], idsOf(layers)],
    ["preprocessing", ["preprocess"], idsOf(preprocessing)],
    ["callbacks", ["callback"], idsOf(callbacks)],
    ["optimizers", ["optimizer"], idsOf(optimizers)],
    ["transforms", ["transform"], idsOf(transforms)],
    ["schedules", ["schedule"], idsOf(schedules)],
    ["transformations of the target", ["target"], idsOf(targets)],
    ["measures", ["measure"], Measure.definitions.map(({ id }) => id).toSorted()]
  ])("of %s hold every definition", (_, kinds, ids) => {
    const all = Definitions.all.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id)
    expect(ids).toEqual(all.toSorted())
  })
})
