import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../src/data/Column.ts"
import * as Task from "../../../src/data/Task.ts"
import { fittingOf } from "../../../src/learning/internal/fitting.ts"
import * as Preprocessing from "../../../src/learning/internal/preprocessing.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Validation from "../../../src/learning/Validation.ts"
import * as Features from "../../../src/pipeline/Features.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Merge from "../../../src/pipeline/Merge.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import type * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import * as Seed from "../../../src/Seed.ts"
import { cpu, on } from "../../support/engines.ts"
import * as Tasks from "../../support/tasks.ts"

const seed = Seed.root(1)

/** Keeps every other training row, and lets a test look on. */
const halved = Preprocess.define({
  id: "Mine.halved",
  summary: "Trains on every other row",
  options: Schema.Struct({}),
  state: Schema.Struct({}),
  fit: () => Result.succeed({}),
  training: (_, __, { rows }) =>
    Result.succeed({ rows: Array.from({ length: rows }, (_, row) => row).filter((row) => row % 2 === 1) }),
  apply: (_, features) => Result.succeed(features)
})

const tail = (first: Pipeline.Pipeline<"preprocess", never>) =>
  first.pipe(
    Ingress.numeric(["x", "z"]),
    Nn.head(),
    Bce.loss(),
    Optimizer.adam({ learningRate: 0.1 }),
    Model.classif({ epochs: 3, batchSize: 8, validation: Validation.holdout(0.5, { measures: [Measure.auc] }) })
  )

describe("rows that a stage keeps or repeats", () => {
  it.effect("take target, weights, roles and later features with them", () =>
    Effect.gen(function* () {
      const task = Tasks.of(
        {
          y: Column.numeric([0, 1, 2, 3, 4, 5]),
          x: Column.numeric([10, 11, 12, 13, 14, 15]),
          w: Column.numeric([1, 2, 3, 4, 5, 6])
        },
        { target: "y", weight: "w", features: ["x"] }
      )
      const { stages } = Preprocess.stage(halved).pipe(Preprocess.standardise())
      const { learned, made, task: trained } = yield* Preprocessing.fit(stages, task, seed)
      assert.deepStrictEqual(trained.target, Float64Array.of(1, 3, 5))
      assert.deepStrictEqual(trained.weights, Float64Array.of(2, 4, 6))
      // The stage behind learned from 11, 13 and 15.
      const sd = Math.sqrt(8 / 3)
      assert.deepStrictEqual(made.features.columns.get("x"), Column.numeric([-2 / sd, 0, 2 / sd]))
      const applied = yield* Preprocessing.apply(stages, learned, Features.fromTask(task))
      assert.strictEqual(applied.features.rows, 6)
    })
  )

  it.effect("are the same in what is trained on a network, but not those that are validated on or predicted", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(64)
      const seen: Array<readonly [string, number]> = []
      const look = Preprocess.define({
        id: "Mine.look",
        summary: "Looks on",
        options: Schema.Struct({}),
        state: Schema.Struct({}),
        fit: (_, { rows }) => {
          seen.push(["fit", rows])
          return Result.succeed({})
        },
        apply: (_, features) => {
          seen.push(["apply", features.rows])
          return Result.succeed(features)
        }
      })
      const trained = yield* Learner.train(tail(Preprocess.stage(halved).pipe(Preprocess.stage(look))), task)
      const prediction = yield* Learner.predict(trained, task)
      assert.strictEqual(prediction.rows.length, 64)
      assert.deepStrictEqual(seen, [
        ["fit", 16],
        ["apply", 16],
        ["apply", 32],
        ["apply", 64]
      ])
    }).pipe(on(cpu))
  )

  it.effect("balance the classes that a ready-made learner is trained on", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(30)
      const share = Effect.fnUntraced(function* (learner: Learner.Learner) {
        return (yield* Learner.predict(yield* Learner.train(learner, task), task)).prob![0]!
      })
      assert.closeTo(yield* share(Featureless.make()), 1 / 3, 1e-12)
      assert.closeTo(yield* share(Learner.preprocessed(Preprocess.classBalancing(), Featureless.make())), 1 / 2, 1e-12)
    })
  )

  it.effect("cannot change in a branch, and at least one must be left", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(32)
      const branch = Merge.concat({
        half: Preprocess.classBalancing().pipe(Ingress.numeric(["x"])),
        all: Ingress.numeric(["z"])
      }).pipe(Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1 }))
      assert.strictEqual(
        (yield* Effect.flip(Learner.check(branch, task))).message,
        'branch "half": classBalancing: changes which rows are trained on, but stands in a branch; put it before the Merge, for all branches'
      )
      const balanced = yield* Learner.check(
        Learner.preprocessed(
          Preprocess.standardise().pipe(Preprocess.classBalancing({ reference: "major" })),
          Featureless.make()
        ),
        task
      )
      assert.deepStrictEqual(
        balanced.stages.map(({ columns, path, rows }) => [path, columns, rows]),
        [
          ["standardise", 2, undefined],
          ["classBalancing", 2, 42]
        ]
      )
      const none = Preprocess.stage(halved).pipe(Preprocess.stage(halved))
      assert.strictEqual(
        (yield* Effect.flip(Preprocessing.fit(none.stages, Task.take(task, [0, 1]), seed))).message,
        "halved#2: leaves none of the 1 training rows; change its options, or leave it out"
      )
    }).pipe(on(cpu))
  )
})

