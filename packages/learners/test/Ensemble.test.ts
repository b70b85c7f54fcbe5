import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Model from "@rocflow/core/learning/Model"
import * as Prediction from "@rocflow/core/learning/Prediction"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Bce from "@rocflow/losses/Bce"
import * as Boosting from "../src/Boosting.ts"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Ensemble from "../src/Ensemble.ts"
import * as Featureless from "../src/Featureless.ts"
import * as Forest from "../src/Forest.ts"
import * as Knn from "../src/Knn.ts"
import * as Tree from "../src/Tree.ts"
import { cpu, on } from "../../core/test/support/engines.ts"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"
import { close } from "./trees.ts"

type Rows = Parameters<Learner.Fitted["predict"]>[0]

/** A learner that notes every task that it is trained on, and predicts the mean of its target, or its class shares. */
const spy = () => {
  const seen: Array<Task.Task> = []
  const baseline = Featureless.make()
  const learner = Learner.fromParts<Task.Kind, never, never, never>({
    ...baseline,
    fit: (task, seed) => {
      seen.push(task)
      return baseline.fit(task, seed)
    }
  })
  return { learner, seen }
}

/** A learner without probabilities that predicts one class always. */
const always = (code: number): Learner.Learner<Task.Kind, never> => {
  const baseline = Featureless.make()
  const fitted = (): Learner.Fitted => ({
    predict: (rows: Rows) =>
      Effect.succeed({
        ...Prediction.about(rows),
        response: new Float64Array(rows.rows).fill(code),
        prob: undefined,
        scores: undefined
      }),
    state: () => code,
    outcome: undefined,
    notes: []
  })
  return Learner.fromParts<Task.Kind, never, never, never>({
    ...baseline,
    predictType: "response",
    fit: () => Effect.succeed(fitted()),
    load: () => Result.succeed(fitted())
  })
}

const predicted = <R>(
  learner: Learner.Learner<Task.Kind, string, never, R>,
  train: Task.Task,
  test = train,
  seed = 1
) => Effect.flatMap(Learner.train(learner, train, { seed }), (trained) => Learner.predict(trained, test))

/** A numbered row each, with any further columns. */
const numbered = (n: number, more: Parameters<typeof Tasks.of>[0] = {}, options: Partial<Task.Options> = {}) =>
  Tasks.of(
    {
      x: Column.numeric(Array.from({ length: n }, (_, i) => i)),
      y: Column.numeric(Array.from({ length: n }, (_, i) => i % 7)),
      ...more
    },
    { target: "y", features: ["x"], ...options }
  )

const rowsOf = ({ table }: Task.Task): ReadonlyArray<number> => {
  const column = table.columns.get("x")!
  return column.type === "numeric" ? [...column.values] : []
}

