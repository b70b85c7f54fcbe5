/**
 * What a stage is once its options are decoded: the contracts of everything that a pipeline is made of, on one page.
 *
 * A stage is bound once, where it is made: its options are decoded there, and what comes out closes over them. Nobody
 * decodes them again, and the tag of the union tells what a stage can do.
 */
import type * as tf from "@tensorflow/tfjs-core"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { Note } from "../data/Note.ts"
import type { Kind as TargetKind } from "../data/Task.ts"
import type { Generator, Seed } from "../Seed.ts"
import type { Definition as Base, Find } from "./Definition.ts"
import type { Features } from "./Features.ts"
import type { MissingValues } from "./MissingValues.ts"
import type { Issue, PipelineError } from "./PipelineError.ts"
import type * as Shape from "./Shape.ts"

// ------------------------------------------------------------------------------------------------- preprocessing

/** The target of the training rows, and how to hold some of them out of others. @category preprocessing */
export interface TrainingTarget {
  readonly kind: TargetKind
  /** Class levels, the positive one of two first; none for a regression. */
  readonly levels: ReadonlyArray<string>
  /** Of classes the index of the level, of a regression the value: one a training row. */
  readonly values: Float64Array
  /**
   * Deals the training rows to folds, and gives the fold of each, from 0: rows of a group, and copies of a row, into one
   * fold, strata and classes evenly. With fewer groups than folds each is a fold.
   */
  readonly folds: (folds: number, seed: Seed) => Result.Result<Int32Array, PipelineError>
}

/**
 * What stands behind preprocessing, a learner or the ingresses of a network, takes as it is; the rest is for preprocessing to
 * change. All are false where nothing is said.
 * @category preprocessing
 */
export interface Takes {
  /** Factors and text. */
  readonly categories?: boolean
  /** Missing values. */
  readonly missing?: boolean
  /** Numbers of any scale, all to the same effect. */
  readonly anyScale?: boolean
}

/** What a preprocessing stage is given besides the features of the training rows. @category preprocessing */
export interface Fitting {
  /** For whatever a stage draws at random. */
  readonly seed: Seed
  /** Absent where features are changed that are of no task. */
  readonly target?: TrainingTarget | undefined
  /** For a stage that chooses what to do by what comes after it. */
  readonly takes?: Takes | undefined
}

/** A preprocessing stage that has learned: it changes the features of any rows. @category preprocessing */
export interface FittedPreprocessor {
  readonly apply: (features: Features) => Effect.Effect<Features, PipelineError>
  /** What it learned, as plain JSON that `Preprocessor.load` reads. */
  readonly state: () => unknown
  /**
   * The one column of which it makes the column of a name, such as `site` of `site=north`; undefined for what it leaves as it is,
   * and what it makes of several. What a model says of the made column is then said of the other. Absent: it makes none.
   */
  readonly sourceOf?: ((made: string) => string | undefined) | undefined
}

/**
 * What becomes of the training rows behind a stage, where that is not what `apply` makes of them.
 * @category preprocessing
 */
export interface Training {
  /**
   * The features of every training row, of the same columns as `apply` gives: those of a stage that looks at the target,
   * for example, and must not tell a row its own.
   */
  readonly features?: Features | undefined
  /**
   * Which training rows are trained on, in this order; some may come several times. Target, weights and all other roles
   * follow. Rows that are validated on or predicted are never changed.
   */
  readonly rows?: ArrayLike<number> | undefined
}

/** A preprocessing stage that has just learned. @category preprocessing */
export interface Fit extends FittedPreprocessor {
  /** Absent where the training rows become what `apply` makes of them. */
  readonly training?: Training | undefined
  /** What it chose to do, in words, where its options leave that to the training rows. */
  readonly chose?: ReadonlyArray<string> | undefined
}

