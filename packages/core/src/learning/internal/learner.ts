/**
 * What a learner is, and how ready-made ones are defined.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "../../data/Note.ts"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import type * as TaskSchema from "../../data/TaskSchema.ts"
import { hashJson } from "../../Hash.ts"
import { type Outcome, toEffect } from "../../internal/outcome.ts"
import type { EngineUnavailable, Engines, Program } from "../../engine/Engine.ts"
import type * as Base from "../../pipeline/Definition.ts"
import type { MissingValues } from "../../pipeline/MissingValues.ts"
import type * as Pipeline from "../../pipeline/Pipeline.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type { ShapeError } from "../../pipeline/Shape.ts"
import type { Takes } from "../../pipeline/Stage.ts"
import type * as Seed from "../../Seed.ts"
import type { Checkpoint } from "../Checkpoint.ts"
import { CheckpointError } from "../CheckpointError.ts"
import type { Outcome as Training } from "../Training.ts"
import type { Parts } from "../Parts.ts"
import type { Prediction } from "../Prediction.ts"
import type { SearchSpace } from "../SearchSpace.ts"
import type { TrainingDiverged } from "../TrainingDiverged.ts"
import type { Tuning } from "../Tuning.ts"
import type { Validation } from "../Validation.ts"
import { decodeOptions } from "./decodeOptions.ts"
import { type Coefficient, type Gain, ofFeatures } from "./featureUse.ts"
import type { Shap } from "./shap.ts"

/** @category models */
export const TypeId = "~rocflow/Learner"

/** What can go wrong in training, besides the errors of callbacks. @category errors */
export type TrainError =
  | PipelineError
  | ShapeError
  | MissingValues
  | TrainingDiverged
  | EngineUnavailable
  | CheckpointError

/** What can go wrong in predicting. @category errors */
export type PredictError = PipelineError | ShapeError | MissingValues | EngineUnavailable

/**
 * A learner in its JSON form: `{ pipeline: [stages…] }`, or `{ type: "Featureless", …options }`, where the stages of
 * `preprocess: [stages…]` and the transformations of `target: […]` may come before the learner.
 * @category models
 */
export type LearnerJson =
  | { readonly pipeline: ReadonlyArray<Pipeline.StageJson> }
  | { readonly type: string; readonly [option: string]: unknown }

/**
 * What a training goes on from: a checkpoint, its file, or a directory of checkpoints; with `true`, what the learner's own
 * callbacks left of this training, and from the beginning where they left nothing.
 * @category models
 */
export type Resume = true | string | Checkpoint

/** What is seen of a learner and a task without training. @category models */
export interface Checked {
  /** The preprocessing stages by path, with the number of feature columns behind each. */
  readonly stages: ReadonlyArray<{
    readonly path: string
    readonly columns: number
    /** How many rows are trained on behind it, where that is another number than before. */
    readonly rows?: number | undefined
    /** What it chose to do, in words, where its options leave that to the training rows. */
    readonly chose?: ReadonlyArray<string> | undefined
  }>
  /** What is legal but probably not meant. */
  readonly notes: ReadonlyArray<Note>
  /** Of a learner that trains a network: what an engine computes, and the name of the engine that was asked for. */
  readonly computes?: { readonly program: Omit<Program, "seed">; readonly engine: string | undefined }
}

/** What training a learner gives: a function that predicts, what it learned as plain JSON, and how training went. */
export interface Fitted<out R = never> {
  readonly predict: (rows: TaskSchema.Rows) => Effect.Effect<Prediction, PredictError, R>
  /** Everything that `Learner.load` needs, without the description of the learner. */
  readonly state: () => unknown
  /** How iterative training went; undefined for learners without epochs. */
  readonly outcome: Training | undefined
  /** What only training shows and is probably not meant, such as a solver that stopped early. */
  readonly notes: ReadonlyArray<Note>
  /** What a learner that tunes itself tried and chose. */
  readonly tuning?: Tuning | undefined
  /** What it consists of, for an exporter; undefined for learners that do not say. */
  readonly parts?: (() => Parts) | undefined
  /** Takes predictions apart, where the model can: see `Shap`. */
  readonly shap?: ((rows: TaskSchema.Rows) => Effect.Effect<Shap, PredictError, R>) | undefined
  /** Of a linear model: see `Learner.coefficients`. */
  readonly coefficients?: (() => ReadonlyArray<Coefficient>) | undefined
  /** Of a model of splits: see `Learner.importance`. */
  readonly importance?: (() => ReadonlyArray<Gain>) | undefined
}

/**
 * What another training of a learner in epochs has in place of its own.
 * @category models
 */
export interface EpochsChange {
  readonly epochs: number
  /** The epochs over which schedules run: the same for trainings that are to be alike as far as they go. */
  readonly scheduleEpochs: number
  /** In place of the learner's own; `"none"`: all rows train, for all epochs. */
  readonly validation: Validation | "none"
}

/**
 * Of a learner that learns in epochs: how many at the most, and the same learner with others.
 * @category models
 */
