/**
 * A model closes a pipeline into a learner: how long to train, in what batches, what to hold out, what to predict.
 *
 * @example
 * Model.classif({ epochs: 200, batchSize: 32, validation: Validation.holdout(0.5, { measures: [Measure.auc], patience: 20 }) })
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../data/Task.ts"
import type { Engines } from "../engine/Engine.ts"
import * as OptionSchema from "../OptionSchema.ts"
import * as Closing from "../pipeline/Closing.ts"
import type { Find } from "../pipeline/Definition.ts"
import type * as Pipeline from "../pipeline/Pipeline.ts"
import * as Target from "../pipeline/Target.ts"
import * as Averaging from "./Averaging.ts"
import * as Callback from "./Callback.ts"
import * as ClassWeights from "./internal/classWeights.ts"
import * as Drawing from "./internal/drawing.ts"
import { type AnyTarget, pipelineLearner, refusedLearner } from "./internal/pipelineLearner.ts"
import type { Settings } from "./internal/settings.ts"
import * as Learner from "./Learner.ts"
import * as Measure from "./Measure.ts"
import * as Validation from "./Validation.ts"

const common = {
  epochs: OptionSchema.required(OptionSchema.epochCount(0), "How many times all training rows are seen, at most", 100),
  batchSize: OptionSchema.withDefault(
    Schema.Union([OptionSchema.count(1), Schema.Literal("all")]),
    32,
    "Rows of an update; all suits losses that rank"
  ),
  batches: OptionSchema.optional(Drawing.Options, "How batches are made up; default: of any rows", {
    stratified: "class"
  }),
  dropLast: OptionSchema.optional(
    Schema.Boolean,
    "Whether a last batch that is smaller is left out; default false",
    true
  ),
  accumulate: OptionSchema.optional(
    OptionSchema.count(1),
    "Batches of an update, whose gradients are averaged; default 1",
    4
  ),
  evalFreq: OptionSchema.withDefault(OptionSchema.count(1), 1, "Epochs from one evaluation to the next"),
  scheduleEpochs: OptionSchema.optional(
    OptionSchema.epochCount(1),
    "The epochs over which schedules run; default: epochs",
    200
  ),
  averaging: OptionSchema.optional(
    Averaging.Options,
    "The average of the weights that is validated and kept; default: the weights themselves",
    { type: "ema" }
  ),
  mixup: OptionSchema.optional(
    OptionSchema.positive,
    "How much rows are mixed with others in training; default: not at all",
    0.2
  ),
  measures: OptionSchema.withDefault(Schema.Array(Measure.reference), [], "Measured on the training passes"),
  validation: OptionSchema.optional(
    Validation.Options,
    "Rows held out of training, what is measured on them, early stopping; default: none",
    { holdout: 0.3, measures: ["auc"], patience: 20, restoreBest: true }
  ),
  callbacks: OptionSchema.withDefault(Schema.Array(Callback.reference), [], "What watches training"),
  engine: OptionSchema.withDefault(
    Schema.NonEmptyString,
    "auto",
    "The engine that computes, by the beginning of its name; auto is the first that can"
  )
}

const ClassifOptions = Schema.Struct({
  ...common,
  classWeights: OptionSchema.optional(
    ClassWeights.Options,
    "Weights of the classes in training; default: all alike",
    "balanced"
  ),
  predictType: OptionSchema.withDefault(
    Schema.Literals(["prob", "response"]),
    "prob",
    "Probabilities, or responses alone"
  )
})

const RegrOptions = Schema.Struct({
  ...common,
  target: OptionSchema.withDefault(
    Schema.Array(Target.reference),
    [Target.standardiseDefinition.id],
    "Transformations of the target, one after another"
  )
})

/** The options of `Model.classif`, for learners that have them beside their own. @category schemas */
export const classifFields = ClassifOptions.fields

/** The options of `Model.regr` but for the target, whose key is that of all ready-made learners. @category schemas */
export const regrFields = common

