/** What ONNX Runtime computes is what is computed here: stages, layers, learners, wrappers. */
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Seed from "@rocflow/core/Seed"
import * as Definitions from "@rocflow/core/Definitions"
import * as Select from "@rocflow/core/data/Select"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Learners from "@rocflow/learners/Definitions"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Result from "effect/Result"
import { registry } from "../../core/test/support/pipelines.ts"
import * as Onnx from "../src/Onnx.ts"
import { ort, type Output, run } from "./support/runtime.ts"

const rows = 240

/** A table with columns of every type, with missing values and, behind the training rows, levels that are new. */
const tableOf = (rows: number, seed: number, isNew = false): Table.Table => {
  const random = Seed.generator(Seed.root(seed))
  const list = <A>(of: (row: number) => A): ReadonlyArray<A> => Array.from({ length: rows }, (_, row) => of(row))
  const sometimes = <A>(of: () => A): A | null => (random.float() < 0.1 ? null : of())
  const x = list(() => random.normal())
  const colours = isNew ? ["red", "green", "blue", "violet"] : ["red", "green", "blue"]
  const u = list(() => random.float())
  return Effect.runSync(
    Table.fromColumns({
      x: Column.numeric(x),
      z: Column.numeric(list(() => 100 * random.float() + 1)),
      holes: Column.numeric(list(() => sometimes(() => random.normal()))),
      count: Result.getOrThrow(Column.integer(list(() => random.below(7)))),
      flag: Column.boolean(list(() => random.float() < 0.4)),
      colour: Column.text(list(() => sometimes(() => colours[random.below(colours.length)]!))),
      size: Result.getOrThrow(
        Column.factor(
          list(() => (["S", "M", "L"] as const)[random.below(3)]!),
          { levels: ["S", "M", "L"], ordered: true }
        )
      ),
      day: Column.date(list(() => Math.floor((random.float() * 2 - 0.6) * 1e12))),
      class: Column.text(list((row) => (x[row]! + u[row]! > 0.4 ? "yes" : "no"))),
      kind: Column.text(list((row) => ["a", "b", "c"][Math.min(2, Math.floor(Math.abs(x[row]! + u[row]!) * 1.3))]!)),
      y: Column.numeric(list((row) => 3 * x[row]! + u[row]! + 10))
    })
  )
}

const plain = ["x", "z", "count"]
const all = ["x", "z", "holes", "count", "flag", "colour", "size", "day"]

const targets = {
  binary: { target: "class", positive: "yes" },
  multiclass: { target: "kind" },
  regression: { target: "y" }
} as const

type Kind = keyof typeof targets

const taskOf = (kind: Kind, features: ReadonlyArray<string>): Task.Task =>
  Effect.runSync(Task.fromTable(tableOf(rows, 1), { ...targets[kind], features }))

type Trained = Learner.Trained<Task.Kind, string, Engines>

/** Trains whatever learner on a task that suits it; tests know what the types do not. */
const trainedOn = (learner: unknown, task: Task.Task): Effect.Effect<Trained, Learner.TrainError, Engines> =>
  Learner.train(learner as never, task as never, { seed: 1 }) as unknown as Effect.Effect<
    Trained,
    Learner.TrainError,
    Engines
  >

const learnerOf = (json: object) => Result.getOrThrow(Learner.fromJson(json as never, registry))

const relative = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.strictEqual(a.length, b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) {
    assert.isFalse(Number.isNaN(a[i]!) !== Number.isNaN(b[i]!), `one of ${a[i]} and ${b[i]} is missing`)
    most = Math.max(most, Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!)))
  }
  return most
}

