/** Random valid pipelines, as JSON, and the registry that reads them. */
import * as Learners from "@rocflow/learners/Definitions"
import * as Losses from "@rocflow/losses/Definitions"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Definitions from "../../src/Definitions.ts"
import type { PipelineError } from "../../src/pipeline/PipelineError.ts"
import type { StageJson } from "../../src/pipeline/Pipeline.ts"
import * as Registry from "../../src/pipeline/Registry.ts"

export const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.all, ...Learners.all]))

/** The issues of a result that must be a failure, as `[path, message]`. */
export const issuesOf = (result: Result.Result<unknown, PipelineError>) => {
  if (Result.isSuccess(result)) throw new Error("expected a failure")
  return result.failure.issues.map(({ path, message }) => [path.join("."), message] as const)
}

const name = fc.constantFrom("age", "dose", "site", "sex=f", "x 1", "é")
const names = fc.uniqueArray(name, { minLength: 1 })
const positive = fc.double({ min: 1e-6, max: 10, noNaN: true })
const fraction = fc.double({ min: 0, max: 0.99, noNaN: true })
const whole = fc.integer({ min: 1, max: 64 })

const stage = (
  type: string,
  needed: Readonly<Record<string, fc.Arbitrary<unknown>>> = {},
  optional: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}
): fc.Arbitrary<StageJson> =>
  fc.record({ ...needed, ...optional }, { requiredKeys: Object.keys(needed) }).map((options) => ({ type, ...options }))

export const preprocess = fc.oneof(
  stage("Preprocess.select", { columns: names }),
  stage("Preprocess.impute", { method: fc.constantFrom("mean", "median", "mode") }, { columns: names }),
  stage("Preprocess.impute", {
    method: fc.constant("constant"),
    value: fc.oneof(fc.integer(), fc.string(), fc.boolean())
  }),
  stage(
    "Preprocess.oneHot",
    {},
    { columns: names, drop: fc.constantFrom("none", "first"), unknown: fc.constantFrom("zero", "error") }
  ),
  stage("Preprocess.standardise", {}, { columns: names }),
  stage("Preprocess.dropConstants", {}, { columns: names })
)
const ingress = stage("Ingress.numeric", {}, { columns: names })
const layer = fc.oneof(
  stage("Nn.linear", { units: whole }, { bias: fc.boolean() }),
  ...["relu", "tanh", "sigmoid", "gelu"].map((id) => stage(`Nn.${id}`)),
  stage("Nn.dropout", { rate: fraction })
)
const head = stage("Nn.head", {}, { bias: fc.boolean() })
const optimizer = fc.oneof(
  stage("Optimizer.sgd", { learningRate: positive }, { momentum: fraction, nesterov: fc.boolean() }),
  stage("Optimizer.adam", {}, { learningRate: positive, beta1: fraction, beta2: fraction, epsilon: positive })
)

const reduction = { reduction: fc.constantFrom("mean", "sum") }
const lossOf = {
  binary: fc.oneof(
    stage("Bce.loss", {}, { posWeight: positive, ...reduction }),
    stage("Aum.loss", {}, { denominator: fc.constantFrom("rate", "count") })
  ),
  multiclass: stage("CrossEntropy.loss", {}, reduction),
  regression: stage("Mse.loss", {}, reduction)
}
const measureOf = {
  binary: ["auc", "error", "accuracy", "logloss", "brier"],
  multiclass: ["error", "accuracy", "logloss", "brier"],
  regression: ["mse", "rmse", "mae", "rsq"]
} as const
type Kind = keyof typeof lossOf

const model = (kind: Kind) => {
  const measures = fc.subarray([...measureOf[kind]], { minLength: 1 })
  const settings = { patience: fc.nat(10), minDelta: fraction, restoreBest: fc.boolean() }
  const split = fc.oneof(
    fc.record({ holdout: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
    fc.record({ rows: fc.uniqueArray(fc.nat(100), { minLength: 1 }) })
  )
  const validation = fc
    .tuple(split, fc.record({ measures, ...settings }, { requiredKeys: ["measures"] }))
    .map(([rows, rest]) => ({ ...rows, ...rest }))
  const callback = fc.record({ type: fc.constant("Callback.clipGradients"), norm: positive })
  return stage(
    kind === "regression" ? "Model.regr" : "Model.classif",
    { epochs: fc.nat(100) },
    {
      batchSize: fc.oneof(whole, fc.constant("all")),
      evalFreq: whole,
      measures,
      validation,
      callbacks: fc.array(callback, { maxLength: 2 }),
      ...(kind === "regression" ? {} : { predictType: fc.constantFrom("prob", "response") })
    }
  )
}

/** The stages of a complete pipeline. */
export const complete: fc.Arbitrary<ReadonlyArray<StageJson>> = fc
  .constantFrom<Kind>("binary", "multiclass", "regression")
  .chain((kind) =>
    fc
      .tuple(
        fc.array(preprocess, { maxLength: 3 }),
        ingress,
        fc.array(layer, { maxLength: 4 }),
        head,
        lossOf[kind],
        optimizer,
        model(kind)
      )
      .map(([before, first, layers, ...rest]) => [...before, first, ...layers, ...rest])
  )

/** A complete pipeline or the beginning of one. */
export const any: fc.Arbitrary<ReadonlyArray<StageJson>> = fc
  .tuple(complete, fc.nat(20))
  .map(([stages, cut]) => stages.slice(0, 1 + (cut % stages.length)))