/** A preprocessing stage: learns from training rows only. @category preprocessing */
export interface Preprocessor {
  /** What is probably not meant in applying it to these training rows. */
  readonly notes: (features: Features) => ReadonlyArray<Note>
  readonly fit: (features: Features, fitting: Fitting) => Effect.Effect<Fit, PipelineError>
  readonly load: (state: unknown) => Result.Result<FittedPreprocessor, PipelineError>
}

// ------------------------------------------------------------------------------------------------------- ingress

/**
 * Rows on their way into a network. `window` may wait (decode, prefetch); `fill` does not.
 * @category ingress
 */
export interface Source {
  /** What a row of a window takes in memory while the window lasts; absent where it takes nothing. */
  readonly bytesPerRow?: number
  /**
   * Makes the rows that the next calls of `fill` will ask for available. In training, `epoch` counts from 1, and rows may
   * be changed at random; elsewhere there is none. `next` are the rows of the window after this one, which may be fetched
   * while this one is used.
   */
  readonly window: (
    rows: ArrayLike<number>,
    epoch?: number,
    next?: ArrayLike<number>
  ) => Effect.Effect<void, PipelineError>
  /** Writes rows, one after the other, each of the ingress's shape, to the beginning of `into`. */
  readonly fill: (rows: ArrayLike<number>, into: Float32Array) => void
}

/** An ingress that has chosen its columns. @category ingress */
export interface FittedIngress {
  /** The columns it reads, in order. */
  readonly columns: ReadonlyArray<string>
  /** The shape of one row. */
  readonly shape: Shape.Shape
  /** Where the entries of a row are codes: how many levels each has. Codes are 0 (missing or unseen) … that number. */
  readonly cardinalities?: ReadonlyArray<number> | undefined
  readonly state: () => unknown
  /** Opens rows for reading; what the source holds is freed with the scope. */
  readonly open: (features: Features) => Effect.Effect<Source, PipelineError | MissingValues, Scope.Scope>
}

/** Where columns become the input of a network. @category ingress */
export interface Ingress {
  /** The shape of one row when so many columns reach the ingress; NaN stands for a number not known yet. */
  readonly shape: (columns: number) => Shape.Shape
  /** What is probably not meant in reading these training rows. */
  readonly notes: (features: Features) => ReadonlyArray<Note>
  /** What it takes besides complete numbers. */
  readonly takes?: Takes | undefined
  readonly fit: (features: Features) => Result.Result<FittedIngress, PipelineError>
  readonly load: (state: unknown) => Result.Result<FittedIngress, PipelineError>
}

// --------------------------------------------------------------------------------------------------------- layers

/** An array that a layer owns. `initialise` fills it from the stream of its own seed. @category layers */
export interface Parameter {
  readonly name: string
  readonly shape: Shape.Shape
  readonly initialise: (values: Float32Array, random: Generator) => void
}

/** What a forward pass gets besides its input and parameters. @category layers */
export interface Pass {
  readonly tf: Tf
  /** Whether this is a training pass: dropout acts, and buffers may be updated, only then. */
  readonly training: boolean
  /** Where the input are codes, how many levels each entry of a row has: see `FittedIngress`. */
  readonly cardinalities?: ReadonlyArray<number> | undefined
  /** Random numbers of this layer in this pass, derived from the seed by step and path: the same in every run. */
  readonly random: Generator
  /** The numbers that follow schedules of progress, as they are in this pass. */
  readonly read: Read
  /** The layer's buffers, in their order. */
  readonly buffers: ReadonlyArray<tf.Tensor>
  /** Gives a buffer its value after this pass; without effect in a prediction pass. */
  readonly update: (buffer: number, value: tf.Tensor) => void
}

/** Moves first values by training rows: see `Layer.start`. @category layers */
export type StartingFrom = (
  input: Float32Array,
  rows: number,
  parameters: ReadonlyArray<Float32Array>,
  random: Generator
) => void