/** Trains, writes, runs, and gives the largest difference of all numbers. */
const difference = Effect.fnUntraced(function* (json: object, kind: Kind, features: ReadonlyArray<string>) {
  const task = taskOf(kind, features)
  const trained = yield* trainedOn(learnerOf(json), task)
  const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
  // Most learners take new levels; an order has no place for them.
  const table = tableOf(80, 2, features.includes("colour"))
  const expected = yield* Learner.predict(trained, table)
  const output: Output = yield* Effect.promise(() => run(model, trained.task, table))
  if (kind === "regression") return relative(output.value!, expected.response)
  const labels = Array.from(expected.response, (code) => expected.levels[code]!)
  const wrong = labels.filter((label, row) => output.label![row] !== label).length
  // Where two classes are as likely to the last bit, rounding decides.
  assert.isAtMost(wrong, 1)
  assert.strictEqual(output.probabilities === undefined, expected.prob === undefined)
  assert.strictEqual(output.score === undefined, expected.scores === undefined)
  return Math.max(
    expected.prob === undefined ? 0 : relative(output.probabilities!, expected.prob),
    expected.scores === undefined ? 0 : relative(output.score!, expected.scores)
  )
})

/** The definitions that were written, or refused. */
const seen = new Set<string>()

const typesIn = (json: unknown): ReadonlyArray<string> => {
  if (typeof json === "string") return [json]
  if (Array.isArray(json)) return json.flatMap(typesIn)
  if (typeof json === "object" && json !== null) return [...Object.keys(json), ...Object.values(json).flatMap(typesIn)]
  return []
}

const agrees = (name: string, json: object, kind: Kind = "binary", features: ReadonlyArray<string> = plain) => {
  for (const type of typesIn(json)) seen.add(type)
  it.effect(name, () =>
    Effect.gen(function* () {
      const most = yield* difference(json, kind, features)
      assert.isAtMost(most, 1e-5)
    }).pipe(Effect.provide(Auto.layer()))
  )
}

const linear = (kind: Kind) => ({ type: "ElasticNet", lambda: kind === "regression" ? 0.1 : 0.01 })

describe("learners", () => {
  for (const kind of ["binary", "multiclass", "regression"] as const) {
    const side = kind === "regression" ? "regr" : "classif"
    agrees(`Featureless, ${kind}`, { type: "Featureless" }, kind)
    agrees(`ElasticNet, ${kind}`, linear(kind), kind)
    agrees(`ElasticNet.cv, ${kind}`, { type: "ElasticNet.cv", folds: 4 }, kind)
    agrees(
      `Tree, ${kind}`,
      { type: "Tree", minsplit: 4 },
      kind,
      ["x", "z", "colour", "size"].filter((c) => c !== "colour")
    )
    agrees(
      `Forest, ${kind}`,
      { type: `Forest.${side}`, trees: 20 },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `Boosting, ${kind}`,
      { type: `Boosting.${side}`, iterations: 20, minRows: 5 },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `Mlp, ${kind}`,
      { type: `Mlp.${side}`, epochs: 2, hidden: [8] },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `RealMlp, ${kind}`,
      { type: `RealMlp.${side}`, epochs: 1 },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `TabM, ${kind}`,
      { type: `TabM.${side}`, epochs: 1, members: 3 },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `FtTransformer, ${kind}`,
      { type: `FtTransformer.${side}`, epochs: 1 },
      kind,
      all.filter((c) => c !== "day")
    )
    agrees(
      `TabResnet, ${kind}`,
      { type: `TabResnet.${side}`, epochs: 1 },
      kind,
      all.filter((c) => c !== "day")
    )
  }
})

const pipeline = (
  before: ReadonlyArray<object | string>,
  ingress: ReadonlyArray<object | string> = ["Ingress.numeric"],
  layers: ReadonlyArray<object | string> = [],
  kind: Kind = "binary",
  model: object = {}
) => ({
  pipeline: [
    ...before,
    ...ingress,
    ...layers,
    "Nn.head",
    { binary: "Bce.loss", multiclass: "CrossEntropy.loss", regression: "Mse.loss" }[kind],
    { type: "Optimizer.adam", learningRate: 0.05 },
    { type: kind === "regression" ? "Model.regr" : "Model.classif", epochs: 2, batchSize: 32, ...model }
  ]
})

