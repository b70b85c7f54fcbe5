import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Saved from "../../src/learning/Saved.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Target from "../../src/pipeline/Target.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"
import { registry } from "../support/pipelines.ts"
import * as Tasks from "../support/tasks.ts"

const n = 120

/** Prices: 200 000 and something, by two features. */
const houses = (() => {
  const random = Seed.generator(Seed.root(3))
  const x = Float64Array.from({ length: n }, () => random.normal())
  const z = Float64Array.from({ length: n }, () => random.normal())
  const price = x.map((value, i) => 200_000 + 40_000 * value - 20_000 * z[i]! + 5000 * random.normal())
  return Tasks.of(
    { x: Column.numeric(x), z: Column.numeric(z), price: Column.numeric(price) },
    { target: "price", kind: "regression" }
  )
})()

const body = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(8), Nn.tanh(), Nn.head(), Mse.loss())
const adam = Optimizer.adam({ learningRate: 0.01 })
const options = { epochs: 40, batchSize: 16 }

const trained = (more: Partial<Model.RegrOptions<never, never>>, task = houses) =>
  Learner.train(body.pipe(adam, Model.regr({ ...options, ...more })), task)

const rsq = (more: Partial<Model.RegrOptions<never, never>>) =>
  Effect.flatMap(trained(more), (model) =>
    Effect.map(Learner.predict(model, houses), (prediction) => Number(Measure.rsq.evaluate(prediction)))
  )

interface State {
  readonly target: ReadonlyArray<{ readonly centre: number; readonly scale: number }>
}

describe("networks", () => {
  it.effect("learn prices, as the target is standardised unless told otherwise", () =>
    Effect.gen(function* () {
      assert.isAbove(yield* rsq({}), 0.95)
      assert.isAbove(yield* rsq({ target: [Target.log(), Target.standardise()] }), 0.95)
      assert.isBelow(yield* rsq({ target: [] }), 0)
    }).pipe(on(cpu))
  )

  it.effect("learn of the training rows only, and measure the validation in the unit of the target", () =>
    Effect.gen(function* () {
      const rows = Array.from({ length: n }, (_, i) => i)
      const model = yield* trained({
        validation: Validation.rows(rows.slice(90), { measures: [Measure.rmse, Measure.mae] }),
        measures: [Measure.rmse]
      })
      const train = Task.take(houses, rows.slice(0, 90))
      const { state } = Result.getOrThrow(Result.flatMap(Target.standardise().bound, ({ fit }) => fit(train.target)))
      assert.deepStrictEqual((model.fitted.state() as State).target, [state() as State["target"][number]])
      const last = model.fitted.outcome!.history.at(-1)!
      const held = yield* Learner.predict(model, Task.take(houses, rows.slice(90)))
      assert.approximately(Number(last.valid["rmse"]), Number(Measure.rmse.evaluate(held)), 1)
      assert.isAbove(Number(last.train["rmse"]), 1000)
      // The loss is that of the standardised target.
      assert.isBelow(last.loss, 1)
    }).pipe(on(cpu))
  )

  it.effect("are not moved by the unit of the target", () =>
    Effect.gen(function* () {
      const scaled = Task.withTarget(
        houses,
        houses.target.map((value) => value / 1000 - 7)
      )
      const [mine, other] = [
        yield* Learner.predict(yield* trained({}), houses),
        yield* Learner.predict(yield* trained({}, scaled), scaled)
      ]
      other.response.forEach((value, i) => assert.approximately(1000 * (value + 7), mine.response[i]!, 1))
    }).pipe(on(cpu))
  )

  it.effect("keep what they learned of the target in a file", () =>
    Effect.gen(function* () {
      const model = yield* trained({ target: [Target.boxCox(), Target.standardise()], epochs: 3 })
      const json: unknown = JSON.parse(JSON.stringify(Saved.toJson(model)))
      const loaded = Result.getOrThrow(Saved.fromJson(json, registry))
      const [before, after] = [yield* Learner.predict(model, houses), yield* Learner.predict(loaded, houses)]
      assert.deepStrictEqual(after.response, before.response)
    }).pipe(on(cpu))
  )

  it.effect("are read as they were before there were transformations, without one", () =>
    Effect.gen(function* () {
      const model = yield* trained({ target: [], epochs: 1 })
      const { target: _, ...old } = model.fitted.state() as { readonly target: unknown }
      const learner = body.pipe(adam, Model.regr(options))
      const fitted = Result.getOrThrow(learner.load(model.task, old))
      const [before, after] = [
        yield* Learner.predict(model, houses),
        yield* Learner.predict({ ...model, fitted }, houses)
      ]
      assert.deepStrictEqual(after.response, before.response)
      const refused = learner.load(model.task, model.fitted.state())
      assert.include(
        Result.isFailure(refused) ? refused.failure.message : "",
        "has 0 transformations of the target, and the learner has 1; load it with the learner that was trained"
      )
    }).pipe(on(cpu))
  )

  it.effect("refuse a target that cannot be transformed, before training; rows held out need not be", () =>
    Effect.gen(function* () {
      const some = Task.withTarget(
        houses,
        houses.target.map((value, i) => (i < 30 ? value : -1))
      )
      const learner = body.pipe(adam, Model.regr({ ...options, target: [Target.log()] }))
      const said = yield* Effect.flip(Learner.check(learner, some))
      assert.include(said.message, "Target.log: the target of training row 30 is -1")
      const validated = body.pipe(
        adam,
        Model.regr({
          epochs: 1,
          target: [Target.log()],
          validation: Validation.rows(
            Array.from({ length: 90 }, (_, i) => 30 + i),
            { measures: [Measure.rmse] }
          )
        })
      )
      yield* Learner.train(validated, some)
    }).pipe(on(cpu))
  )

  it("say it in their JSON and their hash; the default is no difference", () => {
    const hash = (more: Partial<Model.RegrOptions<never, never>>) =>
      Learner.hash(body.pipe(adam, Model.regr({ ...options, ...more })))
    assert.strictEqual(hash({}), hash({ target: [Target.standardise()] }))
    assert.notStrictEqual(hash({}), hash({ target: [] }))
    const { json } = body.pipe(adam, Model.regr({ ...options, target: [Target.log()] }))
    const read = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(json)), registry))
    assert.deepStrictEqual(read.json, json)
    // @ts-expect-error a classifier has no transformations of its target
    assert.isFunction(Model.classif({ epochs: 1, target: [Target.log()] }))
    assert.isFunction(Bce.loss)
  })
})
