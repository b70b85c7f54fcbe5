/** The laws that every ready-made learner obeys. A learner that is not in the table fails the first test. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect } from "vitest"
import * as Definitions from "../src/Definitions.ts"
import * as Column from "@rocflow/core/data/Column"
import type * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Boosting from "../src/Boosting.ts"
import * as Calibrated from "../src/Calibrated.ts"
import * as Decision from "../src/Decision.ts"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Ensemble from "../src/Ensemble.ts"
import * as Featureless from "../src/Featureless.ts"
import * as Forest from "../src/Forest.ts"
import * as Knn from "../src/Knn.ts"
import * as Tree from "../src/Tree.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Seed from "@rocflow/core/Seed"
import { LearnerLaws } from "@rocflow/core/testing"
import { cpu, on } from "../../core/test/support/engines.ts"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

// Where descent ends depends on the order of the columns by about `thresh`; bounds on leaves count rows.
const exact = { thresh: 1e-14 }
const boosting = { iterations: 20, minRows: 1 }
// Rows that are drawn are not rows with weight: here every row is drawn once.
const forest = { trees: 20, minRows: 1, replace: false }
const learners: ReadonlyArray<Learner.Learner> = [
  Featureless.make(),
  ElasticNet.make({ lambda: 0.02, alpha: 0.5, ...exact }),
  ElasticNet.cv({ folds: 10, lambda: "lambda.min", ...exact }),
  Tree.make({ minsplit: 2, minbucket: 1, cp: 0.02 }),
  Knn.make({ k: 4 }),
  Boosting.classif(boosting),
  Boosting.regr(boosting),
  Forest.classif(forest),
  Forest.regr(forest),
  Ensemble.bagging(ElasticNet.make({ lambda: 0.02, ...exact }), { size: 3 }),
  Ensemble.seeds(Forest.classif({ ...forest, trees: 3 }), 2),
  Ensemble.voting([Tree.make({ minsplit: 2, minbucket: 1, cp: 0.02 }), Featureless.make()], { weights: [3, 1] }),
  Ensemble.stacking({
    base: [Knn.make({ k: 4 })],
    super: ElasticNet.make({ lambda: 0.01, alpha: 0.5, ...exact }),
    folds: 3,
    passthrough: true
  }),
  Calibrated.classif(ElasticNet.make({ lambda: 0.02, ...exact }) as Learner.Learner<"binary" | "multiclass">, {
    method: "isotonic"
  }),
  Calibrated.classif(Knn.make({ k: 4 }) as Learner.Learner<"binary" | "multiclass">, {
    folds: 3,
    method: "temperature"
  }),
  // Of the share of rows that is called so nothing but the middle is left to these laws: see Decision.test.ts for others.
  Decision.threshold(ElasticNet.make({ lambda: 0.02, ...exact }) as Learner.Learner<"binary">, { threshold: 0.5 }),
  Decision.costs(Boosting.classif(boosting), { costs: {} }),
  Learner.preprocessed(Preprocess.standardise().pipe(Preprocess.dropConstants()), Knn.make())
]
const n = 60
const tasks = [Tasks.binary(n), Tasks.multiclass(n), Tasks.regression(n)]
const cases = learners.flatMap((learner) =>
  tasks
    .filter(({ kind }) => learner.accepts.includes(kind))
    .map((task) => [learner.id, task.kind, learner, task] as const)
)
/** What a learner is made of. */
const has = ({ id }: Learner.Learner, name: string) => id.includes(name)
const takesMissing = (learner: Learner.Learner) => has(learner, "Boosting") || has(learner, "Forest")
const takesText = (learner: Learner.Learner) =>
  takesMissing(learner) || learner.id === "Featureless" || has(learner, "Tree")
/** Repeated rows fall into different folds or draws, a row with weight into one. */
const divides = (learner: Learner.Learner) =>
  learner.id === "ElasticNet.cv" || has(learner, "bagging") || has(learner, "Calibrated")

const predicted = <R>(
  learner: Learner.Learner<Task.Kind, string, never, R>,
  train: Task.Task,
  test = train,
  seed = 1
) => Effect.flatMap(Learner.train(learner, train, { seed }), (trained) => Learner.predict(trained, test))

