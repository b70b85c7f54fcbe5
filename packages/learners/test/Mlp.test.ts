import { assert, describe, it } from "@effect/vitest"
import type { Kind } from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Validation from "@rocflow/core/learning/Validation"
import * as Graph from "@rocflow/core/network/Graph"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import { LearnerLaws } from "@rocflow/core/testing"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll } from "vitest"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Featureless from "../src/Featureless.ts"
import * as Mlp from "../src/Mlp.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())

const common = { hidden: [8], epochs: 40, optimizer: Optimizer.adam({ learningRate: 0.02 }) }
const learners: ReadonlyArray<Learner.Learner<Kind, string, never, Engines>> = [
  Mlp.classif({ ...common, loss: Bce.loss() }),
  Mlp.classif({ ...common, activation: "tanh", dropout: 0.1, loss: CrossEntropy.loss() }),
  Mlp.regr({ ...common, hidden: [16, 8], epochs: 100, loss: Mse.loss() }),
  Mlp.classif({ ...common, hidden: [], loss: Bce.loss() })
]

describe.each(learners.map((learner) => [learner.accepts[0]!, learner] as const))(
  "a %s perceptron",
  (kind, learner) => {
    it.each(LearnerLaws.of(learner, engine.runPromise).map((law) => [law.name, law] as const))("%s", (_, { check }) =>
      check()
    )

    it("learns something", () =>
      engine.runPromise(
        Effect.gen(function* () {
          const task = Tasks[kind](60)
          const error = <R>(learner: Learner.Learner<Kind, string, never, R>) =>
            Effect.gen(function* () {
              const trained = yield* Learner.train(learner, task, { seed: 1 })
              const measure = kind === "regression" ? Measure.mse : Measure.logloss
              return Number(measure.evaluate(yield* Learner.predict(trained, task)))
            })
          assert.isBelow(yield* error(learner), 0.98 * (yield* error(Featureless.make())))
        })
      ))

    it("is described by JSON that reads back as the same learner", () => {
      const back = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
      assert.deepStrictEqual(back.json, learner.json)
      assert.strictEqual(Learner.hash(back), Learner.hash(learner))
    })
  }
)

/** The stages of a learner, and how many numbers its network learns of rows of a shape. */
const stagesOf = (learner: Learner.Learner<Kind, string, never, unknown>) =>
  "pipeline" in learner.json ? learner.json.pipeline : []
const parameters = (learner: Learner.Learner<Kind, string, never, unknown>, shape: ReadonlyArray<number>) => {
  const { stages } = Result.getOrThrow(Pipeline.fromJson(stagesOf(learner), registry))
  const path = shape.length === 1 ? "numeric" : "tensor"
  const network = Result.getOrThrow(Graph.make(stages, new Map([[path, shape]]), 10))
  return network.parameters.reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0)
}

describe("the pipeline of a perceptron", () => {
  it("is the one that it is short for", () => {
    const validation = Validation.holdout(0.2, { measures: [Measure.logloss], patience: 5 })
    const long = Preprocess.standardise().pipe(
      Ingress.numeric(),
      Nn.linear(64),
      Nn.gelu(),
      Nn.dropout(0.2),
      Nn.linear(32),
      Nn.gelu(),
      Nn.dropout(0.2),
      Nn.head(),
      CrossEntropy.loss(),
      Optimizer.adam(),
      Model.classif({ epochs: 10, batchSize: 16, validation })
    )
    const short = Mlp.classif({
      preprocess: Preprocess.standardise(),
      hidden: [64, 32],
      activation: "gelu",
      dropout: 0.2,
      loss: CrossEntropy.loss(),
      epochs: 10,
      batchSize: 16,
      validation
    })
    assert.deepStrictEqual(short.json, long.json)
    assert.strictEqual(Learner.hash(short), Learner.hash(long))
    assert.deepStrictEqual(short.accepts, ["multiclass"])
  })

  // (784 + 1) · 10, and (784 + 1) · 128 + (128 + 1) · 10.
  it("has as many parameters as its units say", () => {
    const options = { column: "image", loss: CrossEntropy.loss(), epochs: 1 } as const
    assert.strictEqual(parameters(Mlp.classif({ ...options, hidden: [] }), [28, 28, 1]), 7850)
    assert.strictEqual(parameters(Mlp.classif({ ...options, hidden: [128] }), [28, 28, 1]), 101_770)
    const numbers = Mlp.classif({ hidden: [], loss: CrossEntropy.loss(), epochs: 1 })
    assert.strictEqual(parameters(numbers, [784]), 7850)
  })

  it("refuses options that break a rule, with their names, when it is trained", () =>
    engine.runPromise(
      Effect.gen(function* () {
        const wrong = Mlp.classif({ hidden: [0], dropout: 2, loss: Bce.loss(), epochs: 1 })
        const { message } = yield* Effect.flip(Learner.train(wrong, Tasks.binary(20)))
        assert.match(message, /Nn.linear: Expected a value/)
        assert.match(message, /Nn.dropout: /)
      })
    ))
})
