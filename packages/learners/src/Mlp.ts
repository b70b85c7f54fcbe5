/**
 * Multilayer perceptrons: dense layers one after the other.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, positive, withDefault } from "@rocflow/core/OptionSchema"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import { columnFields, flatRows, type Rows } from "./internal/networks/tabular.ts"
import { tensorOf } from "./internal/networks/tensors.ts"

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
  hidden: withDefault(Schema.Array(count(1)), [256, 256]),
  activation: withDefault(Activation, "relu"),
  dropout: withDefault(fraction, 0),
  column: Schema.optionalKey(Schema.NonEmptyString),
  ...columnFields({ scale: "standardise", oneHot: 9 }),
  learningRate: withDefault(positive, 1e-3),
  weightDecay: withDefault(nonNegative, 0)
}

type Settings = Recipe.Settings<typeof fields>

/** What the first layer sees: the columns of a table, or the numbers of an array. */
const rowsOf = (options: Settings, seen: Recipe.Seen): ReturnType<typeof flatRows> =>
  options.column === undefined
    ? flatRows("Mlp", options, seen)
    : Result.map(tensorOf("Mlp", options.column, seen), ({ column }): Rows => Ingress.tensor(column).pipe(Nn.flatten()))

const recipe = Recipe.define({
  id: "Mlp",
  summary: "A multilayer perceptron: dense layers with an activation and dropout behind each",
  versions: [1],
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

/** The name of a column, so that the compiler knows which one is needed. */
interface OnColumn<Name extends string> {
  readonly column?: Name
}

export const classif = <K extends "binary" | "multiclass", const Name extends string = never>(
  options: Omit<Recipe.ClassifOptions<typeof fields, K>, "column"> & OnColumn<Name>
): Learner.Learner<K, Name, never, Engines> => recipe.classif<K>(options)

export const regr = <const Name extends string = never>(
  options: Omit<Recipe.RegrOptions<typeof fields>, "column"> & OnColumn<Name>
): Learner.Learner<"regression", Name, never, Engines> => recipe.regr(options)
