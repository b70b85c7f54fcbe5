import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Mse from "@rocflow/losses/Mse"
import * as ElasticNet from "@rocflow/learners/ElasticNet"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Tree from "@rocflow/learners/Tree"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Column from "../../../src/data/Column.ts"
import * as Select from "../../../src/data/Select.ts"
import * as Task from "../../../src/data/Task.ts"
import * as Learner from "../../../src/learning/Learner.ts"
import * as Measure from "../../../src/learning/Measure.ts"
import * as Model from "../../../src/learning/Model.ts"
import * as Ingress from "../../../src/pipeline/Ingress.ts"
import * as Merge from "../../../src/pipeline/Merge.ts"
import * as Nn from "../../../src/pipeline/Nn.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { cpu, on } from "../../support/engines.ts"
import { issuesOf } from "../../support/pipelines.ts"
import { preprocessorOf } from "../../support/stages.ts"
import * as Tasks from "../../support/tasks.ts"

const n = 120
const rows = Array.from({ length: n }, (_, i) => i)
const every = <A>(of: (i: number) => A) => rows.map(of)
const size = Result.getOrThrow(
  Column.factor(
    every((i) => (i === 50 ? null : (["S", "M", "L"] as const)[i % 3]!)),
    { levels: ["S", "M", "L"], ordered: true }
  )
)
const columns = {
  // What is to be learned: dose, and the site "n".
  y: Column.text(every((i) => (((i * 37) % 120) / 60 + (i % 4 === 0 ? 1 : 0) > 1.2 ? "ill" : "well"))),
  amount: Column.numeric(every((i) => (i * 37) % 120)),
  dose: Column.numeric(every((i) => (i % 7 === 3 ? null : (i * 37) % 120))),
  smoker: Column.boolean(every((i) => (i % 11 === 2 ? null : i % 5 === 0))),
  site: Column.text(every((i) => (i % 13 === 4 ? null : i % 4 === 0 ? "n" : i % 4 === 1 ? "s" : "e"))),
  town: Column.text(every((i) => (i % 12 === 0 ? `small${i}` : `t${i % 11}`))),
  zip: Column.text(every((i) => `z${(i * 7) % 40}`)),
  name: Column.text(every((i) => `person ${i}`)),
  seen: Column.date(every((i) => Date.UTC(2024, i % 12, 1 + (i % 28)))),
  always: Column.numeric(every(() => 1)),
  size
}
const features = Object.keys(columns).filter((name) => name !== "y" && name !== "amount")
const task = Tasks.of(columns, { target: "y", positive: "ill", features })

const choices = <R>(learner: Learner.Learner<Task.Kind, string, unknown, R>, of = task) =>
  Effect.map(learner.check(of), ({ stages }) => stages.flatMap(({ chose = [] }) => chose))

/** A learner on the columns that `robust` made; it is never trained with others than these. */
const network = (stages: Preprocess.Stage<never>) =>
  stages.pipe(
    Ingress.numeric(),
    Nn.linear(4),
    Nn.relu(),
    Nn.head(),
    Bce.loss(),
    Optimizer.adam({ learningRate: 0.05 }),
    Model.classif({ epochs: 30 })
  )

