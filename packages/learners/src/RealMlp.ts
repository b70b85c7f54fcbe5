/**
 * RealMLP: a perceptron whose every part was tuned once, on many tables, so that it need not be tuned again (Holzmüller,
 * Grinsztajn and Steinwart 2024).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { fraction, nonNegative, optional, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Schedule from "@rocflow/core/pipeline/Schedule"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { fullRows, smallRows } from "./internal/networks/realMlp.ts"
import { many, takes, type Rows } from "./internal/networks/tabular.ts"

const fields = {
  variant: withDefault(
    Schema.Literals(["full", "small"]),
    "full",
    "small has no embeddings of numbers, and takes half the time"
  ),
  hidden: withDefault(Schema.Array(width()).check(Schema.isMinLength(1)), [256, 256, 256], "Units of the dense layers"),
  activation: optional(
    Schema.Literals(["selu", "mish", "relu", "silu", "gelu"]),
    "The activation; default selu, of numbers mish",
    "selu"
  ),
  dropout: optional(
    fraction,
    "The share of the inputs of a layer that are set to 0 in training; default 0.15, small 0",
    0.15
  ),
  oneHot: optional(
    width(0),
    "Categories of so many levels become indicators, others vectors that are learned; default 9, small 100",
    9
  ),
  embeddingSize: withDefault(width(), 8, "Numbers in the vector of a level"),
  frequencies: withDefault(width(), 16, "Frequencies of the embedding of a number"),
  frequencyScale: withDefault(positive, 0.1, "The standard deviation of the first frequencies"),
  numberSize: withDefault(width(2), 4, "Numbers in the embedding of a number"),
  learningRate: optional(positive, "The length of a step; default 0.04, of numbers 0.2, small 0.07", 0.04),
  weightDecay: optional(nonNegative, "How much weights are pulled to 0; default 0.02, small 0", 0.02)
}

/** What stands where nothing is given, as in pytabkit 1.7.3: RealMLP_TD and RealMLP_TD_S, of classes and of numbers. */
const usual = {
  full: { oneHot: 9, dropout: 0.15, weightDecay: 0.02, learningRate: { classes: 0.04, numbers: 0.2 } },
  small: { oneHot: 100, dropout: 0, weightDecay: 0, learningRate: { classes: 0.04, numbers: 0.07 } }
} as const

/** The usual ranges to search, after those of pytabkit: see `SearchSpace`. @category tuning */
export const space = [
  { option: "hidden", values: [[256, 256, 256], [64, 64, 64, 64, 64], [512]] },
  { option: "activation", values: ["selu", "mish", "relu"] },
  { option: "dropout", values: [0, 0.15, 0.3] },
  { option: "frequencyScale", from: 0.05, to: 0.5, log: true },
  { option: "learningRate", from: 0.02, to: 0.3, log: true },
  { option: "weightDecay", values: [0, 0.02] }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  id: "RealMlp",
  summary:
    "A perceptron with tuned defaults (RealMLP): robust scaling, embeddings of numbers, NTK layers, waves of the rate",
  versions: [1],
  takes,
  space,
  options: fields,
  training: { epochs: 256, batchSize: 256, holdout: 0.2, patience: 0 },
  network: (options, seen) => {
    const { hidden, variant } = options
    const oneHot = options.oneHot ?? usual[variant].oneHot
    const rows = (variant === "full" ? fullRows : smallRows)("RealMlp", { ...options, oneHot }, seen)
    const activation = options.activation ?? (seen.kind === "regression" ? "mish" : "selu")
    const activate = variant === "full" ? Nn.parametricActivation(activation) : Nn[activation]()
    const start = variant === "full" ? "data" : "normal"
    const dropout = options.dropout ?? usual[variant].dropout
    return Result.map(rows, (begun) => {
      const scaled: Rows = begun.pipe(Nn.scale())
      const layers = hidden.reduce((body: Rows, units): Rows => {
        const bent: Rows = body.pipe(Nn.ntkLinear(units, { start }), activate)
        return dropout === 0 ? bent : bent.pipe(Nn.dropout(Schedule.flatCosine({ from: dropout })))
      }, scaled)
      return layers.pipe(Nn.ntkHead(variant === "full" ? { start } : { kernelScale: 0, biasScale: 0 }))
    })
  },
  optimizer: (options, seen) => {
    const { variant } = options
    const { learningRate, oneHot, weightDecay } = usual[variant]
    const rate = options.learningRate ?? learningRate[seen.kind === "regression" ? "numbers" : "classes"]
    const decay = options.weightDecay ?? weightDecay
    const falling = decay === 0 ? 0 : Schedule.flatCosine({ from: decay })
    const full = variant === "full"
    return Optimizer.adamw({
      learningRate: Schedule.coslog4({ from: rate }),
      beta2: 0.95,
      weightDecay: falling,
      // All but the biases of dense layers decays.
      groups: [
        ...(full && seen.numbers.length + seen.dates.length > 0
          ? [{ paths: ["**pbldEmbedding.*"], rate: 0.1, weightDecay: falling }]
          : []),
        { paths: ["scale.scale"], rate: 6, weightDecay: falling },
        ...(full ? [{ paths: ["**.share"], rate: 0.1, weightDecay: falling }] : []),
        ...(many(seen, options.oneHot ?? oneHot).length > 0
          ? [{ paths: ["**embedding.kernel"], weightDecay: falling }]
          : []),
        { paths: ["**.bias"], rate: 0.1, weightDecay: 0 }
      ]
    })
  }
})

