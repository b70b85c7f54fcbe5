import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import type * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Tree from "../src/Tree.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Seed from "@rocflow/core/Seed"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

interface State {
  readonly columns: ReadonlyArray<object>
  readonly nodes: Record<"feature" | "threshold" | "value" | "count", ReadonlyArray<number>>
}

const small = { minsplit: 2, minbucket: 1 }
const predicted = (learner: Learner.Learner, train: Task.Task, test = train) =>
  Effect.flatMap(Learner.train(learner, train), (trained) => Learner.predict(trained, test))

/** A task of `y` and one feature. */
const of = (x: Table.Given, y: ReadonlyArray<number> | ReadonlyArray<string>, options: Partial<Task.Options> = {}) =>
  Tasks.of(
    {
      x,
      y: typeof y[0] === "number" ? Column.numeric(y as ReadonlyArray<number>) : Column.text(y as ReadonlyArray<string>)
    },
    { target: "y", ...options }
  )

describe("nodes", () => {
  it.effect("gives the rules of every kind of column, with the numbers of rpart", () =>
    Effect.gen(function* () {
      const task = Tasks.of(
        {
          y: Column.text(["a", "a", "b", "b", "b", "a"]),
          site: Column.text(["n", "n", "s", "s", "e", "e"]),
          dose: Column.numeric([1, 2, 3, 4, 5, 0])
        },
        { target: "y" }
      )
      const trained = yield* Learner.train(Tree.make({ ...small, cp: 0 }), task)
      assert.deepStrictEqual(yield* Effect.fromResult(Tree.nodes(trained)), [
        { node: 1, rule: "root", isLeaf: false, rows: 6, weight: 6, risk: 3, value: [0.5, 0.5] },
        { node: 2, rule: "dose < 2.5", isLeaf: true, rows: 3, weight: 3, risk: 0, value: [1, 0] },
        { node: 3, rule: "dose >= 2.5", isLeaf: true, rows: 3, weight: 3, risk: 0, value: [0, 1] }
      ])
      const sites = yield* Learner.train(
        Tree.make({ ...small, maxdepth: 1 }),
        Tasks.of(
          { y: Column.numeric([1, 1, 5, 5, 4, 4]), site: Column.text(["n", "n", "s", "s", "e", "e"]) },
          { target: "y", kind: "regression" }
        )
      )
      const nodes = yield* Effect.fromResult(Tree.nodes(sites))
      assert.deepStrictEqual(
        nodes.map(({ rule, value }) => [rule, value[0]]),
        [
          ["root", 10 / 3],
          ["site: n", 1],
          ["site: e, s", 4.5]
        ]
      )
    })
  )

  it.effect("refuses another learner", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(ElasticNet.make({ lambda: 0.1 }), Tasks.binary(30))
      const { message } = yield* Effect.flip(Effect.fromResult(Tree.nodes(trained)))
      assert.match(message, /learner "ElasticNet" is none of Tree, so it has no such table/)
    })
  )
})