describe("what a stage is told of the training rows", () => {
  const task = Tasks.binary(
    30,
    { group: "g", features: ["x"] },
    { g: Column.indices(Int32Array.from({ length: 30 }, (_, row) => row % 7)) }
  )
  const { target } = fittingOf(task, seed)

  it("is the target, as a task has it", () => {
    assert.deepStrictEqual(target!.kind, "binary")
    assert.deepStrictEqual(target!.levels, ["yes", "no"])
    assert.deepStrictEqual(target!.values, task.target)
  })

  it("folds keep groups whole, and there are no more than groups", () => {
    for (const folds of [3, 10]) {
      const fold = Result.getOrThrow(target!.folds(folds, seed))
      assert.strictEqual(new Set(fold).size, Math.min(folds, 7))
      for (let row = 7; row < 30; row++) assert.strictEqual(fold[row], fold[row % 7])
    }
  })

  it("folds keep the copies of a row together", () => {
    const copied = Task.take(Tasks.binary(12), [0, 0, 1, 2, 2, 2, 3, 4, 5, 6])
    const fold = Result.getOrThrow(fittingOf(copied, seed).target!.folds(3, seed))
    assert.strictEqual(fold[0], fold[1])
    assert.strictEqual(new Set(fold.slice(3, 6)).size, 1)
  })
})

/** Pearson's correlation. */
const correlation = (a: Float64Array, b: Float64Array): number => {
  const mean = (v: Float64Array) => v.reduce((sum, x) => sum + x, 0) / v.length
  const [ma, mb] = [mean(a), mean(b)]
  const product = (u: Float64Array, mu: number, v: Float64Array, mv: number) =>
    u.reduce((sum, x, i) => sum + (x - mu) * (v[i]! - mv), 0)
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb))
}

describe("target encoding of noise", () => {
  const random = Seed.generator(Seed.root(5))
  const rows = 400
  const task = Tasks.of(
    {
      y: Column.numeric(Float64Array.from({ length: rows }, () => random.normal())),
      label: Column.text(Array.from({ length: rows }, () => `l${random.below(150)}`))
    },
    { target: "y" }
  )

  it.effect("tells the training rows nothing, though it knows their target by heart", () =>
    Effect.gen(function* () {
      const { stages } = Preprocess.targetEncoding({ smooth: 0 })
      const { learned, made } = yield* Preprocessing.fit(stages, task, seed)
      const trained = Column.asNumbers(made.features.columns.get("label")!)!
      const { features } = yield* Preprocessing.apply(stages, learned, Features.fromTask(task))
      const applied = Column.asNumbers(features.columns.get("label")!)!
      // Three standard deviations of the correlation of noise are 0.15.
      assert.isBelow(Math.abs(correlation(trained, task.target)), 0.15)
      assert.isAbove(correlation(applied, task.target), 0.5)
    })
  )
})
