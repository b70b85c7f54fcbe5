/**
 * A learner is trained on a task and then predicts rows of tasks like it.
 *
 * Pipelines become learners by `Model.classif` or `Model.regr`; ready-made learners are defined by `Learner.define`.
 * Both have the same roles, prediction types, JSON and errors.
 *
 * @example
 * const trained = yield* Learner.train(learner, sonar, { seed: 1 })
 * const prediction = yield* Learner.predict(trained, sonar)
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TaskModule from "../data/Task.ts"
import type { Kind as TargetKind, Role, Task } from "../data/Task.ts"
import { hashJson } from "../Hash.ts"
import type { EngineUnavailable } from "../engine/Engine.ts"
import type * as Base from "../pipeline/Definition.ts"
import * as Features from "../pipeline/Features.ts"
import type { MissingValues } from "../pipeline/MissingValues.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { type Issue, PipelineError } from "../pipeline/PipelineError.ts"
import * as Registry from "../pipeline/Registry.ts"
import type { ShapeError } from "../pipeline/Shape.ts"
import * as Seed from "../Seed.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
import * as Preprocessing from "./internal/preprocessing.ts"
import { checkPrediction, checkTraining, schemaOf } from "./internal/taskChecks.ts"
import type { Outcome } from "./Training.ts"
import type { Prediction } from "./Prediction.ts"
import type { TrainingDiverged } from "./TrainingDiverged.ts"

/** @category models */
export const TypeId = "~rocflow/Learner"

/** What can go wrong in training, besides the errors of callbacks. @category errors */
export type TrainError = PipelineError | ShapeError | MissingValues | TrainingDiverged | EngineUnavailable

/** What can go wrong in predicting. @category errors */
export type PredictError = PipelineError | ShapeError | MissingValues | EngineUnavailable

/**
 * A learner in its JSON form: `{ pipeline: [stages…] }`, or `{ type: "Featureless", …options }`, where the stages of
 * `preprocess: [stages…]` may come before the learner.
 * @category models
 */
export type LearnerJson =
  | { readonly pipeline: ReadonlyArray<Pipeline.StageJson> }
  | { readonly type: string; readonly [option: string]: unknown }

/** What training a learner gives: a function that predicts, what it learned as plain JSON, and how training went. */
export interface Fitted<out R = never> {
  readonly predict: (task: Task) => Effect.Effect<Prediction, PredictError, R>
  /** Everything that `Learner.load` needs, without the description of the learner. */
  readonly state: () => unknown
  /** How iterative training went; undefined for learners without epochs. */
  readonly outcome: Outcome | undefined
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
  readonly predictType: "response" | "prob"
  /** Finds, without training, what would make training fail on this task: options, columns, missing values, widths. */
  readonly check: (task: Task) => Effect.Effect<void, TrainError>
  readonly fit: (task: Task, seed: Seed.Seed) => Effect.Effect<Fitted<R>, TrainError | E, R>
  /** Restores what `Fitted.state` gave. */
  readonly load: (task: TaskSchema, state: unknown) => Result.Result<Fitted<R>, PipelineError>
}

/** What a model remembers of the task it was trained on. @category models */
export interface TaskSchema {
  readonly kind: TargetKind
  readonly levels: ReadonlyArray<string>
  readonly features: ReadonlyArray<{ readonly name: string; readonly type: string }>
}

/** A learner after training. @category models */
export interface Trained<out K extends TargetKind = TargetKind, out Columns extends string = string, out R = never> {
  readonly learner: Learner<K, Columns, unknown, R>
  readonly task: TaskSchema
  readonly fitted: Fitted<R>
}

/** @category constructors */
export const unsafeMake = <K extends TargetKind, Columns extends string, E, R>(
  learner: Omit<Learner<K, Columns, E, R>, typeof TypeId>
): Learner<K, Columns, E, R> => ({ ...learner, [TypeId]: { _Kind: phantom, _Columns: phantom } })

function phantom(): never {
  throw new Error("the type parameters of a learner have no values")
}

/** A ready-made learner: how its options read, what it learns and how it predicts. @category models */
export interface Definition extends Base.Definition<"learner"> {
  readonly accepts: ReadonlyArray<TargetKind>
  readonly weighted: boolean
  /** Its learner for options that are checked. */
  readonly close: (options: unknown) => Learner
}

