/** SHAP values of trained learners: what they add up to, of what columns, and who has none. */
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import type * as Task from "@rocflow/core/data/Task"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Saved from "@rocflow/core/learning/Saved"
import * as Shap from "@rocflow/core/learning/Shap"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import * as Target from "@rocflow/core/pipeline/Target"
import * as Seed from "@rocflow/core/Seed"
import * as Tune from "@rocflow/resampling/Tune"
import * as Effect from "effect/Effect"
import * as Boosting from "../src/Boosting.ts"
import * as Calibrated from "../src/Calibrated.ts"
import * as Decision from "../src/Decision.ts"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Ensemble from "../src/Ensemble.ts"
import * as Featureless from "../src/Featureless.ts"
import * as Forest from "../src/Forest.ts"
import * as Tree from "../src/Tree.ts"
import { cpu, on } from "../../core/test/support/engines.ts"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

type Classifier = Learner.Learner<"binary" | "multiclass">

/** Numbers with gaps, levels, a date, an order and weights, of any kind of target. */
const mixed = (kind: Task.Kind, n: number, seed: number): Task.Task => {
  const random = Seed.generator(Seed.root(seed))
  const of = <A>(value: () => A) => Array.from({ length: n }, value)
  const dose = of(() => random.normal())
  const site = of(() => ["north", "south", "east", "west"][random.below(4)]!)
  const score = dose.map((value, i) => value + (site[i] === "south" ? 1.5 : 0) + 0.5 * random.normal())
  const target = {
    regression: () => Column.numeric(score),
    binary: () => Column.text(score.map((value) => (value > 0.4 ? "ill" : "well"))),
    multiclass: () => Column.text(score.map((value) => (value > 1 ? "c" : value > 0 ? "b" : "a")))
  }
  return Tasks.of(
    {
      y: target[kind](),
      dose: Column.numeric(dose.map((value) => (random.float() < 0.15 ? null : value))),
      age: Column.numeric(of(() => random.below(90))),
      site: Column.text(site),
      day: Column.date(of(() => Date.UTC(2024, random.below(12), 1 + random.below(28)))),
      stage: Column.factor(
        of(() => ["I", "II", "III"][random.below(3)] as "I"),
        { levels: ["I", "II", "III"], ordered: true }
      ),
      w: Column.numeric(of(() => 0.5 + random.float()))
    },
    { target: "y", kind, weight: "w", ...(kind === "binary" && { positive: "ill" }) }
  )
}

/** The base and the values of each row and output, added up. */
const sumsOf = ({ base, features, outputs, rows, values }: Shap.Shap): Float64Array => {
  const sums = Float64Array.from({ length: rows * outputs.length }, (_, i) => base[i % outputs.length]!)
  values.forEach((value, i) => {
    const row = Math.floor(i / (features.length * outputs.length))
    sums[row * outputs.length + (i % outputs.length)]! += value
  })
  return sums
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>) => {
  assert.strictEqual(found.length, expected.length)
  for (let i = 0; i < found.length; i++) assert.approximately(found[i]!, expected[i]!, 1e-10, `number ${i}`)
}

const small = { trees: 12, minRows: 2 }
const boosting = { iterations: 15, minRows: 3, validation: { holdout: 0.2 } }

