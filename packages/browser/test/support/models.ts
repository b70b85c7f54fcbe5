/**
 * Models of every kind, trained on made-up patients and scans, with the rows that they are to predict.
 */
import * as Column from "@rocflow/core/data/Column"
import type { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Tensors from "@rocflow/core/data/Tensors"
import { all as core } from "@rocflow/core/Definitions"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Place from "@rocflow/core/learning/Place"
import * as Registry from "@rocflow/core/pipeline/Registry"
import * as Seed from "@rocflow/core/Seed"
import * as Learners from "@rocflow/learners/Definitions"
import { all as losses } from "@rocflow/losses/Definitions"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Rows } from "../../src/index.ts"

const registry = Result.getOrThrow(Registry.make([...core, ...losses, ...Learners.all]))

/** Rows as JSON has them: dates are words. */
const patients = (n: number, seed: number): Rows => {
  const random = Seed.generator(Seed.root(seed))
  return Array.from({ length: n }, (_, i) => {
    const marker = random.normal()
    const ill = marker + random.normal() > 0.3
    const hole = <A>(value: A): A | null => (random.float() < 0.1 ? null : value)
    return {
      marker: hole(marker),
      dose: hole(10 ** (2 * random.float())),
      count: Math.floor(20 * random.float()),
      smoker: random.float() < 0.3,
      site: hole(["north", "south", "east"][random.below(3)]!),
      stage: ["I", "II", "III"][random.below(3)]!,
      seen: new Date(Date.UTC(2020, i % 12, 1 + (i % 28))).toISOString().slice(0, 10),
      scan: { shape: [8, 8, 1], values: Array.from({ length: 64 }, () => random.below(256)), range: [0, 255] },
      finding: ill ? "ill" : "well",
      class: ["low", "mid", "high"][ill ? 2 : random.below(2)]!,
      risk: 3 * marker + random.normal()
    }
  })
}

const plain = ["marker", "dose", "count", "smoker", "site", "stage"]
const targets = ["finding", "class", "risk"] as const

/** The table that Node reads of rows. */
export const tableOf = Effect.fnUntraced(function* (rows: Rows): Effect.fn.Return<Table.Table, SchemaError> {
  const all = <A>(name: string) => rows.map((row) => row[name] as A)
  return yield* Table.fromColumns({
    marker: Column.numeric(all<number>("marker")),
    dose: Column.numeric(all<number>("dose")),
    count: Column.integer(all<number>("count")),
    smoker: Column.boolean(all<boolean>("smoker")),
    site: Column.text(all<string>("site")),
    stage: Column.factor(all<"I" | "II" | "III">("stage"), { levels: ["I", "II", "III"], ordered: true }),
    seen: Column.date(all<string>("seen").map((day) => Date.parse(day))),
    scan: yield* Tensors.fromArrays(all<Tensors.Given>("scan")),
    finding: Column.text(all<string>("finding")),
    class: Column.text(all<string>("class")),
    risk: Column.numeric(all<number>("risk"))
  })
})

const training = patients(100, 1)

/** The rows that are predicted: new ones, with missing values. */
export const unseen = patients(40, 2)

interface Case {
  readonly name: string
  readonly learner: unknown
  readonly target: (typeof targets)[number]
  readonly features: ReadonlyArray<string>
}

