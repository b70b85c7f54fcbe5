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
import type { Kind as TargetKind, Role, Task } from "../data/Task.ts"
import { hashJson } from "../Hash.ts"
import type { EngineUnavailable } from "../engine/Engine.ts"
import type * as Base from "../pipeline/Definition.ts"
import type { MissingValues } from "../pipeline/MissingValues.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { type Issue, PipelineError } from "../pipeline/PipelineError.ts"
import * as Registry from "../pipeline/Registry.ts"
import type { ShapeError } from "../pipeline/Shape.ts"
import * as Seed from "../Seed.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
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
 * A learner in its JSON form: `{ pipeline: [stages…] }`, or `{ type: "Featureless", …options }`.
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
 * Defines a ready-made learner. `train` learns a state, plain JSON of the schema `state`; `predict` uses it.
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
      accepts: definition.accepts,
      weighted: definition.weighted,
      predictType: "prob",
      check: () => Effect.asVoid(Effect.fromResult(decode(given))),
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

/** A stable hash of what a learner does; its name does not count. */
export const hash = (self: Learner<TargetKind, string, unknown, unknown>): string => hashJson(self.json)

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
      onFailure: ({ issues }) =>
        new PipelineError({ issues: issues.map(({ path, message }) => ({ path: ["pipeline", ...path], message })) })
    })
  }
  const { type, ...options } = entry as { readonly type?: unknown }
  if (typeof type !== "string") return refuse([], 'a learner needs "pipeline" or "type"')
  const found = Registry.find(registry, type, "learner")
  if (Result.isFailure(found)) return refuse(["type"], found.failure.message)
  const definition = found.success as Definition
  return Result.map(decodeOptions(type, definition.options)(options), () => definition.close(options))
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