describe("Preprocess.robust", () => {
  it.effect("does before a network all that it needs", () =>
    Effect.gen(function* () {
      const learner = network(Preprocess.robust())
      assert.deepStrictEqual(yield* choices(learner), [
        "drops always, constant in the training rows",
        "drops name: labels of rows, no categories",
        "adds whether dose, smoker, size is missing",
        "takes numbers of the dates seen",
        "takes the places of the ordered size",
        "fills missing numbers with the median",
        "fills missing truth values with the mode",
        'takes missing categories as the level "missing"',
        "makes one level of those of town with fewer than 5 rows",
        "scales numbers by median and quartiles",
        "bends them smoothly into −3 to 3",
        "makes a 0/1 column of each level of site, town",
        "drops seen.year, constant in the training rows",
        "encodes zip, of more than 30 levels, by the mean of the target"
      ])
      const trained = yield* Learner.train(learner, task)
      const prediction = yield* Learner.predict(trained, task)
      assert.isAbove(Measure.auc.evaluate(prediction) as number, 0.95)
      // Read back, it predicts the same.
      const json = JSON.parse(JSON.stringify(trained.fitted.state()))
      const again = yield* Effect.fromResult(learner.load(trained.task, json))
      const { prob } = yield* again.predict(Tasks.rows(task))
      assert.deepStrictEqual(prob, prediction.prob)
    }).pipe(on(cpu))
  )

  it.effect("takes new missing values, levels and towns as they come", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(network(Preprocess.robust()), task)
      const strange = Tasks.of(
        {
          ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, Column.take(column, [0, 8])])),
          dose: Column.numeric([null, 1e9]),
          site: Column.text(["never seen", null]),
          zip: Column.text([null, "never seen"]),
          seen: Column.date([null, null])
        },
        { target: "y", positive: "ill", features }
      )
      const { prob } = yield* Learner.predict(trained, strange)
      assert.isTrue(prob?.every(Number.isFinite))
    }).pipe(on(cpu))
  )

  it.effect("leaves to ready-made learners what they can do", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* choices(Learner.preprocessed(Preprocess.robust(), Featureless.make())), [
        "drops always, constant in the training rows",
        "drops name: labels of rows, no categories",
        "takes numbers of the dates seen",
        "makes one level of those of town, zip with fewer than 5 rows",
        "drops zip, seen.year, constant in the training rows"
      ])
      const tree = yield* choices(Learner.preprocessed(Preprocess.robust(), Tree.make()))
      assert.includeMembers([...tree], ["fills missing numbers with the median"])
      for (const what of ["scales", "0/1", "encodes", "places"])
        assert.isFalse(tree.some((each) => each.includes(what)))
      const net = yield* choices(Learner.preprocessed(Preprocess.robust(), ElasticNet.make({ lambda: 0.01 })))
      assert.includeMembers([...net], ["makes a 0/1 column of each level of site, town"])
      assert.isFalse(net.some((each) => each.includes("scales")))
      for (const inner of [Tree.make(), ElasticNet.make({ lambda: 0.01 })]) {
        const trained = yield* Learner.train(Learner.preprocessed(Preprocess.robust(), inner), task)
        assert.isAbove(Measure.auc.evaluate(yield* Learner.predict(trained, task)) as number, 0.9)
      }
    })
  )

  it.effect("keeps categories where an ingress of the network takes them", () =>
    Effect.gen(function* () {
      const learner = Preprocess.robust().pipe(
        Merge.concat({
          numbers: Ingress.numeric(Select.type("numeric", "boolean")),
          site: Ingress.categorical(["site"]).pipe(Nn.embedding(2), Nn.flatten())
        }),
        Nn.head(),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 1 })
      )
      const chose = yield* choices(learner)
      assert.isFalse(chose.some((each) => each.includes("0/1") || each.includes("encodes")))
      assert.includeMembers(
        [...chose],
        ["scales numbers by median and quartiles", 'takes missing categories as the level "missing"']
      )
      yield* Learner.train(learner, task)
      // In a branch, what the ingress of this branch takes decides.
      const branches = Merge.concat({
        numbers: Preprocess.robust({ columns: Select.type("numeric", "boolean") }).pipe(
          Ingress.numeric(Select.type("numeric", "boolean"))
        ),
        site: Preprocess.robust().pipe(Ingress.categorical(["site"]), Nn.embedding(2), Nn.flatten())
      }).pipe(Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1 }))
      const { stages } = yield* branches.check(task)
      assert.deepStrictEqual(
        stages.map(({ path }) => path),
        ["numbers/robust", "site/robust"]
      )
      assert.isFalse(stages[1]!.chose?.some((each) => each.includes("missing")))
      assert.isTrue(stages[0]!.chose?.some((each) => each.includes("missing")))
    }).pipe(on(cpu))
  )

  it.effect("keeps the most frequent levels where the mean of a target would need a scale", () =>
    Effect.gen(function* () {
      const regression = Tasks.of(columns, { target: "amount", features })
      const learner = Preprocess.robust({ maxCategories: 3 }).pipe(
        Ingress.numeric(),
        Nn.head(),
        Mse.loss(),
        Optimizer.adam(),
        Model.regr({ epochs: 1 })
      )
      assert.includeMembers(
        [...(yield* choices(learner, regression))],
        ["keeps the 3 most frequent levels of site, town"]
      )
      assert.includeMembers(
        [...(yield* choices(Learner.preprocessed(Preprocess.robust(), ElasticNet.make({ lambda: 0.01 })), regression))],
        ["encodes zip, of more than 30 levels, by the mean of the target"]
      )
    }).pipe(on(cpu))
  )

  it.effect("keeps whether a label is there", () =>
    Effect.gen(function* () {
      const cabin = Column.text(every((i) => (i % 3 === 0 ? `c${i}` : null)))
      const some = Tasks.of({ ...columns, cabin }, { target: "y", positive: "ill", features: ["dose", "cabin"] })
      assert.deepStrictEqual(yield* choices(Learner.preprocessed(Preprocess.robust(), Featureless.make()), some), [
        "adds whether cabin is missing",
        "drops cabin: labels of rows, no categories"
      ])
    })
  )

  it("refuses a state with a stage that it never chooses", () => {
    const { load } = preprocessorOf(Preprocess.robust())
    const refused = load({ columns: [], chain: [{ type: "Preprocess.pca", options: {}, state: {} }] })
    assert.deepStrictEqual(issuesOf(refused), [
      [
        "",
        'Preprocess.robust: its state has a stage "Preprocess.pca", which it never chooses; load it with the version that wrote it'
      ]
    ])
  })
})
