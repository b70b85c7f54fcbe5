import { assert, describe, it } from "@effect/vitest"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../src/data/Column.ts"
import type * as Task from "../../src/data/Task.ts"
import type * as Engine from "../../src/engine/Engine.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Model from "../../src/learning/Model.ts"
import * as PreprocessCache from "../../src/learning/PreprocessCache.ts"
import * as Features from "../../src/pipeline/Features.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Merge from "../../src/pipeline/Merge.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../src/pipeline/Preprocess.ts"
import * as Seed from "../../src/Seed.ts"
import { cpu, on } from "../support/engines.ts"
import * as Tasks from "../support/tasks.ts"

/** A stage that adds a number to every column, and counts how often it is fitted; it draws where `draws`, and where not it does not. */
const counting = () => {
  const count = { fits: 0 }
  const definition = Preprocess.define({
    id: "Test.counting",
    summary: "Adds a number, and counts its fits",
    options: Schema.Struct({ add: Schema.Finite, draws: Schema.Boolean, looks: Schema.Boolean }),
    state: Schema.Finite,
    fit: ({ add, draws, looks }, _, fitting) => {
      count.fits += 1
      const drawn = draws ? Seed.generator(fitting.seed).float() : 0
      return Result.succeed(add + drawn + (looks && fitting.takes?.missing === true ? 100 : 0))
    },
    apply: (add, { columns, rows }) =>
      Result.succeed(
        Features.make(
          Array.from(columns, ([name, column]): Features.Entry => [
            name,
            Column.numeric(Column.asNumbers(column)!.map((x) => x + add))
          ]),
          rows
        )
      )
  })
  return {
    count,
    stage: (add = 1, draws = false, looks = false) => Preprocess.stage(definition, { add, draws, looks })
  }
}

const task = Tasks.binary(40)
const other = Tasks.binary(40, { positive: "no" })
const same = Tasks.binary(40)

const learner = (stages: Pipeline.Pipeline<"preprocess", never>, units = 2) =>
  stages.pipe(
    Ingress.numeric(),
    Nn.linear(units),
    Nn.head(),
    Bce.loss(),
    Optimizer.adam(),
    Model.classif({ epochs: 2 })
  )

type Any = Learner.Learner<Task.Kind, never, never, Engine.Engines>

/** Trains learners one after the other with one memory, and gives their predictions. */
const trainAll = (
  trainings: ReadonlyArray<readonly [Any, Task.Task, number?]>,
  cache: PreprocessCache.PreprocessCache
) =>
  Effect.forEach(trainings, ([each, rows, seed = 1]) =>
    Effect.flatMap(Learner.train(each, rows, { seed }), (trained) => Learner.predict(trained, rows))
  ).pipe(Effect.provideService(PreprocessCache.Current, cache), on(cpu))

/** How often the stage of some learners is fitted with a memory; and that predictions are those without. */
const fitsOf = Effect.fnUntraced(function* (
  trainings: (make: ReturnType<typeof counting>["stage"]) => Parameters<typeof trainAll>[0],
  cache = PreprocessCache.make()
) {
  const counted = counting()
  const remembered = yield* trainAll(trainings(counted.stage), cache)
  const { fits } = counted.count
  const alone = yield* trainAll(trainings(counted.stage), PreprocessCache.off)
  assert.deepStrictEqual(
    remembered.map(({ prob }) => prob),
    alone.map(({ prob }) => prob)
  )
  return [fits, counted.count.fits - fits]
})

