import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Boosting from "../src/Boosting.ts"
import * as Knn from "../src/Knn.ts"
import * as Tree from "../src/Tree.ts"
import { cpu, on } from "../../core/test/support/engines.ts"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import { classesOfMany, close, few, manyValued, shown, withLevels } from "./trees.ts"

const predicted = (learner: Learner.Learner, train: Task.Task, test = train, seed = 1) =>
  Effect.flatMap(Learner.train(learner, train, { seed }), (trained) => Learner.predict(trained, test))

/**
 * The same in scikit-learn 1.9.1, `HistGradientBoostingRegressor(min_samples_leaf=3, early_stopping=False, …)` and the
 * classifier, on the columns of `trees.ts`; its derivatives are single precision.
 */
describe("agrees with scikit-learn", () => {
  const regr = (options: Parameters<typeof Boosting.regr>[0]) => Boosting.regr({ minRows: 3, ...options })
  const classif = (options: Parameters<typeof Boosting.classif>[0]) => Boosting.classif({ minRows: 3, ...options })

  it.effect("in the first step", () =>
    Effect.gen(function* () {
      // learning_rate=0.5, max_iter=1, max_leaf_nodes=5
      const { response } = yield* predicted(regr({ learningRate: 0.5, iterations: 1, maxLeaves: 5 }), few("number"))
      close(shown(response), [2.1713269, 4.432956, 5.9994685, 0.4637488, 0.4637488, 4.432956])
    })
  )

  it.effect("in later steps, with a ridge penalty and missing values", () =>
    Effect.gen(function* () {
      // max_iter=20, max_leaf_nodes=8, l2_regularization=1.5
      const { response } = yield* predicted(regr({ iterations: 20, maxLeaves: 8, l2: 1.5 }), few("number"))
      close(shown(response), [0.9910153, 6.5996088, 5.9050416, -0.7869249, -1.3542528, 5.2157363])
    })
  )

  it.effect("level by level, with weights", () =>
    Effect.gen(function* () {
      // max_iter=5, max_depth=3, max_leaf_nodes=None, fit(sample_weight=1 + i % 3)
      const learner = regr({ iterations: 5, maxDepth: 3, maxLeaves: 8 })
      const { response } = yield* predicted(learner, few("number", { weight: "w" }))
      close(shown(response), [1.7180531, 4.7820645, 4.4724913, 1.453578, 1.0523222, 4.4724913])
    })
  )

  it.effect("of two classes", () =>
    Effect.gen(function* () {
      // learning_rate=0.3, max_iter=5, max_leaf_nodes=6
      const learner = classif({ learningRate: 0.3, iterations: 5, maxLeaves: 6 })
      const { prob, scores } = yield* predicted(learner, few("half"))
      close(shown(prob!, 2), [0.3226398, 0.9063869, 0.9063869, 0.0968426, 0.0968426, 0.9063869])
      close(shown(scores!.map((score) => 1 / (1 + Math.exp(-score)))), shown(prob!, 2))
    })
  )

  it.effect("of three classes", () =>
    Effect.gen(function* () {
      // learning_rate=0.3, max_iter=3, max_leaf_nodes=6, min_samples_leaf=7
      const learner = classif({ learningRate: 0.3, iterations: 3, maxLeaves: 6, minRows: 7 })
      const { prob } = yield* predicted(learner, classesOfMany())
      close(prob!.slice(0, 6), [0.0637802, 0.1557838, 0.780436, 0.0475979, 0.0823124, 0.8700897])
      close(prob!.slice(4 * 3, 4 * 3 + 3), [0.3958566, 0.4836898, 0.1204536])
      close(prob!.slice(200 * 3, 200 * 3 + 3), [0.0377318, 0.2725305, 0.6897377])
    })
  )

  it.effect("of levels that have no order", () =>
    Effect.gen(function* () {
      // learning_rate=0.5, max_iter=4, max_leaf_nodes=6, categorical_features=[0]
      const { response } = yield* predicted(regr({ learningRate: 0.5, iterations: 4, maxLeaves: 6 }), withLevels())
      close(shown(response), [3.0875884, 3.0273608, 0.953347, 3.1549521, 3.1549521, 4.8968617])
    })
  )

  it.effect("with fewer bins than values, weighted or not", () =>
    Effect.gen(function* () {
      // learning_rate=0.5, max_iter=3, max_leaf_nodes=6, max_bins=16
      const learner = regr({ learningRate: 0.5, iterations: 3, maxLeaves: 6, maxBins: 16 })
      const rows = [0, 10, 500, 999]
      const plain = yield* predicted(learner, manyValued())
      close(
        rows.map((row) => plain.response[row]!),
        [0.2536074, -0.6462523, -0.5920179, -0.6590297]
      )
      const weighted = yield* predicted(learner, manyValued({ weight: "w" }))
      close(
        rows.map((row) => weighted.response[row]!),
        [0.3247422, -0.7108143, -0.2952546, -0.640565]
      )
    })
  )
})

