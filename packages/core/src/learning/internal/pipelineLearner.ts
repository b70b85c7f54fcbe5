/**
 * Pipelines as learners: preprocessing is fitted, columns become features, the network is trained.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import * as Engine from "../../engine/Engine.ts"
import * as Features from "../../pipeline/Features.ts"
import type { Ingress } from "../../pipeline/Ingress.ts"
import type * as Loss from "../../pipeline/Loss.ts"
import type { MissingValues } from "../../pipeline/MissingValues.ts"
import type * as Optimizer from "../../pipeline/Optimizer.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Shape from "../../pipeline/Shape.ts"
import * as Seed from "../../Seed.ts"
import * as Learner from "../Learner.ts"
import * as Prediction from "../Prediction.ts"
import * as Training from "../Training.ts"
import { checkWeights } from "./checkWeights.ts"
import { decodeOptions } from "./decodeOptions.ts"
import { intercept } from "./intercept.ts"
import { resolveModel, splitRows } from "./modelStage.ts"
import * as Preprocessing from "./preprocessing.ts"

/** The parts of a complete pipeline, found by the kind of their stages. */
const parts = (pipeline: Pipeline.Any) => {
  const stage = (kind: string) => pipeline.stages.find(({ definition }) => definition.kind === kind)!
  return {
    ingress: stage("ingress"),
    loss: stage("loss"),
    optimizer: stage("optimizer"),
    model: stage("model")
  }
}

const State = Schema.Struct({
  preprocess: Schema.Array(Schema.Unknown),
  columns: Schema.Array(Schema.String),
  intercept: Schema.Finite,
  weights: Schema.Array(
    Schema.Struct({ name: Schema.String, shape: Schema.Array(Schema.Int), values: Schema.Array(Schema.Finite) })
  )
})

/** What a pipeline learned: the state of each preprocessing stage, the columns of the ingress, intercept and weights. */
interface Learned {
  readonly preprocess: ReadonlyArray<unknown>
  readonly columns: ReadonlyArray<string>
  /** Added to the outputs: 0 unless the loss leaves the intercept undecided. */
  readonly intercept: number
  readonly weights: ReadonlyArray<Engine.Weights>
}

type Refused = PipelineError | MissingValues

/** Fits the preprocessing stages, chooses the columns of the ingress, and gives the rows as the network sees them. */
const fitPreprocess = Effect.fnUntraced(function* (pipeline: Pipeline.Any, task: Task) {
  const { states, features } = yield* Effect.fromResult(Preprocessing.fit(pipeline, Features.fromTask(task)))
  const { ingress } = parts(pipeline)
  const options = yield* Effect.fromResult(Pipeline.resolve<object>(ingress))
  const columns = yield* Effect.fromResult((ingress.definition as Ingress).fit(options, features))
  const loaded = yield* Effect.fromResult((ingress.definition as Ingress).load(columns, features))
  return { preprocessed: { preprocess: states, columns }, loaded }
})

/** The features of a task's rows as the network sees them. */
const load = (
  pipeline: Pipeline.Any,
  learned: Pick<Learned, "preprocess" | "columns">,
  task: Task
): Result.Result<Float32Array, Refused> =>
  Result.flatMap(Preprocessing.apply(pipeline, learned.preprocess, Features.fromTask(task)), (features) =>
    (parts(pipeline).ingress.definition as Ingress).load(learned.columns, features)
  )

const dataOf = (task: Task, features: Float32Array): Training.Data => ({
  rows: task.rows,
  features,
  targets: Float32Array.from(task.target),
  weights: task.weights === undefined ? undefined : Float32Array.from(task.weights)
})

const fitted = (
  pipeline: Pipeline.Any,
  predictType: "prob" | "response",
  learned: Learned,
  target: { readonly kind: TargetKind; readonly levels: ReadonlyArray<string> },
  outcome: Training.Outcome | undefined
): Learner.Fitted<Engine.Engine> => ({
  outcome,
  state: () => ({
    ...learned,
    preprocess: Preprocessing.toJson(pipeline, learned.preprocess),
    weights: learned.weights.map((weight) => ({ ...weight, values: Array.from(weight.values) }))
  }),
  predict: Effect.fnUntraced(function* (task) {
    const features = yield* Effect.fromResult(load(pipeline, learned, task))
    const outputs = Prediction.outputs(target.kind, target.levels)
    const network = yield* Effect.fromResult(Shape.network(pipeline, learned.columns.length, outputs))
    const engine = yield* Engine.Engine
    const scores = yield* engine.scores(network, learned.weights, features, task.rows)
    const bad = scores.findIndex((score) => !Number.isFinite(score))
    if (bad >= 0) {
      const row = Math.floor(bad / outputs)
      return yield* new PipelineError({
        issues: [
          {
            path: [],
            message: `the score of row ${row} is ${scores[bad]}; look for extreme features, or put Preprocess.standardise before the ingress`
          }
        ]
      })
    }
    // In double precision: in single, scores that differ could become equal.
    const shifted = Float64Array.from(scores, (score) => score + learned.intercept)
    return Prediction.fromOutputs(target, shifted, task.target, Prediction.allRows(task), predictType)
  })
})