/** How a network is trained. @category models */
export interface Options<E, R, M extends TargetKind> {
  /** How many times all training rows are seen, at most. 0 keeps the first weights. */
  readonly epochs: number
  /** Rows a batch, default 32. `"all"` suits AUM, whose value needs both classes in a batch. */
  readonly batchSize?: number | "all"
  /**
   * What batches are made of. By default of any rows. `{ stratified: "class" }`: of about the share of each class that the
   * training rows have; each row comes once an epoch. `{ balanced: "class" }`: of as many rows of each class; an epoch has
   * as many rows as without, those of a small class several times, and of a large one others in each epoch. `"stratum"`
   * instead of `"class"` takes the strata of the task. Losses that only rank, such as AUM, learn from batches of both
   * classes alone: `stratified` gives every batch one of each where a class has as many rows as there are batches, and
   * `balanced` always, from two rows a batch on.
   *
   * *Gotcha*: balanced batches move probabilities and the threshold as weights of classes do.
   */
  readonly batches?: Drawing.Options
  /** Leaves the last batch of an epoch out where it is smaller than the others. Default false. */
  readonly dropLast?: boolean
  /**
   * Batches an update: their gradients are averaged, by the weights of their rows, so that an update is that of one batch of
   * as many rows, for the memory of a small one. Losses with `reduction: "sum"` are added up. Default 1.
   *
   * *Gotcha*: losses that compare rows (AUM), and batch norm, see one batch at a time.
   */
  readonly accumulate?: number
  /** Evaluates every so many epochs and in the last one; patience counts evaluations. Default 1. */
  readonly evalFreq?: number
  /**
   * The epochs over which schedules run. Default `epochs`, also where training stops early; give the greatest number of
   * before where a network is trained once more for fewer epochs. *Gotcha*: a training that is resumed with more epochs than
   * it began with has schedules over those, unless this says how many.
   */
  readonly scheduleEpochs?: number
  /** The average of the weights that is validated, and kept: `Averaging.ema` or `Averaging.swa`. Default: the weights themselves. */
  readonly averaging?: Averaging.Averaging
  /**
   * Mixes, in training only, each row with another one of its batch: x̃ = λ·x + (1 − λ)·x′, and the loss weighs the two
   * targets by λ and 1 − λ, times the weights of their rows. λ is the larger of two shares drawn by
   * Beta(mixup, mixup) for each row: 0.2 mixes a few rows much, 1 takes all shares alike, and near 0 rows stay as they are.
   * Positive. Default: no mixing. Needs inputs of numbers and a loss that takes weights.
   *
   * *Gotcha*: `measures` of the training passes are those of mixed rows; the validation has rows as they are.
   *
   * Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: beyond empirical risk minimization", ICLR 2018.
   */
  readonly mixup?: number
  /** Measured on the outputs of the training passes. */
  readonly measures?: ReadonlyArray<Measure.Measure<M>>
  /** Rows held out of training, what is measured on them, and early stopping. Default: none. */
  readonly validation?: Validation.Validation<M>
  readonly callbacks?: ReadonlyArray<Callback.Callback<E, R>>
  /**
   * The engine to compute on: `"auto"` (the default), the first that can; or the beginning of a name: `"fused"`, `"tfjs"`.
   * `rocflow inspect` says which it is and why.
   */
  readonly engine?: string
  /** Early stopping is part of a validation: `Validation.holdout(ratio, { measures, patience })`. */
  readonly patience?: "Early stopping needs a validation split: Validation.holdout(ratio, { measures, patience })"
}

/** How a classifier is trained, and what it predicts. @category models */
export interface ClassifOptions<E, R, M extends TargetKind> extends Options<E, R, M> {
  /**
   * Weighs the rows of each class in training, times their own weights; validation and prediction know no such weights.
   * Of a class of n rows among those that are trained on, the weight is in proportion to
   *
   * - `"balanced"`: 1/n, so that all classes weigh the same;
   * - `"squareRoot"`: 1/√n, half-way;
   * - `{ effective: β }`: (1 − β)/(1 − βⁿ), β in [0, 1): one over the effective number of rows, which grows to 1/(1 − β) at
   *   most (Cui, Jia, Lin, Song and Belongie, "Class-balanced loss based on effective number of samples", CVPR 2019);
   * - `{ levels: { ill: 5, well: 1 } }`: as given, for every level.
   *
   * But for the last, they have the mean 1 over the training rows. Needs a loss that takes weights.
   *
   * *Gotcha*: probabilities are those of classes that are as frequent as they are weighed, and the threshold moves with
   * them: compare such models by AUC, not by the error or log-loss.
   */
  readonly classWeights?: ClassWeights.Options
  /** Whether predictions carry a probability per level. Default "prob". */
  readonly predictType?: "prob" | "response"
}

/** How a regression model is trained. @category models */
export interface RegrOptions<E, R> extends Options<E, R, "regression"> {
  /**
   * Transformations of the target, one after another, learned on the training rows after those of the validation are held
   * out. Predictions, and measures of the validation and in the history, are in the unit of the target; the loss is in
   * that of the transformed one. Default `[Target.standardise()]`; `[]` leaves the target as it is, which a network learns
   * slowly, or not at all, where values are far from 0 or their standard deviation is far from 1.
   */
  readonly target?: ReadonlyArray<Target.Target>
}

/** `unknown` if the pipeline's loss accepts one of the model's targets, else a sentence. @category type-level */
export type Fits<P extends Pipeline.Any, K extends TargetKind, Name extends string> = [
  Extract<Pipeline.AcceptsOf<P>, K>
] extends [never]
  ? `The loss is for ${Pipeline.AcceptsOf<P>} targets, ${Name} for ${[K] extends ["regression"] ? K : "binary or multiclass"} targets`
  : unknown