export interface Epochs<out L> {
  readonly most: number
  /** The learner as it would be written with these options in the place of its own. */
  readonly change: (options: EpochsChange) => L
}

/**
 * A learner for some target kinds that needs some feature columns.
 * @category models
 */
export interface Learner<
  out K extends TargetKind = TargetKind,
  out Columns extends string = string,
  out E = never,
  out R = never
> {
  readonly [TypeId]: { readonly _Kind: () => K; readonly _Columns: () => Columns }
  /** The name in tables and figures. */
  readonly id: string
  readonly json: LearnerJson
  /** See `Learner.hash`. */
  readonly hash: () => string
  readonly accepts: ReadonlyArray<K>
  /** Whether it uses row weights; if not, a task with a weight column is refused. */
  readonly weighted: boolean
  /** What it takes besides complete numbers: `Preprocess.robust` changes the rest. */
  readonly takes?: Takes | undefined
  readonly predictType: "response" | "prob"
  /** Finds, without training, what would make it fail or useless on this task: options, columns, missing values, widths. */
  readonly check: (task: Task) => Effect.Effect<Checked, TrainError>
  /** Trains; a learner without epochs has nothing to go on from, and pays no heed to `resume: true`. */
  readonly fit: (task: Task, seed: Seed.Seed, resume?: Resume) => Effect.Effect<Fitted<R>, TrainError | E, R>
  /**
   * Of a learner that learns in epochs: see `Epochs`. *Gotcha*: not where preprocessing or a transformation of the target
   * stands before a ready-made learner, which are fitted on the rows of a validation, too.
   */
  readonly epochs?: Epochs<Learner<K, Columns, E, R>> | undefined
  /** Of a recipe: the pipeline that it is on the training rows of a task. */
  readonly plan?: ((task: Task) => Result.Result<Pipeline.Any, PipelineError>) | undefined
  /** Restores what `Fitted.state` gave. */
  readonly load: (task: TaskSchema.TaskSchema, state: unknown) => Result.Result<Fitted<R>, PipelineError>
}

/** How a learner was trained: on how many rows, and with which seed. @category schemas */
export const Origin = Schema.Struct({
  rows: Schema.Int,
  /** `TaskSchema.hashOf` the rows, where whoever kept the model took it. */
  data: Schema.optionalKey(Schema.String),
  seed: Schema.Struct({ high: Schema.Int, low: Schema.Int })
})

/** @category models */
export type Origin = typeof Origin.Type

/** A learner after training. @category models */
export interface Trained<out K extends TargetKind = TargetKind, out Columns extends string = string, out R = never> {
  readonly learner: Learner<K, Columns, unknown, R>
  readonly task: TaskSchema.TaskSchema
  readonly fitted: Fitted<R>
  /** How it was trained, where that is known. */
  readonly origin?: Origin | undefined
}

/**
 * Makes a learner of its functions: for learners that are neither pipelines nor have options to be read from files.
 * @category constructors
 */
export const fromParts = <K extends TargetKind, Columns extends string, E, R>(
  learner: Omit<Learner<K, Columns, E, R>, typeof TypeId>
): Learner<K, Columns, E, R> => ({ ...learner, [TypeId]: { _Kind: phantom, _Columns: phantom } })

function phantom(): never {
  throw new Error("the type parameters of a learner have no values")
}

/** A ready-made learner: how its options read, what it learns and how it predicts. @category models */
export interface Definition extends Base.Definition<"learner"> {
  /** The ranges of its options that are usually searched. */
  readonly space?: SearchSpace | undefined
  readonly accepts: ReadonlyArray<TargetKind>
  readonly weighted: boolean
  /** Its learner, with every issue of the options. */
  readonly bind: (
    options: object,
    find: Base.Find
  ) => Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError>
}

/** @category guards */
export const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "learner" && "bind" in definition

/** What is given, unless a learner without epochs is to go on from a checkpoint. */
const begins = <A, E>(
  id: string,
  resume: Resume | undefined,
  given: Result.Result<A, E>
): Result.Result<A, E | CheckpointError> =>
  resume === undefined || resume === true
    ? given
    : Result.fail(
        new CheckpointError({
          given: `resume, to the learner "${id}",`,
          rule: "is for networks, which are trained in epochs",
          advice: "leave it out"
        })
      )

/**
 * Defines a ready-made learner. `train` learns a state, plain JSON of the schema `state`; `predict` uses it on rows whose
 * columns are those of training. `check` finds, without training, what would make training fail on a task, beside bad
 * options; `takes` what it takes besides complete numbers; `notes` what is probably not meant, before training and, with a state, after it;
 * `shap` the SHAP values of rows, whose features are in any order; `coefficients` and `importance` what a state says of its columns,
 * in their order and the best first. `train`, `predict` and `shap` may give a `Result` or an `Effect`.
 *
 * *Gotcha*: no option can be called `type`, `preprocess` or `target`, which the JSON form has beside the options.
 *
 * @returns the definition, for registries, and the constructor of learners
 * @category constructors
 */
