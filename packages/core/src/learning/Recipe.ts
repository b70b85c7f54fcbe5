/**
 * A recipe is a learner that writes its own pipeline when it sees a task: preprocessing by the types of the columns, a
 * network, a loss by the kind of the target, an optimizer, a validation. What it writes is an ordinary pipeline, and training
 * it gives the same numbers as training that pipeline.
 *
 * Recipes carry a version: what a version writes never changes, so that results do not move with an upgrade.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind, Task } from "../data/Task.ts"
import type { TaskSchema } from "../data/TaskSchema.ts"
import type { Engines } from "../engine/Engine.ts"
import { hashJson } from "../Hash.ts"
import * as OptionSchema from "../OptionSchema.ts"
import * as Closing from "../pipeline/Closing.ts"
import type * as Base from "../pipeline/Definition.ts"
import * as Features from "../pipeline/Features.ts"
import * as Optimizer from "../pipeline/Optimizer.ts"
import * as Pipeline from "../pipeline/Pipeline.ts"
import { PipelineError } from "../pipeline/PipelineError.ts"
import type { Stage } from "../pipeline/Stage.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
import { Columns, columnsOf } from "./internal/recipe/columns.ts"
import * as Loss from "./internal/recipe/losses.ts"
import * as Learner from "./Learner.ts"
import * as Measure from "./Measure.ts"
import * as Model from "./Model.ts"
import * as Validation from "./Validation.ts"

export type { Columns } from "./internal/recipe/columns.ts"

/** What a recipe sees of a task. @category models */
export interface Seen extends Columns {
  readonly kind: TargetKind
  /** Class levels; none for a regression. */
  readonly levels: ReadonlyArray<string>
}

type Head = Pipeline.Pipeline<"head", never, readonly [number]>

/** A loss for some kinds of targets, such as `Bce.loss()`. @category models */
export type LossOf<K extends TargetKind> = (self: Head) => Pipeline.Pipeline<"loss", never, readonly [number], K>

/** A loss, or one for each kind of target: `{ binary: Bce.loss(), multiclass: CrossEntropy.loss() }`. @category models */
export type Losses<K extends TargetKind> = LossOf<K> | { readonly [T in K]: LossOf<T> }

/** How a recipe trains, beside the options of its own: see `Model.classif`. @category models */
export interface Training<M extends TargetKind, K extends M> extends Omit<
  Model.ClassifOptions<never, never, M>,
  "epochs" | "batchSize" | "validation"
> {
  /** What an error costs; it says which targets the learner is for. */
  readonly loss: Losses<K>
  /** In place of the recipe's own. */
  readonly optimizer?: ReturnType<typeof Optimizer.chain>
  readonly epochs?: number
  /** Rows a batch; `"auto"`: 32 to 1024, the more rows the more. */
  readonly batchSize?: number | "all" | "auto"
  /** In place of the recipe's own; `"none"`: all rows train, for all epochs. */
  readonly validation?: Validation.Validation<M> | "none"
  /** Default: the newest. */
  readonly version?: number
}

/** What a recipe is made of. @category models */
export interface Definition<F extends Schema.Struct.Fields> {
  /** The name in code and in JSON: `"TabM"`. */
  readonly id: string
  readonly summary: string
  /** The versions that there are, the newest one last. */
  readonly versions: readonly [number, ...ReadonlyArray<number>]
  /** The kinds of targets that it is for. */
  readonly accepts: ReadonlyArray<TargetKind>
  /** The options of its own. */
  readonly options: F
  /** What holds where nothing else is given. Validation holds out a share of the rows, and keeps the best epoch. */
  readonly training: {
    readonly epochs: number
    readonly batchSize: number | "all" | "auto"
    readonly holdout: number
    readonly patience: number
  }
  /** Preprocessing, ingress, layers and head. */
  readonly network: (options: Settings<F>, seen: Seen) => Result.Result<Pipeline.Any, PipelineError>
  readonly optimizer: (options: Settings<F>, seen: Seen) => ReturnType<typeof Optimizer.chain>
}