const isClose = (a: Float64Array | undefined, b: Float64Array | undefined, tolerance = 1e-6) => {
  assert.strictEqual(a?.length, b?.length)
  a?.forEach((value, i) => assert.approximately(value, b![i], tolerance))
}

/** Both predictions say the same of their rows, but for rounding. */
const agree = (a: Prediction, b: Prediction) => {
  isClose(a.prob, b.prob)
  if (a.kind === "regression") isClose(a.response, b.response)
}

/** The columns of a task as a record, with changes. */
const columnsOf = (task: Task.Task, changes: Table.GivenColumns = {}): Table.GivenColumns => ({
  ...Object.fromEntries(task.table.columns),
  ...changes
})
const roleOptions = ({ kind, levels, roles }: Task.Task): Task.Options =>
  kind === "regression"
    ? { target: roles.target, features: roles.feature }
    : { target: roles.target, features: roles.feature, levels }

it("the table has every ready-made learner that is no network", () => {
  const listed = learners.map(({ json }) => ("type" in json ? json.type : ""))
  const networks = new Set(Definitions.networks.map(({ id }) => id))
  const byMeasure = "Decision.byMeasure"
  const all = Definitions.all.map(({ id }) => id).filter((id) => !networks.has(id) && id !== byMeasure)
  expect([...new Set(listed)].sort()).toEqual([...all].sort())
})

it.effect("say of their features what is told of each", () =>
  Effect.gen(function* () {
    const said = yield* Effect.forEach(learners, (learner) =>
      Effect.gen(function* () {
        const task = tasks.find(({ kind }) => learner.accepts.includes(kind))!
        const { fitted } = yield* Learner.train(learner, task)
        return [learner.id, fitted.coefficients !== undefined, fitted.importance !== undefined] as const
      })
    )
    const named = (at: 1 | 2) => said.filter((each) => each[at]).map(([id]) => id)
    assert.deepStrictEqual(named(1), [
      "ElasticNet",
      "ElasticNet.cv",
      "Calibrated – ElasticNet",
      "Decision.threshold – ElasticNet"
    ])
    assert.deepStrictEqual(named(2), [
      "Tree",
      "Boosting.classif",
      "Boosting.regr",
      "Forest.classif",
      "Forest.regr",
      "Decision.costs – Boosting.classif"
    ])
  })
)

