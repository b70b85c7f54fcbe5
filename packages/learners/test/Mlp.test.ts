import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Auto from "@rocflow/core/engine/Auto"
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
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll } from "vitest"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Mlp from "../src/Mlp.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())

describe("the pipeline of a perceptron", () => {
  it("is the one that it is short for", () => {
    const validation = Validation.holdout(0.2, { measures: [Measure.logloss], patience: 5 })
    const long = Preprocess.select(["x", "z"]).pipe(
      Preprocess.impute({ method: "median" }),
      Preprocess.standardise(),
      Ingress.numeric(),
      Nn.linear(64),
      Nn.gelu(),
      Nn.dropout(0.2),
      Nn.linear(32),
      Nn.gelu(),
      Nn.dropout(0.2),
      Nn.head(),
      CrossEntropy.loss(),
      Optimizer.adamw({ learningRate: 0.01, weightDecay: 0 }),
      Model.classif({ epochs: 10, batchSize: 16, validation })
    )
    const short = Mlp.classif({
      hidden: [64, 32],
      activation: "gelu",
      dropout: 0.2,
      loss: CrossEntropy.loss(),
      learningRate: 0.01,
      epochs: 10,
      batchSize: 16,
      validation
    })
    const pipeline = Result.getOrThrow(short.plan!(Tasks.multiclass(20)))
    assert.deepStrictEqual({ pipeline: Pipeline.toJson(pipeline) }, long.json)
    assert.deepStrictEqual(short.accepts, ["multiclass"])
  })

  // (784 + 1) · 10, and (784 + 1) · 128 + (128 + 1) · 10.
  it.each([
    [[], 7850],
    [[128], 101_770]
  ] as const)("with hidden %j has as many parameters as its units say", (hidden, expected) => {
    const rows = 20
    const pixels = Array.from({ length: 784 }, (_, i) => [
      `p${i}`,
      Column.numeric(Array.from({ length: rows }, (_, row) => row % (2 + (i % 7))))
    ])
    const digit = Column.text(Array.from({ length: rows }, (_, row) => String.fromCharCode(97 + (row % 10))))
    const task = Tasks.of({ ...Object.fromEntries(pixels), digit }, { target: "digit" })
    const learner = Mlp.classif({ hidden, loss: CrossEntropy.loss() })
    return engine.runPromise(
      Effect.map(Learner.check(learner, task), ({ computes }) =>
        assert.strictEqual(Graph.size(computes!.program.network), expected)
      )
    )
  })

  it("refuses options that break a rule, with their names, when it is trained", () =>
    engine.runPromise(
      Effect.gen(function* () {
        const wrong = Mlp.classif({ hidden: [0], dropout: 2, loss: Bce.loss() })
        const { message } = yield* Effect.flip(Learner.train(wrong, Tasks.binary(20)))
        assert.match(message, /Mlp.classif: Expected a value/)
        assert.match(message, /dropout: Mlp.classif: /)
      })
    ))

  it("says which loss is missing where types did not", () =>
    engine.runPromise(
      Effect.gen(function* () {
        const wrong = Mlp.classif({ hidden: [4] } as unknown as Parameters<typeof Mlp.classif>[0])
        const { message } = yield* Effect.flip(Learner.train(wrong, Tasks.binary(20)))
        assert.match(message, /Mlp.classif: has no loss for binary targets; give one as loss, such as /)
      })
    ))
})
