import { assert, describe, it } from "@effect/vitest"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Timing from "@rocflow/core/learning/Timing"
import type { Split } from "@rocflow/core/splitting/Split"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import fc from "fast-check"
import * as Job from "../src/Job.ts"
import { control, noisy, refuse, task } from "./support/runs.ts"
import { dynamic } from "./support/tasks.ts"

const split: Split = {
  iteration: 0,
  testSubset: "full",
  trainSubsets: "same",
  groups: 8,
  testFold: 1,
  seed: 1,
  nTrainGroups: 8,
  repetition: 1,
  train: Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  test: Int32Array.of(11, 8, 9)
}

const base = {
  task,
  learner: noisy(control()),
  resampling: "4-fold cross-validation",
  resamplingKey: Job.resamplingKey({ type: "cv", folds: 4 }),
  split,
  measures: [Measure.mse],
  fallback: undefined,
  seed: 1
}

describe("Job.make", () => {
  it("gives an id of 24 hexadecimal digits", () => {
    assert.match(Job.make(base).id, /^[0-9a-f]{24}$/)
    assert.strictEqual(Job.make(base).id, Job.make({ ...base }).id)
  })

  it.each([
    ["the data", { task: dynamic(13, {}) }],
    ["the learner's options", { learner: noisy(control(), 3) }],
    ["the resampling", { resamplingKey: Job.resamplingKey({ type: "cv", folds: 5 }) }],
    ["the split", { split: { ...split, iteration: 1 } }],
    ["the seed", { seed: 2 }],
    ["the code of modules", { code: "other" }],
    ["the fallback", { fallback: noisy(control(), 0) }]
  ])("gives another id for another value of %s", (_, part) => {
    assert.notStrictEqual(Job.make({ ...base, ...part }).id, Job.make(base).id)
  })

  it.each([
    ["what the learner is called", { learner: Learner.named(base.learner, "another name") }],
    ["the words for the resampling", { resampling: "four folds" }],
    ["what is measured", { measures: [Measure.mae] }]
  ])("gives the same id whatever %s", (_, part) => {
    assert.strictEqual(Job.make({ ...base, ...part }).id, Job.make(base).id)
  })

  it("derives one seed for all learners of a split, and another for every split and root", () => {
    assert.deepStrictEqual(Job.make({ ...base, learner: noisy(control(), 3) }).seed, Job.make(base).seed)
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(5), fc.nat(5), (a, b, i, j) => {
        const seed = (root: number, iteration: number) =>
          Job.make({ ...base, seed: root, split: { ...split, iteration } }).seed
        assert.strictEqual(JSON.stringify(seed(a, i)) === JSON.stringify(seed(b, j)), a === b && i === j)
      }),
      { numRuns: 50 }
    )
  })
})