describe("preprocessing", () => {
  const numbers = ["x", "z", "holes"]
  const of = (
    name: string,
    stages: ReadonlyArray<object | string>,
    features: ReadonlyArray<string> = numbers,
    kind: Kind = "binary"
  ) =>
    agrees(
      name,
      pipeline(
        [...stages, "Preprocess.standardise", { type: "Preprocess.impute", method: "mean" }],
        undefined,
        [],
        kind
      ),
      kind,
      features
    )
  for (const stage of [
    "minMax",
    "robustScale",
    "log1p",
    "signedRoot",
    "smoothClip",
    "yeoJohnson",
    "quantileTransform",
    "standardise"
  ]) {
    of(stage, [`Preprocess.${stage}`])
  }
  of("minMax, clipped", [{ type: "Preprocess.minMax", clip: true, to: [-1, 2] }])
  of("boxCox", [{ type: "Preprocess.boxCox", columns: ["z"] }], ["z", "x"])
  of(
    "uniform quantiles",
    [{ type: "Preprocess.quantileTransform", output: "uniform", quantiles: 7 }],
    ["x", "z", "count"]
  )
  for (const as of ["ordinal", "oneHot", "factor"]) {
    of(`bin as ${as}`, [{ type: "Preprocess.bin", as, bins: 4 }, "Preprocess.oneHot"], ["x", "holes"])
  }
  of("pca", [{ type: "Preprocess.pca", rank: 2, scale: true }], plain)
  of("polynomial", [{ type: "Preprocess.polynomial", degree: 3 }], plain)
  of("interactions", [{ type: "Preprocess.polynomial", degree: 3, interactions: true }], plain)
  for (const extrapolation of ["constant", "linear", "continue", "periodic"]) {
    of(`spline, ${extrapolation}`, [{ type: "Preprocess.spline", extrapolation, knots: 6 }], ["x", "z"])
  }
  of(
    "spline without bias, of degree 1",
    [{ type: "Preprocess.spline", bias: false, degree: 1, placement: "quantile" }],
    ["x", "z"]
  )
  of("oneHot", ["Preprocess.oneHot"], ["colour", "size", "x"])
  of(
    "oneHot of numbers and truth values",
    [{ type: "Preprocess.oneHot", columns: ["count", "flag"], drop: "first" }],
    ["count", "flag", "x"]
  )
  of("targetEncoding", ["Preprocess.targetEncoding"], ["colour", "x"])
  of("targetEncoding of three classes", ["Preprocess.targetEncoding"], ["colour", "x"], "multiclass")
  of("frequencyEncoding", [{ type: "Preprocess.frequencyEncoding", unit: "count" }], ["colour", "x"])
  of(
    "ordinalEncoding",
    [
      { type: "Preprocess.ordinalEncoding", order: { colour: ["blue", "red"] } },
      { type: "Preprocess.impute", method: "mean" }
    ],
    ["colour", "size"]
  )
  of("collapseLevels", [{ type: "Preprocess.collapseLevels", maxLevels: 1 }, "Preprocess.oneHot"], ["colour", "x"])
  of("missingIndicator", ["Preprocess.missingIndicator", "Preprocess.oneHot"], ["holes", "colour"])
  of(
    "impute a level",
    [{ type: "Preprocess.impute", method: "level", value: "none" }, "Preprocess.oneHot"],
    ["colour", "x"]
  )
  of(
    "impute by median and mode",
    [
      { type: "Preprocess.impute", method: "median", columns: ["holes"] },
      { type: "Preprocess.impute", method: "mode", columns: ["colour"] },
      "Preprocess.oneHot"
    ],
    ["holes", "colour"]
  )
  of(
    "select and dropConstants",
    [{ type: "Preprocess.select", columns: ["x", "z"] }, "Preprocess.dropConstants"],
    plain
  )
  of("classBalancing", ["Preprocess.classBalancing"], plain)
  of("robust", ["Preprocess.robust"], all)
  const parts = ["year", "quarter", "month", "week", "day", "dayOfYear", "weekday", "isWeekend", "hour", "daysSince"]
  of("dates", [{ type: "Preprocess.dates", parts }], ["day", "x"])
  of("cyclic dates", [{ type: "Preprocess.dates", parts, cyclic: true }], ["day", "x"])
  agrees("before a ready-made learner", { ...linear("binary"), preprocess: ["Preprocess.robust"] }, "binary", all)
})

