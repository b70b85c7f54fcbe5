/**
 * Transformers for tables: every column is a token.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, positive, withDefault } from "@rocflow/core/OptionSchema"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Merge from "@rocflow/core/pipeline/Merge"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import { checked, numberNames, numbersOf, Scale } from "./internal/networks/tabular.ts"

/** What fits so many blocks: `get_default_kwargs` of rtdl_revisiting_models 0.0.2. */
const usual = {
  width: [96, 128, 192, 256, 320, 384],
  attentionDropout: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35],
  hiddenDropout: [0, 0.05, 0.1, 0.15, 0.2, 0.25]
} as const

const fields = {
  blocks: withDefault(Schema.Literals([1, 2, 3, 4, 5, 6]), 3),
  width: Schema.optionalKey(count(1)),
  heads: withDefault(count(1), 8),
  attentionDropout: Schema.optionalKey(fraction),
  hiddenFactor: withDefault(positive, 4 / 3),
  hiddenDropout: Schema.optionalKey(fraction),
  residualDropout: withDefault(fraction, 0),
  scale: withDefault(Scale, "quantile"),
  learningRate: withDefault(positive, 1e-4),
  weightDecay: withDefault(nonNegative, 1e-5)
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

const recipe = Recipe.define({
  id: "FtTransformer",
  summary: "A transformer for tables: a token for each column, and one of the class that gathers what they say",
  versions: [1],
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

export const classif = recipe.classif

export const regr = recipe.regr
