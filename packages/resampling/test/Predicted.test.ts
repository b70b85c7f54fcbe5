import { assert, describe, it } from "@effect/vitest"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import type * as Task from "@rocflow/core/data/Task"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect } from "vitest"
import * as Design from "../src/Design.ts"
import * as Predicted from "../src/Predicted.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Run from "../src/Run.ts"
import { control, noisy, services, temporary } from "./support/runs.ts"
import { dynamic } from "./support/tasks.ts"

const binary = (rows: ReadonlyArray<readonly [logit: number, code: number]>): Prediction.Prediction =>
  Prediction.fromOutputs(
    {
      schema: { kind: "binary", levels: ["yes", "no"] },
      rows: rows.length,
      truth: Float64Array.from(rows, ([, code]) => code)
    },
    rows.map(([logit]) => logit),
    "prob"
  )

const row = fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(0, 1))

/** Pools predictions without groups. */
const pooled = ([first, ...others]: readonly [Prediction.Prediction, ...ReadonlyArray<Prediction.Prediction>]) => {
  const bare = (prediction: Prediction.Prediction): Predicted.Predicted => ({ prediction, groups: undefined })
  return Predicted.pool([bare(first), ...others.map(bare)])
}

describe("pool", () => {
  it("measures parts as the whole that they make", () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const [first, ...others] = parts.map(binary)
        const whole = binary(parts.flat())
        const all = pooled([first!, ...others]).prediction
        for (const measure of [Measure.auc, Measure.error, Measure.logloss, Measure.brier]) {
          expect(measure.evaluate(all)).toEqual(measure.evaluate(whole))
        }
      })
    )
  })

  it("gives single rows the AUC that none of them has", () => {
    // sklearn.metrics.roc_auc_score([1, 0, 1, 0], [2, 1, 0.5, -1]) = 0.75
    const rows = (
      [
        [2, 0],
        [1, 1],
        [0.5, 0],
        [-1, 1]
      ] as const
    ).map((each) => binary([each]))
    for (const single of rows) assert.isFalse(Measure.isDefined(Measure.auc.evaluate(single)))
    const [first, ...others] = rows
    assert.strictEqual(Measure.auc.evaluate(pooled([first!, ...others]).prediction), 0.75)
  })

  it("has no probabilities where one part has none", () => {
    const response: Prediction.Prediction = { ...binary([[1, 0]]), prob: undefined, scores: undefined }
    assert.strictEqual(pooled([binary([[1, 0]]), response]).prediction.prob, undefined)
  })

  it("keeps the groups where all parts have them", () => {
    const part = (group: string, value: number): Predicted.Predicted => ({
      prediction: binary([[value, 0]]),
      groups: [group]
    })
    assert.deepStrictEqual(Predicted.pool([part("a", 1), part("b", 2)]).groups, ["a", "b"])
    assert.strictEqual(Predicted.pool([part("a", 1), { ...part("b", 2), groups: undefined }]).groups, undefined)
  })
})

describe("read", () => {
  const read = (task: Task.Task) =>
    Effect.gen(function* () {
      const planned = yield* Design.grid({
        tasks: [task],
        learners: [noisy(control())],
        resamplings: [Resampling.cv({ folds: 2 })],
        measures: [Measure.mse],
        seed: 1
      })
      const run = yield* Run.start(planned, yield* temporary)
      return yield* Effect.forEach(run.results, (result) => Predicted.read(run, result))
    }).pipe(Effect.scoped, Effect.provide(services))

  it.live("gives the rows of a job with their groups", () =>
    Effect.gen(function* () {
      const group = ["a", "b", "a", "c", "d", "b", "c", "d"]
      const parts = yield* read(dynamic(8, { group }))
      for (const part of parts) {
        assert.deepStrictEqual(
          part!.groups,
          Array.from(part!.prediction.rows, (row) => group[row]!)
        )
        assert.deepStrictEqual(part!.prediction.truth, Float64Array.from(part!.prediction.rows))
      }
      assert.lengthOf(parts, 2)
    })
  )

  it.live("gives none where the task has none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        (yield* read(dynamic(8, {}))).map((part) => part!.groups),
        [undefined, undefined]
      )
    })
  )
})
