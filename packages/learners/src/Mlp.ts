/**
 * Multilayer perceptrons: a ready-made composition of the pipeline language, for when a network needs no design.
 *
 * The loss is given, as nothing else knows what an error costs: `Bce.loss()` for two classes, `CrossEntropy.loss()` for
 * more, `Mse.loss()` for numbers, all of `@rocflow/losses`, or one of your own.
 */
import type { Engines } from "@rocflow/core/engine/Engine"
import type { Kind } from "@rocflow/core/data/Task"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Model from "@rocflow/core/learning/Model"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"

/** Rows of numbers that have passed some layers. */
type Rows<Name extends string> = Pipeline<"ingress" | "layer", Name, readonly [number]>

const activations = {
  relu: Nn.relu,
  tanh: Nn.tanh,
  sigmoid: Nn.sigmoid,
  gelu: Nn.gelu,
  silu: Nn.silu,
  elu: Nn.elu,
  selu: Nn.selu,
  softplus: Nn.softplus,
  mish: Nn.mish
}

/** What stands between the linear layers of a perceptron. @category models */
export type Activation = keyof typeof activations

/** A perceptron: its layers, its loss and its optimizer. @category models */
export interface Network<Name extends string, K extends Kind> {
  /** The units of each hidden layer, from the rows to the scores; none makes a linear model. */
  readonly hidden: ReadonlyArray<number>
  /** Stages that are fitted on the training rows, such as `Preprocess.standardise()`. Default: none. */
  readonly preprocess?: Pipeline<"preprocess", Name> | undefined
  /** A tensor column, such as one of images, whose rows become numbers one after the other. Default: all numeric columns. */
  readonly column?: Name | undefined
  /** Behind each hidden layer. Default "relu". */
  readonly activation?: Activation | undefined
  /** The share of the hidden units that is dropped in each training step, in [0, 1). Default 0. */
  readonly dropout?: number | undefined
  /** Such as `CrossEntropy.loss()`; it says which targets the learner is for. */
  readonly loss: (self: Pipeline<"head", Name, readonly [number]>) => Pipeline<"loss", Name, readonly [number], K>
  /** Default `Optimizer.adam()`. */
  readonly optimizer?: ReturnType<typeof Optimizer.adam> | undefined
}

type Class = "binary" | "multiclass"

/** How a perceptron is made and trained: see `Model.classif`. @category models */
export interface ClassifOptions<Name extends string, K extends Class>
  extends Network<Name, K>, Model.ClassifOptions<never, never, Class> {}

/** How a perceptron is made and trained: see `Model.regr`. @category models */
export interface RegrOptions<Name extends string>
  extends Network<Name, "regression">, Model.Options<never, never, "regression"> {}

const rowsOf = <Name extends string>({
  column,
  preprocess
}: Pick<Network<Name, Kind>, "column" | "preprocess">): Rows<Name> => {
  if (column === undefined) return preprocess === undefined ? Ingress.numeric() : preprocess.pipe(Ingress.numeric())
  const ingress = Ingress.tensor(column)
  return (preprocess === undefined ? ingress : preprocess.pipe(ingress)).pipe(Nn.flatten())
}

/** The pipeline up to its optimizer. */
const networkOf = <Name extends string, K extends Kind>({
  activation = "relu",
  column,
  dropout = 0,
  hidden,
  loss,
  optimizer = Optimizer.adam(),
  preprocess
}: Network<Name, K>) => {
  const rows = rowsOf({ column, preprocess })
  const layers = hidden.reduce((body: Rows<Name>, units): Rows<Name> => {
    const activated = body.pipe(Nn.linear(units), activations[activation]())
    return dropout === 0 ? activated : activated.pipe(Nn.dropout(dropout))
  }, rows)
  return layers.pipe(Nn.head(), loss, optimizer)
}

/**
 * Makes a classifier: linear layers of the units in `hidden`, an activation (default relu) and dropout (default none) behind
 * each, then one score, or one for each of more than two classes. With `hidden: []` it is the linear model, with d inputs and
 * k scores of (d + 1)·k parameters: 7 850 for images of 28 × 28 and ten classes. The options beside the network are those of
 * `Model.classif`: `epochs`, `batchSize`, `validation`, …
 *
 * The network sees all numeric columns, behind the stages of `preprocess`; `Preprocess.standardise()` is one that most tables
 * need. Or it sees one tensor column, `column`. In JSON it is the pipeline that it is short for, so that any stage
 * of it can be exchanged.
 *
 * Errors when it is trained: those of pipelines.
 *
 * *Gotcha*: without `validation` it trains all `epochs`, and a large network then knows its training rows by heart.
 *
 * @example
 * Mlp.classif({ hidden: [64, 32], dropout: 0.2, loss: CrossEntropy.loss(), epochs: 100 })
 * @see Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors, Nature 323.
 * @category constructors
 */
export const classif = <const Name extends string = never, K extends Class = Class>(
  options: ClassifOptions<Name, K>
): Learner.Learner<K, Name, never, Engines> => {
  const { activation, column, dropout, hidden, loss, optimizer, preprocess, ...model } = options
  const network = networkOf<Name, Class>({ activation, column, dropout, hidden, loss, optimizer, preprocess })
  // The model accepts what its loss does, which is K.
  return network.pipe(Model.classif(model)) as Learner.Learner<K, Name, never, Engines>
}

/**
 * Makes a perceptron that predicts numbers: see `Mlp.classif`, with the options of `Model.regr`.
 *
 * *Gotcha*: the target is standardised, and predictions are brought back, so that the loss is in units of its standard
 * deviation. `target: [Target.log(), Target.standardise()]` suits prices; `target: []` leaves it as it is.
 *
 * @example
 * Mlp.regr({ hidden: [32], loss: Mse.loss(), epochs: 100 })
 * @category constructors
 */
export const regr = <const Name extends string = never>(
  options: RegrOptions<Name>
): Learner.Learner<"regression", Name, never, Engines> => {
  const { activation, column, dropout, hidden, loss, optimizer, preprocess, ...model } = options
  return networkOf({ activation, column, dropout, hidden, loss, optimizer, preprocess }).pipe(Model.regr(model))
}
