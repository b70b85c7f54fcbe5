/** Random valid pipelines, as JSON, and the registry that reads them. */
import * as Learners from "@rocflow/learners/Definitions"
import * as Losses from "@rocflow/losses/Definitions"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import * as Definitions from "../../src/Definitions.ts"
import * as Callback from "../../src/learning/Callback.ts"
import * as OptionSchema from "../../src/OptionSchema.ts"
import * as Graph from "../../src/network/Graph.ts"
import type { PipelineError } from "../../src/pipeline/PipelineError.ts"
import type { Any, StageJson } from "../../src/pipeline/Pipeline.ts"
import * as Registry from "../../src/pipeline/Registry.ts"
import type { Shape } from "../../src/pipeline/Shape.ts"
import type { PartOf, Stage } from "../../src/pipeline/Stage.ts"
import * as Traverse from "../../src/pipeline/Traverse.ts"

/** A callback that does nothing. */
export const watch = Callback.define({
  id: "Mine.watch",
  summary: "Looks on",
  options: Schema.Struct({
    every: OptionSchema.withDefault(OptionSchema.count(1), 1, "Epochs from one look to the next")
  }),
  make: () => ({})
})

export const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.all, ...Learners.all, watch]))

/** The issues of a result that must be a failure, as `[path, message]`. */
export const issuesOf = (result: Result.Result<unknown, PipelineError>) => {
  if (Result.isSuccess(result)) throw new Error("expected a failure")
  return result.failure.issues.map(({ path, message }) => [path.join("."), message] as const)
}

/** What a stage of some kind is bound to. */
export const partOf = <K extends Stage["kind"]>({ bound, id }: Stage, ...kinds: ReadonlyArray<K>): PartOf<K> => {
  const { part } = Result.getOrThrow(bound)
  if (!(kinds as ReadonlyArray<string>).includes(part.kind)) throw new Error(`${id} is a ${part.kind}`)
  return part as PartOf<K>
}

/** The network of a pipeline whose ingresses without names of columns get so many. */
export const lower = ({ stages }: Any, columns: number, outputs: number) => {
  const inputs = Traverse.all(stages)
    .filter(({ stage }) => stage.kind === "ingress")
    .map(({ path, stage }): [string, Shape] => [path, partOf(stage, "ingress").ingress.shape(columns)])
  return Graph.make(stages, new Map(inputs), outputs)
}

/** Names of columns, odd ones too. */
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
type Stages = fc.Arbitrary<ReadonlyArray<StageJson>>

/** One list of several. */
const joined = (...parts: ReadonlyArray<Stages>): Stages => fc.tuple(...parts).map((lists) => lists.flat())
const one = (single: fc.Arbitrary<StageJson>): Stages => single.map((only) => [only])

const linear = (units: number) => stage("Nn.linear", { units: fc.constant(units) }, { bias: fc.boolean() })
const plain = fc.oneof(
  ...["relu", "tanh", "sigmoid", "gelu"].map((id) => stage(`Nn.${id}`)),
  stage("Nn.dropout", { rate: fraction })
)

/** A layer that keeps the width, which is not always known before data are. */
const keeping = (width: number | undefined, depth: number): fc.Arbitrary<StageJson> => {
  const simple = width === undefined ? plain : fc.oneof(plain, linear(width))
  if (depth === 0) return simple
  const body = fc.array(keeping(width, depth - 1), { minLength: 1, maxLength: 2 })
  const holding = fc.oneof(
    stage("Nn.residual", { body }),
    stage("Nn.block", { count: fc.integer({ min: 1, max: 3 }), body })
  )
  return fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: holding })
}

/** Layers that end with rows of a width. */
const widening = (width: number): Stages => joined(one(linear(width)), fc.array(keeping(width, 2), { maxLength: 2 }))

const layers: Stages = joined(
  fc.array(keeping(undefined, 2), { maxLength: 2 }),
  fc.array(whole.chain(widening), { maxLength: 2 }).map((parts) => parts.flat())
)

const branchName = fc.constantFrom("scan", "age", "α", "b2", "with_1-dash", "linear")

