/** Layers of one's own, under ONNX Runtime. */
import { assert, describe, it } from "@effect/vitest"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Result from "effect/Result"
import * as Onnx from "../src/Onnx.ts"
import { run } from "./support/runtime.ts"
import { plain, relative, tableOf, taskOf, trainedOn } from "./support/agreement.ts"

const doubled = Nn.define({
  id: "Mine.doubled",
  summary: "Twice the rows, where they are above the mean of the row",
  options: Schema.Struct({}),
  forward: (_, input, __, { tf }) => {
    const mean = tf.mean(input, -1, true)
    return tf.where(tf.greater(input, mean), tf.mul(input, 2), input)
  }
})

const odd = Nn.define({
  id: "Mine.odd",
  summary: "Sorts the row",
  options: Schema.Struct({}),
  forward: (_, input, __, { tf }) => tf.topk(input, input.shape[1]!).values
})

describe("layers of one's own", () => {
  const trainedWith = (layer: typeof doubled) =>
    trainedOn(
      Ingress.numeric().pipe(
        Nn.stage(layer),
        Nn.head(),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 1, batchSize: 32 })
      ),
      taskOf("binary", plain)
    )
  it.effect("are written by the operations that they use", () =>
    Effect.gen(function* () {
      const trained = yield* trainedWith(doubled)
      const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
      const table = tableOf(40, 3)
      const expected = yield* Learner.predict(trained, table)
      const output = yield* Effect.promise(() => run(model, trained.task, table))
      assert.isAtMost(relative(output.score!, expected.scores!), 1e-5)
    }).pipe(Effect.provide(Auto.layer()))
  )
  it.effect("are refused for operations that have no form", () =>
    Effect.gen(function* () {
      const result = Onnx.fromTrained(yield* trainedWith(odd))
      assert.strictEqual(
        Result.isFailure(result) ? result.failure.message : "was written",
        "odd: uses the operation topk of TensorFlow.js, which is not written as ONNX; leave the layer out, or write it with other operations"
      )
    }).pipe(Effect.provide(Auto.layer()))
  )
})
