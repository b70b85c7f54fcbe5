import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { expect, expectTypeOf } from "vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Task from "@rocflow/core/data/Task"
import * as ElasticNet from "../src/ElasticNet.ts"
import * as Knn from "../src/Knn.ts"
import * as Tree from "../src/Tree.ts"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Preprocess from "@rocflow/core/pipeline/Preprocess"
import { cpu, on } from "../../core/test/support/engines.ts"
import { issuesOf, registry } from "../../core/test/support/pipelines.ts"
import * as Tasks from "../../core/test/support/tasks.ts"

const n = 40
const site = Array.from({ length: n }, (_, i) => ["north", "south", "east"][(i * 5) % 3])
const age = Array.from({ length: n }, (_, i) => (i % 9 === 4 ? null : (i * 7) % 30))
const columns = {
  site: Column.text(site),
  age: Column.numeric(age),
  y: Column.numeric(Array.from({ length: n }, (_, i) => (site[i] === "south" ? 10 : 0) + (age[i] ?? 15) / 10 + (i % 2)))
}
const task = Tasks.of(columns, { target: "y" })
const rows = Array.from({ length: n }, (_, i) => i)

const clean = Preprocess.impute({ method: "median" }).pipe(Preprocess.oneHot())
const learner = Learner.preprocessed(clean, ElasticNet.make({ lambda: 0.01 }))

interface State {
  readonly preprocess: ReadonlyArray<
    readonly [stage: string, state: ReadonlyArray<{ readonly column: string; readonly value: number }>]
  >
  readonly learner: { readonly coefficients: ReadonlyArray<{ readonly column: string }> }
}

