/** What ONNX Runtime computes is what is computed here: every stage, ingress, learner and wrapper, or its refusal by name. */
import { assert, describe, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Seed from "@rocflow/core/Seed"
import * as Definitions from "@rocflow/core/Definitions"
import * as Select from "@rocflow/core/data/Select"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Learners from "@rocflow/learners/Definitions"
import * as Effect from "effect/Effect"
import * as Onnx from "../src/Onnx.ts"
import { ort, run } from "./support/runtime.ts"
import {
  agrees,
  all,
  type Kind,
  learnerOf,
  linear,
  pipeline,
  plain,
  refused,
  relative,
  seen,
  trainedOn,
  typesIn
} from "./support/agreement.ts"

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

describe("images", () => {
  const random = Seed.generator(Seed.root(9))
  const taskWith = Effect.fnUntraced(function* (n: number) {
    const pixels = Array.from({ length: 36 }, (_, j) => [
      `p${j}`,
      Column.numeric(Array.from({ length: n }, () => random.below(256)))
    ])
    const table = yield* Table.fromColumns({
      ...Object.fromEntries(pixels),
      class: Column.text(Array.from({ length: n }, (_, i) => (i % 2 === 0 ? "a" : "b")))
    })
    const scans = yield* Tensors.fromColumns(table, {
      name: "scan",
      columns: Select.matching(/^p/),
      shape: [6, 6, 1],
      range: [0, 255]
    })
    return yield* Task.fromTable(scans, { target: "class", positive: "a", features: ["scan"] })
  })

  it.effect.each([
    "Image.transpose",
    "Image.grayscale",
    { type: "Image.resize", size: 4 },
    { type: "Image.crop", size: 4 },
    { type: "Image.pad", size: 8 },
    { type: "Image.rotate", degrees: 90 },
    { type: "Image.reshape", shape: [36] },
    { type: "Augment.crop", size: 4 }
  ])("are not moved by a model: %j", (stage) =>
    Effect.gen(function* () {
      for (const type of typesIn(stage)) seen.add(type)
      const json = pipeline([stage], [{ type: "Ingress.tensor", column: "scan" }], ["Nn.flatten"])
      // Rows of rank 1 are flat already.
      const flat = pipeline([stage], [{ type: "Ingress.tensor", column: "scan" }])
      const trained = yield* trainedOn(
        learnerOf(JSON.stringify(stage).includes("reshape") ? flat : json),
        yield* taskWith(20)
      )
      const error = yield* Effect.flip(Effect.fromResult(Onnx.fromTrained(trained)))
      assert.strictEqual(error.part, typeof stage === "string" ? stage : stage.type)
      assert.include(error.message, "do it before: train on a table that Image.change made")
    }).pipe(Effect.scoped, Effect.provide(Auto.layer()))
  )

  it.effect("are read on the scale of training, and normalised in the model", () =>
    Effect.gen(function* () {
      const task = yield* taskWith(60)
      const json = pipeline(
        [
          "Image.normalise",
          { type: "Image.rescale", from: [-1, 1] },
          { type: "Augment.flip", axis: "horizontal" },
          { type: "Augment.affine", degrees: 5 },
          { type: "Augment.brightness", by: 0.1 },
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

describe("definitions", () => {
  it("are written or refused", () => {
    const kinds = new Set<string>(["preprocess", "ingress", "target", "learner", "merge", "block"])
    // Networks are in networks.test.ts; what tunes itself is the learner that it chose.
    const others = new Set([
      "Merge.sum",
      "Merge.product",
      "Merge.tokens",
      "Nn.residual",
      // A recipe of convolutions that are in networks.test.ts.
      "Conv.classif",
      "Conv.regr"
    ])
    const missing = [...Definitions.all, ...Learners.all]
      .filter(({ id, kind }) => kinds.has(kind) && !seen.has(id) && !others.has(id))
      .map(({ id }) => id)
    assert.deepStrictEqual(missing, [])
  })
})
