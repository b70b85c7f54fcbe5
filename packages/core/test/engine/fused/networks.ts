/** Random networks, and steps of them on two engines. */
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as SquaredHinge from "@rocflow/losses/SquaredHinge"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Definitions from "../../../src/Definitions.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Graph from "../../../src/network/Graph.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Registry from "../../../src/pipeline/Registry.ts"
import type { StageJson, Transform } from "../../../src/pipeline/Stage.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Seed from "../../../src/Seed.ts"
import * as Transformers from "./transformers.ts"

export const registry = Result.getOrThrow(Registry.make(Definitions.all))

export type Json = StageJson | string

/** A network of stages as they stand in a file. */
export const network = (
  stages: ReadonlyArray<Json>,
  inputs: ReadonlyMap<string, ReadonlyArray<number>>,
  outputs: number,
  cardinalities?: ReadonlyMap<string, ReadonlyArray<number>>
): Graph.Network => {
  const pipeline = Result.getOrThrow(Pipeline.fromJson(stages, registry))
  return Result.getOrThrow(Graph.make(pipeline.stages, inputs, outputs, cardinalities))
}

/** A network for tests, and what it is trained with. */
export interface Case {
  readonly stages: ReadonlyArray<Json>
  readonly inputs: ReadonlyArray<readonly [string, ReadonlyArray<number>]>
  readonly outputs: number
  readonly loss: "bce" | "weighted bce" | "aum" | "hinge" | "mse" | "cross-entropy"
  readonly rows: number
  /** Whether rows have two targets each. */
  readonly pairs?: boolean
}

const bound = (definition: Loss.Definition, options: object = {}) => Result.getOrThrow(Loss.bind(definition, options))

export const lossOf = (name: Case["loss"]): Loss.Bound => {
  switch (name) {
    case "bce":
    case "weighted bce":
      return bound(Bce.definition, { posWeight: 3 })
    case "aum":
      return bound(Aum.definition)
    case "hinge":
      return bound(SquaredHinge.definition)
    case "mse":
      return bound(Mse.definition)
    case "cross-entropy":
      return bound(CrossEntropy.definition)
  }
}

const activations: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom("Nn.relu", "Nn.tanh", "Nn.sigmoid", "Nn.silu", "Nn.softplus", "Nn.mish", "Nn.selu", "Nn.gelu"),
  fc.constantFrom<Json>(
    { type: "Nn.gelu", approximate: "tanh" },
    { type: "Nn.elu", alpha: 0.7 },
    { type: "Nn.leakyRelu", slope: 0.1 },
    { type: "Nn.prelu", start: 0.3 },
    { type: "Nn.prelu", shared: false },
    { type: "Nn.dropout", rate: 0.3 },
    "Nn.scale",
    "Nn.identity"
  ),
  fc
    .constantFrom("relu", "tanh", "sigmoid", "gelu", "silu", "elu", "selu", "softplus", "mish")
    .map((activation) => ({ type: "Nn.parametricActivation", activation }))
)

/** Layers that keep the width. */
const keeping = (width: number, batches: boolean): fc.Arbitrary<ReadonlyArray<Json>> =>
  fc.oneof(
    activations.map((one) => [one]),
    fc.boolean().map((affine) => [{ type: "Nn.layerNorm", affine, epsilon: 0.01 }]),
    ...(batches ? [fc.boolean().map((affine) => [{ type: "Nn.batchNorm", affine, epsilon: 0.01 }])] : []),
    activations.map((one) => [{ type: "Nn.residual", body: [{ type: "Nn.linear", units: width }, one] }]),
    activations.map((one) => [{ type: "Nn.residual", body: [one] }]),
    activations.map((one) => [{ type: "Nn.ntkLinear", units: width, biasScale: 0.1 }, one]),
    fc
      .constantFrom("Nn.glu", "Nn.reglu", "Nn.geglu")
      .map((gate) => [{ type: "Nn.linear", units: 2 * width, bias: false }, gate])
  )

const layers = (batches: boolean): fc.Arbitrary<ReadonlyArray<Json>> =>
  fc
    .integer({ min: 1, max: 21 })
    .chain((width) =>
      fc
        .array(keeping(width, batches), { maxLength: 3 })
        .map((parts) => [{ type: "Nn.linear", units: width }, ...parts.flat()])
    )

const branches = (batches: boolean): fc.Arbitrary<Pick<Case, "stages" | "inputs">> =>
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), activations)
    .chain(([a, b, width, one]) =>
      fc.constantFrom("Merge.concat", "Merge.sum", "Merge.product").chain((type) =>
        layers(batches).map((after) => ({
          stages: [
            {
              type,
              branches: {
                left: ["Ingress.numeric", { type: "Nn.linear", units: width }, one],
                right: ["Ingress.numeric", { type: "Nn.linear", units: width }]
              }
            },
            ...after,
            "Nn.head"
          ],
          inputs: [
            ["left/numeric", [a]],
            ["right/numeric", [b]]
          ] as const
        }))
      )
    )