/** `RealMlp.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `RealMlp.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

/**
 * Makes a classifier, the "full" recipe by default:
 *
 * 1. Numbers are scaled by median and quartiles and clipped smoothly to (−3, 3); so are the indicators of categories of up to
 *    `oneHot` levels (default 9), others have embeddings of size 8.
 * 2. Each number becomes a vector, [x, cos(2π·c·x + p)·kernel + b] (`Nn.pbldEmbedding`), and each entry gets a factor that is
 *    learned.
 * 3. Dense layers of the units in `hidden` (default three of 256) in NTK parametrisation, which start from the data
 *    (`Nn.ntkLinear`), behind each an activation with a
 *    learned share (`"selu"`; of numbers `"mish"`), and `dropout` (default 0.15), which falls in the second half of training.
 * 4. Adam with beta2 0.95; the rate goes to `learningRate` (default 0.04; of numbers 0.2) and back to 0 four times
 *    (`Schedule.coslog4`), six times that for the factors, a tenth for biases, shares and embeddings of numbers;
 *    `weightDecay` (default 0.02) of all but biases, which falls, too.
 * 5. 256 epochs in batches of 256, of which the best by validation is kept; nothing ends training early, as the best epochs
 *    are in the valleys of the rate.
 *
 * `variant: "small"` leaves out embeddings of numbers, learned shares, dropout and decay, and its head starts at 0: about half
 * the time. Preprocessing of the rest, loss, validation and all else is as with `Mlp.classif`. A loss may smooth labels, as
 * the reference does by 0.1 where accuracy decides: `CrossEntropy.loss({ labelSmoothing: 0.1 })`; here AUC or log-loss
 * decides, and nothing is smoothed.
 *
 * What differs from pytabkit 1.7.3 (RealMLP_TD and RealMLP_TD_S): of equally good epochs the first is kept; predictions of numbers are not cut to the range of training; categories of two
 * levels have two indicators, and missing is a level.
 *
 * *Gotcha*: chosen by AUC, which grows long after log-loss turns up, it is too sure of itself on small tables; where its
 * probabilities matter choose by log-loss. On a few hundred rows, `validation: "none"` is often better than a fifth held out:
 * AUC .93 ± .02 on the 208 rows of sonar, and .92 ± .07. And `epochs` is part of the recipe, as the rate follows it: fewer epochs have the same waves, only shorter.
 *
 * @example
 * RealMlp.classif({ variant: "small", loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } })
 * @see Holzmüller, Grinsztajn, Steinwart (2024), Better by default: strong pre-tuned MLPs and boosted trees on tabular data,
 * NeurIPS.
 * @category constructors
 */
export const classif = recipe.classif

/** Makes a RealMLP that predicts numbers: see `RealMlp.classif` and `Mlp.regr`. @category constructors */
export const regr = recipe.regr