/** The options of a recipe with every default filled in. @category models */
export type Settings<F extends Schema.Struct.Fields> = Schema.Struct.Type<F> & { readonly version: number }

/** Rows a batch by the number of rows, as in the paper of TabM (Gorishniy et al. 2024). */
const automatic = (rows: number): number =>
  [2800, 4500, 6400, 32_000, 108_000].reduce((size, more) => (rows < more ? size : 2 * size), 32)

const trainingOptions = ({ epochs, batchSize }: Definition<Schema.Struct.Fields>["training"]) => ({
  ...Model.fields,
  epochs: OptionSchema.withDefault(OptionSchema.count(0), epochs),
  batchSize: OptionSchema.withDefault(
    Schema.Union([OptionSchema.count(1), Schema.Literals(["all", "auto"])]),
    batchSize
  ),
  validation: Schema.optionalKey(Schema.Union([Validation.Options, Schema.Literal("none")])),
  loss: Schema.optionalKey(Loss.Option),
  optimizer: Schema.optionalKey(Optimizer.reference)
})

/** Options after decoding: those of the recipe, and how it is put together. */
interface Decoded<F extends Schema.Struct.Fields> {
  readonly own: Settings<F>
  /** The options of the model, as they are written. */
  readonly model: { readonly [option: string]: unknown }
  readonly epochs: number
  readonly batchSize: number | "all" | "auto"
  readonly validation: unknown
  readonly losses: Loss.ByKind
  readonly optimizer: Stage | undefined
  readonly find: Base.Find
  readonly encoded: unknown
}

const State = Schema.Struct({
  version: Schema.Int,
  columns: Columns,
  /** The pipeline, as it was trained. */
  pipeline: Schema.Array(Schema.Unknown),
  learner: Schema.Unknown
})

/** Finds what was given first, then the measures of this package. */
const withMeasures =
  (find: Base.Find): Base.Find =>
  (id, ...kinds) =>
    Result.orElse(find(id, ...kinds), (message) =>
      Result.mapError(Closing.among(Measure.definitions)(id, ...kinds), () => message)
    )

/** What chooses the best epoch: what the loss is the mean of, or what it ranks. */
const measureFor = (kind: TargetKind, loss: Stage): string => {
  if (kind === "regression") return "rmse"
  if (Loss.partOf(loss)?.translationInvariant !== true) return "logloss"
  return kind === "binary" ? "auc" : "error"
}

const modelFor = (kind: TargetKind): Closing.Definition =>
  kind === "regression" ? Model.regrDefinition : Model.classifDefinition

/** The pipeline of a recipe on a task. */
const planned = <F extends Schema.Struct.Fields>(
  recipe: Definition<F>,
  { batchSize, epochs, find, losses, model, optimizer, own, validation }: Decoded<F>,
  seen: Seen
): Result.Result<Pipeline.Any, PipelineError> => {
  const wrong = Loss.problemOf(losses, seen.kind)
  const loss = losses[seen.kind]
  if (wrong !== undefined || loss === undefined) return Features.fail(recipe.id, wrong ?? "has no loss")
  const { holdout, patience } = recipe.training
  const usual = { holdout, measures: [measureFor(seen.kind, loss)], patience, restoreBest: true }
  return Result.map(recipe.network(own, seen), (network) =>
    Closing.put(
      Closing.append(
        network,
        loss,
        optimizer ?? Closing.stageOf<Pipeline.Pipeline<"loss">>(recipe.optimizer(own, seen))
      ),
      modelFor(seen.kind),
      {
        ...model,
        epochs,
        batchSize: batchSize === "auto" ? automatic(seen.rows) : batchSize,
        validation: validation === "none" ? undefined : (validation ?? usual)
      },
      withMeasures(find)
    )
  )
}

