import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { expect } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import * as Task from "../../../src/data/Task.ts"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as ClassWeights from "../../../src/learning/internal/classWeights.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Validation from "../../../src/learning/Validation.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Loss from "../../../src/pipeline/Loss.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Tasks from "../../support/tasks.ts"

/** A task with so many rows of each class, and weights where they are given. */
const classes = (counts: ReadonlyArray<number>, weights?: ReadonlyArray<number>) => {
  const names = counts.flatMap((count, k) => Array.from({ length: count }, () => `c${k}`))
  return Tasks.of(
    {
      class: Column.factor(names, { levels: counts.map((_, k) => `c${k}`) }),
      x: Column.numeric(names.map((_, i) => i)),
      ...(weights && { w: Column.numeric(weights) })
    },
    { target: "class", features: ["x"], ...(weights && { weight: "w" }) }
  )
}

const of = (options: ClassWeights.Options, task: Task.Task) => [...Result.getOrThrow(ClassWeights.of(options, task))]

const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>, tolerance = 1e-12) => {
  assert.strictEqual(actual.length, expected.length)
  actual.forEach((value, i) => assert.approximately(value, expected[i]!, tolerance))
}

describe("the weights of classes", () => {
  it("balanced are those of scikit-learn: n / (K·n_k)", () => {
    near(of("balanced", classes([90, 10])), [100 / 180, 5])
    near(of("balanced", classes([1, 2, 3])), [2, 1, 2 / 3])
  })

  it("by square roots are 1/√n_k, of mean 1", () => {
    // 64/8 + 36/6 = 14 for 100 rows.
    near(of("squareRoot", classes([64, 36])), [100 / 14 / 8, 100 / 14 / 6])
  })

  it("by effective numbers are (1 − β)/(1 − βⁿ), of mean 1", () => {
    const beta = 0.9
    const raw = [50, 5].map((n) => (1 - beta) / (1 - beta ** n))
    const mean = (50 * raw[0]! + 5 * raw[1]!) / 55
    near(
      of({ effective: beta }, classes([50, 5])),
      raw.map((weight) => weight / mean)
    )
    // β = 0: every class is worth one row; β → 1: 1/n.
    near(of({ effective: 0 }, classes([50, 5])), [1, 1])
    near(of({ effective: 1 - 1e-12 }, classes([90, 10])), [100 / 180, 5], 1e-6)
  })

  it("that are given stand as they are", () => {
    near(of({ levels: { c1: 7, c0: 0.5 } }, classes([90, 10])), [0.5, 7])
  })

  it("balance the weights of rows, not their number", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 1000 }),
        (counts, seed) => {
          const n = counts.reduce((a, b) => a + b)
          const task = classes(
            counts,
            Array.from({ length: n }, (_, i) => 1 + ((i * seed) % 7))
          )
          const rows = ClassWeights.ofRows(Float64Array.from(of("balanced", task)), task)
          const totals = counts.map((_, k) => rows.reduce((sum, w, i) => sum + (task.target[i] === k ? w : 0), 0))
          totals.forEach((total) => assert.approximately(total / totals[0]!, 1, 1e-5))
        }
      )
    ))

  it("have the mean 1, however rows are weighed; a class without rows, or without weight, has 1", () => {
    const task = classes([3, 5], [2, 0, 4, 1, 1, 1, 1, 6])
    for (const options of ["balanced", "squareRoot", { effective: 0.8 }] as const) {
      const weights = of(options, task)
      const rows = ClassWeights.ofRows(Float64Array.from(weights), task)
      const own = task.weights!.reduce((a, b) => a + b)
      assert.approximately(rows.reduce((a, b) => a + b) / own, 1, 1e-6)
      assert.isTrue(weights.every((weight) => weight > 0 && Number.isFinite(weight)))
    }
    const part = Task.take(classes([3, 5, 2]), [0, 1, 3, 4, 5, 6])
    near(of("balanced", part), [1.5, 0.75, 1])
    near(of("balanced", classes([2, 2], [1, 1, 0, 0])), [1, 1])
  })
})

const engines = Engine.layer(Fused.engines())
const body = Ingress.numeric(["x", "z"]).pipe(Nn.linear(3), Nn.tanh(), Nn.head())
const adam = Optimizer.adam({ learningRate: 0.05 })
const rows = Array.from({ length: 60 }, (_, i) => i)

type More = Partial<Model.ClassifOptions<never, never, "binary" | "multiclass">>

const trained = (task: Task.Task, more: More) =>
  Learner.train(body.pipe(Bce.loss(), adam, Model.classif({ epochs: 4, batchSize: 16, ...more })), task).pipe(
    Effect.map(({ fitted }) => fitted.outcome!),
    Effect.provide(engines)
  )