describe.each(cases)("%s of a %s target", (_, kind, learner, task) => {
  it.effect("learns something, unless it ignores the features", () =>
    Effect.gen(function* () {
      const own = yield* predicted(learner, task)
      const baseline = yield* predicted(Featureless.make(), task)
      if (learner.id === "Featureless") {
        assert.deepStrictEqual(own.response, baseline.response)
        return
      }
      const loss = kind === "regression" ? Measure.mse : Measure.logloss
      // What held-out rows say of a weak task is little.
      const enough = has(learner, "Calibrated") ? 1 : 0.98
      assert.isBelow(loss.evaluate(own) as number, enough * (loss.evaluate(baseline) as number))
    })
  )

  it.effect("is described by JSON that reads back as the same learner", () =>
    Effect.gen(function* () {
      const back = Result.getOrThrow(Learner.fromJson(JSON.parse(JSON.stringify(learner.json)), registry))
      assert.deepStrictEqual(back.json, learner.json)
      assert.strictEqual(back.id, learner.id)
      assert.strictEqual(Learner.hash(back), Learner.hash(learner))
      assert.deepStrictEqual(yield* predicted(back, task), yield* predicted(learner, task))
    }).pipe(on(cpu))
  )

  it.effect("gives the same numbers for the same seed, whatever the names of rows and the order of columns", () =>
    Effect.gen(function* () {
      const first = yield* predicted(learner, task, task, 7)
      assert.deepStrictEqual(yield* predicted(learner, task, task, 7), first)
      const reversed = { ...task, roles: { ...task.roles, feature: task.roles.feature.toReversed() } }
      agree(yield* predicted(learner, reversed, task, 7), first)
      assert.deepStrictEqual(yield* predicted(learner, task, reversed, 7), first)
    })
  )

  it.effect("takes a weight as so many rows, or refuses weights", () =>
    Effect.gen(function* () {
      const random = Seed.generator(Seed.root(5))
      const weights = Array.from({ length: n }, () => random.below(4))
      const columns = columnsOf(task, { weight: Column.numeric(weights) })
      const weighted = Tasks.of(columns, { ...roleOptions(task), weight: "weight" })
      const plain = Tasks.of(columns, roleOptions(task))
      if (!learner.weighted) {
        const error = yield* Effect.flip(predicted(learner, weighted))
        assert.match(error.message, /does not use row weights/)
        return
      }
      if (divides(learner)) return
      const rows = weights.flatMap((weight, row) => Array.from({ length: weight }, () => row))
      agree(yield* predicted(learner, weighted, plain), yield* predicted(learner, Task.take(plain, rows), plain))
    })
  )

  it.effect("refuses missing values unless it takes them, and values that are not finite, before training too", () =>
    Effect.gen(function* () {
      if (learner.id === "Featureless") return
      for (const [value, expected] of [
        [null, /needs complete columns, but values are missing in "z" \(1 of 60 rows\); put Preprocess.impute/],
        [Infinity, /"z" is (Infinity|NaN) in row 3, (which is not finite; correct it|too large)/]
      ] as const) {
        const values = Array.from({ length: n }, (_, i) => (i === 3 ? value : i % 7))
        const broken = Tasks.of(columnsOf(task, { z: Column.numeric(values) }), roleOptions(task))
        if (value === null && takesMissing(learner)) {
          assert.strictEqual((yield* predicted(learner, broken)).rows.length, n)
          continue
        }
        const error = yield* Effect.flip(predicted(learner, broken))
        assert.strictEqual(error._tag, value === null ? "MissingValues" : "PipelineError")
        assert.match(error.message, expected)
        assert.deepStrictEqual(yield* Effect.flip(Learner.check(learner, broken)), error)
        const trained = yield* Learner.train(learner, task)
        assert.strictEqual((yield* Effect.flip(Learner.predict(trained, broken)))._tag, error._tag)
      }
    })
  )

  it.effect("refuses text that it cannot use, with advice", () =>
    Effect.gen(function* () {
      const texts = Column.text(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "a" : "b")))
      const withText = Tasks.of(columnsOf(task, { z: texts }), roleOptions(task))
      if (takesText(learner)) {
        assert.strictEqual((yield* predicted(learner, withText)).rows.length, n)
        return
      }
      const error = yield* Effect.flip(predicted(learner, withText))
      assert.match(
        error.message,
        /takes numbers, but got "z" \(string\); put Preprocess.oneHot before it by Learner.preprocessed/
      )
      assert.deepStrictEqual(yield* Effect.flip(Learner.check(learner, withText)), error)
    })
  )
})

describe.each(learners.map((learner) => [learner.id, learner] as const))("%s", (_, learner) => {
  it.each(LearnerLaws.of(learner, Effect.runPromise).map((law) => [law.name, law] as const))("%s", (__, { check }) =>
    check()
  )

  it.effect("predicts the same probabilities of the levels whichever of them is positive", () =>
    Effect.gen(function* () {
      if (!learner.accepts.includes("binary")) return
      const yes = yield* predicted(learner, Tasks.binary(n))
      const no = yield* predicted(learner, Tasks.binary(n, { positive: "no" }))
      assert.deepStrictEqual(no.levels, ["no", "yes"])
      isClose(
        no.prob!.map((_, i) => yes.prob![i % 2 === 0 ? i + 1 : i - 1]),
        no.prob
      )
      if (yes.scores !== undefined)
        isClose(
          yes.scores,
          no.scores!.map((score) => -score)
        )
    })
  )

  it.effect("says which feature is gone in prediction", () =>
    Effect.gen(function* () {
      const task = learner.accepts.includes("binary") ? Tasks.binary(n) : Tasks.regression(n)
      const trained = yield* Learner.train(learner, task)
      const without = { ...task, roles: { ...task.roles, feature: ["x"] } }
      const error = yield* Effect.flip(Learner.predict(trained, without))
      assert.match(error.message, /the feature "z" of training is not there/)
    })
  )
})