/** A layer of a network; every row of a batch has the same shape. @category layers */
export interface Layer {
  /** The shape after the layer; `outputs` is how many the task needs. */
  readonly shape: (input: Shape.Shape, outputs: number) => Result.Result<Shape.Shape, Shape.Problem>
  /** Whether it reads codes of categories, as an ingress gives them, and no numbers. Default false. */
  readonly codes?: boolean | undefined
  /** The arrays that are learned by gradient; a layer of codes is told how many levels each entry of a row has. */
  readonly parameters: (
    input: Shape.Shape,
    output: Shape.Shape,
    cardinalities?: ReadonlyArray<number>
  ) => ReadonlyArray<Parameter>
  /**
   * Moves the first values of the parameters, in their order and in place, by training rows as they reach the layer:
   * [rows, …input], one after the other. Absent: values are as they are drawn.
   */
  readonly start?: StartingFrom | undefined
  /** The arrays that training updates otherwise, such as running means; saved with the model. */
  readonly buffers: (input: Shape.Shape, output: Shape.Shape) => ReadonlyArray<Parameter>
  /** `input` is [rows, …shape]; parameters come in the order of `parameters`. */
  readonly forward: (input: tf.Tensor, parameters: ReadonlyArray<tf.Tensor>, pass: Pass) => tf.Tensor
}

/** How branches come together: side by side along the last axis, one below the other along the first, or entry by entry. @category layers */
export type Join = "concat" | "tokens" | "sum" | "product"

// --------------------------------------------------------------------------------------------------------- losses

/** Scores, targets, gradients: one number an entry, in single or double precision. @category losses */
export type Floats = Float32Array | Float64Array

/** TensorFlow.js, which is given to whoever computes with its tensors, so that nobody else loads it. @category losses */
export type Tf = typeof tf

/**
 * A loss of tensor operations: scores [n, outputs], targets and weights [n], and the operations.
 * @category losses
 */
export type TensorLoss = (
  scores: tf.Tensor2D,
  targets: tf.Tensor1D,
  weights: tf.Tensor1D | undefined,
  tf: Tf
) => tf.Scalar

/**
 * A loss that is known by a formula, the mean or the sum over rows of (weighted) terms: engines may compute it their own
 * way, to rounding the same as `evaluate`. Targets are as there.
 *
 * - `binaryCrossEntropy`: c·(ln(1 + e^−z) + ε/2·z), z = s and c = `positive` for a positive row, z = −s and c = 1 for a
 *   negative one
 * - `crossEntropy`: ln Σₖ exp(sₖ) − (1 − ε)·s of the true class − ε·(mean of all s)
 * - `squaredError`: (s − y)²
 *
 * where ε is `smoothing`, in [0, 1).
 * @category losses
 */
export type LossFormula = { readonly reduction: "mean" | "sum" } & (
  | { readonly terms: "binaryCrossEntropy"; readonly positive: number; readonly smoothing: number }
  | { readonly terms: "crossEntropy"; readonly smoothing: number }
  | { readonly terms: "squaredError" }
)

/** A loss with its explicit (sub)gradient. @category losses */
export interface Explicit {
  readonly _tag: "Explicit"
  /**
   * Returns the value and writes the gradient with respect to the scores.
   *
   * - `scores`: row-major [n, outputs], finite
   * - `targets`: [n]; binary 1 = positive and 0 = negative, multi-class the 0-based class, regression the value
   * - `gradient`: [n, outputs], overwritten
   * - `weights`: [n], not negative; only passed if the definition says `weighted`
   */
  readonly evaluate: (scores: Floats, targets: Floats, gradient: Floats, weights?: Floats) => number
  /**
   * Finds the step s ≥ 0 with the least value of the loss at scores − s·direction, [n, outputs] both. A loss is
   * searchable because it has this.
   */
  readonly search?: (scores: Floats, direction: Floats, targets: Floats) => number
  /** The same value of tensor operations, for the tests that compare the two gradients. */
  readonly tensor?: TensorLoss
  /** The formula, where it is one of those that engines know. */
  readonly formula?: LossFormula
  /**
   * Where there is no formula: whether the loss of several batches is their sum, or their mean by the weights of rows, as
   * it is treated by whoever accumulates gradients. Default "mean".
   */
  readonly reduction?: "mean" | "sum" | undefined
}