describe("SHAP values", () => {
  const cases: ReadonlyArray<readonly [Task.Kind, Learner.Learner, Shap.Scale]> = [
    ["binary", Boosting.classif(boosting) as Learner.Learner, "log-odds"],
    ["multiclass", Boosting.classif({ ...boosting, rows: 0.7 }) as Learner.Learner, "score"],
    ["regression", Boosting.regr(boosting) as Learner.Learner, "response"],
    ["binary", Forest.classif(small) as Learner.Learner, "probability"],
    ["multiclass", Forest.classif(small) as Learner.Learner, "probability"],
    ["regression", Forest.regr(small) as Learner.Learner, "response"],
    ...(["binary", "multiclass", "regression"] as const).flatMap((kind) => [
      [
        kind,
        Learner.preprocessed(Preprocess.robust(), Tree.make({ minsplit: 4, cp: 0 })) as Learner.Learner,
        kind === "regression" ? "response" : "probability"
      ] as const,
      [
        kind,
        Learner.preprocessed(Preprocess.robust(), ElasticNet.make({ lambda: 0.01 })) as Learner.Learner,
        kind === "regression" ? "response" : kind === "binary" ? "log-odds" : "score"
      ] as const
    ])
  ]
  it.effect.each(cases)("add up to what is predicted (%s, %s)", ([kind, learner, scale]) =>
    Effect.gen(function* () {
      for (const seed of [1, 2, 3]) {
        const [train, test] = [mixed(kind, 150, seed), mixed(kind, 40, 100 + seed)]
        // Dates are no numbers to a learner by itself.
        const dated = learner.id.includes("robust")
        const names = ["dose", "age", "site", "stage", ...(dated ? ["day"] : [])]
        const only = (task: Task.Task) => ({ ...task, roles: { ...task.roles, feature: names } })
        const trained = yield* Learner.train(learner, only(train))
        const shap = yield* Shap.of(trained, only(test))
        assert.strictEqual(shap.scale, scale)
        assert.sameMembers([...shap.features], names)
        const { prob, response, scores } = yield* Learner.predict(trained, only(test))
        const width = shap.outputs.length
        const sums = sumsOf(shap)
        if (scale === "response") close(sums, response)
        if (scale === "log-odds") close(sums, scores!)
        if (scale === "probability")
          close(
            sums,
            prob!.filter((_, i) => width > 1 || i % 2 === 0)
          )
        if (scale === "score") {
          const softmax = sums.map((score, i) => {
            const first = i - (i % width)
            return Math.exp(score) / sums.slice(first, first + width).reduce((sum, each) => sum + Math.exp(each), 0)
          })
          close(softmax, prob!)
        }
        assert.isAbove(Math.max(...shap.values.map(Math.abs)), 0.01)
      }
    })
  )

  it.effect("of boosting are those of shap, whose trees are the same in scikit-learn", () =>
    Effect.gen(function* () {
      // shap 0.51.0, TreeExplainer(model, feature_perturbation="tree_path_dependent"), of scikit-learn 1.9.1:
      // HistGradientBoosting…(max_iter, min_samples_leaf=10, max_leaf_nodes=7, early_stopping=False) on u, v, z.
      const rows = Array.from({ length: 200 }, (_, i) => {
        const [u, v, z] = [0.6180339887498949, 0.41421356237309515, 0.7320508075688772].map((f) => (i * f) % 1)
        return { u: u!, v: v!, z: z!, y: 3 * u! * v! + Math.sin(6 * z!) + 0.3 * Math.cos(5 * i) }
      })
      const numbers = (of: (row: (typeof rows)[number], i: number) => number | null) => Column.numeric(rows.map(of))
      const [u, v, z, y] = (["u", "v", "z", "y"] as const).map((name) => numbers((row) => row[name]))
      const settings = { minRows: 10, maxLeaves: 7 }
      const check = Effect.fnUntraced(function* (
        learner: Learner.Learner,
        task: Task.Task,
        base: number,
        expected: ReadonlyArray<ReadonlyArray<number>>
      ) {
        const found = yield* Shap.of(yield* Learner.train(learner, task), task)
        assert.approximately(found.base[0]!, base, 1e-7)
        for (const [i, row] of [0, 3, 50, 199].entries()) {
          expected[i]!.forEach((value, j) => assert.approximately(found.values[3 * row + j]!, value, 1e-6))
        }
      })
      yield* check(
        Boosting.regr({ ...settings, iterations: 20 }) as Learner.Learner,
        Tasks.of({ u: u!, v: v!, z: z!, y: y! }, { target: "y" }),
        0.74801718,
        [
          [-0.2761028, -0.1980024, 0.3868619],
          [0.2532025, -0.4426483, 0.6380105],
          [0.5436112, 0.3668023, -0.1563144],
          [0.3572793, -0.0717363, -0.6570118]
        ]
      )
      // v is missing where i mod 7 = 3, as in row 3.
      const gaps = numbers((row, i) => (i % 7 === 3 ? null : row.v))
      const classes = Column.text(rows.map((row) => (row.y > 1 ? "1" : "0")))
      yield* check(
        Boosting.classif({ ...settings, iterations: 8 }) as Learner.Learner,
        Tasks.of({ u: u!, v: gaps, z: z!, y: classes }, { target: "y", positive: "1" }),
        -0.42661159,
        [
          [-0.7439735, -0.2389129, -0.0160102],
          [0.3790805, 0.1791581, 0.8879054],
          [0.8039904, 0.9057567, -0.3616558],
          [0.5554743, 0.1216946, -0.5948057]
        ]
      )
    })
  )

  it.effect("of a linear model are b (x − mean), and of its levels those of the column", () =>
    Effect.gen(function* () {
      const task = mixed("regression", 80, 5)
      const learner = Learner.preprocessed(
        Preprocess.select(["age", "site"]).pipe(Preprocess.oneHot()),
        ElasticNet.make({ lambda: 0.01 })
      )
      const trained = yield* Learner.train(learner, task)
      const coefficients = yield* Effect.fromResult(Learner.coefficients(trained))
      const shap = yield* Shap.of(trained, task)
      assert.deepStrictEqual([...shap.features], ["dose", "age", "site", "day", "stage"])
      const b = (name: string) => coefficients.find(({ column }) => column === name)!.value
      const total = task.weights!.reduce((sum, weight) => sum + weight, 0)
      const meanOf = (of: (row: number) => number) =>
        task.weights!.reduce((sum, weight, row) => sum + weight * of(row), 0) / total
      const [age, site] = ["age", "site"].map((name) => task.table.columns.get(name)!) as [Column.Column, Column.Column]
      const years = Column.asNumbers(age)!
      const levels = ["north", "south", "east", "west"]
      const is = (row: number, level: string) => (Column.toText(site, row) === level ? 1 : 0)
      for (let row = 0; row < task.rows; row++) {
        assert.approximately(shap.values[row * 5 + 1]!, b("age") * (years[row]! - meanOf((i) => years[i]!)), 1e-12)
        const own = levels.reduce((sum, l) => sum + b(`site=${l}`) * (is(row, l) - meanOf((i) => is(i, l))), 0)
        assert.approximately(shap.values[row * 5 + 2]!, own, 1e-12)
        assert.strictEqual(shap.values[row * 5]!, 0)
      }
      assert.strictEqual(Shap.importance(shap).length, 5)
    })
  )

  it.effect("know the source of every column that a stage makes of one", () =>
    Effect.gen(function* () {
      const task = mixed("multiclass", 120, 6)
      const numbers = Preprocess.select(["dose", "age"]).pipe(Preprocess.impute({ method: "median" }))
      const chains: ReadonlyArray<readonly [Parameters<typeof Learner.preprocessed>[0], ReadonlyArray<string>]> = [
        [Preprocess.select(["site"]).pipe(Preprocess.oneHot({ drop: "first" })), []],
        [Preprocess.select(["site"]).pipe(Preprocess.targetEncoding()), []],
        [Preprocess.select(["site"]).pipe(Preprocess.hashText({ buckets: 4 })), []],
        [Preprocess.select(["day"]).pipe(Preprocess.dates({ cyclic: true })), []],
        [Preprocess.select(["dose"]).pipe(Preprocess.missingIndicator(), Preprocess.impute({ method: "median" })), []],
        [numbers.pipe(Preprocess.spline()), []],
        [numbers.pipe(Preprocess.bin({ as: "oneHot" })), []],
        [numbers.pipe(Preprocess.polynomial({ degree: 3 })), ["dose:age", "dose^2:age", "dose:age^2"]],
        [numbers.pipe(Preprocess.pca()), ["pc1", "pc2"]]
      ]
      for (const [stages, own] of chains) {
        const trained = yield* Learner.train(Learner.preprocessed(stages, ElasticNet.make({ lambda: 0.01 })), task)
        const { features } = yield* Shap.of(trained, task)
        assert.sameMembers([...features], ["dose", "age", "site", "day", "stage", ...own], trained.learner.id)
      }
    })
  )

  it.effect("are those of the learner in a tuner and under a threshold, also when loaded", () =>
    on(cpu)(
      Effect.gen(function* () {
        const task = Tasks.binary(80)
        const tuned = Tune.grid(
          Tune.over({ lambda: Tune.choice([0.01, 0.1]) }, ({ lambda }) => ElasticNet.make({ lambda })),
          {}
        )
        for (const learner of [
          tuned as Learner.Learner,
          Ensemble.voting(
            [
              Learner.preprocessed(Preprocess.select(["x"]), Tree.make({ minsplit: 4 })) as Classifier,
              Forest.classif(small) as Classifier
            ],
            { weights: [3, 1] }
          ) as Learner.Learner,
          Decision.threshold(Forest.classif(small) as Learner.Learner<"binary">, { threshold: 0.3 }) as Learner.Learner
        ]) {
          const trained = yield* Learner.train(learner, task)
          const shap = yield* Shap.of(trained, task)
          const { prob, scores } = yield* Learner.predict(trained, task)
          close(sumsOf(shap), scores ?? prob!.filter((_, i) => i % 2 === 0))
        }
        const trained = yield* Learner.train(Boosting.classif(boosting), task)
        const json: unknown = JSON.parse(JSON.stringify(Saved.toJson(trained)))
        const loaded = yield* Effect.fromResult(Saved.fromJson(json, registry))
        assert.deepStrictEqual(yield* Shap.of(loaded, task), yield* Shap.of(trained, task))
      })
    )
  )

  it.effect("are refused in a sentence where there are none", () =>
    Effect.gen(function* () {
      const task = Tasks.binary(80)
      const refusal = Effect.fnUntraced(function* (learner: Learner.Learner, on: Task.Task) {
        const trained = yield* Learner.train(learner, on)
        return (yield* Effect.flip(Shap.of(trained, on))).message
      })
      const calibrated = Calibrated.classif(Boosting.classif(boosting) as Classifier) as Learner.Learner
      assert.include(yield* refusal(calibrated, task), "explain that learner without Calibrated.classif")
      assert.include(yield* refusal(Featureless.make() as Learner.Learner, task), '"Featureless" has no SHAP values')
      const seeds = Ensemble.seeds(Boosting.classif(boosting) as Classifier, 2) as Learner.Learner
      assert.include(yield* refusal(seeds, task), "of scores (log-odds), and what it averages are probabilities")
      const log = Learner.targetTransformed([Target.standardise()], Boosting.regr(boosting)) as Learner.Learner
      assert.include(yield* refusal(log, Tasks.regression(80)), "leave the transformation out")
    })
  )
})
