import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Seed from "@rocflow/core/Seed"
import * as Forest from "../src/Forest.ts"
import * as Tree from "../src/Tree.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import { close, few, shown, withLevels } from "./trees.ts"

const predicted = (learner: Learner.Learner, train: Task.Task, test = train, seed = 1) =>
  Effect.flatMap(Learner.train(learner, train, { seed }), (trained) => Learner.predict(trained, test))

/** y = sin 6x + z and noise, x and z uniform in [0, 1). */
const curve = (n: number): Task.Task => {
  const random = Seed.generator(Seed.root(6))
  const [x, z] = [0, 0].map(() => Float64Array.from({ length: n }, () => random.float()))
  const y = x!.map((value, i) => Math.sin(6 * value) + z![i]! + 0.3 * random.normal())
  return Tasks.of({ x: Column.numeric(x!), z: Column.numeric(z!), y: Column.numeric(y) }, { target: "y" })
}

/** One tree on every row and column: nothing is random. */
const single = { trees: 1, replace: false, mtry: 100 }

/** The same in scikit-learn 1.9.1, on the columns of `trees.ts`. */
describe("agrees with scikit-learn", () => {
  it.effect("of a regression tree, with missing values, weighted or not", () =>
    Effect.gen(function* () {
      // DecisionTreeRegressor(min_samples_leaf=3)
      const learner = Forest.regr({ ...single, minRows: 3 })
      const plain = yield* predicted(learner, few("number"))
      close(shown(plain.response), [0.9386801, 9.0909715, 7.1505397, -0.6105238, -3.6234726, 5.1786795], 1e-7)
      // with sample_weight 1 + i % 3
      const weighted = yield* predicted(learner, few("number", { weight: "w" }))
      close(shown(weighted.response), [0.6063718, 7.4438825, 5.6434823, -0.5398616, -3.6870028, 5.6434823], 1e-7)
    })
  )

  it.effect("of a tree of three classes", () =>
    Effect.gen(function* () {
      // DecisionTreeClassifier(min_samples_leaf=4, max_depth=3)
      const { prob } = yield* predicted(Forest.classif({ ...single, minRows: 4, maxDepth: 3 }), few("noisy third"))
      close(prob!.slice(0, 6), [0.25, 0, 0.75, 0, 0, 1], 1e-7)
      close(prob!.slice(3 * 13, 3 * 13 + 3), [0, 1, 0], 1e-7)
      close(prob!.slice(3 * 30, 3 * 30 + 3), [5 / 6, 1 / 6, 0], 1e-7)
      close(prob!.slice(3 * 59, 3 * 59 + 3), [0, 0.2, 0.8], 1e-7)
    })
  )
})

describe("one tree on every row", () => {
  it.effect("is a tree of numbers and of two classes, with levels that have no order", () =>
    Effect.gen(function* () {
      for (const task of [few("complete"), withLevels()]) {
        const forest = yield* predicted(Forest.regr({ ...single, minRows: 3 }), task)
        const tree = yield* predicted(Tree.make({ minsplit: 2, minbucket: 3, cp: 0 }), task)
        close(forest.response, tree.response, 1e-9)
      }
      const codes = Array.from({ length: 90 }, (_, i) => (i * 7 + Math.floor(i / 20)) % 6)
      const y = Column.text(codes.map((s, i) => ((s * 5) % 6 > i % 5 ? "yes" : "no")))
      const s = Column.text(codes.map((code) => "abcdef"[code]!))
      const classes = Tasks.of({ y, s }, { target: "y" })
      const { prob } = yield* predicted(Forest.classif({ ...single, maxDepth: 1 }), classes)
      close(
        prob!,
        (yield* predicted(Tree.make({ minsplit: 2, minbucket: 1, cp: 0, maxdepth: 1 }), classes)).prob!,
        1e-9
      )
    })
  )

  it.effect("parts levels of several classes by the most frequent one", () =>
    Effect.gen(function* () {
      const levels = Array.from({ length: 40 }, (_, i) => (i < 20 ? "a" : i < 30 ? "b" : "c"))
      const y = levels.map((level, i) => (level === "a" ? "one" : i % 2 === 0 ? "two" : "three"))
      const task = Tasks.of({ s: Column.text(levels), y: Column.text(y) }, { target: "y" })
      const { levels: order, prob } = yield* predicted(Forest.classif({ ...single, maxDepth: 1 }), task)
      assert.deepStrictEqual(order, ["one", "three", "two"])
      close(prob!.slice(0, 3), [1, 0, 0], 1e-12)
      close(prob!.slice(3 * 25, 3 * 26), [0, 0.5, 0.5], 1e-12)
      close(prob!.slice(3 * 35, 3 * 36), [0, 0.5, 0.5], 1e-12)
    })
  )

  it.effect("loses nothing where numbers are far from 0", () =>
    Effect.gen(function* () {
      const task = few("number")
      const far = Tasks.of(
        { ...Object.fromEntries(task.table.columns), y: Column.numeric(task.target.map((y) => 1e9 + y)) },
        { target: "y", features: ["a", "b", "c"] }
      )
      const [near, off] = [yield* predicted(Forest.regr(single), task), yield* predicted(Forest.regr(single), far)]
      close(
        off.response.map((y) => y - 1e9),
        near.response,
        1e-5
      )
    })
  )
})

