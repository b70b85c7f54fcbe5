import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Auto from "../../../src/engine/Auto.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Seed from "../../../src/Seed.ts"
import { layerOf } from "../../support/layers.ts"
import * as Tasks from "../../support/tasks.ts"

const moments = (values: ReadonlyArray<number>) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return { mean, sd: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) }
}

describe("a layer that starts from training rows", () => {
  it("gives each unit standard deviation 1, and a bias within the range of what it undoes", () => {
    const layer = layerOf(Nn.ntkLinearDefinition, { units: 3, start: "data" })
    const random = Seed.generator(Seed.root(3))
    const rows = 50
    const input = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 5 + random.normal() : 40))
    const kernel = Float32Array.of(1, 2, -3, 0.5, 0.25, 0)
    const bias = new Float32Array(3)
    layer.start?.(input, rows, [kernel, bias], random)
    for (let unit = 0; unit < 3; unit++) {
      const made = Array.from(
        { length: rows },
        (_, row) => (input[2 * row]! * kernel[unit]! + input[2 * row + 1]! * kernel[3 + unit]!) / Math.SQRT2
      )
      assert.approximately(moments(made).sd, 1, 1e-4)
      assert.isTrue(-bias[unit]! >= Math.min(...made) - 1e-3 && -bias[unit]! <= Math.max(...made) + 1e-3)
    }
    assert.isUndefined(layerOf(Nn.ntkLinearDefinition, { units: 3 }).start)
  })

  it.effect.each(["fused", "tfjs"])("sees them as they reach it, layer by layer, on %s", (engine) =>
    Effect.gen(function* () {
      const task = Tasks.binary(90)
      const learner = Ingress.numeric().pipe(
        Nn.ntkLinear(7, { start: "data" }),
        Nn.dropout(0.5),
        Nn.residual((block) => block.pipe(Nn.ntkLinear(7, { start: "data" }), Nn.mish())),
        Nn.ntkHead({ start: "data" }),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 0, engine })
      )
      const trained = yield* Learner.train(learner, task, { seed: 4 })
      const { scores } = yield* Learner.predict(trained, task)
      assert.approximately(moments([...scores!]).sd, 1, 1e-4)
      const again = yield* Learner.predict(yield* Learner.train(learner, task, { seed: 4 }), task)
      assert.deepStrictEqual(again.scores, scores)
    }).pipe(Effect.provide(Auto.layer()))
  )
})
