import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as PreprocessCache from "@rocflow/core/learning/PreprocessCache"
import * as Timing from "@rocflow/core/learning/Timing"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as ElasticNet from "@rocflow/learners/ElasticNet"
import * as Knn from "@rocflow/learners/Knn"
import * as Tree from "@rocflow/learners/Tree"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as Design from "../src/Design.ts"
import * as Resampling from "../src/Resampling.ts"
import * as Run from "../src/Run.ts"
import { services, temporary } from "./support/runs.ts"

/** Shifts each column by its first value, and counts how often it is fitted. */
let fits = 0
const counting = Preprocess.stage(
  Preprocess.define({
    id: "Test.counting",
    summary: "Shifts columns by their first value",
    options: Schema.Struct({}),
    state: Schema.Array(Schema.Finite),
    fit: (_, { columns }) => {
      fits += 1
      return Result.succeed(Array.from(columns.values(), (column) => Column.asNumbers(column)![0]!))
    },
    apply: (first, { columns, rows }) =>
      Result.succeed(
        Features.make(
          Array.from(columns).map(([name, column], i): Features.Entry => [
            name,
            Column.numeric(Column.asNumbers(column)!.map((x) => x - first[i]!))
          ]),
          rows
        )
      )
  })
)

const design = (...timings: ReadonlyArray<Timing.Timing>) =>
  Design.grid({
    tasks: [Tasks.binary(60)],
    learners: [Knn.make(), Tree.make(), ElasticNet.make({ lambda: 0.1 })].map((learner) =>
      Learner.preprocessed(counting.pipe(Preprocess.yeoJohnson()), learner)
    ),
    resamplings: [Resampling.cv({ folds: 4 })],
    measures: [Measure.auc, Measure.logloss, ...timings],
    seed: 1
  })

const run = Effect.fnUntraced(function* (...timings: ReadonlyArray<Timing.Timing>) {
  fits = 0
  const planned = yield* design(...timings)
  const checks = fits
  const { results } = yield* Run.start(planned, yield* temporary)
  return { checks, fits: fits - checks, scores: results.map(({ id, scores }) => [id, scores]) }
})

describe("a run", () => {
  it.live("fits what its learners begin with once for each split, and scores as if each had fitted it", () =>
    Effect.gen(function* () {
      const once = yield* run()
      const each = yield* Effect.provideService(run(), PreprocessCache.Current, PreprocessCache.off)
      assert.deepStrictEqual([once.checks, once.fits, each.checks, each.fits], [1, 4, 3, 12])
      assert.deepStrictEqual(once.scores, each.scores)
      assert.lengthOf(once.scores, 12)
    }).pipe(Effect.scoped, Effect.provide(services))
  )

  it.live("that is timed fits for each learner, so that the first one does not pay for all", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run(Timing.trainSeconds)).fits, 12)
    }).pipe(Effect.scoped, Effect.provide(services))
  )
})