describe("Ensemble.bagging", () => {
  it.effect("averages what the learner predicts when it is trained on each draw", () =>
    Effect.gen(function* () {
      const { learner, seen } = spy()
      const task = numbered(50)
      const { response } = yield* predicted(Ensemble.bagging(learner, { size: 4 }), task)
      assert.strictEqual(seen.length, 4)
      const means = seen.map(({ rows, target }) => target.reduce((a, b) => a + b) / rows)
      assert.approximately(response[0]!, means.reduce((a, b) => a + b) / 4, 1e-12)
      for (const draw of seen) {
        assert.strictEqual(draw.rows, 50)
        // Copies of a row stay together wherever the draw is divided further.
        assert.deepStrictEqual([...draw.origin!], rowsOf(draw))
      }
      assert.notDeepEqual(rowsOf(seen[0]!), rowsOf(seen[1]!))
    })
  )

  it.effect("draws a share without replacement, and evenly from each stratum or class", () =>
    Effect.gen(function* () {
      const { learner, seen } = spy()
      const site = Column.text(Array.from({ length: 60 }, (_, i) => (i < 20 ? "a" : "b")))
      yield* predicted(
        Ensemble.bagging(learner, { size: 2, share: 0.5, replace: false }),
        numbered(60, { site }, { stratum: ["site"] })
      )
      for (const draw of seen) {
        assert.strictEqual(new Set(rowsOf(draw)).size, 30)
        assert.strictEqual(rowsOf(draw).filter((row) => row < 20).length, 10)
      }
      const classes = spy()
      yield* predicted(Ensemble.bagging(classes.learner, { size: 3 }), Tasks.binary(60))
      for (const { target } of classes.seen) assert.strictEqual(target.filter((code) => code === 0).length, 20)
    })
  )

  it.effect("draws groups whole", () =>
    Effect.gen(function* () {
      const { learner, seen } = spy()
      const g = Column.indices(Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 5)))
      yield* predicted(Ensemble.bagging(learner, { size: 3 }), numbered(60, { g }, { group: "g" }))
      for (const draw of seen) {
        const counts = new Map<number, number>()
        for (const row of rowsOf(draw)) counts.set(row, (counts.get(row) ?? 0) + 1)
        for (const [row, count] of counts) assert.strictEqual(count, counts.get(Math.floor(row / 5) * 5))
      }
    })
  )

  it.effect("gives the same for the same seed, and member i does not depend on how many there are", () =>
    Effect.gen(function* () {
      const one = spy()
      const two = spy()
      const task = numbered(40)
      yield* predicted(Ensemble.bagging(one.learner, { size: 2 }), task, task, 5)
      yield* predicted(Ensemble.bagging(two.learner, { size: 3 }), task, task, 5)
      assert.deepStrictEqual(one.seen.map(rowsOf), two.seen.slice(0, 2).map(rowsOf))
    })
  )

  it.effect("is better than a deep tree by itself", () =>
    Effect.gen(function* () {
      const deep = Tree.make({ minsplit: 2, minbucket: 1, cp: 0 })
      const all = Tasks.binary(600)
      const rows = Array.from({ length: 600 }, (_, i) => i)
      const [train, test] = [Task.take(all, rows.slice(0, 300)), Task.take(all, rows.slice(300))]
      const auc = (learner: Learner.Learner) => Effect.map(predicted(learner, train, test), Measure.auc.evaluate)
      assert.isAbove(
        (yield* auc(Ensemble.bagging(deep, { size: 25 }))) as number,
        ((yield* auc(deep)) as number) + 0.05
      )
    })
  )

  it.effect("refuses a share that draws nothing, or more than there is, and its options before training", () =>
    Effect.gen(function* () {
      const task = numbered(10)
      for (const [options, expected] of [
        [{ share: 0.01 }, /a share of 0.01 of 10 rows is 0; draw at least one/],
        [{ share: 2, replace: false }, /a share of 2 of 10 rows is 20 without replacement; draw at least one/],
        [{ share: 1e9 }, /a share of 1000000000 of 10 rows is 10000000000, and 16777216 are the most; draw less/],
        [{ size: 0 }, /^at size: Ensemble.bagging: .*greater than or equal to 1/]
      ] as const) {
        const error = yield* Effect.flip(predicted(Ensemble.bagging(Tree.make(), options), task))
        assert.match(error.message, expected)
      }
    })
  )
})

const network = Preprocess.standardise().pipe(
  Ingress.numeric(),
  Nn.linear(4),
  Nn.tanh(),
  Nn.head(),
  Bce.loss(),
  Optimizer.adam({ learningRate: 0.1 }),
  Model.classif({ epochs: 5 })
)

describe("Ensemble.seeds", () => {
  it.effect("averages networks that differ by their seed alone", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(60)
      const trained = yield* Learner.train(Ensemble.seeds(network, 3), task)
      const { members } = trained.fitted.state() as { readonly members: ReadonlyArray<unknown> }
      assert.strictEqual(new Set(members.map((state) => JSON.stringify(state))).size, 3)
      const { prob } = yield* Learner.predict(trained, task)
      const single = yield* Effect.forEach(members, (state) =>
        Effect.flatMap(Effect.fromResult(network.load(trained.task, state)), ({ predict }) => predict(Tasks.rows(task)))
      )
      close(
        prob!,
        prob!.map((_, i) => single.reduce((sum, one) => sum + one.prob![i]! / 3, 0)),
        1e-12
      )
    }).pipe(on(cpu))
  )

  it.effect("is the learner itself if nothing is random", () =>
    Effect.gen(function* () {
      const task = Tasks.regression(60)
      const [several, one] = [
        yield* predicted(Ensemble.seeds(Tree.make(), 3), task),
        yield* predicted(Tree.make(), task)
      ]
      close(several.response, one.response, 1e-12)
    })
  )
})