describe("a model with class weights", () => {
  it.effect("is one with weights of rows, which they multiply", () =>
    Effect.gen(function* () {
      const own = rows.map((i) => 1 + (i % 4))
      const weighted = Tasks.binary(60, { weight: "w" }, { w: Column.numeric(own) })
      const classWeights = { levels: { yes: 3, no: 0.5 } }
      const product = Tasks.binary(
        60,
        { weight: "w" },
        { w: Column.numeric(own.map((w, i) => w * (weighted.target[i] === 0 ? 3 : 0.5))) }
      )
      const [mine, same] = [yield* trained(weighted, { classWeights }), yield* trained(product, {})]
      assert.deepStrictEqual(mine.arrays, same.arrays)
    })
  )

  it.effect("counts the rows that are trained on, without those held out, which it does not weigh", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(60)
      // All positives but five are held out.
      const positives = rows.filter((i) => task.target[i] === 0).slice(5)
      const validation = Validation.rows(positives.concat([1, 2]), { measures: [Measure.logloss] })
      const [mine, same, without] = [
        yield* trained(task, { validation, classWeights: "balanced" }),
        yield* trained(task, { validation, classWeights: { levels: { yes: 43 / 10, no: 43 / 76 } } }),
        yield* trained(task, { validation })
      ]
      assert.deepStrictEqual(mine.arrays, same.arrays)
      assert.notDeepEqual(mine.arrays, without.arrays)
      const learner = body.pipe(Bce.loss(), adam, Model.classif({ epochs: 4, batchSize: 16, classWeights: "balanced" }))
      const held = Task.take(task, positives.concat([1, 2]))
      const kept = Task.take(
        task,
        rows.filter((i) => !positives.concat([1, 2]).includes(i))
      )
      const prediction = yield* Effect.flatMap(Learner.train(learner, kept), (model) =>
        Learner.predict(model, held)
      ).pipe(Effect.provide(engines))
      assert.approximately(
        Number(mine.history.at(-1)!.valid["logloss"]),
        Number(Measure.logloss.evaluate(prediction)),
        1e-5
      )
    })
  )

  it("is read from JSON, with its options checked", () => {
    const issues = (classWeights: unknown) => {
      const decoded = Schema.decodeUnknownResult(ClassWeights.Options)(classWeights)
      return Result.isSuccess(decoded)
    }
    expect(["balanced", { effective: 0.99 }, { levels: { a: 1 } }].map(issues)).toEqual([true, true, true])
    expect(["even", { effective: 1 }, { levels: { a: 0 } }].map(issues)).toEqual([false, false, false])
    // @ts-expect-error a regression has no classes
    assert.isFunction(Model.regr({ epochs: 1, classWeights: "balanced" }))
  })

  const unweighted = Loss.define({
    id: "Mine.loss",
    summary: "Nothing",
    accepts: ["binary"],
    weighted: false,
    options: Schema.Struct({}),
    make: () => Loss.explicit({ evaluate: () => 0 })
  })
  const model = (classWeights: ClassWeights.Options) => Model.classif({ epochs: 1, classWeights })
  const refused = [
    [
      "a loss without weights",
      body.pipe(Loss.stage(unweighted), adam, model("balanced")),
      "Mine.loss takes no weights, and classWeights weigh the rows of each class; take a loss with weights, such as Bce.loss, CrossEntropy.loss, Aum.loss or Mse.loss, or leave classWeights out"
    ],
    [
      "an unknown level",
      body.pipe(Bce.loss(), adam, model({ levels: { yess: 1, no: 1 } })),
      'classWeights: "yess" is no level of the target; did you mean "yes"?'
    ],
    [
      "a weight beyond single precision",
      body.pipe(Bce.loss(), adam, model({ levels: { yes: 1e308, no: 1 } })),
      'classWeights: the weight of "yes" is 1e+308, which is not finite in single precision; give one near 1'
    ],
    [
      "a weight that single precision makes 0",
      body.pipe(Bce.loss(), adam, model({ levels: { yes: 1, no: 1e-320 } })),
      'classWeights: the weight of "no" is 1e-320, which is 0 in single precision; give one near 1'
    ],
    [
      "a level without a weight",
      body.pipe(Bce.loss(), adam, model({ levels: { yes: 1 } })),
      "classWeights: there is no weight of no; give one for every level"
    ]
  ] as const
  for (const [what, learner, said] of refused) {
    it.effect(`is refused for ${what}, before and in training`, () =>
      Effect.gen(function* () {
        const task = Tasks.binary(30)
        const [checked, fitted] = [
          yield* Effect.flip(Learner.check(learner, task)),
          yield* Effect.flip(Learner.train(learner, task))
        ]
        assert.include(checked.message, said)
        assert.strictEqual(fitted.message, checked.message)
      }).pipe(Effect.provide(engines))
    )
  }
})
