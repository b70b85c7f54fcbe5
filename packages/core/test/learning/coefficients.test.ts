/** The coefficients of networks that are one layer. */
import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../src/data/Column.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Saved from "../../src/learning/Saved.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Target from "../../src/pipeline/Target.ts"
import { cpu, on } from "../support/engines.ts"
import { registry } from "../support/pipelines.ts"
import * as Tasks from "../support/tasks.ts"

const n = 60
const numbersOf = (task: { readonly table: { readonly columns: ReadonlyMap<string, Column.Column> } }, name: string) =>
  Array.from(Column.asNumbers(task.table.columns.get(name)!)!)

const standardised = (values: ReadonlyArray<number>) => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const sd = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
  return values.map((x) => (x - mean) / sd)
}

const trained = Model.classif({ epochs: 5 })
const steps = Optimizer.adam({ learningRate: 0.05 })

describe("the coefficients of a network", () => {
  it.effect("of one layer make its scores, in the units that reach it, of what columns were made of", () =>
    Effect.gen(function* () {
      const kind = Array.from({ length: n }, (_, i) => "pqr"[i % 3]!)
      const binary = Tasks.binary(n)
      const task = Tasks.of(
        { ...Object.fromEntries(binary.table.columns), kind: Column.text(kind) },
        { target: "class", features: ["x", "z", "kind"], levels: binary.levels }
      )
      const prepared = Preprocess.oneHot().pipe(Preprocess.standardise(), Ingress.numeric())
      const model = yield* Learner.train(prepared.pipe(Nn.head(), Bce.loss(), steps, trained), task).pipe(on(cpu))
      const table = yield* Effect.fromResult(Learner.coefficients(model))
      assert.deepStrictEqual(
        table.map(({ column, feature, level }) => [column, feature, level]),
        [
          ["(intercept)", "(intercept)", "yes"],
          ["x", "x", "yes"],
          ["z", "z", "yes"],
          ["kind=p", "kind", "yes"],
          ["kind=q", "kind", "yes"],
          ["kind=r", "kind", "yes"]
        ]
      )
      const columns = [
        numbersOf(task, "x"),
        numbersOf(task, "z"),
        ...["p", "q", "r"].map((level) => kind.map((name) => Number(name === level)))
      ].map(standardised)
      const [constant, ...slopes] = table.map(({ value }) => value)
      const { scores } = yield* Learner.predict(model, task).pipe(on(cpu))
      for (let row = 0; row < n; row++) {
        const sum = slopes.reduce((total, slope, j) => total + slope * columns[j]![row]!, constant!)
        assert.closeTo(scores![row]!, sum, 1e-5)
      }
      assert.isUndefined(table[0]!.perSd)
      for (const { perSd, value } of table.slice(1)) assert.closeTo(perSd!, value, 1e-12)
    })
  )

  it.effect("are of the unit of the target, of each class, and by standard deviation too, also of what was saved", () =>
    Effect.gen(function* () {
      const numbers = Tasks.regression(n)
      const regression = yield* Learner.train(
        Ingress.numeric().pipe(Nn.head(), Mse.loss(), steps, Model.regr({ epochs: 40 })),
        numbers
      ).pipe(on(cpu))
      const table = yield* Effect.fromResult(Learner.coefficients(regression))
      assert.deepStrictEqual(
        table.map(({ column, level }) => [column, level]),
        ["(intercept)", "x", "z"].map((column) => [column, undefined])
      )
      const spread = numbersOf(numbers, "x")
      const mean = spread.reduce((sum, value) => sum + value, 0) / n
      const sd = Math.sqrt(spread.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
      assert.closeTo(table[1]!.perSd!, table[1]!.value * sd, 1e-9)
      const loaded = Result.getOrThrow(Saved.fromJson(Saved.toJson(regression), registry))
      assert.deepStrictEqual(loaded.fitted.coefficients?.(), table)
      const [b0, bx, bz] = table.map(({ value }) => value)
      const [x, z] = [numbersOf(numbers, "x"), numbersOf(numbers, "z")]
      const { response } = yield* Learner.predict(regression, numbers).pipe(on(cpu))
      response.forEach((value, i) => assert.closeTo(value, b0! + bx! * x[i]! + bz! * z[i]!, 1e-4))

      const classes = Tasks.multiclass(n)
      const several = yield* Learner.train(
        Ingress.numeric().pipe(Nn.head({ bias: false }), CrossEntropy.loss(), steps, trained),
        classes
      ).pipe(on(cpu))
      const byClass = yield* Effect.fromResult(Learner.coefficients(several))
      assert.deepStrictEqual(
        byClass.map(({ level }) => level),
        ["(intercept)", "x", "z"].flatMap(() => classes.levels)
      )
      assert.isTrue(byClass.slice(0, classes.levels.length).every(({ value }) => value === 0))
    })
  )

  it.effect("are those of the logarithm of the target, where that is what it learned", () =>
    Effect.gen(function* () {
      const given = Tasks.regression(n)
      const task = Tasks.of(
        { ...Object.fromEntries(given.table.columns), y: Column.numeric(numbersOf(given, "y").map(Math.exp)) },
        { target: "y" }
      )
      const options = { epochs: 40, target: [Target.log()] }
      const model = yield* Learner.train(
        Ingress.numeric().pipe(Nn.head(), Mse.loss(), steps, Model.regr(options)),
        task
      ).pipe(on(cpu))
      const [b0, bx, bz] = (yield* Effect.fromResult(Learner.coefficients(model))).map(({ value }) => value)
      const [x, z] = [numbersOf(task, "x"), numbersOf(task, "z")]
      const { response } = yield* Learner.predict(model, task).pipe(on(cpu))
      response.forEach((value, i) => assert.closeTo(Math.log(value), b0! + bx! * x[i]! + bz! * z[i]!, 1e-4))
    })
  )

  it.effect("are none of a network of two layers, which says so", () =>
    Effect.gen(function* () {
      const deep = Ingress.numeric().pipe(Nn.linear(3), Nn.relu(), Nn.head(), Bce.loss(), steps, trained)
      const model = yield* Learner.train(deep, Tasks.binary(n)).pipe(on(cpu))
      const refused = yield* Effect.flip(Effect.fromResult(Learner.coefficients(model)))
      assert.match(
        refused.message,
        /has no coefficients, which are of ElasticNet and of networks that are Ingress.numeric and Nn.head/
      )
    })
  )
})
