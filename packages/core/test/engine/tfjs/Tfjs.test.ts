import { assert, describe, it } from "@effect/vitest"
import * as Aum from "@rocflow/losses/Aum"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Task } from "../../../src/data/Task.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Tfjs from "../../../src/engine/tfjs/Tfjs.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Validation from "../../../src/learning/Validation.ts"
import * as Graph from "../../../src/network/Graph.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { cpu, hasNative, native, on, wasm } from "../../support/engines.ts"
import * as Tasks from "../../support/tasks.ts"

const options = { epochs: 4, batchSize: 16 }
const body = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.linear(6),
  Nn.relu(),
  Nn.linear(5),
  Nn.tanh(),
  Nn.dropout(0.2),
  Nn.linear(4, { bias: false }),
  Nn.gelu(),
  Nn.linear(3),
  Nn.sigmoid(),
  Nn.head()
)
/** Every layer that `body` lacks: a backend that lacks an operation, or the gradient of one, fails here. */
const otherLayers = Ingress.numeric().pipe(
  // A bias here would have no gradient but rounding.
  Nn.linear(8, { bias: false }),
  Nn.batchNorm(),
  Nn.elu(),
  Nn.glu(),
  Nn.selu(),
  Nn.leakyRelu(),
  Nn.linear(8),
  Nn.silu(),
  Nn.reglu(),
  Nn.softplus(),
  Nn.prelu({ shared: false }),
  Nn.linear(8),
  Nn.mish(),
  Nn.layerNorm(),
  Nn.geglu(),
  Nn.gelu({ approximate: "tanh" }),
  Nn.identity(),
  Nn.head()
)
const validation = Validation.holdout(0.3, { measures: [Measure.auc], restoreBest: true })

/** Mean squared error of tensors only, without an explicit gradient. */
const tensorMse = Loss.define({
  id: "Mine.mse",
  summary: "Mean squared error by automatic differentiation",
  accepts: ["regression"],
  weighted: false,
  options: Schema.Struct({}),
  make: () => Loss.tensor(Mse.definition.make({ reduction: "mean" }).tensor!)
})

type AnyLearner = Learner.Learner<Task["kind"], string, never, Engine.Engines>
const learners: ReadonlyArray<readonly [string, AnyLearner, Task]> = [
  [
    "BCE with Adam, validated",
    body.pipe(Bce.loss(), Optimizer.adam({ learningRate: 0.01 }), Model.classif({ ...options, validation })),
    Tasks.binary(60)
  ],
  [
    "AUM with momentum",
    body.pipe(
      Aum.loss(),
      Optimizer.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
      Model.classif({ ...options, batchSize: "all" })
    ),
    Tasks.binary(60)
  ],
  [
    "all other layers",
    otherLayers.pipe(Bce.loss(), Optimizer.sgd({ learningRate: 0.1 }), Model.classif(options)),
    Tasks.binary(60)
  ],
  [
    "three classes",
    body.pipe(CrossEntropy.loss(), Optimizer.adam(), Model.classif({ ...options, measures: [Measure.logloss] })),
    Tasks.multiclass(60)
  ],
  [
    "regression",
    body.pipe(Mse.loss(), Optimizer.sgd({ learningRate: 0.1 }), Model.regr(options)),
    Tasks.regression(60)
  ],
  [
    "a loss of tensors",
    body.pipe(Loss.stage(tensorMse), Optimizer.sgd({ learningRate: 0.1 }), Model.regr(options)),
    Tasks.regression(60)
  ]
]

const run = Effect.fnUntraced(function* (learner: AnyLearner, task: Task) {
  const trained = yield* Learner.train(learner, task, { seed: 3 })
  const prediction = yield* Learner.predict(trained, task)
  return { outcome: trained.fitted.outcome!, prediction }
})

const far = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