/** Layers of every form that a network of tables or images has. */
const pipelines: ReadonlyArray<Case> = [
  {
    name: "linear AUM",
    target: "finding",
    features: [...plain, "seen"],
    learner: {
      pipeline: [
        "Preprocess.dates",
        { type: "Preprocess.missingIndicator" },
        { type: "Preprocess.impute", method: "median" },
        { type: "Preprocess.impute", method: "mode" },
        "Preprocess.oneHot",
        "Preprocess.standardise",
        "Ingress.numeric",
        "Nn.head",
        "Aum.loss",
        { type: "Optimizer.sgd", learningRate: 0.1 },
        // What writes files in training is no hindrance where there are none.
        { type: "Model.classif", epochs: 5, batchSize: "all", callbacks: ["Callback.checkpoint", "Callback.csv"] }
      ]
    }
  },
  {
    name: "convolution",
    target: "class",
    features: ["scan"],
    learner: {
      pipeline: [
        { type: "Image.crop", size: [6, 6] },
        { type: "Ingress.tensor", column: "scan" },
        { type: "Nn.conv2d", filters: 4, size: 3 },
        "Nn.batchNorm",
        "Nn.relu",
        { type: "Nn.maxPool2d", size: 2 },
        "Nn.flatten",
        "Nn.head",
        "CrossEntropy.loss",
        "Optimizer.adam",
        { type: "Model.classif", epochs: 2 }
      ]
    }
  },
  {
    name: "regression of a transformed target",
    target: "risk",
    features: plain,
    learner: {
      pipeline: [
        "Preprocess.robust",
        "Ingress.numeric",
        { type: "Nn.linear", units: 8 },
        "Nn.gelu",
        "Nn.head",
        "Mse.loss",
        "Optimizer.adam",
        { type: "Model.regr", epochs: 5, engine: "fused-strict" }
      ]
    }
  }
]

const robust = { preprocess: ["Preprocess.robust"] }
const few = { epochs: 2 }

/** What a definition is given besides its name, where its defaults do not do; a new learner is tested with its defaults. */
const given: Readonly<Record<string, object>> = {
  ElasticNet: { lambda: 0.02, ...robust },
  "ElasticNet.cv": { folds: 3, ...robust },
  Tree: robust,
  Knn: robust,
  "Forest.classif": { trees: 10 },
  "Forest.regr": { trees: 10 },
  "Boosting.classif": { iterations: 10 },
  "Boosting.regr": { iterations: 10 },
  "Mlp.classif": few,
  "Mlp.regr": few,
  "RealMlp.classif": few,
  "RealMlp.regr": few,
  "TabM.classif": few,
  "TabM.regr": few,
  "TabResnet.classif": few,
  "TabResnet.regr": few,
  "FtTransformer.classif": few,
  "FtTransformer.regr": few,
  "Conv.classif": few,
  "Conv.regr": few,
  "Ensemble.bagging": { learner: "Featureless", size: 2 },
  "Ensemble.seeds": { learner: "Featureless", size: 2 },
  "Ensemble.voting": { learners: ["Featureless", { type: "Knn", ...robust }] },
  "Ensemble.stacking": {
    base: [{ type: "Tree", ...robust }],
    super: { type: "ElasticNet", lambda: 0.01 },
    folds: 3
  },
  "Calibrated.classif": { learner: { type: "Forest.classif", trees: 10 }, folds: 3 },
  "Decision.threshold": { learner: { type: "Forest.classif", trees: 10 }, threshold: 0.3 },
  "Decision.costs": { learner: { type: "Forest.classif", trees: 10 }, costs: { ill: { well: 5 } } },
  "Decision.byMeasure": { learner: { type: "Forest.classif", trees: 10 }, measure: "balancedAccuracy", folds: 3 }
}

const kinds = { finding: "binary", class: "multiclass", risk: "regression" } as const

/** Every ready-made learner on every kind of target that it accepts. */
const readyMade: ReadonlyArray<Case> = Learners.all.flatMap(({ accepts, id }) =>
  targets
    .filter((target) => accepts.includes(kinds[target]) && (id !== "Decision.costs" || target === "finding"))
    .map((target) => ({
      name: `${id}, ${kinds[target]}`,
      target,
      features: id.startsWith("Conv.") ? ["scan"] : plain,
      learner: { type: id, ...given[id] }
    }))
)

/** All models. */
export const cases = [...pipelines, ...readyMade]

/** Trains one of them in a place; gives it, with what it predicts here of the unseen rows. */
export const trained = Effect.fnUntraced(function* ({ features, learner, target }: Case, place: string) {
  const read = yield* Effect.fromResult(Learner.fromJson(learner, registry))
  const roles = { target, features, ...(target === "finding" && { positive: "ill" }) }
  const task = yield* Task.fromTable(yield* tableOf(training), roles)
  const model = yield* Effect.provideService(Learner.train(read, task, { seed: 1 }), Place.Place, place)
  return { model, prediction: yield* Learner.predict(model, yield* tableOf(unseen)) }
})