describe("Tree", () => {
  it.effect("splits in the middle between two values, and gives the class shares of a leaf", () =>
    Effect.gen(function* () {
      const task = of(Column.numeric([1, 2, 3, 4, 5]), ["a", "a", "b", "b", "a"], { positive: "b" })
      const trained = yield* Learner.train(Tree.make({ ...small, minbucket: 2 }), task)
      const { nodes } = trained.fitted.state() as State
      assert.deepStrictEqual(nodes.feature, [0, -1, -1])
      assert.strictEqual(nodes.threshold[0], 2.5)
      assert.deepStrictEqual(nodes.count, [5, 2, 3])
      const { prob, response } = yield* Learner.predict(trained, task)
      assert.deepStrictEqual(response, Float64Array.of(1, 1, 0, 0, 0))
      assert.deepStrictEqual(prob!.slice(0, 2), Float64Array.of(0, 1))
      assert.deepStrictEqual(prob!.slice(8), Float64Array.of(2 / 3, 1 / 3))
    })
  )

  it.effect("predicts the first level where shares are the same", () =>
    Effect.gen(function* () {
      const task = of(Column.numeric([1, 1]), ["a", "b"], { positive: "b" })
      assert.deepStrictEqual((yield* predicted(Tree.make(small), task)).response, Float64Array.of(0, 0))
    })
  )

  it.effect("learns a circle, which no linear model can", () =>
    Effect.gen(function* () {
      const random = Seed.generator(Seed.root(3))
      const draw = () => Float64Array.from({ length: 600 }, () => 2 * random.float() - 1)
      const [x, z] = [draw(), draw()]
      const columns = {
        x: Column.numeric(x),
        z: Column.numeric(z),
        y: Column.text(Array.from(x, (v, i) => (v * v + z[i] * z[i] < 0.5 ? "in" : "out")))
      }
      const task = Tasks.of(columns, { target: "y" })
      const rows = Array.from({ length: 600 }, (_, i) => i)
      const [train, test] = [Task.take(task, rows.slice(0, 400)), Task.take(task, rows.slice(400))]
      const accuracy = (learner: Learner.Learner) =>
        Effect.map(predicted(learner, train, test), Measure.accuracy.evaluate)
      assert.isAbove((yield* accuracy(Tree.make())) as number, 0.85)
      assert.isBelow((yield* accuracy(ElasticNet.make({ lambda: 0 }))) as number, 0.75)
    })
  )

  it.effect("learns a sine", () =>
    Effect.gen(function* () {
      const x = Float64Array.from({ length: 400 }, (_, i) => (i * 6 * Math.PI) / 400)
      const task = of(Column.numeric(x), Array.from(x, Math.sin))
      const rmse = Measure.rmse.evaluate(yield* predicted(Tree.make(), task)) as number
      assert.isBelow(rmse, 0.3)
    })
  )

  it.effect(
    "parts levels that have no order, of factors and of text, and sends unknown ones with the heavier child",
    () =>
      Effect.gen(function* () {
        const values = ["a", "b", "c", "a", "b", "c", "c"]
        const y = [0, 5, 0, 0, 5, 0, 0]
        for (const x of [
          Column.text(values),
          Column.factor(values, { levels: ["c", "b", "a", "d"] as ReadonlyArray<string> })
        ]) {
          const trained = yield* Learner.train(Tree.make(small), of(x, y))
          const other = of(Column.text(["b", "a", "zzz", "d"]), [1, 2, 3, 4])
          const { response } = yield* Learner.predict(trained, other)
          assert.deepStrictEqual(response, Float64Array.of(5, 0, 0, 0))
        }
      })
  )

  it.effect("splits an ordered factor in its order, and refuses levels that have no place in it", () =>
    Effect.gen(function* () {
      const ordered = (values: ReadonlyArray<string>, levels = ["low", "mid", "high"]) =>
        Column.factor(values, { levels, ordered: true })
      const x = ["low", "mid", "high", "low", "mid", "high"]
      const y = [1, 9, 1, 1, 9, 1]
      // In order one cut cannot part the middle from both ends, two can; without order one can.
      const depthOne = Tree.make({ ...small, maxdepth: 1, cp: 0 })
      const inOrder = yield* predicted(depthOne, of(ordered(x), y))
      assert.notDeepEqual(inOrder.response, Float64Array.from(y))
      const unordered = yield* predicted(depthOne, of(Column.text(x), y))
      assert.deepStrictEqual(unordered.response, Float64Array.from(y))

      const trained = yield* Learner.train(Tree.make(small), of(ordered(x), y))
      const refusal = (column: Table.Given) =>
        Effect.map(Effect.flip(Learner.predict(trained, of(column, [0, 1]))), ({ message }) => message)
      assert.match(
        yield* refusal(ordered(["high", "mid"], ["high", "low", "mid"])),
        /feature "x" has the levels high, low, mid, and in training they came as low, mid, high; give them in that order/
      )
      assert.match(yield* refusal(ordered(["low", "top"], ["low", "top"])), /feature "x"/)
    })
  )

  it.effect("takes rows of weight 0 as not there, and refuses rows without any weight", () =>
    Effect.gen(function* () {
      const columns = {
        x: Column.numeric([1, 2, 3, 4]),
        y: Column.numeric([1, 1, 5, 100]),
        w: Column.numeric([1, 1, 1, 0])
      }
      const task = Tasks.of(columns, { target: "y", features: ["x"], weight: "w" })
      const { response } = yield* predicted(Tree.make(small), task)
      assert.deepStrictEqual(response, Float64Array.of(1, 1, 5, 5))
      const error = yield* Effect.flip(predicted(Tree.make(), Task.take(task, [3, 3])))
      assert.match(error.message, /^Tree: none of the 2 training rows has a positive weight;/)
    })
  )

  it.effect("lists what the splits of each feature gained", () =>
    Effect.gen(function* () {
      const columns = {
        x: Column.numeric([1, 2, 3, 4]),
        z: Column.numeric([1, 2, 1, 2]),
        y: Column.numeric([0, 1, 10, 11])
      }
      const trained = yield* Learner.train(Tree.make({ ...small, cp: 0 }), Tasks.of(columns, { target: "y" }))
      // x < 2.5 takes 101 to 1 of the sum of squares; what is left is parted by x, which comes first, into leaves.
      assert.deepStrictEqual(yield* Effect.fromResult(Learner.importance(trained)), [
        { column: "x", feature: "x", gain: 101, splits: 3 },
        { column: "z", feature: "z", gain: 0, splits: 0 }
      ])
    })
  )

  it("reads options with every problem", () => {
    expect(
      issuesOf(Learner.fromJson({ type: "Tree", minsplit: 0, cp: 2, depth: 3 }, registry)).map(([path]) => path)
    ).toEqual(expect.arrayContaining(["minsplit", "cp", "depth"]))
  })
})