/** The way of columns into a network: an ingress, or branches that come together, which may have branches themselves. */
const inlet = (depth: number): Stages => {
  const single = one(ingress)
  if (depth === 0) return single
  const begun = joined(fc.array(preprocess, { maxLength: 1 }), inlet(depth - 1))
  const named = (branch: Stages) => fc.dictionary(branchName, branch, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
  const concat = stage("Merge.concat", { branches: named(joined(begun, layers)) })
  const equal = whole.chain((width) =>
    fc
      .constantFrom("Merge.sum", "Merge.product")
      .chain((id) => stage(id, { branches: named(joined(begun, widening(width))) }))
  )
  return fc.oneof({ weight: 2, arbitrary: single }, { weight: 1, arbitrary: one(fc.oneof(concat, equal)) })
}

const head = stage("Nn.head", {}, { bias: fc.boolean() })

/** The stages of a network with all that comes before it; shapes fit, whatever the number of columns. */
export const network: Stages = joined(fc.array(preprocess, { maxLength: 3 }), inlet(2), layers, one(head))

const transform = (depth: number): fc.Arbitrary<StageJson> => {
  const simple = fc.oneof(
    stage("Transform.clip", { norm: positive }),
    stage("Transform.momentum", { momentum: fraction }, { nesterov: fc.boolean() }),
    stage("Transform.adam", {}, { beta1: fraction, beta2: fraction, epsilon: positive }),
    stage("Transform.decay", { rate: fc.oneof(fc.constant(0), positive) }),
    stage("Transform.rate", { rate: positive })
  )
  if (depth === 0) return simple
  const group = stage("Transform.group", {
    paths: fc.uniqueArray(fc.constantFrom("**.kernel", "**.bias", "scan/**", "linear.*"), { minLength: 1 }),
    transforms: fc.array(transform(depth - 1), { minLength: 1, maxLength: 2 })
  })
  return fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: group })
}

const optimizer = fc.oneof(
  stage("Optimizer.sgd", { learningRate: positive }, { momentum: fraction, nesterov: fc.boolean() }),
  stage("Optimizer.adam", {}, { learningRate: positive, beta1: fraction, beta2: fraction, epsilon: positive }),
  stage("Optimizer.chain", { transforms: fc.array(transform(2), { minLength: 1, maxLength: 3 }) })
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
  const settings = {
    patience: fc.nat(10),
    minDelta: fraction,
    stopWhen: fc.constantFrom("first", "any", "all"),
    restoreBest: fc.boolean()
  }
  const split = fc.oneof(
    fc.record({ holdout: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
    fc.record({ rows: fc.uniqueArray(fc.nat(100), { minLength: 1 }) })
  )
  const validation = fc
    .tuple(split, fc.record({ measures, ...settings }, { requiredKeys: ["measures"] }))
    .map(([rows, rest]) => ({ ...rows, ...rest }))
  const callback = fc.oneof(
    stage(watch.id, {}, { every: whole }),
    stage("Callback.checkpoint", {}, { every: whole, keep: whole, best: fc.boolean() }),
    stage("Callback.timeLimit", { limit: fc.constantFrom(90, "1 h 30 min") }),
    stage(
      "Callback.freeze",
      { paths: fc.constant(["**.bias"]) },
      { at: fc.oneof(whole, fc.record({ progress: fraction })) }
    )
  )
  return stage(
    kind === "regression" ? "Model.regr" : "Model.classif",
    { epochs: fc.nat(100) },
    {
      batchSize: fc.oneof(whole, fc.constant("all")),
      batches: fc.constantFrom({ stratified: "stratum" }, { balanced: "stratum" }),
      dropLast: fc.boolean(),
      accumulate: whole,
      evalFreq: whole,
      mixup: fc.double({ min: 0, minExcluded: true, max: 10, noNaN: true }),
      measures,
      validation,
      callbacks: fc.array(callback, { maxLength: 2 }),
      engine: fc.constant("tfjs"),
      ...(kind === "regression"
        ? { target: fc.subarray(["Target.yeoJohnson", "Target.standardise"]) }
        : {
            predictType: fc.constantFrom("prob", "response"),
            classWeights: fc.oneof(
              fc.constantFrom("balanced", "squareRoot"),
              fc.record({ effective: fc.double({ min: 0, max: 0.999, noNaN: true }) })
            )
          })
    }
  )
}

/** The stages of a complete pipeline. */
export const complete: Stages = fc
  .constantFrom<Kind>("binary", "multiclass", "regression")
  .chain((kind) => joined(network, one(lossOf[kind]), one(optimizer), one(model(kind))))

/** A complete pipeline or the beginning of one. */
export const any: Stages = fc
  .tuple(complete, fc.nat(20))
  .map(([stages, cut]) => stages.slice(0, 1 + (cut % stages.length)))