describe("Boosting", () => {
  const single = { iterations: 1, learningRate: 1, minRows: 1, minHessian: 0 }

  it.effect("with one tree at full rate is a regression tree", () =>
    Effect.gen(function* () {
      const task = few("complete")
      const boosted = yield* predicted(Boosting.regr({ ...single, minRows: 3, maxLeaves: 60 }), task)
      const tree = yield* predicted(Tree.make({ minsplit: 2, minbucket: 3, cp: 0 }), task)
      close(boosted.response, tree.response, 1e-9)
    })
  )

  it.effect("sends values that are missing for the first time with the larger child", () =>
    Effect.gen(function* () {
      const x = Column.numeric([1, 2, 3, 4, 5])
      const y = Column.numeric([0, 0, 0, 6, 6])
      const trained = yield* Learner.train(
        Boosting.regr({ ...single, maxLeaves: 2 }),
        Tasks.of({ x, y }, { target: "y" })
      )
      const { response } = yield* Learner.predict(
        trained,
        Tasks.of({ x: Column.numeric([null, 3.4, 3.6]), y: Column.numeric([0, 0, 0]) }, { target: "y" })
      )
      close(response, [0, 0, 6], 1e-12)
    })
  )

  it.effect("learns on which side missing values belong", () =>
    Effect.gen(function* () {
      const x = Column.numeric([1, 2, 3, 4, null, null])
      for (const [y, left] of [
        [[0, 0, 6, 6, 0, 0], 0],
        [[0, 0, 6, 6, 6, 6], 6],
        [[1, 1, 1, 1, 9, 9], 9]
      ] as const) {
        const task = Tasks.of({ x, y: Column.numeric(y) }, { target: "y" })
        const { response } = yield* predicted(Boosting.regr({ ...single, maxLeaves: 2 }), task)
        close(response, y, 1e-12)
        assert.approximately(response[4]!, left, 1e-12)
      }
    })
  )

  it.effect("takes levels that training did not see, and rare ones of very many, as missing", () =>
    Effect.gen(function* () {
      const n = 600
      const rare = Array.from({ length: n }, (_, i) => `level ${i < 300 ? i : i % 2}`)
      const y = Column.numeric(rare.map((level) => (level === "level 0" ? 1 : 0)))
      const task = Tasks.of({ x: Column.text(rare), y }, { target: "y" })
      const trained = yield* Learner.train(Boosting.regr({ ...single, levelSmoothing: 0, maxLeaves: 2 }), task)
      const { response } = yield* Learner.predict(
        trained,
        Tasks.of({ x: Column.text(["level 0", "level 1", "new"]), y: Column.numeric([0, 0, 0]) }, { target: "y" })
      )
      close(response, [1, 0, 0], 1e-9)
    })
  )

  it.effect("does not part rows by levels that are too rare, which move together", () =>
    Effect.gen(function* () {
      const n = 200
      const y = Column.numeric(Array.from({ length: n }, (_, i) => Math.sin(i * i)))
      const names = Tasks.of({ x: Column.text(Array.from({ length: n }, (_, i) => `row ${i}`)), y }, { target: "y" })
      const learned = yield* predicted(Boosting.regr({ iterations: 5 }), names)
      assert.strictEqual(new Set(learned.response).size, 1)
      // 100 rows of one level, and 25 of each four rows, which differ from it by 1.
      const x = Column.text(Array.from({ length: n }, (_, i) => (i < 100 ? "often" : `rare ${i % 25}`)))
      const steps = Column.numeric(Array.from({ length: n }, (_, i) => (i < 100 ? 0 : 1)))
      const task = Tasks.of({ x, y: steps }, { target: "y" })
      const { response } = yield* predicted(Boosting.regr({ ...single, maxLeaves: 2 }), task)
      close([response[0]!, response[100]!, response[199]!], [0, 1, 1], 1e-9)
    })
  )

  it.effect("puts ordered factors in their order", () =>
    Effect.gen(function* () {
      const levels = ["low", "mid", "high"] as const
      const x = Result.getOrThrow(Column.factor(["low", "high", "mid", "low", "high", null], { levels, ordered: true }))
      const task = Tasks.of({ x, y: Column.numeric([0, 5, 0, 0, 5, 5]) }, { target: "y" })
      const trained = yield* Learner.train(Boosting.regr({ ...single, maxLeaves: 2 }), task)
      const { columns } = trained.fitted.state() as { readonly columns: ReadonlyArray<object> }
      assert.deepStrictEqual(columns, [{ column: "x", as: "ordered", levels: [...levels], thresholds: [0.5, 1.5] }])
      close((yield* Learner.predict(trained, task)).response, [0, 5, 0, 0, 5, 5], 1e-12)
    })
  )

  it.effect("stops when held-out rows gain no more, and keeps the best trees", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(400)
      const options = { learningRate: 0.3, minRows: 5, validation: { holdout: 0.25, patience: 3 } }
      const trained = yield* Learner.train(Boosting.classif({ ...options, iterations: 1000 }), task)
      const history = yield* Effect.fromResult(Boosting.history(trained))
      const best = history.indexOf(Math.min(...history))
      assert.strictEqual(history.length, best + 1 + 3)
      // The trees kept are those of as many iterations, with nothing else learned.
      const again = yield* Learner.train(Boosting.classif({ ...options, iterations: best }), task)
      assert.deepStrictEqual((yield* Learner.predict(trained, task)).prob, (yield* Learner.predict(again, task)).prob)
      const importance = yield* Effect.fromResult(Learner.importance(trained))
      assert.deepStrictEqual(importance, yield* Effect.fromResult(Learner.importance(again)))
    })
  )

  it.effect("draws rows and columns by its seed, and predicts better than with one tree", () =>
    Effect.gen(function* () {
      const task = Tasks.regression(200)
      const drawn = Boosting.regr({ rows: 0.5, columns: 0.5, minRows: 5 })
      const [a, b, c] = [
        yield* predicted(drawn, task),
        yield* predicted(drawn, task),
        yield* predicted(drawn, task, task, 2)
      ]
      assert.deepStrictEqual(a, b)
      assert.notDeepEqual(a.response, c.response)
      const rmse = (of: typeof a) => Measure.rmse.evaluate(of) as number
      assert.isBelow(rmse(a), 0.5 * rmse(yield* predicted(Boosting.regr({ iterations: 1 }), task)))
      // The scores of rows that a tree was not grown on have its steps too: a second seed says nearly the same.
      a.response.forEach((value, i) => assert.approximately(value, c.response[i]!, 1.2))
    })
  )

  it.effect("lists what features gained, and refuses another learner", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Boosting.classif({ minRows: 5 }), Tasks.binary(200))
      const importance = yield* Effect.fromResult(Learner.importance(trained))
      assert.deepStrictEqual(
        importance.map(({ column }) => column),
        ["x", "z"]
      )
      assert.isAbove(importance[0]!.gain, importance[1]!.gain)
      const nearest = yield* Learner.train(Knn.make(), Tasks.binary(60))
      assert.match(
        (yield* Effect.flip(Effect.fromResult(Learner.importance(nearest)))).message,
        /learner "Knn" has no splits, which are of Tree, Forest and Boosting/
      )
    })
  )

  it.effect("is saved in few bytes, and a state that is none is refused", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Boosting.classif({ minRows: 5 }), Tasks.multiclass(200))
      const saved = JSON.stringify(Saved.toJson(trained))
      const importance = yield* Effect.fromResult(Learner.importance(trained))
      const leaves = 300 + importance.reduce((sum, { splits }) => sum + splits, 0)
      // 12 bytes a node and 16 a leaf, in base 64; and the thresholds of two columns.
      assert.isBelow(saved.length, (4 / 3) * 40 * leaves + 12_000)
      const loaded = Result.getOrThrow(Saved.fromJson(JSON.parse(saved), registry))
      const task = Tasks.multiclass(50)
      assert.deepStrictEqual(
        yield* loaded.fitted.predict(Tasks.rows(task)).pipe(on(cpu)),
        yield* Learner.predict(trained, task)
      )
      const state = trained.fitted.state() as { readonly trees: object }
      const wrong = Boosting.classif().load(trained.task, { ...state, trees: { ...state.trees, nodes: "AAA=" } })
      assert.isTrue(Result.isFailure(wrong))
      if (Result.isFailure(wrong)) expect(wrong.failure.message).toMatch(/has 2 bytes, which are no numbers of 4 bytes/)
    })
  )

  it.effect("refuses steps that overflow", () =>
    Effect.gen(function* () {
      const learner = Boosting.classif({ learningRate: 1e308, minRows: 3 })
      const { message } = yield* Effect.flip(Learner.train(learner, Tasks.binary(60)))
      assert.include(
        message,
        "Boosting: the values of its trees have no finite sum at a learningRate of 1e+308; lower it"
      )
    })
  )

  it.effect("gains what is finite without second derivatives", () =>
    Effect.gen(function* () {
      // The trees of other rows take the probability of a row to exactly 1 before its tree sees that it is of the other class.
      const learner = Boosting.classif({ ...single, iterations: 60, rows: 0.5 })
      const trained = yield* Learner.train(learner, Tasks.binary(60))
      const importance = yield* Effect.fromResult(Learner.importance(trained))
      const most = Math.max(...importance.map(({ gain }) => gain))
      // 1/1e-15 is what such a row gains.
      assert.isAbove(most, 1e14)
      assert.isBelow(most, Infinity)
    })
  )

  it.effect("predicts what training knows where there is nothing to split", () =>
    Effect.gen(function* () {
      const task = Tasks.of({ x: Column.numeric([1, 1, 1]), y: Column.numeric([1, 2, 6]) }, { target: "y" })
      close((yield* predicted(Boosting.regr(), task)).response, [3, 3, 3], 1e-12)
      const alone = Tasks.of(
        { x: Column.numeric([1, 2, 3]), y: Column.text(["a", "a", "a"]) },
        { target: "y", levels: ["a", "b"] }
      )
      const { prob } = yield* predicted(Boosting.classif(), alone)
      close(prob!, [1, 0, 1, 0, 1, 0], 1e-9)
    })
  )

  it("refuses options out of range", () => {
    for (const [options, expected] of [
      [{ maxBins: 256 }, /maxBins/],
      [{ learningRate: 0 }, /learningRate/],
      [{ rows: 0 }, /rows/],
      [{ validation: { patience: 3 } }, /holdout/]
    ] as const) {
      const [[path, message]] = issuesOf(Learner.fromJson({ type: "Boosting.classif", ...options }, registry))
      expect(`${path} ${message}`).toMatch(expected)
    }
  })
})