const learnerOf = <F extends Schema.Struct.Fields>(
  recipe: Definition<F>,
  given: object,
  decoded: Result.Result<Decoded<F>, PipelineError>
): Learner.Learner<TargetKind, never, never, Engines> => {
  const { id } = recipe
  const plan = (seen: Seen) => Result.flatMap(decoded, (options) => planned(recipe, options, seen))
  const seenOf = (task: Task): Seen => ({ ...columnsOf(task), kind: task.kind, levels: task.levels })
  const closed = (seen: Seen) =>
    Result.flatMap(plan(seen), (pipeline) =>
      Result.map(Learner.fromPipeline(pipeline), (learner) => ({ learner, pipeline }))
    )
  const fitted = (
    { pipeline, seen }: { readonly pipeline: Pipeline.Any; readonly seen: Seen },
    inner: Learner.Fitted<Engines>
  ): Learner.Fitted<Engines> => {
    const { kind: _, levels: __, ...columns } = seen
    const version = Result.match(decoded, { onSuccess: ({ own }) => own.version, onFailure: () => 0 })
    return {
      ...inner,
      state: () => ({ version, columns, pipeline: Pipeline.toJson(pipeline), learner: inner.state() })
    }
  }
  const version = Result.match(decoded, { onSuccess: ({ own }) => ({ version: own.version }), onFailure: () => ({}) })
  const losses = Result.match(decoded, { onSuccess: ({ losses }) => losses, onFailure: (): Loss.ByKind => ({}) })
  const kinds = recipe.accepts.filter((kind) => losses[kind] !== undefined)
  return Learner.fromParts<TargetKind, never, never, Engines>({
    id,
    json: { type: id, ...version, ...given },
    hash: () =>
      hashJson({
        type: id,
        options: Result.match(decoded, { onSuccess: ({ encoded }) => encoded, onFailure: () => given })
      }),
    // Without a loss it says so when it is checked or trained.
    accepts: kinds.length === 0 ? recipe.accepts : kinds,
    weighted: Object.values(losses).every((loss) => Loss.partOf(loss)?.weighted === true),
    predictType: "predictType" in given && given.predictType === "response" ? "response" : "prob",
    plan: (task) => plan(seenOf(task)),
    check: (task) => Effect.flatMap(Effect.fromResult(closed(seenOf(task))), ({ learner }) => learner.check(task)),
    fit: (task, seed) => {
      const seen = seenOf(task)
      return Effect.flatMap(Effect.fromResult(closed(seen)), ({ learner, pipeline }) =>
        Effect.map(learner.fit(task, seed), (inner) => fitted({ pipeline, seen }, inner))
      )
    },
    load: (task: TaskSchema, json) =>
      Result.flatMap(decodeOptions("model state", State)(json), (state) => {
        const seen = { ...state.columns, kind: task.kind, levels: task.levels }
        return Result.flatMap(closed(seen), ({ learner, pipeline }) =>
          hashJson(Pipeline.toJson(pipeline)) === hashJson(state.pipeline)
            ? Result.map(learner.load(task, state.learner), (inner) => fitted({ pipeline, seen }, inner))
            : Features.fail(
                "model state",
                `${id} made another pipeline in training than this one makes with version ${state.version}; load it with the release that trained it`
              )
        )
      })
  })
}

type Class = "binary" | "multiclass"

/** What the constructor of a recipe for classes takes: its own options, and how it trains. @category models */
export type ClassifOptions<F extends Schema.Struct.Fields, K extends Class> = Schema.Struct.Encoded<F> &
  Training<Class, K>

/** What the constructor of a recipe for numbers takes. @category models */
export type RegrOptions<F extends Schema.Struct.Fields> = Schema.Struct.Encoded<F> &
  Training<"regression", "regression">

/** What `Recipe.define` gives: a definition, for registries, and two constructors, for code. @category models */
export interface Recipe<F extends Schema.Struct.Fields> {
  readonly definition: Learner.Definition
  readonly classif: <K extends Class>(options: ClassifOptions<F, K>) => Learner.Learner<K, never, never, Engines>
  readonly regr: (options: RegrOptions<F>) => Learner.Learner<"regression", never, never, Engines>
}

