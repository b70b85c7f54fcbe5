import { assert, describe, it } from "@effect/vitest"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect } from "vitest"
import * as Pooled from "../src/Pooled.ts"
import * as Run from "../src/Run.ts"
import { control, design, services, temporary } from "./support/runs.ts"

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

describe("pool", () => {
  it("measures parts as the whole that they make", () => {
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1 }), { minLength: 1, maxLength: 5 }), (parts) => {
        const [first, ...others] = parts.map(binary)
        const whole = binary(parts.flat())
        const pooled = Pooled.pool([first!, ...others])
        for (const measure of [Measure.auc, Measure.error, Measure.logloss, Measure.brier]) {
          expect(measure.evaluate(pooled)).toEqual(measure.evaluate(whole))
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
    assert.strictEqual(Measure.auc.evaluate(Pooled.pool([first!, ...others])), 0.75)
  })

  it("has no probabilities where one part has none", () => {
    const response: Prediction.Prediction = { ...binary([[1, 0]]), prob: undefined, scores: undefined }
    assert.strictEqual(Pooled.pool([binary([[1, 0]]), response]).prob, undefined)
  })
})

describe("of a run", () => {
  it.live("is measured from its stored predictions, cell by cell, and kept with it", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const planned = yield* design(control())
      const run = yield* Run.start(planned, directory)
      const pooled = yield* Pooled.measure(run, [Measure.mse])
      assert.deepStrictEqual(
        pooled.map(({ label, learner, measure, rows, splits }) => ({ label, learner, measure, rows, splits })),
        ["one", "two"].map((learner) => ({
          label: "MSE, pooled",
          learner,
          measure: "mse (pooled)",
          rows: 12,
          splits: 4
        }))
      )
      // Folds of equal size: the pooled mean of squares is the mean of the folds' means.
      const mean = (learner: string) => {
        const own = run.results.filter(({ job }) => job.learner === learner).map(({ scores }) => Number(scores["mse"]))
        return own.reduce((sum, value) => sum + value, 0) / own.length
      }
      for (const { learner, value } of pooled) assert.closeTo(Number(value), mean(learner), 1e-9)
      yield* Pooled.write(directory, pooled)
      assert.deepStrictEqual(yield* Pooled.read(directory), pooled)
      assert.deepStrictEqual(yield* Pooled.read(yield* temporary), [])
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