describe("Ensemble.voting", () => {
  it.effect("weighs probabilities, numbers, and votes of learners without probabilities", () =>
    Effect.gen(function* () {
      const task = Tasks.multiclass(60)
      const [tree, knn] = [yield* predicted(Tree.make(), task), yield* predicted(Knn.make(), task)]
      const both = yield* predicted(Ensemble.voting([Tree.make(), Knn.make()], { weights: [1, 3] }), task)
      close(
        both.prob!,
        tree.prob!.map((p, i) => (p + 3 * knn.prob![i]!) / 4),
        1e-12
      )
      const votes = yield* predicted(Ensemble.voting([always(2), always(0), always(2)]), task)
      close(votes.prob!.slice(0, 3), [1 / 3, 0, 2 / 3], 1e-12)
      assert.isTrue(votes.response.every((code) => code === 2))
      const numbers = Tasks.regression(40)
      const mean = yield* predicted(Ensemble.voting([Tree.make(), Featureless.make()]), numbers)
      const [a, b] = [yield* predicted(Tree.make(), numbers), yield* predicted(Featureless.make(), numbers)]
      close(
        mean.response,
        a.response.map((value, i) => (value + b.response[i]!) / 2),
        1e-12
      )
    })
  )

  it.effect("is for the targets, and the weights, that all members are for", () =>
    Effect.gen(function* () {
      const mixed = Ensemble.voting([Forest.classif({ trees: 2 }), Tree.make()])
      assert.deepStrictEqual(mixed.accepts, ["binary", "multiclass"])
      const numbers = yield* Effect.flip(predicted(mixed as Learner.Learner, Tasks.regression(20)))
      assert.match(numbers.message, /is for binary and multiclass targets/)
      const other = yield* Effect.flip(predicted(Forest.classif() as Learner.Learner, Tasks.regression(20)))
      assert.match(other.message, /"Forest.classif" is for .*; choose Forest\.regr$/)
      const none = Ensemble.voting([Forest.classif({ trees: 2 }), Forest.regr({ trees: 2 })])
      const nothing = yield* Effect.flip(predicted(none as Learner.Learner, Tasks.regression(20)))
      assert.match(
        nothing.message,
        /learners that have no kind of target in common.*; choose all for the regression target/
      )
      const weighted = numbered(20, { w: Column.numeric(new Float64Array(20).fill(1)) }, { weight: "w" })
      const error = yield* Effect.flip(predicted(Ensemble.voting([Tree.make(), Knn.make()]), weighted))
      assert.match(error.message, /learner "voting – Tree, Knn" does not use row weights/)
    })
  )

  it.effect("refuses weights of another number, all 0, or beyond a sum", () =>
    Effect.gen(function* () {
      for (const weights of [[1], [0, 0], [1e308, 1e308]]) {
        const learner = Ensemble.voting([Tree.make(), Knn.make()], { weights })
        assert.match(
          (yield* Effect.flip(predicted(learner, numbered(20)))).message,
          /for 2 learners; give each a weight/
        )
      }
    })
  )
})