describe("Forest", () => {
  it.effect("predicts the mean of its trees, which differ by their number alone", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(120)
      const of = (trees: number, seed = 1) => predicted(Forest.classif({ trees }), task, task, seed)
      const [one, two, other] = [(yield* of(1)).prob!, (yield* of(2)).prob!, (yield* of(1, 2)).prob!]
      assert.notDeepEqual(one, other)
      // The first of two trees is that of one: what is left is a tree by itself, whose shares are in [0, 1].
      const second = two.map((p, i) => 2 * p - one[i]!)
      assert.isTrue(second.every((p) => p > -1e-12 && p < 1 + 1e-12))
      assert.notDeepEqual(second, one)
    })
  )

  it.effect("judges itself by rows that were not drawn, as new rows do", () =>
    Effect.gen(function* () {
      for (const [learner, all, measure] of [
        [Forest.classif({ trees: 100 }), Tasks.binary(900), Measure.accuracy],
        [Forest.classif({ trees: 100 }), Tasks.multiclass(900), Measure.accuracy],
        [Forest.regr({ trees: 100 }), curve(900), Measure.mse]
      ] as const) {
        const rows = Array.from({ length: 900 }, (_, i) => i)
        const trained = yield* Learner.train(learner as Learner.Learner, Task.take(all, rows.slice(0, 450)))
        const outside = Task.take(all, rows.slice(450))
        const found = measure.evaluate(yield* Learner.predict(trained, outside)) as number
        const { error, rows: judged } = yield* Effect.fromResult(Forest.outOfBag(trained))
        assert.strictEqual(judged, 450)
        const expected = measure === Measure.accuracy ? 1 - found : found
        // Over 450 rows shares have a standard error of 0.02.
        assert.approximately(error!, expected, measure === Measure.accuracy ? 0.06 : 0.3 * expected)
      }
    })
  )

  it.effect("knows nothing of itself where every row is drawn", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Forest.classif({ trees: 3, replace: false }), Tasks.binary(60))
      assert.deepStrictEqual(yield* Effect.fromResult(Forest.outOfBag(trained)), { rows: 0, error: undefined })
    })
  )

  it.effect("draws about 63 rows of 100 with replacement, and exactly a share without", () =>
    Effect.gen(function* () {
      const n = 2000
      const task = Tasks.of(
        { x: Column.numeric(Float64Array.from({ length: n }, (_, i) => i)), y: Column.numeric(new Float64Array(n)) },
        { target: "y" }
      )
      const outside = (options: Parameters<typeof Forest.regr>[0]) =>
        Effect.flatMap(Learner.train(Forest.regr({ trees: 1, ...options }), task), (trained) =>
          Effect.map(Effect.fromResult(Forest.outOfBag(trained)), ({ rows }) => rows)
        )
      // (1 − 1/n)ⁿ → 1/e, with a standard deviation of about √(n (1/e − 2/e²)) = 14.
      assert.approximately(yield* outside({}), n / Math.E, 60)
      assert.strictEqual(yield* outside({ replace: false, share: 0.7 }), 600)
    })
  )

  it.effect("draws groups whole", () =>
    Effect.gen(function* () {
      // What tells rows of a group from others predicts the group's own noise, and nothing else.
      const random = Seed.generator(Seed.root(4))
      const noise = Float64Array.from({ length: 40 }, () => random.normal())
      const columns = {
        x: Column.numeric(Array.from({ length: 400 }, (_, i) => Math.floor(i / 10))),
        g: Column.indices(Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 10))),
        y: Column.numeric(Array.from({ length: 400 }, (_, i) => noise[Math.floor(i / 10)]!))
      }
      const error = (options: Partial<Task.Options>) =>
        Effect.flatMap(
          Learner.train(Forest.regr({ trees: 50 }), Tasks.of(columns, { target: "y", features: ["x"], ...options })),
          (trained) => Effect.map(Effect.fromResult(Forest.outOfBag(trained)), (found) => found.error!)
        )
      assert.isBelow(yield* error({}), 0.1)
      assert.isAbove(yield* error({ group: "g" }), 0.5)
    })
  )

  it.effect("lists what features gained", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Forest.regr({ trees: 30 }), Tasks.regression(200))
      const importance = yield* Effect.fromResult(Learner.importance(trained))
      // y = 2x − z + 1
      assert.deepStrictEqual(
        importance.map(({ column }) => column),
        ["x", "z"]
      )
      const tree = yield* Learner.train(Tree.make(), Tasks.binary(60))
      assert.match((yield* Effect.flip(Effect.fromResult(Forest.outOfBag(tree)))).message, /is none of Forest.classif/)
    })
  )

  it.effect("learns a circle better than one tree", () =>
    Effect.gen(function* () {
      const random = Seed.generator(Seed.root(3))
      const draw = () => Float64Array.from({ length: 900 }, () => 2 * random.float() - 1)
      const [x, z] = [draw(), draw()]
      const y = Array.from(x, (v, i) => (v * v + z[i]! * z[i]! < 0.5 ? "in" : "out"))
      const task = Tasks.of({ x: Column.numeric(x), z: Column.numeric(z), y: Column.text(y) }, { target: "y" })
      const rows = Array.from({ length: 900 }, (_, i) => i)
      const [train, test] = [Task.take(task, rows.slice(0, 450)), Task.take(task, rows.slice(450))]
      const auc = (learner: Learner.Learner) => Effect.map(predicted(learner, train, test), Measure.auc.evaluate)
      const forest = (yield* auc(Forest.classif({ trees: 100 }))) as number
      assert.isAbove(forest, 0.97)
      assert.isAbove(forest, (yield* auc(Tree.make())) as number)
    })
  )
})