const chains = (batches: boolean): fc.Arbitrary<Pick<Case, "stages" | "inputs">> =>
  fc
    .tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.array(layers(batches), { maxLength: 3 }),
      fc.constantFrom("Nn.head", "Nn.ntkHead")
    )
    .map(([width, parts, head]) => ({
      stages: ["Ingress.numeric", ...parts.flat(), head],
      inputs: [["numeric", [width]]] as const
    }))

const windows: fc.Arbitrary<object> = fc.record({
  size: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant([2, 3])),
  padding: fc.constantFrom("valid", "same"),
  stride: fc.constantFrom(1, 2)
})

/** Layers of images [height, width, 4] that leave at least one pixel. */
const planes: fc.Arbitrary<Json> = fc.oneof(
  fc
    .tuple(windows, fc.constantFrom(1, 2), fc.constantFrom(4, 8), fc.boolean())
    .map(([given, groups, filters, bias]) => ({ type: "Nn.conv2d", ...given, groups, filters, bias })),
  fc.constantFrom("same", 1).map((padding) => ({ type: "Nn.conv2d", filters: 4, size: 3, dilation: 2, padding })),
  windows.map((given) => ({ type: "Nn.maxPool2d", ...given })),
  windows.map((given) => ({ type: "Nn.averagePool2d", ...given })),
  activations
)

/** Networks of images and sequences. */
const images: fc.Arbitrary<Pick<Case, "stages" | "inputs">> = fc
  .tuple(
    fc.integer({ min: 7, max: 9 }),
    fc.integer({ min: 7, max: 10 }),
    planes,
    planes,
    fc.constantFrom<ReadonlyArray<Json>>(
      ["Nn.flatten"],
      ["Nn.globalMaxPool"],
      ["Nn.globalAveragePool"],
      [{ type: "Nn.maxPool2d", size: [2, 1] }, "Nn.flatten"]
    )
  )
  .chain(([height, width, first, second, last]) =>
    fc.constantFrom<Pick<Case, "stages" | "inputs">>(
      {
        stages: [
          "Ingress.numeric",
          { type: "Nn.reshape", shape: [height, width, 4] },
          first,
          "Nn.tanh",
          second,
          ...last,
          "Nn.head"
        ],
        inputs: [["numeric", [4 * height * width]]]
      },
      {
        stages: [
          "Ingress.numeric",
          { type: "Nn.reshape", shape: [width, 2] },
          { type: "Nn.conv1d", filters: 3, size: 3, padding: "same" },
          { type: "Nn.maxPool1d", size: 2 },
          { type: "Nn.conv1d", filters: 6, size: 2, stride: 2, groups: 3 },
          { type: "Nn.averagePool1d", size: 2, padding: "same" },
          "Nn.flatten",
          "Nn.head"
        ],
        inputs: [["numeric", [2 * width]]]
      }
    )
  )

const adapters = fc.constantFrom("none", "ones", "signs", "normal")

/** Networks of tokens and of members. */
const vectors: fc.Arbitrary<Pick<Case, "stages" | "inputs">> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), activations, adapters, adapters)
  .chain(([features, size, one, first, second]) =>
    fc
      .constantFrom<ReadonlyArray<Json>>(
        [{ type: "Nn.linearEmbedding", size }, one, "Nn.flatten"],
        [{ type: "Nn.featureTokens", size }, { type: "Nn.featureLinear", size: 5 }, one, "Nn.flatten"],
        [{ type: "Nn.featureTokens", size }, "Nn.classToken", { type: "Nn.layerNorm", epsilon: 0.1 }, "Nn.flatten"],
        [{ type: "Nn.featureTokens", size }, one, "Nn.takeToken"],
        [
          { type: "Nn.linear", units: size },
          { type: "Nn.members", count: 3, adapter: first },
          { type: "Nn.memberLinear", units: 4, adapter: second },
          one,
          { type: "Nn.memberLinear", units: 2, adapter: first },
          "Nn.flatten"
        ],
        [
          { type: "Nn.members", count: 2, adapter: first },
          { type: "Nn.memberLinear", units: size, adapter: second },
          "Nn.flatten"
        ]
      )
      .map((stages) => ({
        stages: ["Ingress.numeric", ...stages, "Nn.head"],
        inputs: [["numeric", [features]]] as const
      }))
  )

/** Tokens of two branches in one row. */
const rowsOfTokens: fc.Arbitrary<Pick<Case, "stages" | "inputs">> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), activations)
  .map(([a, b, size, one]) => ({
    stages: [
      {
        type: "Merge.tokens",
        branches: {
          left: ["Ingress.numeric", { type: "Nn.featureTokens", size }],
          right: ["Ingress.numeric", { type: "Nn.linearEmbedding", size }]
        }
      },
      one,
      "Nn.flatten",
      "Nn.head"
    ],
    inputs: [
      ["left/numeric", [a]],
      ["right/numeric", [b]]
    ] as const
  }))