describe("Learner.preprocessed", () => {
  it.effect("lets a learner use what preprocessing made", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(learner, task)
      const { learner: inner } = trained.fitted.state() as State
      assert.deepStrictEqual(
        inner.coefficients.map(({ column }) => column),
        ["site=east", "site=north", "site=south", "age"]
      )
      const { response } = yield* Learner.predict(trained, task)
      assert.isTrue(response.every((value, i) => Math.abs(value - task.target[i]) < 2))
      assert.strictEqual(learner.id, "impute, oneHot – ElasticNet")
    })
  )

  it.effect("learns of the training rows only", () =>
    Effect.gen(function* () {
      const train = Task.take(task, rows.slice(0, 10))
      const trained = yield* Learner.train(learner, train)
      const { preprocess } = trained.fitted.state() as State
      // The values of rows 0 to 9 without row 4: 0 7 14 21 5 12 19 26 3; their median.
      assert.deepStrictEqual(preprocess[0], ["impute", [{ column: "age", value: 12 }]])
      const whole = yield* Learner.predict(trained, task)
      const single = yield* Effect.forEach(rows, (row) => Learner.predict(trained, Task.take(task, [row])))
      assert.deepStrictEqual(
        [...whole.response],
        single.map(({ response }) => response[0])
      )
    })
  )

  it.effect("equals the learner on columns that were transformed by hand", () =>
    Effect.gen(function* () {
      const plain = Tasks.multiclass(60)
      const scaled = Learner.preprocessed(
        Preprocess.standardise(),
        ElasticNet.make({ lambda: 0.02, standardize: false, thresh: 1e-14 })
      )
      const own = yield* Learner.train(ElasticNet.make({ lambda: 0.02, thresh: 1e-14 }), plain)
      const expected = (yield* Learner.predict(own, plain)).prob!
      const { prob } = yield* Learner.predict(yield* Learner.train(scaled, plain), plain)
      prob!.forEach((p, i) => assert.approximately(p, expected[i], 1e-6))
    })
  )

  it.effect("is saved as JSON and predicts the same when loaded; another state is refused", () =>
    Effect.gen(function* () {
      const trained = yield* Learner.train(learner, task)
      const state = JSON.parse(JSON.stringify(trained.fitted.state())) as State
      const loaded = Result.getOrThrow(learner.load(trained.task, state))
      assert.deepStrictEqual(yield* loaded.predict(Tasks.rows(task)), yield* Learner.predict(trained, task))
      for (const [wrong, expected] of [
        [
          { ...state, preprocess: state.preprocess.slice(1) },
          /has preprocess states of oneHot, and the pipeline has impute, oneHot; load it with the learner/
        ],
        [{ ...state, preprocess: state.preprocess.toReversed() }, /has preprocess states of oneHot, impute, and/],
        [{ preprocess: state.preprocess }, /learner/]
      ] as const) {
        const read = learner.load(trained.task, wrong)
        assert.isTrue(Result.isFailure(read))
        if (Result.isFailure(read)) assert.match(read.failure.message, expected)
      }
    })
  )

  it.effect("passes on the errors of the stages and of the learner, before training too", () =>
    Effect.gen(function* () {
      for (const [wrong, expected] of [
        [
          Learner.preprocessed(Preprocess.select(["agee"]), Tree.make()),
          /"agee" reaches this stage; did you mean "age"/
        ],
        [
          Learner.preprocessed(Preprocess.impute({ method: "median" }), Knn.make()),
          /^Knn: takes numbers, but got "site"/
        ],
        [Learner.preprocessed(Preprocess.oneHot(), Knn.make()), /^Knn needs complete columns.*"age" \(4 of 40 rows\)/],
        [Learner.preprocessed(Preprocess.standardise(), Knn.make({ k: 0 })), /Knn: .*greater than or equal to 1/],
        [
          Learner.preprocessed(Preprocess.select(["age"]).pipe(Preprocess.impute({ method: "constant" })), Knn.make()),
          /needs a value/
        ]
      ] as const) {
        const error = yield* Effect.flip(Learner.train(wrong as Learner.Learner, task))
        assert.match(error.message, expected)
        assert.deepStrictEqual(yield* Effect.flip(Learner.check(wrong, task)), error)
      }
      yield* Learner.check(learner, task)
    })
  )

  it.effect("refuses pipelines and learners that have preprocessing, with what to do instead", () =>
    Effect.gen(function* () {
      const pipeline = Ingress.numeric().pipe(Nn.head(), Bce.loss(), Optimizer.adam(), Model.classif({ epochs: 1 }))
      const one = yield* Effect.flip(Learner.check(Learner.preprocessed(clean, pipeline), Tasks.binary(20)))
      assert.match(
        one.message,
        /^at preprocess: learner ".*" is a pipeline; put the preprocessing stages at the beginning/
      )
      const two = yield* Effect.flip(Learner.check(Learner.preprocessed(clean, learner), task))
      assert.match(two.message, /has preprocessing already; put all stages into one pipeline/)
    })
  )

  it("takes preprocessing only, and needs the columns that it names", () => {
    // @ts-expect-error an ingress is no preprocessing
    Learner.preprocessed(Preprocess.oneHot().pipe(Ingress.numeric()), Knn.make())
    expectTypeOf(Learner.preprocessed(Preprocess.select(["age", "site"]), Knn.make())).toEqualTypeOf<
      Learner.Learner<Task.Kind, "age" | "site">
    >()
  })

  it.effect("keeps weights, and groups for the folds within", () =>
    Effect.gen(function* () {
      const more = {
        ...columns,
        age: Column.indices(Int32Array.from(rows, (i) => (i * 7) % 30)),
        g: Column.indices(Int32Array.from(rows, (i) => Math.floor(i / 4))),
        w: Column.numeric(rows.map((i) => 1 + (i % 3)))
      }
      const options = { target: "y", features: ["site", "age"], weight: "w" }
      const cv = Learner.preprocessed(Preprocess.oneHot(), ElasticNet.cv({ folds: 4 }))
      const curve = (roles: Task.Options) =>
        Effect.map(
          Learner.train(cv as Learner.Learner, Tasks.of(more, roles)),
          ({ fitted }) => (fitted.state() as { learner: { curve: { cvm: ReadonlyArray<number> } } }).learner.curve.cvm
        )
      const all = yield* curve({ ...options, group: "g" })
      assert.notDeepEqual(yield* curve(options), all)
      assert.notDeepEqual(yield* curve({ target: "y", features: ["site", "age"], group: "g" }), all)
      // A group column that is a feature too, and is changed by preprocessing, still groups.
      const asFeature = { ...more, site: more.g }
      const folds = Effect.map(
        Learner.train(
          Learner.preprocessed(Preprocess.standardise(), ElasticNet.cv({ folds: 4 })) as Learner.Learner,
          Tasks.of(asFeature, { target: "y", features: ["site", "age"], group: "site" })
        ),
        ({ fitted }) => (fitted.state() as { learner: { curve: { cvm: ReadonlyArray<number> } } }).learner.curve.cvm
      )
      const byHand = Effect.map(
        Learner.train(
          ElasticNet.cv({ folds: 4 }) as Learner.Learner,
          Tasks.of(asFeature, { target: "y", features: ["site", "age"], group: "site" })
        ),
        ({ fitted }) => (fitted.state() as { curve: { cvm: ReadonlyArray<number> } }).curve.cvm
      )
      const [scaled, plain] = [yield* folds, yield* byHand]
      assert.strictEqual(scaled.length, plain.length)
      scaled.forEach((error, l) => assert.approximately(error, plain[l], 1e-4))
    })
  )
})