describe("Job.execute", () => {
  it.effect("trains on the training rows and measures the test rows, numbered as in the task", () =>
    Effect.gen(function* () {
      // Rows 0 … 7 have targets 0 … 7, mean 3.5; scale 0 takes the noise away.
      const { result, prediction } = yield* Job.execute(Job.make({ ...base, learner: noisy(control(), 0) }))
      assert.strictEqual(result.status, "ok")
      // ((11 − 3.5)² + (8 − 3.5)² + (9 − 3.5)²) / 3 = (56.25 + 20.25 + 30.25) / 3
      assert.closeTo(result.scores["mse"] as number, 106.75 / 3, 1e-12)
      assert.deepStrictEqual(Array.from(prediction!.rows), [11, 8, 9])
      assert.deepStrictEqual(Array.from(prediction!.truth!), [11, 8, 9])
      assert.strictEqual(result.job.trainRows, 8)
      assert.strictEqual(result.job.testRows, 3)
    })
  )

  it.effect("takes the seconds of training and of predicting", () =>
    Effect.gen(function* () {
      const slow = Learner.define({
        id: "Slow",
        summary: "Takes its time",
        accepts: ["regression"],
        weighted: false,
        options: Schema.Struct({}),
        state: Schema.Struct({}),
        train: () => Effect.as(TestClock.adjust("1500 millis"), {}),
        predict: (_, __, rows) =>
          Effect.as(TestClock.adjust("250 millis"), {
            ...Prediction.about(rows),
            response: new Float64Array(rows.rows),
            prob: undefined,
            scores: undefined
          })
      }).make({})
      const measures = [Timing.predictSeconds, Measure.mse, Timing.trainSeconds]
      const { result } = yield* Job.execute(Job.make({ ...base, learner: slow, measures }))
      // (11² + 8² + 9²) / 3
      assert.deepStrictEqual(result.scores, { predictSeconds: 0.25, mse: 266 / 3, trainSeconds: 1.5 })
      assert.strictEqual(result.seconds, 1.75)
    })
  )

  it.live("counts seconds forwards, also while the clock of the machine is set back", () =>
    Effect.gen(function* () {
      const real = yield* Clock.clockWith(Effect.succeed)
      let millis = 1e12
      const { result } = yield* Effect.provideService(
        Job.execute(Job.make({ ...base, learner: noisy(control()) })),
        Clock.Clock,
        {
          ...real,
          currentTimeMillis: Effect.sync(() => (millis -= 60_000)),
          monotonicTimeNanos: real.monotonicTimeNanos
        }
      )
      assert.isAtLeast(result.seconds, 0)
      assert.isBelow(result.seconds, 60)
    })
  )

  it.effect("makes a failed result of a refusal", () =>
    Effect.gen(function* () {
      const state = control()
      state.instead = () => refuse("there is no such thing; do another")
      const { result, prediction } = yield* Job.execute(Job.make({ ...base, learner: noisy(state) }))
      assert.strictEqual(prediction, undefined)
      assert.deepStrictEqual(
        { status: result.status, scores: result.scores, error: result.error },
        {
          status: "failed",
          scores: {},
          error: { tag: "PipelineError", message: "there is no such thing; do another" }
        }
      )
    })
  )

  it.effect("makes a failed result of a defect", () =>
    Effect.gen(function* () {
      const state = control()
      state.instead = () => Effect.die(new TypeError("x is not a function"))
      const { result } = yield* Job.execute(Job.make({ ...base, learner: noisy(state) }))
      assert.deepStrictEqual(result.error, { tag: "Defect", message: "x is not a function" })
    })
  )

  it.effect("makes a failed result of a measure that throws", () =>
    Effect.gen(function* () {
      const broken = Measure.define({
        ...Measure.mse,
        id: "broken",
        evaluate: () => {
          throw new RangeError("out of range")
        }
      })
      const { result } = yield* Job.execute(Job.make({ ...base, measures: [broken] }))
      assert.strictEqual(result.status, "failed")
      assert.deepStrictEqual(result.error, { tag: "Defect", message: "out of range" })
    })
  )

  it.effect("gives scores that fit into a file, whatever a measure gives", () =>
    Effect.gen(function* () {
      const measures = [Number.NaN, Infinity, -Infinity].map((value) =>
        Measure.define({ ...Measure.mse, id: `gives ${value}`, evaluate: () => value })
      )
      const { result } = yield* Job.execute(Job.make({ ...base, measures }))
      assert.deepStrictEqual(Schema.encodeSync(Job.Result)(result), result)
      assert.deepStrictEqual(
        result.scores["gives Infinity"],
        Measure.undefinedBecause('measure "gives Infinity" gave Infinity')
      )
    })
  )

  it.effect("keeps the failure beside the scores of the fallback", () =>
    Effect.gen(function* () {
      const state = control()
      state.instead = () => refuse("no")
      const fallback = Learner.named(noisy(control(), 0), "plain")
      const { result } = yield* Job.execute(Job.make({ ...base, learner: noisy(state), fallback }))
      assert.strictEqual(result.status, "failed")
      assert.strictEqual(result.fallback, "plain")
      assert.strictEqual(result.error?.message, "no")
      assert.closeTo(result.scores["mse"] as number, 106.75 / 3, 1e-12)
    })
  )

  it.effect("is interrupted and not failed by an interruption", () =>
    Effect.gen(function* () {
      const state = control()
      state.instead = () => Effect.never
      const fiber = yield* Effect.forkChild(Job.execute(Job.make({ ...base, learner: noisy(state) })))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    })
  )

  it.effect("gives a result that survives JSON", () =>
    Effect.gen(function* () {
      const { result } = yield* Job.execute(Job.make(base))
      const json = Schema.fromJsonString(Job.Result)
      assert.deepStrictEqual(Schema.decodeUnknownSync(json)(Schema.encodeSync(json)(result)), result)
    })
  )
})