const fit = (pipeline: Pipeline.Any) =>
  Effect.fnUntraced(function* (task: Task, seed: Seed.Seed) {
    yield* Effect.fromResult(Pipeline.check(pipeline))
    const { loss, optimizer, model } = parts(pipeline)
    const { options, found } = yield* resolveModel(model, task)
    const [first, ...others] = found.validMeasures

    const { train, valid } = yield* Effect.fromResult(splitRows(task, options.validation, seed))
    const { preprocessed, loaded } = yield* fitPreprocess(pipeline, train)
    const trainData = dataOf(train, loaded)
    const outputs = Prediction.outputs(task.kind, task.levels)
    const network = yield* Effect.fromResult(Shape.network(pipeline, preprocessed.columns.length, outputs))
    const lossOptions = yield* Effect.fromResult(Pipeline.resolve<object>(loss))
    const optimizerOptions = yield* Effect.fromResult(Pipeline.resolve<object>(optimizer))
    const predictType = options.predictType ?? "response"
    const hooks = yield* Effect.forEach(found.callbacks, ({ definition, given }) =>
      Effect.map(Effect.fromResult(decodeOptions(definition.id, definition.options)(given)), (decoded: object) =>
        definition.make(decoded)
      )
    )

    const outcome = yield* Effect.scoped(
      Training.run({
        network,
        loss: (loss.definition as Loss.Definition).make(lossOptions),
        optimizer: (optimizer.definition as Optimizer.Definition).make(optimizerOptions),
        seed,
        epochs: options.epochs,
        batchSize: options.batchSize,
        evalFreq: options.evalFreq,
        train: trainData,
        trainMeasures: found.trainMeasures,
        validation:
          valid === undefined || first === undefined || options.validation === undefined
            ? undefined
            : {
                ...options.validation,
                measures: [first, ...others],
                data: dataOf(valid, yield* Effect.fromResult(load(pipeline, preprocessed, valid)))
              },
        callbacks: hooks,
        predict: (scores, targets) =>
          Prediction.fromOutputs(task, scores, Float64Array.from(targets), new Int32Array(targets.length), "prob")
      })
    )
    const learned = { ...preprocessed, weights: outcome.weights, intercept: 0 }
    if (task.kind === "binary" && (loss.definition as Loss.Definition).translationInvariant === true) {
      const engine = yield* Engine.Engine
      const scores = yield* engine.scores(network, outcome.weights, trainData.features, trainData.rows)
      learned.intercept = intercept(scores, trainData.targets, trainData.weights)
    }
    return fitted(pipeline, predictType, learned, task, outcome)
  })

/** Everything of `fit` that needs no training. */
const check = (pipeline: Pipeline.Any) =>
  Effect.fnUntraced(function* (task: Task) {
    yield* Effect.fromResult(Pipeline.check(pipeline))
    const { options } = yield* resolveModel(parts(pipeline).model, task)
    // Any seed will do: whether rows are left on both sides does not depend on it.
    yield* Effect.fromResult(splitRows(task, options.validation, Seed.root(0)))
    const { preprocessed } = yield* fitPreprocess(pipeline, task)
    const outputs = Prediction.outputs(task.kind, task.levels)
    yield* Effect.fromResult(Shape.network(pipeline, preprocessed.columns.length, outputs))
  })

/** A short name for tables: the widths of the network and the loss. */
const shortName = (pipeline: Pipeline.Any): string => {
  const hidden = pipeline.stages.filter(({ definition }) => definition.kind === "layer")
  const body = hidden
    .map(({ definition, options }) => [definition.id.replace("Nn.", ""), ...Object.values(options)].join(" "))
    .join(", ")
  return `${body === "" ? "linear" : body} – ${parts(pipeline).loss.definition.id.replace(".loss", "")}`
}

/**
 * Makes the learner of a complete pipeline. The type parameters are those that `Model.classif` and `Model.regr` state.
 */
export const pipelineLearner = <L extends Learner.Learner<TargetKind, string, unknown, unknown>>(
  pipeline: Pipeline.Any
): L => {
  const { loss, optimizer, model } = parts(pipeline)
  const lossAccepts = (loss.definition as Loss.Definition).accepts
  const modelAccepts = (model.definition as unknown as Loss.Definition).accepts
  const predictType =
    model.options["predictType"] === "response" || model.definition.id === "Model.regr" ? "response" : "prob"
  return Learner.unsafeMake({
    id: shortName(pipeline),
    json: { pipeline: Pipeline.toJson(pipeline) },
    hash: () => Pipeline.hash(pipeline),
    accepts: lossAccepts.filter((kind) => modelAccepts.includes(kind)),
    weighted:
      (loss.definition as Loss.Definition).weighted && (optimizer.definition as Optimizer.Definition).searches !== true,
    predictType,
    check: check(pipeline),
    fit: fit(pipeline),
    load: (task, json) =>
      Result.gen(function* () {
        const state = yield* decodeOptions("model state", State)(json)
        const preprocess = yield* Preprocessing.fromJson(pipeline, state.preprocess)
        const weights = state.weights.map((weight) => ({ ...weight, values: Float32Array.from(weight.values) }))
        yield* checkWeights(pipeline, weights, state.columns.length, Prediction.outputs(task.kind, task.levels))
        return fitted(pipeline, predictType, { ...state, preprocess, weights }, task, undefined)
      })
  }) as unknown as L
}
