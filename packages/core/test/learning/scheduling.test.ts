/** Schedules in training: progress, the learning rate of the history, what is remembered and resumed. */
import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Engine from "../../src/engine/Engine.ts"
import * as Fused from "../../src/engine/fused/Fused.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Training from "../../src/learning/Training.ts"
import * as Validation from "../../src/learning/Validation.ts"
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import { cpu, on } from "../support/engines.ts"
import * as Tasks from "../support/tasks.ts"
import * as Trainings from "../support/trainings.ts"

const { transformOf } = Trainings
const rates = ({ history }: Training.Outcome) => history.map(({ learningRate }) => learningRate)
const first = Effect.map(Engine.Engines, ([engine]) => engine!)

const near = (actual: ReadonlyArray<number | undefined>, expected: ReadonlyArray<number>) => {
  assert.lengthOf(actual, expected.length)
  actual.forEach((rate, i) => assert.approximately(rate!, expected[i]!, 1e-12))
}

describe("the learning rate in the history", () => {
  it.effect("is that of the last update of each epoch", () =>
    Effect.gen(function* () {
      const optimizer = transformOf(Optimizer.adamDefinition, { learningRate: Schedule.linear({ from: 0.1 }) })
      const outcome = yield* Training.run(Trainings.plan(yield* first, optimizer))
      // 6 epochs of 4 updates: after 3, 7, … of 24.
      near(
        rates(outcome),
        [3, 7, 11, 15, 19, 23].map((past) => 0.1 * (1 - past / 24))
      )
    }).pipe(on(cpu))
  )

  it.effect("is a number that does not change where it follows no schedule, and absent where there is none", () =>
    Effect.gen(function* () {
      const engine = yield* first
      const constant = yield* Training.run(
        Trainings.plan(engine, transformOf(Optimizer.sgdDefinition, { learningRate: 0.1, weightDecay: 0.01 }), {
          epochs: 2
        })
      )
      assert.deepStrictEqual(rates(constant), [0.1, 0.1])
      const bare = Transform.sequence(Result.getOrThrow(Transform.all([Transform.clip({ norm: 0.1 })])).transforms)
      const none = yield* Training.run(Trainings.plan(engine, bare, { epochs: 1 }))
      assert.notProperty(none.history[0], "learningRate")
    }).pipe(on(cpu))
  )

  it.effect("falls over the configured maximum, whether training ends before it or not", () =>
    Effect.gen(function* () {
      const engine = yield* first
      const optimizer = transformOf(Optimizer.sgdDefinition, { learningRate: Schedule.cosine({ from: 0.1 }) })
      const whole = yield* Training.run(Trainings.plan(engine, optimizer))
      const stopped = yield* Training.run(
        Trainings.plan(engine, optimizer, {
          callbacks: [{ epochEnd: ({ row }, { stop }) => Effect.sync(() => (row.epoch === 3 ? stop() : undefined)) }]
        })
      )
      assert.deepStrictEqual(rates(stopped), rates(whole).slice(0, 3))
      // Once more for fewer epochs, as a refit does.
      const refit = yield* Training.run(Trainings.plan(engine, optimizer, { epochs: 3, scheduleEpochs: 6 }))
      assert.deepStrictEqual(refit.arrays, stopped.arrays)
      assert.deepStrictEqual(rates(refit), rates(stopped))
    }).pipe(on(cpu))
  )
})