/** Whether the windows fit into the image. */
const fits = ({ inputs, stages }: Pick<Case, "stages" | "inputs">): boolean =>
  Result.isSuccess(Graph.make(Result.getOrThrow(Pipeline.fromJson(stages, registry)).stages, new Map(inputs), 1))

/** Random networks with a loss and a number of rows; `batches` says whether rows of a batch may depend on each other. */
export const cases = (batches: boolean): fc.Arbitrary<Case> =>
  fc
    .tuple(
      fc.oneof(
        { weight: 2, arbitrary: chains(batches) },
        { weight: 1, arbitrary: branches(batches) },
        { weight: 2, arbitrary: images.filter(fits) },
        { weight: 2, arbitrary: vectors },
        { weight: 1, arbitrary: rowsOfTokens },
        { weight: 2, arbitrary: Transformers.tokens },
        { weight: 1, arbitrary: Transformers.embedded }
      ),
      fc.constantFrom<Case["loss"]>("bce", "weighted bce", "aum", "hinge", "mse", "cross-entropy"),
      fc.integer({ min: 2, max: 7 }),
      fc.constantFrom(1, 2, 3, 5, 8, 17, 33),
      fc.boolean()
    )
    .map(([graph, loss, classes, rows, pairs]) => ({
      ...graph,
      loss,
      rows,
      pairs,
      outputs: loss === "cross-entropy" ? classes : 1
    }))

export const networkOf = ({ inputs, outputs, stages }: Case): Graph.Network => network(stages, new Map(inputs), outputs)

/** Numbers for the inputs, targets and weights of a trainer. */
export const fill = (trainer: Engine.Trainer, { loss, outputs }: Case, seed: number): void => {
  const random = Seed.generator(Seed.derive(Seed.root(seed), "data"))
  for (const input of trainer.inputs) for (let i = 0; i < input.length; i++) input[i] = random.normal()
  const { targets, weights } = trainer
  for (let i = 0; i < targets.length; i++) {
    targets[i] = loss === "mse" ? random.normal() : random.below(loss === "cross-entropy" ? outputs : 2)
    weights[i] = random.float()
  }
}

/** What the layers and the loss give in a step: scores, the value, and the gradients in order. */
export interface Derived {
  readonly scores: Float32Array
  readonly value: number
  readonly gradients: ReadonlyArray<Float32Array>
  /** Of the prediction pass after the step, by the trainer and by a scorer with its arrays. */
  readonly predicted: { readonly byTrainer: Float32Array; readonly byScorer: Float32Array }
}

/** An optimizer that keeps the gradients and changes nothing. */
const keepingGradients = (into: Array<Float32Array>): Transform => ({
  searches: false,
  begin: (paths) => ({
    slots: paths.map(() => []),
    apply: ({ arrays }) => {
      for (const { update } of arrays) {
        into.push(update.slice())
        update.fill(0)
      }
    }
  })
})

const trainerOf = (engine: Engine.Engine, given: Case, optimizer: Transform) =>
  Effect.gen(function* () {
    const program = {
      network: networkOf(given),
      loss: lossOf(given.loss),
      optimizer,
      seed: Seed.root(7),
      pairs: given.pairs ?? false
    }
    Result.getOrThrow(engine.supports(program))
    return yield* engine.trainer(program, given.rows)
  })

/** One step on an engine. */
export const derive = (engine: Engine.Engine, given: Case, rows = given.rows) =>
  Effect.gen(function* () {
    const gradients: Array<Float32Array> = []
    const trainer = yield* trainerOf(engine, given, keepingGradients(gradients))
    fill(trainer, given, 1)
    const value = trainer.step(rows, given.loss === "weighted bce")
    const numbers = rows * given.outputs
    const scores = trainer.scores.slice(0, numbers)
    trainer.score(rows)
    const scorer = yield* engine.scorer(networkOf(given), trainer.state().arrays, rows)
    scorer.inputs.forEach((input, i) => input.set(trainer.inputs[i]!.subarray(0, input.length)))
    scorer.score(rows)
    const predicted = { byTrainer: trainer.scores.slice(0, numbers), byScorer: scorer.scores.slice(0, numbers) }
    return { value, scores, gradients, predicted } satisfies Derived
  })

/** Steps on an engine, each with other rows, and a prediction pass. */
export const train = (engine: Engine.Engine, given: Case, optimizer: Transform, steps: number) =>
  Effect.gen(function* () {
    const trainer = yield* trainerOf(engine, given, optimizer)
    const losses: Array<number> = []
    for (let step = 0; step < steps; step++) {
      fill(trainer, given, step % 5)
      losses.push(trainer.step(given.rows, given.loss === "weighted bce", Schedule.reading(step / steps)))
    }
    trainer.score(given.rows)
    return { losses: Float64Array.from(losses), scores: trainer.scores.slice(), state: trainer.state() }
  })