describe("Learner.fromJson with preprocess", () => {
  const json = {
    type: "ElasticNet",
    lambda: 0.01,
    preprocess: [{ type: "Preprocess.impute", method: "median" }, { type: "Preprocess.oneHot" }]
  }

  it.effect("reads what the constructor writes", () =>
    Effect.gen(function* () {
      expect(learner.json).toEqual(json)
      const read = Result.getOrThrow(Learner.fromJson(json, registry))
      expect([read.json, read.id, Learner.hash(read)]).toEqual([json, learner.id, Learner.hash(learner)])
      const [a, b] = yield* Effect.all(
        [read, learner as Learner.Learner].map((one) =>
          Effect.flatMap(Learner.train(one, task), (trained) => Learner.predict(trained, task))
        )
      )
      assert.deepStrictEqual(a, b)
    }).pipe(on(cpu))
  )

  it("tells learners with different preprocessing apart", () => {
    const hashes = [
      learner,
      ElasticNet.make({ lambda: 0.01 }),
      Learner.preprocessed(Preprocess.oneHot(), ElasticNet.make({ lambda: 0.01 })),
      Learner.preprocessed(clean, ElasticNet.make({ lambda: 0.02 }))
    ].map(Learner.hash)
    expect(new Set(hashes).size).toBe(4)
    const spelt = Learner.preprocessed(Preprocess.oneHot({ drop: "none" }), ElasticNet.make({ lambda: 0.01, alpha: 1 }))
    expect(Learner.hash(spelt)).toBe(hashes[2])
  })

  it.each([
    ["an option", { type: "Knn", preprocess: [{ type: "Preprocess.oneHot", drop: "last" }] }, ["preprocess.0.drop"]],
    ["a stage", { type: "Knn", preprocess: ["Preprocess.oneHot", "Preprocess.scale"] }, ["preprocess.1.type"]],
    [
      "a stage of another kind",
      { type: "Knn", preprocess: ["Preprocess.oneHot", { type: "Nn.linear", units: 3 }] },
      ["preprocess.1.type"]
    ],
    ["no stage", { type: "Knn", preprocess: [] }, ["preprocess"]],
    ["no list", { type: "Knn", preprocess: "Preprocess.oneHot" }, ["preprocess"]],
    ["both parts", { type: "Knn", k: -1, preprocess: [{ type: "Preprocess.oneHott" }] }, ["k", "preprocess.0.type"]],
    ["the type too", { type: "Kn", preprocess: [3] }, ["type", "preprocess.0"]]
  ])("gives the path of %s that is wrong", (_, wrong, paths) => {
    expect(issuesOf(Learner.fromJson(wrong, registry)).map(([path]) => path)).toEqual(paths)
  })
})

describe("Task.withFeatures", () => {
  const roles = Tasks.of(
    {
      a: Column.numeric([1, 2, 3]),
      b: Column.text(["u", "v", "u"]),
      y: Column.numeric([1, 2, 3]),
      w: Column.numeric([1, 0, 2])
    },
    { id: "toy", target: "y", features: ["a", "b"], stratum: ["b", "a"], weight: "w", name: "b" }
  )

  it("changes features and leaves the rest", () => {
    const made = Task.withFeatures(roles, new Map([["c", Column.numeric([7, 8, 9])]]))
    expect(made.roles).toEqual({ ...roles.roles, feature: ["c"] })
    expect([made.id, made.kind, made.rows, made.target, made.weights]).toEqual([
      "toy",
      "regression",
      3,
      roles.target,
      roles.weights
    ])
    expect(made.table.names).toEqual(["y", "b", "a", "w", "c"])
    expect(made.hash).not.toBe(roles.hash)
    expect(Task.rowNames(Task.take(made, [1]))).toEqual(["v"])
  })

  it("takes rows of the new columns, also of a task that is a view", () => {
    const part = Task.take(roles, [2, 0])
    const made = Task.withFeatures(part, new Map([["c", Column.numeric([7, 8])]]))
    const one = Task.take(made, [1])
    expect(one.table.columns.get("c")).toEqual(Column.numeric([8]))
    expect([...one.target]).toEqual([1])
    expect(one.hash).toBe(Task.take(Task.withFeatures(roles, new Map([["c", Column.numeric([8, 9, 9])]])), [0]).hash)
  })

  it("keeps the values of a role whose column is another feature now", () => {
    const scaled = Column.numeric([-1, 0, 1])
    const made = Task.withFeatures(
      roles,
      new Map<string, Column.Column>([
        ["a", scaled],
        ["b", roles.table.columns.get("b")!]
      ])
    )
    expect(made.roles.feature).toEqual(["a", "b"])
    expect(made.roles.stratum).toEqual(["b", "a′"])
    expect(made.table.columns.get("a")).toBe(scaled)
    expect(made.table.columns.get("a′")).toBe(roles.table.columns.get("a"))
  })
})
