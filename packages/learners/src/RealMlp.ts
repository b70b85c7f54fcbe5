/**
 * RealMLP: a perceptron whose every part was tuned once, on many tables, so that it need not be tuned again.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, positive, withDefault } from "@rocflow/core/OptionSchema"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import { fullRows, smallRows } from "./internal/networks/realMlp.ts"
import type { Rows } from "./internal/networks/tabular.ts"

const fields = {
  variant: withDefault(Schema.Literals(["full", "small"]), "full"),
  hidden: withDefault(Schema.Array(count(1)).check(Schema.isMinLength(1)), [256, 256, 256]),
  activation: Schema.optionalKey(Schema.Literals(["selu", "mish", "relu", "silu", "gelu"])),
  dropout: Schema.optionalKey(fraction),
  oneHot: Schema.optionalKey(count(0)),
  embeddingSize: withDefault(count(1), 8),
  frequencies: withDefault(count(1), 16),
  frequencyScale: withDefault(positive, 0.1),
  numberSize: withDefault(count(2), 4),
  learningRate: Schema.optionalKey(positive),
  weightDecay: Schema.optionalKey(nonNegative)
}

/** What stands where nothing is given, as in pytabkit 1.7.3: RealMLP_TD and RealMLP_TD_S, of classes and of numbers. */
const usual = {
  full: { oneHot: 9, dropout: 0.15, weightDecay: 0.02, learningRate: { classes: 0.04, numbers: 0.2 } },
  small: { oneHot: 100, dropout: 0, weightDecay: 0, learningRate: { classes: 0.04, numbers: 0.07 } }
} as const

/**
 * The first biases. In the full recipe each is minus a mixture of five values that reach its unit, whose deviation is 1/√3
 * where theirs is 1; in the small one they are standard normal.
 */
const biasScale = { full: Math.sqrt(1 / 3), small: 1 } as const

const recipe = Recipe.define({
  id: "RealMlp",
  summary:
    "A perceptron with tuned defaults (RealMLP): robust scaling, embeddings of numbers, NTK layers, waves of the rate",
  versions: [1],
  options: fields,
  training: { epochs: 256, batchSize: 256, holdout: 0.2, patience: 0 },
  network: (options, seen) => {
    const { hidden, variant } = options
    const oneHot = options.oneHot ?? usual[variant].oneHot
    const rows = (variant === "full" ? fullRows : smallRows)("RealMlp", { ...options, oneHot }, seen)
    const activation = options.activation ?? (seen.kind === "regression" ? "mish" : "selu")
    const activate = variant === "full" ? Nn.parametricActivation(activation) : Nn[activation]()
    const dropout = options.dropout ?? usual[variant].dropout
    return Result.map(rows, (begun) => {
      const scaled: Rows = begun.pipe(Nn.scale())
      const layers = hidden.reduce((body: Rows, units): Rows => {
        const bent: Rows = body.pipe(Nn.ntkLinear(units, { biasScale: biasScale[variant] }), activate)
        return dropout === 0 ? bent : bent.pipe(Nn.dropout(dropout))
      }, scaled)
      return layers.pipe(
        Nn.ntkHead(variant === "full" ? { biasScale: biasScale.full } : { kernelScale: 0, biasScale: 0 })
      )
    })
  },
  optimizer: (options, { kind }) => {
    const { learningRate, weightDecay } = usual[options.variant]
    const rate = options.learningRate ?? learningRate[kind === "regression" ? "numbers" : "classes"]
    const decay = options.weightDecay ?? weightDecay
    const falling = decay === 0 ? 0 : Schedule.flatCosine({ from: decay })
    return Optimizer.adamw({
      learningRate: Schedule.coslog4({ from: rate }),
      beta2: 0.95,
      weightDecay: falling,
      // All but the biases of dense layers decays.
      groups: [
        { paths: ["**pbldEmbedding.*"], rate: 0.1, weightDecay: falling },
        { paths: ["**scale.scale"], rate: 6, weightDecay: falling },
        { paths: ["**.share"], rate: 0.1, weightDecay: falling },
        { paths: ["**embedding.kernel"], weightDecay: falling },
        { paths: ["**.bias"], rate: 0.1, weightDecay: 0 }
      ]
    })
  }
})

/** `RealMlp.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `RealMlp.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

export const classif = recipe.classif

export const regr = recipe.regr