describe.each(learners)("%s", (_, learner, task) => {
  it.effect("leaves no tensors behind", () =>
    Effect.gen(function* () {
      yield* Engine.Engines
      const before = yield* Tfjs.liveTensors
      yield* run(learner, task)
      assert.strictEqual(yield* Tfjs.liveTensors, before)
    }).pipe(on(cpu))
  )

  const agree = (engine: typeof cpu, tolerance: number) =>
    Effect.gen(function* () {
      const a = yield* run(learner, task).pipe(on(engine))
      const b = yield* run(learner, task).pipe(on(cpu))
      a.outcome.arrays.forEach(({ path, values }, i) => {
        assert.strictEqual(b.outcome.arrays[i]!.path, path)
        assert.isBelow(far(values, b.outcome.arrays[i]!.values), tolerance)
      })
      a.outcome.history.forEach(({ loss }, i) => assert.closeTo(loss, b.outcome.history[i]!.loss, tolerance))
      assert.isBelow(
        far(a.prediction.prob ?? a.prediction.response, b.prediction.prob ?? b.prediction.response),
        tolerance
      )
    })

  it.effect("gives the same numbers on WebAssembly and plain JavaScript", () => agree(wasm, 1e-5))
  it.effect.skipIf(!hasNative)("gives the same numbers on tfjs-node and plain JavaScript", () => agree(native, 1e-5))

  it.effect.skipIf(!hasNative)("gives the same bits twice on tfjs-node, and leaves no tensors behind", () =>
    Effect.gen(function* () {
      yield* Engine.Engines
      const before = yield* Tfjs.liveTensors
      const [a, b] = [yield* run(learner, task), yield* run(learner, task)]
      assert.deepStrictEqual(a.outcome.arrays, b.outcome.arrays)
      assert.strictEqual(yield* Tfjs.liveTensors, before)
    }).pipe(on(native))
  )
})

describe("tensors", () => {
  it.effect("are let go when training diverges", () =>
    Effect.gen(function* () {
      yield* Engine.Engines
      const before = yield* Tfjs.liveTensors
      const learner = Ingress.numeric().pipe(
        Nn.head(),
        Mse.loss(),
        Optimizer.sgd({ learningRate: 1e30 }),
        Model.regr({ epochs: 20 })
      )
      const error = yield* Effect.flip(Learner.train(learner, Tasks.regression(40)))
      assert.strictEqual(error._tag, "TrainingDiverged")
      assert.strictEqual(yield* Tfjs.liveTensors, before)
    }).pipe(on(cpu))
  )
})

describe("backends", () => {
  it.effect("are named in the engine", () =>
    Effect.gen(function* () {
      const name = Effect.map(Engine.Engines, Engine.names)
      assert.strictEqual(yield* on(cpu)(name), "tfjs-cpu")
      assert.strictEqual(yield* on(wasm)(name), "tfjs-wasm")
      if (hasNative) assert.strictEqual(yield* on(native)(name), "tfjs-node")
    })
  )

  it.effect("stay each with its engine, when a program has two", () =>
    Effect.gen(function* () {
      const tf = yield* Effect.promise(() => import("@tensorflow/tfjs-core"))
      const engine = (layer: typeof cpu) =>
        Effect.map(Layer.build(Layer.fresh(layer)), (context) => Context.get(context, Engine.Engines)[0]!)
      const [first, second] = [yield* engine(wasm), yield* engine(cpu)]
      const { stages } = Ingress.numeric().pipe(Nn.head())
      const network = Result.getOrThrow(Graph.make(stages, new Map([["numeric", [2]]]), 1))
      const arrays = [
        { path: "head.kernel", shape: [2, 1], values: Float32Array.of(1, 2) },
        { path: "head.bias", shape: [1], values: Float32Array.of(0.5) }
      ]
      const third = hasNative ? [[yield* engine(native), "tensorflow"] as const] : []
      for (const [{ scorer }, backend] of [
        [first, "wasm"] as const,
        [second, "cpu"] as const,
        ...third,
        [first, "wasm"] as const
      ]) {
        const { inputs, score, scores } = yield* scorer(network, arrays, 2)
        inputs[0]!.set([1, 1, 3, -1])
        score(2)
        assert.deepStrictEqual(scores, Float32Array.of(3.5, 1.5))
        assert.strictEqual(tf.getBackend(), backend)
      }
    })
  )

  it.effect("are surveyed, with a reason for what is not there, and the one in use stays", () =>
    Effect.gen(function* () {
      const tf = yield* Effect.promise(() => import("@tensorflow/tfjs-core"))
      yield* on(wasm)(Engine.Engines)
      const found = yield* Tfjs.survey
      assert.deepStrictEqual(
        found.map(({ backend, available }) => [backend, available]),
        [
          ["node", hasNative],
          ["wasm", true],
          ["cpu", true]
        ]
      )
      assert.match(found[1]!.detail, /^TensorFlow\.js \d+\.\d+/)
      if (!hasNative) assert.isAbove(found[0]!.detail.length, 10)
      assert.strictEqual(tf.getBackend(), "wasm")
    })
  )

  it.effect.skipIf(hasNative)("that are not there are an error that says what to do, or passed over", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(Tfjs.layer(["node"])))))
      assert.strictEqual(error._tag, "EngineUnavailable")
      assert.match(error.message, /^engine "tfjs-node": .+; `rocflow doctor --install tfjs-node` builds it, or leave/)
      const name = Effect.map(Engine.Engines, Engine.names)
      assert.strictEqual(yield* on(Tfjs.layer(["node", "cpu"]))(name), "tfjs-cpu")
    })
  )
})