describe("PreprocessCache", () => {
  it.effect("fits equal stages on equal rows once, for learners that differ behind them", () =>
    Effect.gen(function* () {
      const fits = yield* fitsOf((stage) => [
        [learner(stage(), 2), task],
        [learner(stage(), 3), task],
        [Learner.preprocessed(stage(), Featureless.make()), same],
        [Learner.preprocessed(stage().pipe(Preprocess.standardise()), Featureless.make()), same, 5]
      ])
      assert.deepStrictEqual(fits, [1, 4])
    })
  )

  it.effect("fits again for other rows, targets, options and stages before", () =>
    Effect.gen(function* () {
      const fits = yield* fitsOf((stage) => [
        [learner(stage()), task],
        [learner(stage()), other],
        [learner(stage()), Tasks.binary(41)],
        [learner(stage(2)), task],
        [learner(Preprocess.standardise().pipe(stage())), task],
        [learner(stage()), task]
      ])
      assert.deepStrictEqual(fits, [5, 6])
    })
  )

  it.effect("tells seeds apart where a stage draws, and what stands behind where it looks", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* fitsOf((stage) => [
          [learner(stage()), task, 1],
          [learner(stage()), task, 2],
          [learner(stage(1, true)), task, 1],
          [learner(stage(1, true)), task, 2],
          [learner(stage(1, true), 3), task, 1]
        ]),
        [3, 5]
      )
      assert.deepStrictEqual(
        yield* fitsOf((stage) => [
          [learner(stage(1, false, true)), task],
          [Learner.preprocessed(stage(1, false, true), Featureless.make()), task],
          [learner(stage(1, false, true), 3), task]
        ]),
        [2, 3]
      )
      // What follows a stage that drew is another thing for another seed.
      assert.deepStrictEqual(
        yield* fitsOf((stage) => [
          [learner(Preprocess.quantileTransform({ noise: 0.1 }).pipe(stage())), task, 1],
          [learner(Preprocess.quantileTransform({ noise: 0.1 }).pipe(stage())), task, 2],
          [learner(Preprocess.quantileTransform().pipe(stage())), task, 1],
          [learner(Preprocess.quantileTransform().pipe(stage())), task, 2]
        ]),
        [3, 4]
      )
    })
  )

  it.effect("fits once what several branches begin with", () =>
    Effect.gen(function* () {
      const fits = yield* fitsOf((stage) => [
        [
          Merge.concat({
            a: stage().pipe(Ingress.numeric(["x"])),
            b: stage().pipe(Ingress.numeric(["z"]))
          }).pipe(Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1 })),
          task
        ]
      ])
      assert.deepStrictEqual(fits, [1, 2])
    })
  )

  it.effect("remembers rows that a stage dropped or repeated, and the target behind them", () =>
    Effect.gen(function* () {
      const fits = yield* fitsOf((stage) => [
        [learner(Preprocess.classBalancing().pipe(stage())), task],
        [learner(Preprocess.classBalancing().pipe(stage()), 3), task]
      ])
      assert.deepStrictEqual(fits, [1, 2])
    })
  )

  it.effect("forgets what was not used for longest, and keeps nothing that is too large", () =>
    Effect.gen(function* () {
      // Two columns of 40 numbers and what is kept besides: 1664 bytes an entry, so that two fit.
      const small = () => PreprocessCache.make({ megabytes: 3400 / 2 ** 20 })
      assert.deepStrictEqual(
        yield* fitsOf(
          (stage) => [
            [learner(stage(1)), task],
            [learner(stage(2)), task],
            [learner(stage(1)), task],
            [learner(stage(3)), task],
            [learner(stage(1)), task],
            [learner(stage(2)), task]
          ],
          small()
        ),
        [4, 6]
      )
      assert.deepStrictEqual(
        yield* fitsOf(
          (stage) => [
            [learner(stage()), task],
            [learner(stage()), task]
          ],
          PreprocessCache.make({ megabytes: 0 })
        ),
        [2, 2]
      )
      // A column that a stage leaves as it is counts once: three entries of together 3 columns of 320 bytes.
      const shared = Preprocess.derive({ columns: { x: "x" } })
      assert.deepStrictEqual(
        yield* fitsOf(
          (stage) => [
            [learner(stage().pipe(shared, Preprocess.dropConstants())), task],
            [learner(stage().pipe(shared, Preprocess.dropConstants())), task]
          ],
          PreprocessCache.make({ megabytes: (3 * 1024 + 3 * 320) / 2 ** 20 })
        ),
        [1, 2]
      )
    })
  )

  it.effect("is off unless provided, and is not replaced where it is", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* PreprocessCache.Current)
      const inside = PreprocessCache.provideDefault(Effect.map(PreprocessCache.Current, (cache) => cache))
      assert.isDefined(yield* inside)
      const off = Effect.provideService(inside, PreprocessCache.Current, PreprocessCache.off)
      assert.strictEqual(yield* off, PreprocessCache.off)
      const layered = PreprocessCache.Current.pipe(Effect.provide(PreprocessCache.layer({ megabytes: 1 })))
      assert.isDefined(yield* layered)
    })
  )
})