/**
 * Defines a recipe: `network` gives the pipeline up to its head, and `optimizer` what trains it, both by the options and by
 * what is seen of the task.
 *
 * In JSON a recipe is `{ type: "TabM", version: 1, …options }`, for every kind of target; without `loss` it has the negative
 * log-likelihood: `Bce.loss`, `CrossEntropy.loss`, `Mse.loss` of the registry. In code the loss is given, as a package of
 * learners need not know one of losses.
 * @category constructors
 */
export const define = <const F extends Schema.Struct.Fields>(recipe: Definition<F>): Recipe<F> => {
  const { accepts, id, options, summary, training, versions } = recipe
  const version = OptionSchema.withDefault(Schema.Literals(versions), versions.at(-1)!)
  const more = trainingOptions(training)
  const schema = Schema.Struct({ version, ...options, ...more })
  const ownKeys = ["version", ...Object.keys(options)]
  const passed = Object.keys(Model.fields).filter((key) => !["epochs", "batchSize", "validation"].includes(key))
  const pick = (from: object, keys: ReadonlyArray<string>) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)))

  const decode = (given: object, outer: Base.Find): Result.Result<Decoded<F>, PipelineError> => {
    const find = withMeasures(outer)
    return Result.map(decodeOptions(id, schema as unknown as Base.Options<Read<F>>, find)(given), (read) => ({
      own: pick(read, ownKeys) as Settings<F>,
      model: pick(given, passed),
      epochs: read.epochs,
      batchSize: read.batchSize,
      validation: "validation" in given ? given.validation : undefined,
      losses: Loss.byKind(read.loss, find),
      optimizer: read.optimizer,
      find,
      encoded: Schema.encodeSync(schema as unknown as Schema.Codec<Read<F>>)(read)
    }))
  }
  const made = <M extends TargetKind, K extends M>(given: Training<M, K>) => {
    const { find, json } = written(given)
    // The loss says which targets it is for.
    return learnerOf(recipe, json, decode(json, find)) as Learner.Learner<never, never, never, Engines>
  }
  return {
    definition: {
      id,
      kind: "learner",
      summary,
      accepts,
      weighted: true,
      options: schema as unknown as Base.Options<unknown>,
      bind: (given, find) => {
        const decoded = decode(given, find)
        return Result.map(decoded, () => learnerOf(recipe, given, decoded))
      }
    },
    classif: (given) => made(given),
    regr: (given) => made(given)
  }
}

/** Options as their schema reads them. */
type Read<F extends Schema.Struct.Fields> = Settings<F> & {
  readonly epochs: number
  readonly batchSize: number | "all" | "auto"
  readonly loss?: Stage | Loss.ByKind
  readonly optimizer?: Stage
}

const isLoss = <K extends TargetKind>(loss: Losses<K>): loss is LossOf<K> => typeof loss === "function"

/** Options made in code as JSON, and a way to find what they mention. */
const written = <M extends TargetKind, K extends M>(
  given: Training<M, K>
): { readonly json: object; readonly find: Base.Find } => {
  const { loss, optimizer, validation, ...options } = given
  const stage = isLoss(loss) ? Closing.stageOf(loss) : undefined
  const byKind = isLoss(loss)
    ? []
    : Object.entries<LossOf<K>>(loss).map(([kind, own]) => [kind, Closing.stageOf(own)] as const)
  const own = optimizer === undefined ? undefined : Closing.stageOf<Pipeline.Pipeline<"loss">>(optimizer)
  const model = Model.toJson({ ...options, ...(typeof validation === "object" && { validation }) })
  const stages = Closing.amongStages([stage, own, ...byKind.map(([, each]) => each)].filter((one) => one !== undefined))
  const json = {
    ...model.json,
    ...(validation === "none" && { validation }),
    loss: stage?.json ?? Object.fromEntries(byKind.map(([kind, { json }]) => [kind, json])),
    optimizer: own?.json
  }
  return {
    json: Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined)),
    find: (id, ...kinds) => Result.orElse(stages(id, ...kinds), () => model.find(id, ...kinds))
  }
}