/** The learner of a pipeline whose last stage has other epochs and another validation. */
const changed =
  (definition: () => Closing.Definition, { callbacks, measures, target = [] }: Settings, { stages }: Pipeline.Any) =>
  ({ epochs, scheduleEpochs, validation }: Learner.EpochsChange): AnyTarget => {
    const { type: _, validation: __, ...given } = stages.at(-1)!.json
    const held = validation === "none" ? [] : validation.measures
    const find = Closing.among([
      ...Measure.definitionsOf([...measures, ...held]),
      ...[...callbacks, ...target].map(({ definition: named }) => named)
    ])
    const options = {
      ...given,
      epochs,
      scheduleEpochs,
      ...(validation !== "none" && { validation: validation.options })
    }
    const closed = Closing.put(Closing.withoutLast(stages), definition(), options, find)
    // Its target kinds and columns are those of the types that the pipeline had before.
    return Result.getOrElse(Learner.fromPipeline(closed), (error) => refusedLearner(closed, error)) as AnyTarget
  }

/** `Model.classif` as a definition, for registries. @category definitions */
export const classifDefinition: Closing.Definition<typeof ClassifOptions.Encoded> = Closing.define({
  id: "Model.classif",
  summary: "A classifier: epochs, batches, validation, predict type",
  accepts: ["binary", "multiclass"],
  options: ClassifOptions,
  close: (options, pipeline) =>
    pipelineLearner(
      pipeline,
      options,
      ["binary", "multiclass"],
      changed(() => classifDefinition, options, pipeline)
    )
})

/** `Model.regr` as a definition, for registries. @category definitions */
export const regrDefinition: Closing.Definition<typeof RegrOptions.Encoded> = Closing.define({
  id: "Model.regr",
  summary: "A regression model: epochs, batches, validation",
  accepts: ["regression"],
  options: RegrOptions,
  close: (options, pipeline) => {
    const settings = { ...options, predictType: "response" as const }
    return pipelineLearner(
      pipeline,
      settings,
      ["regression"],
      changed(() => regrDefinition, settings, pipeline)
    )
  }
})

/** Options as JSON: measures go by name, with options, and callbacks by id, and targets too; their definitions are found among those that were given. */
export const toJson = (
  options: Partial<Pick<Options<unknown, unknown, TargetKind>, "callbacks" | "measures" | "validation">> &
    Pick<RegrOptions<unknown, unknown>, "target">
): { readonly json: object; readonly find: Find } => {
  const { callbacks, measures, target, validation } = options
  return {
    json: {
      ...options,
      measures: measures?.map(({ json }) => json),
      validation: validation?.options,
      callbacks: callbacks?.map(({ json }) => json),
      target: target?.map(({ json }) => json)
    },
    find: Closing.among([
      ...Measure.definitionsOf([...(measures ?? []), ...(validation?.measures ?? [])]),
      ...[...(callbacks ?? []), ...(target ?? [])].map(({ definition }) => definition)
    ])
  }
}

const close = <E, R, M extends TargetKind>(
  pipeline: Pipeline.Any,
  model: Closing.Definition,
  options: ClassifOptions<E, R, M> & Pick<RegrOptions<E, R>, "target">
): Learner.Closed => {
  const { find, json } = toJson(options)
  const closed = Closing.put(pipeline, model, json, find)
  return Result.getOrElse(
    Learner.fromPipeline(closed),
    // Which targets and columns it is for is known to the types of the pipeline alone.
    (error) => refusedLearner(closed, error) as Learner.Closed
  )
}

/**
 * Closes a pipeline into a classifier. The loss must accept binary or multi-class targets, and so must the measures.
 * @category stages
 */
export const classif =
  <E = never, R = never>(options: ClassifOptions<E, R, "binary" | "multiclass">) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "model", "Model.classif"> & Fits<P, "binary" | "multiclass", "Model.classif">
  ): Learner.Learner<Extract<Pipeline.AcceptsOf<P>, "binary" | "multiclass">, Pipeline.ColumnsOf<P>, E, R | Engines> =>
    close(self, classifDefinition, options)

/**
 * Closes a pipeline into a regression model. The loss must accept regression targets, and so must the measures.
 * @category stages
 */
export const regr =
  <E = never, R = never>(options: RegrOptions<E, R>) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "model", "Model.regr"> & Fits<P, "regression", "Model.regr">
  ): Learner.Learner<Extract<Pipeline.AcceptsOf<P>, "regression">, Pipeline.ColumnsOf<P>, E, R | Engines> =>
    close(self, regrDefinition, options)
