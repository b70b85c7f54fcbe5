/**
 * A model closes a pipeline into a learner: how long to train, in what batches, what to hold out, what to predict.
 *
 * @example
 * Model.classif({ epochs: 200, batchSize: 32, validation: Validation.holdout(0.5, { measures: [Measure.auc], patience: 20 }) })
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../data/Task.ts"
import type { Engine } from "../engine/Engine.ts"
import type * as Definition from "../pipeline/Definition.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import type * as Callback from "./Callback.ts"
import { pipelineLearner } from "./internal/pipelineLearner.ts"
import type * as Learner from "./Learner.ts"
import type { Measure } from "./Measure.ts"
import * as Validation from "./Validation.ts"

const withDefault = <S extends Schema.Top>(schema: S, value: S["Encoded"]) =>
  schema.pipe(Schema.withDecodingDefaultKey(Effect.succeed(value)))

const CallbackJson = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

const common = {
  epochs: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  batchSize: withDefault(Schema.Union([Schema.Int.check(Schema.isGreaterThan(0)), Schema.Literal("all")]), 32),
  evalFreq: withDefault(Schema.Int.check(Schema.isGreaterThan(0)), 1),
  measures: withDefault(Schema.Array(Schema.NonEmptyString), []),
  validation: Schema.optionalKey(Validation.Options),
  callbacks: withDefault(Schema.Array(CallbackJson), [])
}

const ClassifOptions = Schema.Struct({
  ...common,
  predictType: withDefault(Schema.Literals(["prob", "response"]), "prob")
})

const RegrOptions = Schema.Struct(common)

/** Model options with their defaults filled in; measures and callbacks by id. @category models */
export type Resolved = typeof RegrOptions.Type & { readonly predictType?: "prob" | "response" }

/** @category models */
export interface Options<E, R> {
  /** How many times all training rows are seen, at most. 0 keeps the first weights. */
  readonly epochs: number
  /** Rows a batch, default 32. `"all"` suits AUM, whose value needs both classes in a batch. */
  readonly batchSize?: number | "all"
  /** Evaluates every so many epochs and in the last one; patience counts evaluations. Default 1. */
  readonly evalFreq?: number
  /** Measured on the outputs of the training passes. */
  readonly measures?: ReadonlyArray<Measure>
  /** Rows held out of training, what is measured on them, and early stopping. Default: none. */
  readonly validation?: Validation.Validation
  readonly callbacks?: ReadonlyArray<Callback.Callback<E, R>>
  /** Early stopping is part of a validation: `Validation.holdout(ratio, { measures, patience })`. */
  readonly patience?: "Early stopping needs a validation split: Validation.holdout(ratio, { measures, patience })"
}

/** @category models */
export interface ClassifOptions<E, R> extends Options<E, R> {
  /** Whether predictions carry a probability per level. Default "prob". */
  readonly predictType?: "prob" | "response"
}

/** `unknown` if the pipeline's loss accepts one of the model's targets, else a sentence. @category type-level */
export type Fits<P extends Pipeline.Any, K extends TargetKind, Name extends string> = [
  Extract<Pipeline.AcceptsOf<P>, K>
] extends [never]
  ? `The loss is for ${Pipeline.AcceptsOf<P>} targets, ${Name} for ${K} targets`
  : unknown

const definition = (
  id: string,
  summary: string,
  accepts: ReadonlyArray<TargetKind>,
  options: Definition.Options<Resolved, unknown>
): Learner.Closing & { readonly accepts: ReadonlyArray<TargetKind> } => ({
  kind: "model",
  id,
  summary,
  accepts,
  options,
  close: pipelineLearner
})

/** @category definitions */
export const classifDefinition = definition(
  "Model.classif",
  "A classifier: epochs, batches, validation, predict type",
  ["binary", "multiclass"],
  ClassifOptions
)

/** @category definitions */
export const regrDefinition = definition(
  "Model.regr",
  "A regression model: epochs, batches, validation",
  ["regression"],
  RegrOptions
)

/** Measures and callbacks go by id; their definitions travel beside the options. */
const stageOf = <E, R>(model: Definition.Definition<"model">, options: ClassifOptions<E, R>): Pipeline.Stage =>
  Pipeline.stage(
    model,
    {
      ...options,
      measures: options.measures?.map(({ id }) => id),
      validation: options.validation?.options,
      callbacks: options.callbacks?.map((callback) => ({ type: callback.definition.id, ...callback.options }))
    },
    [
      ...(options.measures ?? []),
      ...(options.validation?.measures ?? []),
      ...(options.callbacks ?? []).map((callback) => callback.definition)
    ]
  )

/**
 * Closes a pipeline into a classifier. The loss must accept binary or multi-class targets.
 * @category stages
 */
export const classif =
  <E = never, R = never>(options: ClassifOptions<E, R>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "model", "Model.classif"> & Fits<P, "binary" | "multiclass", "Model.classif">
  ): Learner.Learner<Extract<Pipeline.AcceptsOf<P>, "binary" | "multiclass">, Pipeline.ColumnsOf<P>, E, R | Engine> =>
    pipelineLearner(Pipeline.append(self, stageOf(classifDefinition, options)))

/**
 * Closes a pipeline into a regression model. The loss must accept regression targets.
 * @category stages
 */
export const regr =
  <E = never, R = never>(options: Options<E, R>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "model", "Model.regr"> & Fits<P, "regression", "Model.regr">
  ): Learner.Learner<Extract<Pipeline.AcceptsOf<P>, "regression">, Pipeline.ColumnsOf<P>, E, R | Engine> =>
    pipelineLearner(Pipeline.append(self, stageOf(regrDefinition, options)))
