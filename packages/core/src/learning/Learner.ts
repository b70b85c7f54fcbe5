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
import type { Table } from "../data/Table.ts"
import type { Kind as TargetKind, Role, Task } from "../data/Task.ts"
import * as TaskSchema from "../data/TaskSchema.ts"
import { hashJson } from "../Hash.ts"
import type { EngineUnavailable, Engines } from "../engine/Engine.ts"
import * as Closing from "../pipeline/Closing.ts"
import type * as Base from "../pipeline/Definition.ts"
import * as Features from "../pipeline/Features.ts"
import type { MissingValues } from "../pipeline/MissingValues.ts"
import type * as Order from "../pipeline/Order.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { type Issue, PipelineError } from "../pipeline/PipelineError.ts"
import * as Registry from "../pipeline/Registry.ts"
import type { ShapeError } from "../pipeline/Shape.ts"
import * as Seed from "../Seed.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
import * as Preprocessing from "./internal/preprocessing.ts"
import { checkedRows, checkTraining } from "./internal/taskChecks.ts"
import type { Outcome as Training } from "./Training.ts"
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
  readonly predict: (rows: TaskSchema.Rows) => Effect.Effect<Prediction, PredictError, R>
  /** Everything that `Learner.load` needs, without the description of the learner. */
  readonly state: () => unknown
  /** How iterative training went; undefined for learners without epochs. */
  readonly outcome: Training | undefined
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
  readonly load: (task: TaskSchema.TaskSchema, state: unknown) => Result.Result<Fitted<R>, PipelineError>
}

/** A learner after training. @category models */
export interface Trained<out K extends TargetKind = TargetKind, out Columns extends string = string, out R = never> {
  readonly learner: Learner<K, Columns, unknown, R>
  readonly task: TaskSchema.TaskSchema
  readonly fitted: Fitted<R>
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
  readonly accepts: ReadonlyArray<TargetKind>
  readonly weighted: boolean
  /** Its learner, with every issue of the options. */
  readonly bind: (options: object, find: Base.Find) => Result.Result<Learner<TargetKind, never>, PipelineError>
}

const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "learner" && "bind" in definition

/** What a function of a learner gives: at once, or by an Effect that may wait. @category models */
export type Outcome<A, E> = Result.Result<A, E> | Effect.Effect<A, E>

const toEffect = <A, E>(run: () => Outcome<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const outcome = run()
    return Result.isResult(outcome) ? Effect.fromResult(outcome) : outcome
  })

/**
 * Defines a ready-made learner. `train` learns a state, plain JSON of the schema `state`; `predict` uses it on rows whose
 * columns are those of training. `check` finds, without training, what would make training fail on a task, beside bad
 * options. The functions may give a `Result` or an `Effect`.
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
  readonly train: (options: Type, task: Task, seed: Seed.Seed) => Outcome<State, TrainError>
  readonly predict: (options: Type, state: State, rows: TaskSchema.Rows) => Outcome<Prediction, PredictError>
}): { readonly definition: Definition; readonly make: (given: Encoded) => Learner<K, never> } => {
  const { id, options, state: schema } = definition
  const fitted = (decoded: Type, state: State): Fitted => ({
    predict: (rows) => toEffect(() => definition.predict(decoded, state, rows)),
    state: () => Schema.encodeUnknownSync(schema)(state),
    outcome: undefined
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
      predictType: "prob",
      check: (task) =>
        Effect.suspend(() => {
          const problems = Result.flatMap(
            decoded,
            (found): Result.Result<unknown, TrainError> => definition.check?.(found, task) ?? Result.succeed(undefined)
          )
          return Effect.asVoid(Effect.fromResult(problems))
        }),
      fit: (task, seed) =>
        Effect.flatMap(Effect.fromResult(decoded), (found) =>
          Effect.map(
            toEffect(() => definition.train(found, task, seed)),
            (state) => fitted(found, state)
          )
        ),
      load: (_, json) =>
        Result.flatMap(decoded, (found) => Result.map(decodeOptions(id, schema)(json), (state) => fitted(found, state)))
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

/** Gives a learner another name for tables and figures. Its description, and so its results, stay. */
export const named = <K extends TargetKind, Columns extends string, E, R>(
  self: Learner<K, Columns, E, R>,
  id: string
): Learner<K, Columns, E, R> => ({ ...self, id })

