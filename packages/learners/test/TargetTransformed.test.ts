import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect, expectTypeOf } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Target from "@rocflow/core/pipeline/Target"
import { LearnerLaws } from "@rocflow/core/testing"
import * as Mse from "@rocflow/losses/Mse"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Featureless from "../src/Featureless.ts"
import * as Knn from "../src/Knn.ts"
import { cpu, on } from "../../core/test/support/engines.ts"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

const n = 40
const x = Float64Array.from({ length: n }, (_, i) => i / 10)
/** y = 2·e^x, exactly. */
const growth = Tasks.of(
  { x: Column.numeric(x), y: Column.numeric(x.map((value) => 2 * Math.exp(value))) },
  { target: "y", stratum: "y", kind: "regression" }
)

describe("Learner.targetTransformed", () => {
  it.effect("lets a learner see the transformed target, and brings its predictions back", () =>
    Effect.gen(function* () {
      // ln y = ln 2 + x is a line.
      const line = ElasticNet.make({ lambda: 0, thresh: 1e-14 })
      const learner = Learner.targetTransformed([Target.log(), Target.standardise()], line)
      assert.strictEqual(learner.id, "log, standardise target – ElasticNet")
      const { response, truth } = yield* Learner.predict(yield* Learner.train(learner, growth), growth)
      assert.deepStrictEqual(truth, growth.target)
      response.forEach((value, i) => assert.approximately(value / growth.target[i]!, 1, 1e-4))
      // The mean of the logarithms is the geometric mean.
      const mean = Learner.targetTransformed([Target.log()], Featureless.make())
      const constant = yield* Learner.predict(yield* Learner.train(mean, growth), growth)
      const logs = growth.target.reduce((sum, value) => sum + Math.log(value) / n, 0)
      assert.approximately(constant.response[0]!, Math.exp(logs), 1e-9)
    })
  )

  it.effect("leaves the strata of the target and the task as they were", () =>
    Effect.sync(() => {
      const log = Task.withTarget(growth, growth.target.map(Math.log))
      assert.deepStrictEqual([...log.roles.stratum], ["y"])
      assert.strictEqual(log.table.columns.get("y"), growth.table.columns.get("y"))
      assert.deepStrictEqual([log.roles.target, log.rows], ["y\u2032", n])
      assert.notStrictEqual(log.hash, growth.hash)
    })
  )

  it.effect("survives a file, with preprocessing before it", () =>
    Effect.gen(function* () {
      const learner = Learner.preprocessed(
        Preprocess.standardise(),
        Learner.targetTransformed([Target.boxCox()], Knn.make({ k: 3 }))
      )
      const trained = yield* Learner.train(learner, growth)
      const json: unknown = JSON.parse(JSON.stringify(Saved.toJson(trained)))
      const loaded = Result.getOrThrow(Saved.fromJson(json, registry))
      assert.deepStrictEqual(loaded.learner.json, {
        type: "Knn",
        k: 3,
        target: [{ type: "Target.boxCox" }],
        preprocess: [{ type: "Preprocess.standardise" }]
      })
      assert.strictEqual(Learner.hash(loaded.learner), Learner.hash(learner))
      const [before, after] = [yield* Learner.predict(trained, growth), yield* Learner.predict(loaded, growth)]
      assert.deepStrictEqual(after.response, before.response)
    }).pipe(on(cpu))
  )

  it.effect("refuses a pipeline, preprocessing, and transformations twice, and says where they belong", () =>
    Effect.gen(function* () {
      const network = Ingress.numeric().pipe(Nn.head(), Mse.loss(), Optimizer.adam(), Model.regr({ epochs: 1 }))
      const pipeline = Learner.targetTransformed([Target.log()], network)
      const before = Learner.targetTransformed(
        [Target.log()],
        Learner.preprocessed(Preprocess.standardise(), Knn.make())
      )
      const twice = Learner.targetTransformed([Target.log()], Learner.targetTransformed([Target.log()], Knn.make()))
      const says = <R>(learner: Learner.Learner<"regression", never, never, R>) =>
        Effect.map(Effect.flip(Learner.train(learner, growth)), ({ message }) => message)
      assert.include(yield* says(pipeline), "is a pipeline; give its Model.regr the transformations, as target")
      assert.include(yield* says(before), "transform the target of the learner itself, and then preprocess")
      assert.include(yield* says(twice), "put all of them into one list")
    }).pipe(on(cpu))
  )

  it("is read from JSON, with every problem", () => {
    const read = (json: unknown) => issuesOf(Learner.fromJson(json, registry))
    assert.isTrue(Result.isSuccess(Learner.fromJson({ type: "Knn", target: ["Target.log"] }, registry)))
    expect(read({ type: "Knn", neighbours: 3, target: ["Target.lgo"] })).toHaveLength(2)
    expect(read({ type: "Knn", target: ["Target.lgo"] })).toEqual([
      ["target.0", expect.stringContaining('did you mean "Target.log"?')]
    ])
    expect(read({ type: "Knn", target: [] })).toHaveLength(1)
  })

  it("is for regressions", () => {
    expectTypeOf(Learner.targetTransformed([Target.log()], Knn.make())).toEqualTypeOf<
      Learner.Learner<"regression", never>
    >()
  })

  const learner = Learner.targetTransformed([Target.standardise()], Knn.make({ k: 3 }))
  it.each(LearnerLaws.of(learner, Effect.runPromise).map((law) => [law.name, law] as const))("%s", (_, { check }) =>
    check()
  )
})