/**
 * Defines a ready-made learner. `train` learns a state, plain JSON of the schema `state`; `predict` uses it. `check`
 * finds, without training, what would make training fail on a task, beside bad options.
 *
 * *Gotcha*: no option can be called `type` or `preprocess`, which the JSON form has beside the options.
 *
 * @returns the definition, for registries, and the constructor of learners
 * @category constructors
 */
export const define = <const K extends TargetKind, Type, Encoded extends object, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly accepts: ReadonlyArray<K>
  readonly weighted: boolean
  readonly options: Base.Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly check?: (options: Type, task: Task) => Result.Result<unknown, TrainError>
  readonly train: (options: Type, task: Task, seed: Seed.Seed) => Effect.Effect<State, TrainError>
  readonly predict: (options: Type, state: State, task: Task) => Effect.Effect<Prediction, PredictError>
}): { readonly definition: Definition; readonly make: (given: Encoded) => Learner<K, never> } => {
  const decode = decodeOptions(definition.id, definition.options)
  const make = (given: Encoded): Learner<K, never> => {
    const fitted = (options: Type, state: State): Fitted => ({
      predict: (task) => definition.predict(options, state, task),
      state: () => Schema.encodeUnknownSync(definition.state)(state),
      outcome: undefined
    })
    return unsafeMake<K, never, never, never>({
      id: definition.id,
      json: { type: definition.id, ...given },
      hash: () => {
        const written = Result.map(decode(given), (options) => Schema.encodeSync(definition.options)(options))
        return hashJson({ type: definition.id, ...Result.getOrElse(written, () => given) })
      },
      accepts: definition.accepts,
      weighted: definition.weighted,
      predictType: "prob",
      check: (task) =>
        Effect.suspend(() => {
          const problems = Result.flatMap(
            decode(given),
            (options): Result.Result<unknown, TrainError> =>
              definition.check?.(options, task) ?? Result.succeed(undefined)
          )
          return Effect.asVoid(Effect.fromResult(problems))
        }),
      fit: (task, seed) =>
        Effect.flatMap(Effect.fromResult(decode(given)), (options) =>
          Effect.map(definition.train(options, task, seed), (state) => fitted(options, state))
        ),
      load: (_, json) =>
        Result.flatMap(decode(given), (options) =>
          Result.map(decodeOptions(definition.id, definition.state)(json), (state) => fitted(options, state))
        )
    })
  }
  return {
    definition: { ...definition, kind: "learner", close: (given) => make(given as Encoded) },
    make
  }
}

/** Gives a learner another name for tables and figures. Its description, and so its results, stay. */
export const named = <K extends TargetKind, Columns extends string, E, R>(
  self: Learner<K, Columns, E, R>,
  id: string
): Learner<K, Columns, E, R> => ({ ...self, id })

const PreprocessedState = Schema.Struct({ preprocess: Schema.Array(Schema.Unknown), learner: Schema.Unknown })

/** Why stages cannot be put before a learner; undefined if they can. */
const whyNotPreprocessed = (id: string, json: LearnerJson): string | undefined => {
  if ("pipeline" in json) {
    return `learner "${id}" is a pipeline; put the preprocessing stages at the beginning of it`
  }
  return "preprocess" in json
    ? `learner "${id}" has preprocessing already; put all stages into one pipeline before the learner`
    : undefined
}

/**
 * Puts preprocessing before a ready-made learner: the stages are fitted on the training rows only and applied to the
 * rows that are predicted. All else, weights, groups and prediction types, is as without.
 *
 * Errors when it is trained: those of the stages and of the learner; `PipelineError` if the learner is a pipeline, whose
 * stages stand in it, or has preprocessing already.
 *
 * *Gotcha*: a learner that chooses something by cross-validation of its own (`ElasticNet.cv`) does so on rows that were
 * preprocessed together; rows that are predicted still have no part in it.
 *
 * @example
 * const learner = Learner.preprocessed(
 *   Preprocess.impute({ method: "median" }).pipe(Preprocess.oneHot()),
 *   ElasticNet.cv()
 * )
 * learner.id // => "impute, oneHot – ElasticNet.cv"
 * @category constructors
 */
