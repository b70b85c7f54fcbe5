import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Design from "@rocflow/resampling/Design"
import * as Executor from "@rocflow/resampling/Executor"
import type { AnyLearner } from "@rocflow/resampling/Job"
import * as Resampling from "@rocflow/resampling/Resampling"
import * as Run from "@rocflow/resampling/Run"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { model } from "../src/fromRun.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)
const services = Layer.mergeAll(NodeServices.layer, Executor.inProcess)

/** Scores that a learner of anybody's may give. */
const endless = Learner.define({
  id: "Endless",
  summary: "Is endlessly sure",
  accepts: ["binary"],
  weighted: false,
  options: Schema.Struct({}),
  state: Schema.Struct({}),
  train: () => Effect.succeed({}),
  predict: (_, __, rows) =>
    Result.succeed(Prediction.fromOutputs(rows, new Float64Array(rows.rows).fill(Infinity), "prob"))
})

const reported = (resamplings: ReadonlyArray<Resampling.Resampling>, learners: ReadonlyArray<AnyLearner>) =>
  Effect.gen(function* () {
    const table = yield* Table.fromColumns({
      class: Column.factor(
        Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? "a" : "b")),
        { levels: ["a", "b"] }
      ),
      x: Column.numeric(Array.from({ length: 24 }, (_, i) => i))
    })
    const task = yield* Task.fromTable(table, { id: "t", target: "class", stratum: ["class"] })
    const design = yield* Design.grid({ tasks: [task], learners, resamplings, measures: [Measure.error], seed: 1 })
    return yield* model(yield* Run.start(design, yield* temporary))
  }).pipe(Effect.scoped, Effect.provide(services))

describe("model", () => {
  it.live("keeps the scores and curves of resamplings apart", () =>
    Effect.gen(function* () {
      const { tasks, scores, roc } = yield* reported(
        [Resampling.cv({ folds: 3 }), Resampling.holdout({ ratio: 0.5 })],
        [Featureless.make()]
      )
      const names = ["t, 3-fold cross-validation", "t, holdout, 50 % train"]
      assert.deepStrictEqual(
        tasks.map(({ id }) => id),
        names
      )
      assert.deepStrictEqual(
        scores.map(({ task, n }) => [task, n]),
        [
          [names[0], 3],
          [names[1], 1]
        ]
      )
      assert.deepStrictEqual(
        roc.map(({ task }) => task),
        names
      )
    })
  )

  it.live("calls the tasks of a single resampling as they are called", () =>
    Effect.gen(function* () {
      const { tasks, scores } = yield* reported([Resampling.cv({ folds: 3 })], [Featureless.make()])
      assert.deepStrictEqual([tasks[0]!.id, scores[0]!.task], ["t", "t"])
    })
  )

  it.live("has no curve of scores that are not finite, and all else", () =>
    Effect.gen(function* () {
      const { roc, scores } = yield* reported([Resampling.cv({ folds: 3 })], [endless.make({}), Featureless.make()])
      assert.deepStrictEqual(
        roc.map(({ learner }) => learner),
        ["Featureless"]
      )
      assert.deepStrictEqual(
        scores.map(({ learner }) => learner),
        ["Endless", "Featureless"]
      )
    })
  )
})