const PreprocessedState = Schema.Struct({ ...Preprocessing.Json.fields, learner: Schema.Unknown })

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
  const { stages } = pipeline
  const fit = (task: Task, seed: Seed.Seed) =>
    Effect.flatMap(Effect.fromResult(checked), () => Preprocessing.fit(stages, Features.fromTask(task), seed))
  const transformed = (task: Task, { features }: Preprocessing.Made) => TaskModule.withFeatures(task, features.columns)
  const fitted = (learned: Preprocessing.Learned, inner: Fitted<R>): Fitted<R> => ({
    predict: (rows) =>
      Effect.flatMap(Preprocessing.apply(stages, learned, rows), ({ features: { columns } }) =>
        inner.predict({ ...rows, columns })
      ),
    state: () => ({ ...Preprocessing.toJson(learned), learner: inner.state() }),
    outcome: inner.outcome
  })
  const names = stages.map(({ id }) => id.replace("Preprocess.", ""))
  return fromParts<K, Columns, E, R>({
    ...learner,
    id: `${names.join(", ")} – ${learner.id}`,
    json: { ...learner.json, preprocess: Pipeline.toJson(pipeline) },
    hash: () => hashJson({ preprocess: Pipeline.hash(pipeline), learner: learner.hash() }),
    // Any seed will do: what a stage draws is no reason to fail.
    check: (task) => Effect.flatMap(fit(task, Seed.root(0)), ({ made }) => learner.check(transformed(task, made))),
    fit: (task, seed) =>
      Effect.flatMap(fit(task, seed), ({ learned, made }) =>
        Effect.map(learner.fit(transformed(task, made), seed), (inner) => fitted(learned, inner))
      ),
    load: (task, json) =>
      Result.flatMap(checked, () =>
        Result.flatMap(decodeOptions("model state", PreprocessedState)(json), (state) =>
          Result.flatMap(Preprocessing.fromJson(stages, state), (learned) =>
            Result.map(learner.load(task, state.learner), (inner) => fitted(learned, inner))
          )
        )
      )
  })
}

/** A stable hash of what a learner does, with options left out as their defaults; its name does not count. */
export const hash = (self: Learner<TargetKind, string, unknown, unknown>): string => self.hash()

/**
 * The learner that a pipeline was closed into. Its target kinds and columns are known to the types of the pipeline only,
 * so whoever closes it states them.
 * @category models
 */
export type Closed = Learner<never, never, never, Engines>

const isLearner = (value: unknown): value is Closed => typeof value === "object" && value !== null && TypeId in value

/**
 * Gives the learner of a complete pipeline. Errors: `PipelineError` with every problem of its stages and their order.
 * @category constructors
 */
export const fromPipeline = (pipeline: Pipeline.Any): Result.Result<Closed, PipelineError> =>
  Result.flatMap(Pipeline.check(pipeline, { complete: true }), () => {
    const made = Closing.close(pipeline)
    return isLearner(made)
      ? Result.succeed(made)
      : Result.fail(
          new PipelineError({
            issues: [{ path: [], message: "the last stage of the pipeline makes no learner; end it with a Model" }]
          })
        )
  })

/**
 * Reads a learner from its JSON form.
 *
 * Errors: `PipelineError` with every issue and its path.
 */
export const fromJson = (
  json: unknown,
  registry: Registry.Registry
): Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError> => {
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
    return Result.mapError(
      Result.flatMap(Pipeline.fromJson(pipeline, registry, { complete: true }), fromPipeline),
      ({ issues }) => new PipelineError({ issues: issues.map(under("pipeline")) })
    )
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
): Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError> => {
  const learner = readLearner(type, options, registry)
  if (preprocess === undefined) return learner
  const stages = Result.mapError(
    readPreprocessing(preprocess, registry),
    ({ issues }) => new PipelineError({ issues: issues.map(under("preprocess")) })
  )
  if (Result.isSuccess(learner) && Result.isSuccess(stages)) {
    return Result.succeed(preprocessed(stages.success, learner.success))
  }
  const issuesOf = (read: Result.Result<unknown, PipelineError>) => (Result.isFailure(read) ? read.failure.issues : [])
  return Result.fail(new PipelineError({ issues: [...issuesOf(learner), ...issuesOf(stages)] }))
}

const readLearner = (
  type: unknown,
  options: object,
  registry: Registry.Registry
): Result.Result<Learner<TargetKind, never>, PipelineError> => {
  const refuse = (path: Issue["path"], message: string) =>
    Result.fail(new PipelineError({ issues: [{ path, message }] }))
  if (typeof type !== "string") return refuse([], 'a learner needs "pipeline" or "type"')
  return Result.match(Registry.find(registry, type, "learner"), {
    onSuccess: (definition) =>
      isDefinition(definition)
        ? definition.bind(options, Registry.lookup(registry))
        : refuse(["type"], `"${type}" is no learner; define it by Learner.define`),
    onFailure: ({ message }) => refuse(["type"], message)
  })
}

const isPreprocessing = (pipeline: Pipeline.Any): pipeline is Pipeline.Pipeline<"preprocess"> =>
  pipeline.stages.every(({ kind }) => kind === "preprocess")