describe("Ensemble.stacking", () => {
  it.effect("trains the last learner on predictions of rows that were left out", () =>
    Effect.gen(function* () {
      // A neighbour that is the row itself knows its class by heart: only predictions of other folds tell that it knows nothing.
      const n = 200
      const noise = Tasks.of(
        {
          x: Column.numeric(Array.from({ length: n }, (_, i) => (i * 7919) % 211)),
          y: Column.text(Array.from({ length: n }, (_, i) => (((i * i * 31) % 97) % 2 === 0 ? "a" : "b")))
        },
        { target: "y" }
      )
      const heart = Knn.make({ k: 1 })
      assert.strictEqual(Measure.accuracy.evaluate(yield* predicted(heart, noise)), 1)
      const last = spy()
      yield* predicted(Ensemble.stacking({ base: [heart], super: last.learner }), noise)
      const [above] = last.seen
      const column = above!.table.columns.get("Knn")!
      const guesses = column.type === "numeric" ? column.values : new Float64Array()
      const right = guesses.filter((p, row) => p === 1 - noise.target[row]!).length / n
      assert.approximately(right, 0.5, 0.2)
    })
  )

  it.effect("keeps groups together, takes rows of every subset, and the folds of the fold role", () =>
    Effect.gen(function* () {
      const g = Column.indices(Int32Array.from({ length: 60 }, (_, i) => Math.floor(i / 5)))
      const grouped = spy()
      const last = ElasticNet.make({ lambda: 0.1 })
      const task = numbered(60, { g }, { group: "g" })
      const wide = Ensemble.stacking({ base: [grouped.learner, Tree.make()], super: last, folds: 4 })
      yield* predicted(wide, task)
      assert.strictEqual(grouped.seen.length, 5)
      for (const { rows, table } of grouped.seen) {
        const groups = table.columns.get("g")!
        assert.strictEqual(new Set(groups.type === "integer" ? groups.values : []).size * 5, rows)
      }
      const subset = Column.text(Array.from({ length: 60 }, (_, i) => (i < 6 ? "few" : "many")))
      const subsets = spy()
      yield* predicted(
        Ensemble.stacking({ base: [subsets.learner, Tree.make()], super: last, folds: 3 }),
        numbered(60, { subset }, { subset: "subset" })
      )
      for (const draw of subsets.seen.slice(0, 3)) assert.isBelow(rowsOf(draw).filter((row) => row < 6).length, 6)
      const fold = Column.indices(Int32Array.from({ length: 60 }, (_, i) => i % 2))
      const given = spy()
      yield* predicted(
        Ensemble.stacking({ base: [given.learner, Tree.make()], super: last, folds: "role" }),
        numbered(60, { fold }, { fold: "fold" })
      )
      assert.deepStrictEqual(
        given.seen.slice(0, 2).map((draw) => new Set(rowsOf(draw).map((row) => row % 2))),
        [new Set([1]), new Set([0])]
      )
      const none = Ensemble.stacking({ base: [Tree.make()], super: last, folds: "role" })
      assert.match(
        (yield* Effect.flip(predicted(none, numbered(20)))).message,
        /folds: "role" takes the folds of the fold role, and no column has it/
      )
    })
  )

  it.effect(
    "shows the last learner one column a learner, or one a class, behind the features if these are passed on",
    () =>
      Effect.gen(function* () {
        const columnsOf = (task: Task.Task, passthrough: boolean) =>
          Effect.gen(function* () {
            const last = spy()
            yield* predicted(
              Ensemble.stacking({ base: [Tree.make(), Tree.make(), always(1)], super: last.learner, passthrough }),
              task
            )
            return last.seen[0]!
          })
        assert.deepStrictEqual((yield* columnsOf(Tasks.binary(40), false)).roles.feature, [
          "Tree",
          "Tree (2)",
          "Featureless"
        ])
        const wide = yield* columnsOf(Tasks.multiclass(60), true)
        assert.deepStrictEqual(wide.roles.feature.slice(0, 6), [
          "x",
          "z",
          "Tree.low",
          "Tree.mid",
          "Tree.high",
          "Tree (2).low"
        ])
        // A learner without probabilities gives 0 and 1.
        const votes = wide.roles.feature.slice(-3).map((name) => wide.table.columns.get(name)!)
        assert.deepStrictEqual(
          votes.map((column) => (column.type === "numeric" ? column.values[0] : undefined)),
          [0, 1, 0]
        )
      })
  )

  it.effect("is as good as the better of its learners", () =>
    Effect.gen(function* () {
      const all = Tasks.regression(400)
      const rows = Array.from({ length: 400 }, (_, i) => i)
      const [train, test] = [Task.take(all, rows.slice(0, 200)), Task.take(all, rows.slice(200))]
      const line = ElasticNet.make({ lambda: 0 })
      const rmse = (learner: Learner.Learner) => Effect.map(predicted(learner, train, test), Measure.rmse.evaluate)
      const stacked = (yield* rmse(Ensemble.stacking({ base: [line, Tree.make()], super: line }))) as number
      assert.isBelow(stacked, 1.05 * ((yield* rmse(line)) as number))
      assert.isBelow(stacked, 0.5 * ((yield* rmse(Tree.make())) as number))
    })
  )

  it.effect("passes on errors of its learners, before training too", () =>
    Effect.gen(function* () {
      const task = Tasks.of({ x: Column.numeric([1, null, 3, 4]), y: Column.numeric([1, 2, 3, 5]) }, { target: "y" })
      const learner = Ensemble.stacking({ base: [Tree.make()], super: Knn.make({ k: 0 }) })
      for (const [one, expected] of [
        [learner, /Knn: .*greater than or equal to 1/],
        [
          Ensemble.stacking({ base: [Boosting.regr(), Tree.make()], super: Knn.make() }),
          /^Tree needs complete columns, but values are missing in "x" \(1 of 4 rows\)/
        ]
      ] as const) {
        const error = yield* Effect.flip(predicted(one as Learner.Learner, task))
        assert.match(error.message, expected)
        assert.deepStrictEqual(yield* Effect.flip(Learner.check(one, task)), error)
      }
    })
  )
})