export const preprocessed = <K extends TargetKind, Columns extends string, E, R>(
  pipeline: Pipeline.Pipeline<"preprocess", Columns>,
  learner: Learner<K, never, E, R>
): Learner<K, Columns, E, R> => {
  const wrong = whyNotPreprocessed(learner.id, learner.json)
  const checked =
    wrong === undefined
      ? Pipeline.check(pipeline)
      : Result.fail(new PipelineError({ issues: [{ path: ["preprocess"], message: wrong }] }))
  const fit = (task: Task) =>
    Effect.suspend(() =>
      Effect.fromResult(Result.flatMap(checked, () => Preprocessing.fit(pipeline, Features.fromTask(task))))
    )
  const transformed = (task: Task, { columns }: Features.Features) => TaskModule.withFeatures(task, columns)
  const fitted = (states: ReadonlyArray<unknown>, inner: Fitted<R>): Fitted<R> => ({
    predict: (task) =>
      Effect.flatMap(
        Effect.suspend(() => Effect.fromResult(Preprocessing.apply(pipeline, states, Features.fromTask(task)))),
        (features) => inner.predict(transformed(task, features))
      ),
    state: () => ({ preprocess: Preprocessing.toJson(pipeline, states), learner: inner.state() }),
    outcome: inner.outcome
  })
  const names = pipeline.stages.map(({ definition }) => definition.id.replace("Preprocess.", ""))
  return unsafeMake<K, Columns, E, R>({
    ...learner,
    id: `${names.join(", ")} – ${learner.id}`,
    json: { ...learner.json, preprocess: Pipeline.toJson(pipeline) },
    hash: () => hashJson({ preprocess: Pipeline.hash(pipeline), learner: learner.hash() }),
    check: (task) => Effect.flatMap(fit(task), ({ features }) => learner.check(transformed(task, features))),
    fit: (task, seed) =>
      Effect.flatMap(fit(task), ({ features, states }) =>
        Effect.map(learner.fit(transformed(task, features), seed), (inner) => fitted(states, inner))
      ),
    load: (task, json) =>
      Result.flatMap(checked, () =>
        Result.flatMap(decodeOptions("model state", PreprocessedState)(json), (state) =>
          Result.flatMap(Preprocessing.fromJson(pipeline, state.preprocess), (states) =>
            Result.map(learner.load(task, state.learner), (inner) => fitted(states, inner))
          )
        )
      )
  })
}

/** A stable hash of what a learner does, with options left out as their defaults; its name does not count. */
export const hash = (self: Learner<TargetKind, string, unknown, unknown>): string => self.hash()

/** Definitions of models close a pipeline into a learner. @category models */
export interface Closing extends Base.Definition<"model"> {
  readonly close: (pipeline: Pipeline.Any) => Learner
}

/**
 * Reads a learner from its JSON form.
 *
 * Errors: `PipelineError` with every issue and its path.
 */
export const fromJson = (json: unknown, registry: Registry.Registry): Result.Result<Learner, PipelineError> => {
  const entry: unknown = typeof json === "string" ? { type: json } : json
  const refuse = (path: Issue["path"], message: string) =>
    Result.fail(new PipelineError({ issues: [{ path, message }] }))
  if (typeof entry !== "object" || entry === null) {
    return refuse([], `a learner is { pipeline: [...] } or { type: "Featureless" }, got ${JSON.stringify(json)}`)
  }
  if ("pipeline" in entry) {
    const { pipeline, ...rest } = entry
    const extra = Object.keys(rest)[0]
    if (extra !== undefined) return refuse([extra], `"${extra}" is not a key of a learner; options stand in the stages`)
    return Result.mapBoth(Pipeline.fromJson(pipeline, registry, { complete: true }), {
      onSuccess: (read) => (read.stages.at(-1)!.definition as Closing).close(read),
      onFailure: ({ issues }) => new PipelineError({ issues: issues.map(under("pipeline")) })
    })
  }
  return readyMade(entry, registry)
}

const under =
  (key: string) =>
  ({ path, message }: Issue): Issue => ({ path: [key, ...path], message })