describe("schedules", () => {
  it.effect("are resumed as if training had never stopped, plateaus too, on both engines", () =>
    Effect.gen(function* () {
      const engines = [yield* first, ...Fused.engines()]
      const optimizers = [
        transformOf(Optimizer.adamwDefinition, {
          learningRate: Schedule.coslog4({ from: 0.1 }),
          weightDecay: Schedule.flatCosine({ from: 0.1 })
        }),
        transformOf(Optimizer.rmspropDefinition, {
          learningRate: Schedule.plateau({ from: 0.2, factor: 0.5, patience: 1 }),
          momentum: 0.5
        }),
        transformOf(Optimizer.lionDefinition, { learningRate: Schedule.oneCycle({ peak: 0.05 }), weightDecay: 0.1 })
      ]
      for (const engine of engines) {
        for (const optimizer of optimizers) {
          const plan = Trainings.plan(engine, optimizer)
          const never = yield* Training.run(plan)
          for (const cut of [1, 4]) {
            const { state } = yield* Training.run({ ...plan, epochs: cut, scheduleEpochs: plan.epochs })
            const resumed = yield* Training.run(plan, Trainings.throughFile(state))
            assert.deepStrictEqual(Trainings.numbers(resumed), Trainings.numbers(never))
          }
        }
      }
    }).pipe(on(cpu))
  )

  it.effect("that answer to validation do so by its first measure", () =>
    Effect.gen(function* () {
      const optimizer = transformOf(Optimizer.sgdDefinition, {
        learningRate: Schedule.plateau({ from: 0.4, factor: 0.5, patience: 2 })
      })
      const plan = Trainings.plan(yield* first, optimizer, { epochs: 8 })
      // A measure that never gains after the first epoch.
      const still = Measure.define({ ...Measure.logloss, id: "still", evaluate: () => 1 })
      const outcome = yield* Training.run({ ...plan, validation: { ...plan.validation!, measures: [still] } })
      near(rates(outcome), [0.4, 0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.05])
      assert.deepStrictEqual(outcome.state.schedules, [{ reductions: 3, best: 1, stagnation: 1, cooling: 0 }])
    }).pipe(on(cpu))
  )

  it.effect("that answer to validation are refused without one", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(30)
      const rising = { learningRate: Schedule.plateau({ from: 0.1 }) }
      const start = Ingress.numeric().pipe(Nn.head(), Bce.loss(), Optimizer.adam(rising))
      const without = yield* Effect.flip(Learner.check(start.pipe(Model.classif({ epochs: 2 })), task))
      assert.include(
        without.message,
        "Schedule.plateau answers to validation, and there is none; give the model one: Validation.holdout(ratio, { measures })"
      )
      const validated = start.pipe(
        Model.classif({ epochs: 2, validation: Validation.holdout(0.3, { measures: [Measure.auc] }) })
      )
      assert.isTrue(Result.isSuccess(yield* Effect.result(Learner.check(validated, task))))
    }).pipe(on(cpu))
  )
})

describe("the rate of dropout", () => {
  it.effect("may follow a schedule, by which both engines drop the same entries", () =>
    Effect.gen(function* () {
      const optimizer = transformOf(Optimizer.sgdDefinition, { learningRate: 0.2 })
      const train = (engine: Engine.Engine, dropout: number | Schedule.Json) =>
        Training.run(Trainings.plan(engine, optimizer, { dropout }))
      const tfjs = yield* first
      const falling = Schedule.step({ from: 0.5, at: [0.5], factor: 0 })
      const expected = yield* train(tfjs, falling)
      for (const engine of Fused.engines()) {
        const { history } = yield* train(engine, falling)
        history.forEach(({ loss }, i) => assert.approximately(loss, expected.history[i]!.loss, 1e-4))
      }
      const always = yield* train(tfjs, 0.5)
      const losses = ({ history }: Training.Outcome) => history.map(({ loss }) => loss)
      assert.deepStrictEqual(losses(expected).slice(0, 3), losses(always).slice(0, 3))
      assert.notStrictEqual(losses(expected)[3], losses(always)[3])
    }).pipe(on(cpu))
  )

  it("is not told of validation", () => {
    const { bound } = Nn.dropoutDefinition.bind({ rate: Schedule.plateau({ from: 0.5 }) }, findNothing)
    assert.deepStrictEqual(
      bound,
      Result.fail([
        {
          path: ["rate"],
          message:
            "Nn.dropout: Schedule.plateau answers to validation, of which this option is not told; take a schedule of progress alone"
        }
      ])
    )
  })
})

describe("groups of parameters", () => {
  it.effect("that choose none are noted, unless they mean any that there may be", () =>
    Effect.gen(function* () {
      const groups = [
        { paths: ["head.*"], rate: 0.1 },
        { paths: ["embeding/**", "!**.bias"] },
        { paths: ["**embedding.*"] }
      ]
      const learner = Ingress.numeric().pipe(
        Nn.head(),
        Bce.loss(),
        Optimizer.adam({ groups }),
        Model.classif({ epochs: 2 })
      )
      const { notes } = yield* Learner.check(learner, Tasks.binary(30))
      assert.deepStrictEqual(
        notes.map(({ code, finding }) => [code, finding]),
        [
          [
            "idle-group",
            'the group "embeding/**", "!**.bias" of Optimizer.adam chooses none of the parameters head.kernel, head.bias'
          ]
        ]
      )
    }).pipe(on(cpu))
  )
})
