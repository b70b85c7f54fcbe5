import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Knn from "../src/Knn.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

const predicted = (learner: Learner.Learner, train: Task.Task, test = train) =>
  Effect.flatMap(Learner.train(learner, train), (trained) => Learner.predict(trained, test))

/** Probabilities by the definition: all distances in units of the standard deviation, sorted, the first k counted. */
const bruteForce = (
  train: ReadonlyArray<ReadonlyArray<number>>,
  labels: ReadonlyArray<string>,
  query: ReadonlyArray<number>,
  k: number,
  levels: ReadonlyArray<string>
) => {
  const sds = query.map((_, j) => {
    const mean = train.reduce((sum, row) => sum + row[j], 0) / train.length
    return Math.sqrt(train.reduce((sum, row) => sum + (row[j] - mean) ** 2, 0) / train.length)
  })
  const nearest = train
    .map((row, i) => ({
      i,
      distance: row.reduce((sum, v, j) => sum + (sds[j] === 0 ? 0 : ((v - query[j]) / sds[j]) ** 2), 0)
    }))
    .sort((a, b) => a.distance - b.distance || a.i - b.i)
    .slice(0, k)
  return levels.map((level) => nearest.filter(({ i }) => labels[i] === level).length / nearest.length)
}

describe("Knn", () => {
  it.effect("gives the shares among the nearest rows, in units of standard deviations", () =>
    Effect.gen(function* () {
      // Without scaling, b alone would decide: row 0 is near in b, row 2 in a.
      const columns = (a: ReadonlyArray<number>, b: ReadonlyArray<number>, y: ReadonlyArray<string>) =>
        Tasks.of({ a: Column.numeric(a), b: Column.numeric(b), y: Column.text(y) }, { target: "y", levels: ["p", "n"] })
      const train = columns([0, 0, 1, 1], [0, 1000, 0, 1000], ["n", "n", "p", "p"])
      const { prob, response, scores } = yield* predicted(Knn.make({ k: 1 }), train, columns([0.9], [300], ["p"]))
      assert.deepStrictEqual(prob, Float64Array.of(1, 0))
      assert.deepStrictEqual(response, Float64Array.of(0))
      assert.strictEqual(scores, undefined)
    })
  )

  it.effect("predicts the mean of numbers, and of fewer rows than k that of all", () =>
    Effect.gen(function* () {
      const task = Tasks.of({ x: Column.integer([1, 2, 10]), y: Column.numeric([1, 2, 9]) }, { target: "y" })
      assert.deepStrictEqual((yield* predicted(Knn.make({ k: 2 }), task)).response.slice(0, 1), Float64Array.of(1.5))
      assert.deepStrictEqual((yield* predicted(Knn.make(), task)).response, Float64Array.of(4, 4, 4))
    })
  )

  it.effect(
    "predicts the first level where shares are the same, and the row that comes first where distances are",
    () =>
      Effect.gen(function* () {
        const of = (y: ReadonlyArray<string>, options = {}) =>
          Tasks.of({ x: Column.numeric([1, 1]), y: Column.text(y) }, { target: "y", ...options })
        const tied = of(["a", "b"], { positive: "b" })
        assert.deepStrictEqual((yield* predicted(Knn.make({ k: 2 }), tied)).response, Float64Array.of(0, 0))
        assert.deepStrictEqual((yield* predicted(Knn.make({ k: 1 }), tied)).response, Float64Array.of(1, 1))
      })
  )

  it("is what counting all distances gives", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -3, max: 3 }), fc.constantFrom("a", "b", "c")),
          {
            minLength: 4,
            maxLength: 30
          }
        ),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(),
        async (rows, k, cut) => {
          // Dyadic numbers would be exact; these are not, so that only rows at clearly different distances are compared.
          const levels = ["a", "b", "c"]
          const task = Tasks.of(
            {
              u: Column.numeric(rows.map(([u], i) => u + Math.sin(i))),
              v: Column.numeric(rows.map(([, v], i) => v + Math.cos(3 * i))),
              y: Column.text(rows.map(([, , y]) => y))
            },
            { target: "y", levels }
          )
          const values = rows.map(([u, v], i) => [u + Math.sin(i), v + Math.cos(3 * i)])
          const size = 2 + (cut % (rows.length - 3))
          const all = rows.map((_, i) => i)
          const { prob } = await Effect.runPromise(
            predicted(Knn.make({ k }), Task.take(task, all.slice(0, size)), Task.take(task, all.slice(size)))
          )
          const expected = all.slice(size).flatMap((q) =>
            bruteForce(
              values.slice(0, size),
              rows.slice(0, size).map(([, , y]) => y),
              values[q],
              k,
              levels
            )
          )
          expected.forEach((share, i) => expect(prob![i]).toBeCloseTo(share, 12))
        }
      )
    ))

  it.effect("refuses a column whose standard deviation overflows", () =>
    Effect.gen(function* () {
      const task = Tasks.of({ x: Column.numeric([1e200, -1e200]), y: Column.numeric([1, 2]) }, { target: "y" })
      const error = yield* Effect.flip(predicted(Knn.make(), task))
      assert.match(error.message, /^Knn: column "x" is 1e\+200 in row 0, which is too large to be squared; /)
    })
  )

  it("reads options with every problem", () => {
    expect(issuesOf(Learner.fromJson({ type: "Knn", k: 0 }, registry))).toEqual([
      ["k", expect.stringMatching(/^Knn: /)]
    ])
    expect(issuesOf(Learner.fromJson({ type: "Knn", K: 3 }, registry))).toEqual([
      ["K", expect.stringMatching(/did you mean "k"/)]
    ])
  })
})
