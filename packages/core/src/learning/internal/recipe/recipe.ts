/**
 * What a recipe is made of, and what is made of it.
 */
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../../../data/Task.ts"
import type { Engines } from "../../../engine/Engine.ts"
import type * as Optimizer from "../../../pipeline/Optimizer.ts"
import type * as Pipeline from "../../../pipeline/Pipeline.ts"
import type { PipelineError } from "../../../pipeline/PipelineError.ts"
import type { Takes } from "../../../pipeline/Stage.ts"
import type * as Learner from "../../Learner.ts"
import type * as Model from "../../Model.ts"
import type { SearchSpace } from "../../SearchSpace.ts"
import type * as Validation from "../../Validation.ts"
import type { Columns } from "./columns.ts"

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

/** What a recipe changes in the options of a model. */
interface Changed<M extends TargetKind> {
  /** In place of the recipe's own. */
  readonly optimizer?: Optimizer.Put
  readonly epochs?: number
  /** Rows a batch; `"auto"`: 32 to 1024, the more rows the more. */
  readonly batchSize?: number | "all" | "auto"
  /** In place of the recipe's own; `"none"`: all rows train, for all epochs. */
  readonly validation?: Validation.Validation<M> | "none"
  /** Default: the newest. */
  readonly version?: number
}

/** The kinds of targets that are classes. @category models */
export type Class = "binary" | "multiclass"

type Of<F extends Schema.Struct.Fields, M, C extends TargetKind> = Omit<Schema.Struct.Encoded<F>, keyof M> &
  Changed<C> &
  Omit<M, keyof Changed<C>>

/** The options of a recipe for classes: its own, and those of `Model.classif`. @category models */
export type ClassifOptions<F extends Schema.Struct.Fields, K extends Class> = Of<
  F,
  Model.ClassifOptions<never, never, Class>,
  Class
> & {
  /** What an error costs; it says which targets the learner is for. */
  readonly loss: Losses<K>
}

/**
 * The options of a recipe for numbers: its own, and those of `Model.regr`. The target is standardised; what else is to be
 * done to it stands before the learner (`Learner.targetTransformed`).
 * @category models
 */
export type RegrOptions<F extends Schema.Struct.Fields> = Of<
  F,
  Model.Options<never, never, "regression">,
  "regression"
> & {
  /** What an error costs. */
  readonly loss: LossOf<"regression">
}

/** The options of a recipe's own with every default filled in. @category models */
export type Settings<F extends Schema.Struct.Fields> = Schema.Struct.Type<F> & { readonly version: number }

/** What `Recipe.define` takes. @category models */
export interface Definition<F extends Schema.Struct.Fields> {
  /** The name in code; in JSON the learners are `"<id>.classif"` and `"<id>.regr"`. */
  readonly id: string
  readonly summary: string
  /** The versions that there are, the newest one last. */
  readonly versions: readonly [number, ...ReadonlyArray<number>]
  /** What it takes besides complete numbers: see `Learner.takes`. */
  readonly takes?: Takes
  /** The ranges that are usually searched. */
  readonly space?: SearchSpace
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
  readonly optimizer: (options: Settings<F>, seen: Seen) => Optimizer.Put
}

/** What `Recipe.define` gives: definitions, for registries, and constructors, for code. @category models */
export interface Recipe<F extends Schema.Struct.Fields> {
  readonly classifDefinition: Learner.Definition
  readonly regrDefinition: Learner.Definition
  readonly classif: <K extends Class>(options: ClassifOptions<F, K>) => Learner.Learner<K, never, never, Engines>
  readonly regr: (options: RegrOptions<F>) => Learner.Learner<"regression", never, never, Engines>
}