/** A loss of tensor operations only, for custom losses without a formula of the gradient. @category losses */
export interface Tensor {
  readonly _tag: "Tensor"
  readonly tensor: TensorLoss
}

/** A loss bound to its options. @category losses */
export type Loss = Explicit | Tensor

// ------------------------------------------------------------------------------------------------------ schedules

/** A schedule bound to its options: see `Schedule`. @category schedules */
export interface Schedule {
  /** The value at `progress` in [0, 1], the share of all updates that were made; `state` is what `adapts` keeps. */
  readonly at: (progress: number, state: unknown) => number
  /** How it answers to validation; absent where progress alone decides. */
  readonly adapts?: Adapting | undefined
  /** The schedule as JSON, with every default filled in. */
  readonly json: ScheduleJson
}

/** What a schedule remembers of validation, as plain JSON. @category schedules */
export interface Adapting {
  readonly initial: unknown
  /** The state after one more value of the first validation measure; NaN where it has none. */
  readonly next: (state: unknown, score: number, direction: "minimise" | "maximise") => unknown
}

/** A schedule in its JSON form: `{ type: "Schedule.cosine", from: 0.01 }`. @category schedules */
export interface ScheduleJson {
  readonly type: string
  readonly [option: string]: unknown
}

/** A number that may change while training goes on. @category schedules */
export type Value = number | Schedule

/** Reads numbers as they are at an update. @category schedules */
export type Read = (value: Value) => number

// ----------------------------------------------------------------------------------------------------- optimizers

/** One parameter array in a step of an optimizer. @category optimizers */
export interface Updated {
  /** The path of the array: `"linear.kernel"`. */
  readonly path: string
  /** The parameter itself; transforms read it only. */
  readonly values: Float32Array
  /** The gradient at first; each transform rewrites it in place, and what the last one leaves is subtracted. */
  readonly update: Float32Array
}

/** A step of an optimizer. @category optimizers */
export interface Step {
  /** Counts updates from 1. */
  readonly step: number
  readonly arrays: ReadonlyArray<Updated>
  /** The numbers that follow schedules, as they are at this update. */
  readonly read: Read
  /** The exact step length along the updates as they are now, in multiples of them: what the loss's search says. */
  readonly search: () => number
}

/** A transform that knows the parameters that it works on. @category optimizers */
export interface Begun {
  /** The names of the arrays, of a parameter's size and all zero at the start, that it keeps for each parameter. */
  readonly slots: ReadonlyArray<ReadonlyArray<string>>
  /** Rewrites every `update` in place. `slots[i]` are those of `step.arrays[i]`, in the order of their names. */
  readonly apply: (step: Step, slots: ReadonlyArray<ReadonlyArray<Float32Array>>) => void
}

/**
 * A transform that is known by a formula: engines may compute it their own way, to rounding the same as `apply`. The
 * formulas are those of the transforms of the same name; a group works on the parameters whose path it chooses.
 * @category optimizers
 */
export type TransformFormula =
  | { readonly transform: "clip"; readonly norm: number }
  | { readonly transform: "momentum"; readonly momentum: Value; readonly nesterov: boolean }
  | { readonly transform: "adam"; readonly beta1: Value; readonly beta2: Value; readonly epsilon: number }
  | { readonly transform: "rmsprop"; readonly alpha: Value; readonly epsilon: number; readonly centered: boolean }
  | { readonly transform: "adagrad"; readonly epsilon: number }
  | { readonly transform: "lion"; readonly beta1: Value; readonly beta2: Value }
  | { readonly transform: "decay"; readonly rate: Value }
  | { readonly transform: "rate"; readonly rate: Value }
  | {
      readonly transform: "group"
      readonly chooses: (path: string) => boolean
      readonly formulas: ReadonlyArray<TransformFormula>
    }