/** Reads a ready-made learner, and the preprocessing before it, with the issues of both. */
const readyMade = (
  { type, preprocess, ...options }: { readonly type?: unknown; readonly preprocess?: unknown },
  registry: Registry.Registry
): Result.Result<Learner, PipelineError> => {
  const refuse = (path: Issue["path"], message: string) => new PipelineError({ issues: [{ path, message }] })
  const found =
    typeof type === "string"
      ? Result.mapError(Registry.find(registry, type, "learner"), ({ message }) => refuse(["type"], message))
      : Result.fail(refuse([], 'a learner needs "pipeline" or "type"'))
  const learner = Result.flatMap(found, (definition) =>
    Result.map(decodeOptions(definition.id, definition.options)(options), () =>
      (definition as Definition).close(options)
    )
  )
  if (preprocess === undefined) return learner
  const stages = Result.mapError(
    Preprocessing.read(preprocess, registry),
    ({ issues }) => new PipelineError({ issues: issues.map(under("preprocess")) })
  )
  if (Result.isSuccess(learner) && Result.isSuccess(stages)) {
    return Result.succeed(preprocessed(stages.success, learner.success as Learner<TargetKind, never>))
  }
  const issuesOf = (read: Result.Result<unknown, PipelineError>) => (Result.isFailure(read) ? read.failure.issues : [])
  return Result.fail(new PipelineError({ issues: [...issuesOf(learner), ...issuesOf(stages)] }))
}

/** `unknown` if a task suits a learner, else a sentence that no task is. @category type-level */
export type Suits<
  LearnerKind extends TargetKind,
  Columns extends string,
  TaskKind extends TargetKind,
  Names extends string
> = [Extract<TaskKind, LearnerKind>] extends [never]
  ? `The learner is for ${LearnerKind} targets, the task is ${TaskKind}`
  : string extends Names
    ? unknown
    : string extends Columns
      ? unknown
      : [Exclude<Columns, Names>] extends [never]
        ? unknown
        : `The task has no feature column: ${Exclude<Columns, Names>}`

/**
 * Finds what would make training fail, without training: the wrong target kind, unused weights, bad options, columns of
 * the wrong type, missing values. What only training can show (divergence) is not found.
 * @category running
 */
export const check = (
  learner: Learner<TargetKind, string, unknown, unknown>,
  task: Task
): Effect.Effect<void, TrainError> =>
  Effect.flatMap(Effect.fromResult(checkTraining(learner, task)), () => learner.check(task))

/**
 * Trains a learner on all rows of a task.
 *
 * `seed` (default 1) decides everything random: the same learner, task and seed give the same numbers. A learner that
 * does not use row weights refuses a task with a weight column.
 * @category running
 */
export const train = <
  K extends TargetKind,
  Columns extends string,
  E,
  R,
  TaskKind extends TargetKind,
  Roles extends Role,
  Names extends string
>(
  learner: Learner<K, Columns, E, R>,
  task: Task<TaskKind, Roles, Names> & Suits<K, Columns, TaskKind, Names>,
  options: { readonly seed?: number | Seed.Seed } = {}
): Effect.Effect<Trained<K, Columns, R>, TrainError | E, R> => {
  const data: Task = task
  const seed = typeof options.seed === "object" ? options.seed : Seed.root(options.seed ?? 1)
  return Effect.flatMap(Effect.fromResult(checkTraining(learner, data)), () =>
    Effect.map(learner.fit(data, seed), (fitted) => ({ learner, task: schemaOf(data), fitted }))
  )
}

/**
 * Predicts all rows of a task that has the features, the target kind and the levels of the one trained on.
 *
 * *Gotcha*: the levels must come in the same order, because their order says which class is positive.
 * @category running
 */
export const predict = <K extends TargetKind, Columns extends string, R>(
  trained: Trained<K, Columns, R>,
  task: Task
): Effect.Effect<Prediction<K>, PredictError, R> =>
  Effect.flatMap(
    Effect.fromResult(checkPrediction(trained.learner.id, trained.task, task)),
    () => trained.fitted.predict(task) as Effect.Effect<Prediction<K>, PredictError, R>
  )