describe("ensembles of pipelines and of learners with preprocessing", () => {
  const json = {
    type: "Ensemble.stacking",
    base: [
      "Featureless",
      { type: "Ensemble.seeds", size: 2, learner: network.json },
      { type: "Knn", k: 3, preprocess: ["Preprocess.standardise"] }
    ],
    super: { type: "Ensemble.bagging", learner: { type: "ElasticNet", lambda: 0.01 }, size: 2 },
    folds: 2,
    passthrough: true
  }

  it.effect("are read from JSON, trained, saved, and predict the same when loaded", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(60)
      const read = Result.getOrThrow(Learner.fromJson(json, registry))
      assert.deepStrictEqual(read.json, json)
      const made = Ensemble.stacking({
        base: [
          Featureless.make(),
          Ensemble.seeds(network, 2),
          Learner.preprocessed(Preprocess.standardise(), Knn.make({ k: 3 }))
        ],
        super: Ensemble.bagging(ElasticNet.make({ lambda: 0.01 }), { size: 2 }),
        folds: 2,
        passthrough: true
      })
      assert.strictEqual(Learner.hash(read), Learner.hash(made))
      assert.strictEqual(read.id, made.id)
      const trained = yield* Learner.train(read, task)
      const saved: unknown = JSON.parse(JSON.stringify(Saved.toJson(trained)))
      const loaded = yield* Effect.fromResult(Saved.fromJson(saved, registry))
      const expected = yield* Learner.predict(trained, task)
      assert.deepStrictEqual(yield* Learner.predict(loaded, task), expected)
      assert.deepStrictEqual(yield* predicted(made, task), expected)
    }).pipe(on(cpu))
  )

  it("say where something is wrong", () => {
    expect(
      issuesOf(
        Learner.fromJson(
          {
            ...json,
            folds: 1,
            base: [
              { type: "Knn", k: 0 },
              { type: "Ensemble.seeds", learner: "Tre" }
            ]
          },
          registry
        )
      ).map(([path]) => path)
    ).toEqual(["base.0.k", "base.1.learner.type", "folds"])
    expect(issuesOf(Learner.fromJson({ type: "Ensemble.voting", learners: [] }, registry))[0]![0]).toBe("learners")
  })

  it("tells those apart that do something else, and no others", () => {
    const tree = Tree.make()
    const different = [
      tree,
      Ensemble.seeds(tree),
      Ensemble.seeds(tree, 6),
      Ensemble.bagging(tree),
      Ensemble.bagging(tree, { share: 0.5 }),
      Ensemble.voting([tree]),
      Ensemble.voting([tree, Knn.make()]),
      Ensemble.stacking({ base: [tree], super: tree }),
      Ensemble.stacking({ base: [tree], super: tree, passthrough: true })
    ]
    expect(new Set(different.map(Learner.hash)).size).toBe(different.length)
    expect(Learner.hash(Ensemble.bagging(Tree.make({ cp: 0.01 }), { size: 10 }))).toBe(
      Learner.hash(Ensemble.bagging(tree))
    )
  })

  it.effect("stand behind preprocessing themselves", () =>
    Effect.gen(function* () {
      const task = Tasks.of(
        { s: Column.text(["a", "b", "a", "b", "a", "b"]), y: Column.numeric([1, 5, 1, 5, 1, 5]) },
        { target: "y" }
      )
      const learner = Learner.preprocessed(
        Preprocess.oneHot(),
        Ensemble.voting([Knn.make({ k: 1 }), Featureless.make()])
      )
      close((yield* predicted(learner, task)).response, [2, 4, 2, 4, 2, 4], 1e-12)
      const back = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
      assert.strictEqual(Learner.hash(back), Learner.hash(learner))
    })
  )

  it.effect("refuse a state with another number of members", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(Ensemble.seeds(Tree.make(), 3), numbered(30))
      const read = Ensemble.seeds(Tree.make(), 2).load(trained.task, trained.fitted.state())
      assert.match(issuesOf(read)[0]![1], /has 3 members, and the learner has 2; load it with the learner/)
    })
  )
})