/** Parameters that are chosen by patterns of their paths. @category optimizers */
export interface Chosen {
  readonly patterns: ReadonlyArray<string>
  readonly chooses: (path: string) => boolean
}

/** A transform of the gradient, bound to its options. @category optimizers */
export interface Transform {
  /** Begins with the paths of all parameters, in the order in which every step will have them. */
  readonly begin: (paths: ReadonlyArray<string>) => Begun
  /** Whether it calls `Step.search`, and so needs scores that are linear in the parameters and a loss with a search. */
  readonly searches: boolean
  /** Its formulas, one after the other, where all of them are among those that engines know. */
  readonly formulas?: ReadonlyArray<TransformFormula> | undefined
  /** The groups of parameters that it treats otherwise: one that chooses none is probably not meant. */
  readonly groups?: ReadonlyArray<Chosen> | undefined
  /** The schedules among its options: training asks those that adapt for their states. */
  readonly schedules?: ReadonlyArray<Schedule> | undefined
  /** The learning rate, for the history, if it has one: the product of the rates that hold for all parameters. */
  readonly learningRate?: ((read: Read) => number) | undefined
}

// ---------------------------------------------------------------------------------------------------------- model

/** Closes a pipeline into whatever trains it; `learning/Learner` says what that is. @category model */
export interface Closing {
  readonly accepts: ReadonlyArray<TargetKind>
  readonly close: (stages: ReadonlyArray<Stage>) => object
}

// ----------------------------------------------------------------------------------------------------- the union

/** What a stage is bound to. @category models */
export type Part =
  | { readonly kind: "preprocess"; readonly preprocessor: Preprocessor }
  | { readonly kind: "ingress"; readonly ingress: Ingress }
  | { readonly kind: "layer" | "head"; readonly layer: Layer }
  | { readonly kind: "block"; readonly join: Join; readonly body: ReadonlyArray<Stage> }
  | { readonly kind: "block"; readonly count: number; readonly body: ReadonlyArray<Stage> }
  | { readonly kind: "merge"; readonly join: Join; readonly branches: ReadonlyMap<string, ReadonlyArray<Stage>> }
  | {
      readonly kind: "loss"
      readonly loss: Loss
      readonly accepts: ReadonlyArray<TargetKind>
      readonly weighted: boolean
      readonly translationInvariant: boolean
    }
  | { readonly kind: "optimizer"; readonly transform: Transform }
  | { readonly kind: "model"; readonly model: Closing }

/** The part of a stage of some kind. @category models */
export type PartOf<K extends Part["kind"]> = Extract<Part, { readonly kind: K }>

/** A stage in its JSON form: `{ type: "Nn.linear", units: 20 }`. @category models */
export interface StageJson {
  readonly type: string
  readonly [option: string]: unknown
}

/** A stage whose options are in order. @category models */
export interface Bound {
  readonly part: Part
  /** The options with every default filled in, as JSON: what is hashed. */
  readonly encoded: unknown
}

/**
 * One stage of a pipeline: as it is written, and what it is bound to. A stage made in code with options that break a
 * rule carries the issues; whoever trains or checks the pipeline reports them.
 * @category models
 */
export interface Stage {
  readonly id: string
  readonly kind: Part["kind"]
  readonly json: StageJson
  readonly bound: Result.Result<Bound, ReadonlyArray<Issue>>
}

/** The definition of a stage: binds options that are given. @category models */
export interface Definition<out K extends Base["kind"] = Base["kind"], out Encoded = unknown> extends Base<K, Encoded> {
  readonly bind: (given: object, find: Find) => Stage
}
