/**
 * Transformers for tables: every column is a token (Gorishniy, Rubachev, Khrulkov and Babenko 2021).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { copies, fraction, nonNegative, optional, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Merge from "@rocflow/core/pipeline/Merge"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { checked, numberNames, numbersOf, Scale, takes } from "./internal/networks/tabular.ts"

/** What fits so many blocks: `get_default_kwargs` of rtdl_revisiting_models 0.0.2. */
const usual = {
  width: [96, 128, 192, 256, 320, 384],
  attentionDropout: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35],
  hiddenDropout: [0, 0.05, 0.1, 0.15, 0.2, 0.25]
} as const

const fields = {
  blocks: withDefault(Schema.Literals([1, 2, 3, 4, 5, 6]), 3, "Transformer blocks; they choose width and dropouts"),
  width: optional(width(), "The size of a token; default: by the number of blocks", 192),
  heads: withDefault(copies(), 8, "Heads of attention"),
  attentionDropout: optional(
    fraction,
    "The share of the attention weights that are set to 0 in training; default: by the number of blocks",
    0.2
  ),
  hiddenFactor: withDefault(positive, 4 / 3, "Units of the hidden layer, times the size of a token"),
  hiddenDropout: optional(
    fraction,
    "The share of the hidden units that are set to 0 in training; default: by the number of blocks",
    0.1
  ),
  residualDropout: withDefault(fraction, 0, "The share of what a block adds that is set to 0 in training"),
  scale: withDefault(Scale, "quantile", "How numbers are scaled"),
  learningRate: withDefault(positive, 1e-4, "The length of a step"),
  weightDecay: withDefault(nonNegative, 1e-5, "How much weights are pulled to 0")
}

type Tokens = Pipeline<"layer", string, readonly [number, number]>

/** A token for each column. */
const tokensOf = (seen: Recipe.Seen, scale: typeof Scale.Type, width: number): Tokens => {
  const categories = seen.categories.map(({ column }) => column)
  const kinds = (): Tokens => Ingress.categorical(categories).pipe(Nn.embedding(width, { start: "uniform" }))
  const numbers = (): Tokens => numbersOf(seen, scale).pipe(Ingress.numeric(), Nn.featureTokens(width))
  if (categories.length === 0) return numbers()
  return numberNames(seen).length === 0 ? kinds() : Merge.tokens({ categories: kinds(), numbers: numbers() })
}

/** The usual ranges to search, those of Gorishniy et al. 2021: see `SearchSpace`. @category tuning */
export const space = [
  { option: "blocks", values: [1, 2, 3, 4, 5, 6] },
  { option: "width", values: [64, 128, 192, 256, 384, 512] },
  { option: "hiddenFactor", from: 2 / 3, to: 8 / 3 },
  { option: "attentionDropout", from: 0, to: 0.5 },
  { option: "hiddenDropout", from: 0, to: 0.5 },
  { option: "residualDropout", from: 0, to: 0.2 },
  { option: "learningRate", from: 1e-5, to: 1e-3, log: true },
  { option: "weightDecay", from: 1e-6, to: 1e-3, log: true }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  id: "FtTransformer",
  summary: "A transformer for tables: a token for each column, and one of the class that gathers what they say",
  versions: [1],
  takes,
  space,
  options: fields,
  training: { epochs: 200, batchSize: 256, holdout: 0.2, patience: 16 },
  network: (options, seen) =>
    Result.map(checked("FtTransformer", seen), () => {
      const { blocks, heads, hiddenFactor, residualDropout, scale } = options
      const width = options.width ?? usual.width[blocks - 1]!
      const common = {
        heads,
        hiddenFactor,
        residualDropout,
        attentionDropout: options.attentionDropout ?? usual.attentionDropout[blocks - 1]!,
        hiddenDropout: options.hiddenDropout ?? usual.hiddenDropout[blocks - 1]!
      }
      const begun: Tokens = tokensOf(seen, scale, width).pipe(
        Nn.classToken(),
        Nn.transformer({ ...common, firstNorm: false })
      )
      const body: Tokens =
        blocks === 1 ? begun : begun.pipe(Nn.block(blocks - 1, (block) => block.pipe(Nn.transformer(common))))
      return body.pipe(Nn.takeToken(), Nn.layerNorm(), Nn.relu(), Nn.head())
    }),
  optimizer: ({ learningRate, weightDecay }) => Optimizer.adamw({ learningRate, weightDecay })
})

/** `FtTransformer.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `FtTransformer.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

/**
 * Makes a classifier: each column becomes a token, a vector of `width` numbers (numbers times a vector plus another,
 * categories by an embedding); with a learned token before them they pass `blocks` blocks of attention and two dense layers,
 * and the head sees what that token gathered.
 *
 * - `blocks` from 1 to 6, default 3, chooses what is not given: `width` 96, 128, 192, 256, 320, 384, `attentionDropout` 0.1
 *   to 0.35 by 0.05, and `hiddenDropout` 0 to 0.25
 * - `heads`: default 8; `hiddenFactor`: default 4/3, of gated units (reglu); `residualDropout`: default 0
 * - `learningRate`: default 0.0001; `weightDecay` of the kernels of dense layers: default 0.00001; `batchSize`: default 256
 *
 * Preprocessing, loss, validation and all else is as with `Mlp.classif`, but that numbers are mapped to a normal distribution
 * by their quantiles, all categories are embedded, and training ends 16 epochs after the best one. With equal weights the
 * scores are those of `FTTransformer` in rtdl_revisiting_models 0.0.2; there each category has a bias more, which its
 * embeddings can say as well.
 *
 * *Gotcha*: attention costs time with the square of the number of columns. A hundred columns take minutes an epoch; choose
 * fewer blocks, or another network.
 *
 * @example
 * FtTransformer.classif({ blocks: 1, loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } })
 * @see Gorishniy, Rubachev, Khrulkov, Babenko (2021), Revisiting deep learning models for tabular data, NeurIPS.
 * @category constructors
 */
export const classif = recipe.classif

/** Makes a transformer that predicts numbers: see `FtTransformer.classif` and `Mlp.regr`. @category constructors */
export const regr = recipe.regr
