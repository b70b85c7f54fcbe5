import { assert, describe, it } from "@effect/vitest"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Effect from "effect/Effect"
import * as Pooled from "../src/Pooled.ts"
import * as Run from "../src/Run.ts"
import { control, design, services, temporary } from "./support/runs.ts"

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