describe("ingresses and layers", () => {
  const numeric = { type: "Ingress.numeric", columns: ["x", "z", "count"] }
  const of = (name: string, layers: ReadonlyArray<object | string>, kind: Kind = "binary", model: object = {}) =>
    agrees(name, pipeline(["Preprocess.standardise"], [numeric], layers, kind, model), kind)
  agrees(
    "categories",
    pipeline(
      [],
      [{ type: "Ingress.categorical", columns: ["colour", "count", "flag"] }],
      [{ type: "Nn.embedding", size: 3 }, "Nn.flatten"]
    ),
    "binary",
    ["colour", "count", "flag"]
  )
  agrees(
    "places in bins",
    pipeline(
      [],
      [{ type: "Ingress.piecewiseLinear", bins: 5 }],
      [{ type: "Nn.featureLinear", size: 4 }, "Nn.relu", "Nn.flatten"]
    )
  )
  agrees(
    "branches",
    pipeline(
      [],
      [
        {
          "Merge.concat": {
            numbers: ["Preprocess.standardise", numeric, { type: "Nn.linear", units: 4 }],
            names: [
              { type: "Ingress.categorical", columns: ["colour"] },
              { type: "Nn.embedding", size: 3 },
              "Nn.flatten"
            ]
          }
        }
      ]
    ),
    "binary",
    [...plain, "colour"]
  )
  of("convolution over features", [
    { type: "Nn.reshape", shape: [3, 1] },
    { type: "Nn.conv1d", filters: 4, size: 2, padding: "same" },
    "Nn.relu",
    { type: "Nn.maxPool1d", size: 2 },
    "Nn.flatten"
  ])
  of("a repeated block", [
    { type: "Nn.linear", units: 6 },
    { type: "Nn.block", count: 2, body: [{ type: "Nn.linear", units: 6 }, "Nn.batchNorm", "Nn.gelu"] }
  ])
  of("responses only", [], "binary", { predictType: "response" })
  of("a regression", [{ type: "Nn.linear", units: 4 }, "Nn.tanh"], "regression")
  for (const target of [
    "Target.standardise",
    "Target.log",
    "Target.log1p",
    "Target.minMax",
    "Target.boxCox",
    "Target.yeoJohnson"
  ]) {
    of(target, [], "regression", { target: [target] })
  }
  agrees("AUM", {
    pipeline: [
      "Preprocess.standardise",
      "Ingress.numeric",
      "Nn.head",
      "Aum.loss",
      "Optimizer.lineSearch",
      { type: "Model.classif", epochs: 3, batchSize: 1000 }
    ]
  })
})

