import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Featureless from "../src/Featureless.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

const classes = (values: ReadonlyArray<string>, options: Partial<Task.Options> = {}, weight?: ReadonlyArray<number>) =>
  Tasks.of(
    {
      class: Column.text(values),
      x: Column.numeric(values.map(() => 0)),
      ...(weight === undefined ? {} : { weight: Column.numeric(weight) })
    },
    { target: "class", features: ["x"], ...(weight === undefined ? {} : { weight: "weight" }), ...options }
  )

const predicted = (task: Task.Task, other = task) =>
  Effect.flatMap(Learner.train(Featureless.make(), task), (trained) => Learner.predict(trained, other))

describe("Featureless", () => {
  it.effect("predicts the most frequent class, with the shares in the order of the levels", () =>
    Effect.gen(function* () {
      const { response, prob, scores } = yield* predicted(classes(["b", "a", "b", "b"], { positive: "a" }))
      assert.deepStrictEqual(response, Float64Array.of(1, 1, 1, 1))
      assert.deepStrictEqual(prob, Float64Array.of(0.25, 0.75, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75))
      assert.strictEqual(scores, undefined)
    })
  )

  it.effect("takes the first level at a tie", () =>
    Effect.gen(function* () {
      const { response } = yield* predicted(classes(["b", "a"], { positive: "b" }))
      assert.deepStrictEqual(response, Float64Array.of(0, 0))
      const three = yield* predicted(classes(["c", "a", "b"]))
      assert.deepStrictEqual(three.response, Float64Array.of(0, 0, 0))
    })
  )

  it.effect("counts weights", () =>
    Effect.gen(function* () {
      const { response, prob } = yield* predicted(classes(["b", "a", "b"], { positive: "a" }, [1, 6, 1]))
      assert.deepStrictEqual(response, Float64Array.of(0, 0, 0))
      assert.deepStrictEqual(prob!.slice(0, 2), Float64Array.of(0.75, 0.25))
    })
  )

  it.effect("predicts the mean of a number, weighted if there are weights", () =>
    Effect.gen(function* () {
      const y = { y: Column.numeric([1, 2, 6]), x: Column.numeric([0, 0, 0]), w: Column.numeric([0, 1, 3]) }
      const plain = yield* predicted(Tasks.of(y, { target: "y", features: ["x"] }))
      assert.deepStrictEqual(plain.response, Float64Array.of(3, 3, 3))
      assert.strictEqual(plain.prob, undefined)
      const weighted = yield* predicted(Tasks.of(y, { target: "y", features: ["x"], weight: "w" }))
      assert.deepStrictEqual(weighted.response, Float64Array.of(5, 5, 5))
    })
  )

  it.effect("learns of the training rows only", () =>
    Effect.gen(function* () {
      const task = classes(["a", "a", "b", "b", "b"])
      const { response, truth } = yield* predicted(Task.take(task, [0, 1, 2]), Task.take(task, [2, 3, 4]))
      assert.deepStrictEqual(response, Float64Array.of(0, 0, 0))
      assert.deepStrictEqual(truth, Float64Array.of(1, 1, 1))
    })
  )

  it.effect("refuses rows that weigh nothing together, and no rows", () =>
    Effect.gen(function* () {
      const task = classes(["a", "b", "b"], {}, [1, 0, 0])
      for (const rows of [[1, 2], []]) {
        const error = yield* Effect.flip(predicted(Task.take(task, rows)))
        assert.strictEqual(error._tag, "PipelineError")
        assert.match(
          error.message,
          rows.length === 0 ? /has no rows, so learner "Featureless" has nothing/ : /^Featureless: .*weight.*;/
        )
      }
    })
  )

  it.effect("is saved and loaded", () =>
    Effect.gen(function* () {
      const task = classes(["b", "a", "b"])
      const trained = yield* Learner.train(Featureless.make(), task)
      const state: unknown = JSON.parse(JSON.stringify(trained.fitted.state()))
      const loaded = Result.getOrThrow(trained.learner.load(trained.task, state))
      assert.deepStrictEqual(yield* loaded.predict(Tasks.rows(task)), yield* Learner.predict(trained, task))
      const refused = trained.learner.load(trained.task, { values: ["x"] })
      assert.isTrue(Result.isFailure(refused))
    })
  )

  it("reads from JSON, as its name alone too, without options", () => {
    expect(Result.getOrThrow(Learner.fromJson("Featureless", registry)).json).toEqual({ type: "Featureless" })
    expect(Result.getOrThrow(Learner.fromJson({ type: "Featureless" }, registry)).id).toBe("Featureless")
    const error = Result.getOrThrow(Result.flip(Learner.fromJson({ type: "Featureless", k: 3 }, registry)))
    expect(error.message).toMatch(/^at k: Featureless: /)
  })
})
