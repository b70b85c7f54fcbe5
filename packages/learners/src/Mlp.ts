/**
 * Multilayer perceptrons: dense layers one after the other, behind the preprocessing that a table needs.
 *
 * Like the other networks of this package it is a `Recipe`: what it is on a task is an ordinary pipeline, which
 * `learner.plan(task)` and `rocflow inspect` show, and any stage of which can be exchanged by writing it oneself.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { fraction, nonNegative, optional, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { columnFields, flatRows, takes, type Rows } from "./internal/networks/tabular.ts"
import { type OnColumn, tensorOf } from "./internal/networks/tensors.ts"

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

const Activation = Schema.Literals(["relu", "tanh", "sigmoid", "gelu", "silu", "elu", "selu", "softplus", "mish"])

const fields = {
  hidden: withDefault(Schema.Array(width()), [256, 256], "Units of the dense layers; [] is a linear model"),
  activation: withDefault(Activation, "relu", "The activation of the dense layers"),
  dropout: withDefault(fraction, 0, "The share of the units that are set to 0 in training"),
  column: optional(Schema.NonEmptyString, "A column of arrays, instead of all others", "scan"),
  ...columnFields({ scale: "standardise", oneHot: 9 }),
  learningRate: withDefault(positive, 1e-3, "The length of a step"),
  weightDecay: withDefault(nonNegative, 0, "How much weights are pulled to 0")
}

type Settings = Recipe.Settings<typeof fields>

/** What the first layer sees: the columns of a table, or the numbers of an array. */
const rowsOf = (options: Settings, seen: Recipe.Seen): ReturnType<typeof flatRows> =>
  options.column === undefined
    ? flatRows("Mlp", options, seen)
    : Result.map(tensorOf("Mlp", options.column, seen), ({ column }): Rows => Ingress.tensor(column).pipe(Nn.flatten()))

/** The usual ranges to search, as in TabZilla's and rtdl's studies: see `SearchSpace`. @category tuning */
export const space = [
  { option: "hidden", values: [[64], [256], [128, 128], [256, 256], [512, 512], [256, 256, 256]] },
  { option: "dropout", from: 0, to: 0.5 },
  { option: "learningRate", from: 1e-4, to: 1e-2, log: true },
  { option: "weightDecay", from: 1e-6, to: 1e-2, log: true }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  id: "Mlp",
  summary: "A multilayer perceptron: dense layers with an activation and dropout behind each",
  versions: [1],
  takes,
  space,
  options: fields,
  training: { epochs: 200, batchSize: 32, holdout: 0.2, patience: 20 },
  network: (options, seen) =>
    Result.map(rowsOf(options, seen), (rows) => {
      const { activation, dropout, hidden } = options
      const layers = hidden.reduce((body: Rows, units): Rows => {
        const activated = body.pipe(Nn.linear(units), activations[activation]())
        return dropout === 0 ? activated : activated.pipe(Nn.dropout(dropout))
      }, rows)
      return layers.pipe(Nn.head())
    }),
  optimizer: ({ learningRate, weightDecay }) => Optimizer.adamw({ learningRate, weightDecay })
})

/** `Mlp.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `Mlp.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

/**
 * Makes a classifier: dense layers of the units in `hidden`, an activation and dropout behind each, then one score, or one
 * for each of more than two classes. With `hidden: []` it is the linear model, with d inputs and k scores of (d + 1)·k
 * parameters: 7 850 for images of 28 × 28 and ten classes.
 *
 * - `hidden`: default `[256, 256]`; `activation`: default `"relu"`, also tanh, sigmoid, gelu, silu, elu, selu, softplus,
 *   mish; `dropout` in [0, 1): default 0
 * - `column`: a column of arrays, such as images, whose numbers the network sees one after the other, and nothing else
 * - `scale`: how numbers are scaled: `"standardise"` (default), `"quantile"` (to a normal distribution, with noise of 10⁻³
 *   standard deviations), `"robust"` (by quartiles, then a smooth clip) or `"none"`. Before that, missing ones become the
 *   median, and where some are missing in training a column says which; a missing truth value becomes the more frequent one
 * - `oneHot`: categories of up to so many levels (default 9) become indicators, with a level for missing ones; those of more
 *   become vectors of `embeddingSize` (default 8) that are learned
 * - `learningRate`: default 0.001; `weightDecay` of the kernels: default 0 (`Optimizer.adamw`)
 * - `loss`: what an error costs; one, or one for each kind of target
 * - the options of `Model.classif`: `epochs` (default 200), `batchSize` (32), `validation`: by default a fifth of the rows is
 *   held out, training ends 20 epochs after the best one by AUC (of more than two classes by log-loss), and that one is kept; `"none"` trains on all rows for all epochs
 * - `optimizer`: in place of its own; `version`: the newest is 1
 *
 * Columns that never vary in training are left out.
 *
 * Errors when it is trained: those of pipelines; columns of arrays without `column`.
 *
 * @example
 * Mlp.classif({ hidden: [64, 32], dropout: 0.2, loss: CrossEntropy.loss(), epochs: 100 })
 * @see Rumelhart, Hinton, Williams (1986), Learning representations by back-propagating errors, Nature 323.
 * @category constructors
 */
export const classif = <K extends "binary" | "multiclass", const Name extends string = never>(
  options: Omit<Recipe.ClassifOptions<typeof fields, K>, "column"> & OnColumn<Name>
): Learner.Learner<K, Name, never, Engines> => recipe.classif<K>(options)

/**
 * Makes a perceptron that predicts numbers: see `Mlp.classif`, with the options of `Model.regr`. The epoch is chosen by the
 * root of the mean squared error.
 *
 * *Gotcha*: the target is standardised, and predictions are brought back, so that the loss is in units of its standard
 * deviation. Prices want their logarithm: `Learner.targetTransformed([Target.log()], Mlp.regr(…))`.
 *
 * @example
 * Mlp.regr({ hidden: [32], loss: Mse.loss(), epochs: 100 })
 * @category constructors
 */
export const regr = <const Name extends string = never>(
  options: Omit<Recipe.RegrOptions<typeof fields>, "column"> & OnColumn<Name>
): Learner.Learner<"regression", Name, never, Engines> => recipe.regr(options)