describe("wrappers", () => {
  const forest = { type: "Forest.classif", trees: 5 }
  for (const method of ["platt", "isotonic", "beta", "temperature"]) {
    agrees(`Calibrated, ${method}`, { type: "Calibrated.classif", method, learner: linear("binary") })
    agrees(`Calibrated of probabilities, ${method}`, { type: "Calibrated.classif", method, learner: forest })
    agrees(
      `Calibrated, ${method}, three classes`,
      { type: "Calibrated.classif", method, learner: linear("multiclass") },
      "multiclass"
    )
  }
  agrees("Decision.threshold", { type: "Decision.threshold", threshold: 0.3, learner: linear("binary") })
  agrees("Decision.byMeasure", { type: "Decision.byMeasure", measure: "balancedAccuracy", learner: linear("binary") })
  agrees(
    "Decision.costs",
    { type: "Decision.costs", costs: { a: { b: 3, c: 1 }, b: { a: 0.5 } }, learner: linear("multiclass") },
    "multiclass"
  )
  for (const kind of ["binary", "multiclass", "regression"] as const) {
    agrees(`Ensemble.bagging, ${kind}`, { type: "Ensemble.bagging", size: 3, learner: linear(kind) }, kind)
    agrees(`Ensemble.seeds, ${kind}`, { type: "Ensemble.seeds", size: 2, learner: linear(kind) }, kind)
    agrees(
      `Ensemble.voting, ${kind}`,
      { type: "Ensemble.voting", learners: [linear(kind), "Featureless"], weights: [3, 1] },
      kind
    )
    agrees(
      `Ensemble.stacking, ${kind}`,
      {
        type: "Ensemble.stacking",
        folds: 3,
        base: [linear(kind), { type: "Tree", minsplit: 4 }],
        super: linear(kind),
        passthrough: true
      },
      kind
    )
  }
  agrees("a transformed target", { ...linear("regression"), target: ["Target.log"] }, "regression")
})

const refused = (json: object, sentence: string, kind: Kind = "binary", features: ReadonlyArray<string> = plain) => {
  for (const type of typesIn(json)) seen.add(type)
  it.effect(sentence, () =>
    Effect.gen(function* () {
      const trained = yield* trainedOn(learnerOf(json), taskOf(kind, features))
      const result = Onnx.fromTrained(trained)
      assert.strictEqual(Result.isFailure(result) ? result.failure.message : "was written", sentence)
    }).pipe(Effect.provide(Auto.layer()))
  )
}

describe("what has no form in ONNX is refused by name", () => {
  refused({ type: "Knn", k: 3 }, "Knn: is a learner that has no form in ONNX; take a network, trees or a linear model")
  refused(
    pipeline([
      { type: "Preprocess.hashText", buckets: 4 },
      { type: "Preprocess.impute", method: "mean" }
    ]),
    "Preprocess.hashText: hashes the words of texts, which no operator of ONNX does; make the counts before, or encode the column by Preprocess.oneHot",
    "binary",
    ["x", "colour"]
  )
  refused(
    pipeline([{ type: "Preprocess.derive", columns: { w: "x + z" } }]),
    "Preprocess.derive: computes columns by an expression, which is not written as ONNX; compute them before, and train on a table that has them"
  )
  refused(
    pipeline([{ type: "Preprocess.impute", method: "sample" }]),
    'Preprocess.impute: draws what fills column "x", and ONNX draws nothing; use the method "mean", "median", "mode" or "constant"'
  )
})