export const define = <const K extends TargetKind, Type, Encoded extends object, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<K>
  readonly weighted: boolean
  readonly takes?: Takes
  readonly space?: SearchSpace
  readonly options: Base.Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly check?: (options: Type, task: Task) => Result.Result<unknown, TrainError>
  readonly train: (options: Type, task: Task, seed: Seed.Seed) => Outcome<State, TrainError>
  readonly predict: (options: Type, state: State, rows: TaskSchema.Rows) => Outcome<Prediction, PredictError>
  readonly notes?: (options: Type, task: Task, state: State | undefined) => ReadonlyArray<Note>
  readonly shap?: (options: Type, state: State, rows: TaskSchema.Rows) => Outcome<Shap, PredictError>
  readonly coefficients?: (
    state: State,
    of: Pick<TaskSchema.TaskSchema, "kind" | "levels">
  ) => ReadonlyArray<Omit<Coefficient, "feature">>
  readonly importance?: (state: State) => ReadonlyArray<Omit<Gain, "feature">>
}): { readonly definition: Definition; readonly make: (given: Encoded) => Learner<K, never> } => {
  const { coefficients, id, importance, options, shap, state: schema } = definition
  const fitted = (
    decoded: Type,
    state: State,
    { kind, levels }: Pick<TaskSchema.TaskSchema, "kind" | "levels">,
    notes: ReadonlyArray<Note>
  ): Fitted => ({
    predict: (rows) => toEffect(() => definition.predict(decoded, state, rows)),
    state: () => Schema.encodeUnknownSync(schema)(state),
    outcome: undefined,
    notes,
    parts: () => ({ _tag: "Model", type: id, state: Schema.encodeUnknownSync(schema)(state) }),
    shap: shap && ((rows) => toEffect(() => shap(decoded, state, rows))),
    coefficients: coefficients && (() => ofFeatures(coefficients(state, { kind, levels }), (column) => column)),
    importance: importance && (() => ofFeatures(importance(state), (column) => column))
  })
  /** The learner of options that are decoded once; where they break a rule, it says so whenever it is used. */
  const of = (given: object, decoded: Result.Result<Type, PipelineError>): Learner<K, never> =>
    fromParts<K, never, never, never>({
      id,
      json: { type: id, ...given },
      hash: () => {
        const written = Result.map(decoded, (found) => Schema.encodeSync(options)(found))
        return hashJson({ type: id, ...Result.getOrElse(written, () => given) })
      },
      accepts: definition.accepts,
      weighted: definition.weighted,
      takes: definition.takes,
      predictType: "prob",
      check: (task) =>
        Effect.suspend(() => {
          const problems = Result.flatMap(
            decoded,
            (found): Result.Result<unknown, TrainError> => definition.check?.(found, task) ?? Result.succeed(undefined)
          )
          const notes = Result.match(decoded, {
            onSuccess: (found) => definition.notes?.(found, task, undefined) ?? [],
            onFailure: () => []
          })
          return Effect.as(Effect.fromResult(problems), { stages: [], notes })
        }),
      fit: (task, seed, resume) =>
        Effect.flatMap(Effect.fromResult(begins(id, resume, decoded)), (found) =>
          Effect.map(
            toEffect(() => definition.train(found, task, seed)),
            (state) => fitted(found, state, task, definition.notes?.(found, task, state) ?? [])
          )
        ),
      load: (task, json) =>
        Result.flatMap(decoded, (found) =>
          Result.map(decodeOptions(id, schema)(json), (state) => fitted(found, state, task, []))
        )
    })
  return {
    definition: {
      ...definition,
      kind: "learner",
      bind: (given, find) => {
        const decoded = decodeOptions(id, options, find)(given)
        return Result.map(decoded, () => of(given, decoded))
      }
    },
    make: (given) => of(given, decodeOptions(id, options)(given))
  }
}

/** A learner that says, in every use, what is wrong with its description. @category constructors */
export const refused = (
  described: Pick<Learner, "hash" | "id" | "json">,
  error: PipelineError
): Learner<TargetKind, never, PipelineError> =>
  fromParts({
    ...described,
    accepts: ["binary", "multiclass", "regression"],
    weighted: true,
    predictType: "prob",
    check: () => Effect.fail(error),
    fit: () => Effect.fail(error),
    load: () => Result.fail(error)
  })

/** Gives a learner another name for tables and figures. Its description, and so its results, stay. */
export const named = <K extends TargetKind, Columns extends string, E, R>(
  self: Learner<K, Columns, E, R>,
  id: string
): Learner<K, Columns, E, R> => ({ ...self, id })

/** A stable hash of what a learner does, with options left out as their defaults; its name does not count. */
export const hash = (self: Learner<TargetKind, string, unknown, unknown>): string => self.hash()

/**
 * The learner that a pipeline was closed into. Its target kinds and columns are known to the types of the pipeline only,
 * so whoever closes it states them.
 * @category models
 */
export type Closed = Learner<never, never, never, Engines>