/** Reads a pipeline that has preprocessing stages only, with the path of every problem. */
const readPreprocessing = (
  json: unknown,
  registry: Registry.Registry
): Result.Result<Pipeline.Pipeline<"preprocess">, PipelineError> => {
  const misplaced = (Array.isArray(json) ? json : []).flatMap((entry: unknown, i): ReadonlyArray<Issue> => {
    const type = typeof entry === "string" ? entry : (entry as { readonly type?: unknown } | null)?.type
    const definition = typeof type === "string" ? registry.definitions.get(type) : undefined
    return definition === undefined || definition.kind === "preprocess"
      ? []
      : [
          {
            path: [i, "type"],
            message: `"${definition.id}" is a ${definition.kind}, and only preprocessing stages come before a ready-made learner; take it out, or write the whole learner as a pipeline`
          }
        ]
  })
  if (misplaced.length > 0) return Result.fail(new PipelineError({ issues: misplaced }))
  return Result.flatMap(Pipeline.fromJson(json, registry), (pipeline) =>
    isPreprocessing(pipeline)
      ? Result.succeed(pipeline)
      : Result.fail(
          new PipelineError({ issues: [{ path: [], message: "only preprocessing stages come before a learner" }] })
        )
  )
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

/** What can be handed to `train`: a learner, and a pipeline so that the compiler can say what it lacks. @category type-level */
export type Trainable = Learner<TargetKind, string, unknown, unknown> | Pipeline.Any

/** `unknown` for a learner; for a pipeline without a model a sentence that names what is missing. @category type-level */
export type Complete<L extends Trainable> = L extends Pipeline.Any
  ? unknown extends Order.Problem<Pipeline.ReachedOf<L>, "model", "Model">
    ? "Stage not set: model; end the pipeline with Model.classif or Model.regr"
    : Order.Problem<Pipeline.ReachedOf<L>, "model", "Model">
  : unknown

type KindOf<L> = L extends Learner<infer K, infer _C, infer _E, infer _R> ? K : never
type ColumnsOf<L> = L extends Learner<infer _K, infer C, infer _E, infer _R> ? C : never
type ErrorOf<L> = L extends Learner<infer _K, infer _C, infer E, infer _R> ? E : never
type ServicesOf<L> = L extends Learner<infer _K, infer _C, infer _E, infer R> ? R : never

const trainLearner = <K extends TargetKind, Columns extends string, E, R>(
  learner: Learner<K, Columns, E, R>,
  task: Task,
  { seed = 1 }: { readonly seed?: number | Seed.Seed }
): Effect.Effect<Trained<K, Columns, R>, TrainError | E, R> =>
  Effect.flatMap(Effect.fromResult(checkTraining(learner, task)), () =>
    Effect.map(learner.fit(task, typeof seed === "object" ? seed : Seed.root(seed)), (fitted) => ({
      learner,
      task: TaskSchema.of(task),
      fitted
    }))
  )

/** What a pipeline lacks that is trained as if it were a learner. */
const refuse = (pipeline: Pipeline.Any): Effect.Effect<never, PipelineError> =>
  Effect.flatMap(Effect.fromResult(Pipeline.check(pipeline, { complete: true })), () =>
    Effect.fail(
      new PipelineError({
        issues: [{ path: [], message: "a pipeline that was read from JSON is made a learner by Learner.fromPipeline" }]
      })
    )
  )

/**
 * Trains a learner on all rows of a task.
 *
 * `seed` (default 1) decides everything random: the same learner, task and seed give the same numbers. A learner that
 * does not use row weights refuses a task with a weight column.
 * @category running
 */
export const train = <L extends Trainable, TaskKind extends TargetKind, Roles extends Role, Names extends string>(
  learner: L & Complete<L>,
  task: Task<TaskKind, Roles, Names> & Suits<KindOf<L>, ColumnsOf<L>, TaskKind, Names>,
  options: { readonly seed?: number | Seed.Seed } = {}
): Effect.Effect<Trained<KindOf<L>, ColumnsOf<L>, ServicesOf<L>>, TrainError | ErrorOf<L>, ServicesOf<L>> => {
  const given: Trainable = learner
  const trained = Pipeline.isPipeline(given) ? refuse(given) : trainLearner(given, task, options)
  // The types say of `L` what the value is.
  return trained as Effect.Effect<
    Trained<KindOf<L>, ColumnsOf<L>, ServicesOf<L>>,
    TrainError | ErrorOf<L>,
    ServicesOf<L>
  >
}

/**
 * Predicts all rows of a task, or of a table, which needs no target: see `TaskSchema.rows` for how its columns are read.
 * Where the target is known the prediction has the truth, and can be measured.
 *
 * Errors: `PipelineError` with every column that is missing or of another type, and levels in another order, which would
 * say that another class is positive; the errors of preprocessing and of the engine.
 *
 * @example
 * const prediction = yield* Learner.predict(trained, yield* Table.fromFile("new.csv"))
 * @category running
 */
export const predict = <K extends TargetKind, Columns extends string, R>(
  trained: Trained<K, Columns, R>,
  given: Task | Table
): Effect.Effect<Prediction<K>, PredictError, R> =>
  Effect.flatMap(
    Effect.fromResult(checkedRows(trained.learner.id, trained.task, given)),
    (rows) => trained.fitted.predict(rows) as Effect.Effect<Prediction<K>, PredictError, R>
  )