describe("odd tables", () => {
  /** Trains on columns, and gives the largest difference of what is predicted of the same rows. */
  const onColumns = Effect.fnUntraced(function* (columns: Table.GivenColumns, json: object, roles: Task.Options) {
    const table = yield* Table.fromColumns(columns)
    const task = yield* Task.fromTable(table, roles)
    const trained = yield* trainedOn(learnerOf(json), task)
    const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
    const expected = yield* Learner.predict(trained, table)
    const output: Output = yield* Effect.promise(() => run(model, trained.task, table))
    return expected.prob === undefined
      ? relative(output.value!, expected.response)
      : relative(output.probabilities!, expected.prob)
  })
  const rows = 40
  const list = <A>(of: (row: number) => A): ReadonlyArray<A> => Array.from({ length: rows }, (_, row) => of(row))
  const answer = Column.text(list((row) => (row % 3 === 0 ? "yes" : "no")))
  const about = { target: "class", positive: "yes" }

  it.effect("have features called like nodes of the graph", () =>
    Effect.gen(function* () {
      const names = ["Add_5", "MatMul_3", "constant_1", "IsNaN_1", "x y", "é"]
      const columns = Object.fromEntries(
        names.map((name, j) => [name, Column.numeric(list((row) => (row * (j + 2)) % 7))])
      )
      for (const json of [
        linear("binary"),
        { type: "Boosting.classif", minRows: 2 },
        { ...linear("binary"), preprocess: ["Preprocess.standardise"] }
      ]) {
        assert.isAtMost(yield* onColumns({ ...columns, class: answer }, json, about), 1e-5)
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have a factor that no tree asks", () =>
    Effect.gen(function* () {
      const f = Column.text(list(() => "a"))
      for (const type of ["Tree", "Boosting.classif", "Forest.classif"]) {
        assert.isAtMost(yield* onColumns({ f, class: answer }, { type }, about), 1e-5)
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have values beyond single precision", () =>
    Effect.gen(function* () {
      const x = Column.numeric(list((row) => row))
      for (const size of [1e39, 1e-30, 1]) {
        const y = Column.numeric(list((row) => size * (1 + (row % 5))))
        for (const type of ["Tree", "Forest.regr", "Boosting.regr"]) {
          const most = yield* onColumns({ x, y }, { type }, { target: "y" })
          assert.isAtMost(most / size, 1e-5, `${type} of ${size}`)
        }
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have numbers to which 1 is added in vain", () =>
    Effect.gen(function* () {
      for (const size of [1e-17, 1e-12, 1e-5]) {
        const x = Column.numeric(list((row) => size * ((row * 7) % 11)))
        for (const stage of ["log1p", "yeoJohnson"]) {
          const json = { ...linear("binary"), preprocess: [`Preprocess.${stage}`, "Preprocess.standardise"] }
          assert.isAtMost(yield* onColumns({ x, class: answer }, json, about), 1e-5)
        }
      }
    }).pipe(Effect.provide(Auto.layer()))
  )

  it.effect("have a level without a name, which is refused", () =>
    Effect.gen(function* () {
      const levels = ["", "b", "c"] as const
      const f = Result.getOrThrow(
        Column.factor(
          list((row) => levels[row % 3]),
          { levels }
        )
      )
      const { message } = yield* Effect.flip(
        onColumns({ f, class: answer }, { type: "Forest.classif", trees: 3 }, about)
      )
      assert.strictEqual(
        message,
        'Forest.classif: knows a level "", which a text column of a graph has for missing; give the level a name'
      )
    }).pipe(Effect.provide(Auto.layer()))
  )
})

describe("images", () => {
  it.effect("are read on the scale of training, and normalised in the model", () =>
    Effect.gen(function* () {
      const random = Seed.generator(Seed.root(9))
      const pixels = (n: number) =>
        Object.fromEntries(
          Array.from({ length: 36 }, (_, j) => [
            `p${j}`,
            Column.numeric(Array.from({ length: n }, () => random.below(256)))
          ])
        )
      const tableWith = (n: number) =>
        Effect.flatMap(
          Table.fromColumns({
            ...pixels(n),
            class: Column.text(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "a" : "b")))
          }),
          (table) =>
            Tensors.fromColumns(table, {
              name: "scan",
              columns: Select.matching(/^p/),
              shape: [6, 6, 1],
              range: [0, 255]
            })
        )
      const task = yield* Task.fromTable(yield* tableWith(60), { target: "class", positive: "a", features: ["scan"] })
      const json = pipeline(
        [
          "Image.normalise",
          { type: "Image.rescale", from: [-1, 1] },
          { type: "Augment.flip", axis: "horizontal" },
          { type: "Augment.noise", sd: 0.1 }
        ],
        [{ type: "Ingress.tensor", column: "scan" }],
        [
          { type: "Nn.conv2d", filters: 3, size: 3, padding: "same" },
          "Nn.relu",
          { type: "Nn.maxPool2d", size: 2 },
          "Nn.flatten"
        ]
      )
      for (const type of typesIn(json)) seen.add(type)
      const trained = yield* trainedOn(learnerOf(json), task)
      const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
      const expected = yield* Learner.predict(trained, task)
      const reader = yield* Tensors.open(task.table.columns.get("scan") as Column.Tensor, "scan")
      const values = new Float32Array(60 * 36)
      yield* reader.read(
        Array.from({ length: 60 }, (_, i) => i),
        (i, row) => values.set(row, i * 36)
      )
      const output = yield* Effect.promise(() =>
        run(model, trained.task, task.table, { scan: new ort.Tensor("float32", values, [60, 6, 6, 1]) })
      )
      assert.isAtMost(relative(output.probabilities!, expected.prob!), 1e-5)
    }).pipe(Effect.scoped, Effect.provide(Auto.layer()))
  )
})

const doubled = Nn.define({
  id: "Mine.doubled",
  summary: "Twice the rows, where they are above the mean of the row",
  options: Schema.Struct({}),
  forward: (_, input, __, { tf }) => {
    const mean = tf.mean(input, -1, true)
    return tf.where(tf.greater(input, mean), tf.mul(input, 2), input)
  }
})

const odd = Nn.define({
  id: "Mine.odd",
  summary: "Sorts the row",
  options: Schema.Struct({}),
  forward: (_, input, __, { tf }) => tf.topk(input, input.shape[1]!).values
})

describe("layers of one's own", () => {
  const trainedWith = (layer: typeof doubled) =>
    trainedOn(
      Ingress.numeric().pipe(
        Nn.stage(layer),
        Nn.head(),
        Bce.loss(),
        Optimizer.adam(),
        Model.classif({ epochs: 1, batchSize: 32 })
      ),
      taskOf("binary", plain)
    )
  it.effect("are written by the operations that they use", () =>
    Effect.gen(function* () {
      const trained = yield* trainedWith(doubled)
      const model = yield* Effect.fromResult(Onnx.fromTrained(trained))
      const table = tableOf(40, 3)
      const expected = yield* Learner.predict(trained, table)
      const output = yield* Effect.promise(() => run(model, trained.task, table))
      assert.isAtMost(relative(output.score!, expected.scores!), 1e-5)
    }).pipe(Effect.provide(Auto.layer()))
  )
  it.effect("are refused for operations that have no form", () =>
    Effect.gen(function* () {
      const result = Onnx.fromTrained(yield* trainedWith(odd))
      assert.strictEqual(
        Result.isFailure(result) ? result.failure.message : "was written",
        "odd: uses the operation topk of TensorFlow.js, which is not written as ONNX; leave the layer out, or write it with other operations"
      )
    }).pipe(Effect.provide(Auto.layer()))
  )
})

describe("definitions", () => {
  it("are written or refused, every one but stages that move pixels", () => {
    const moving = new Set(
      ["crop", "resize", "pad", "rotate", "transpose", "grayscale", "reshape"].map((name) => `Image.${name}`)
    )
    const kinds = new Set<string>(["preprocess", "ingress", "target", "learner", "merge", "block"])
    // Networks are in networks.test.ts; what tunes itself is the learner that it chose.
    const others = new Set([
      "Augment.crop",
      "Augment.affine",
      "Augment.brightness",
      "Merge.sum",
      "Merge.product",
      "Merge.tokens",
      "Nn.residual",
      // A recipe of convolutions that are in networks.test.ts.
      "Conv.classif",
      "Conv.regr"
    ])
    const missing = [...Definitions.all, ...Learners.all]
      .filter(({ id, kind }) => kinds.has(kind) && !seen.has(id) && !moving.has(id) && !others.has(id))
      .map(({ id }) => id)
    assert.deepStrictEqual(missing, [])
  })
})
