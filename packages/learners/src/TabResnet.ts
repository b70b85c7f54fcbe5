/**
 * Residual networks for tables.
 */
import * as Result from "effect/Result"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, positive, withDefault } from "@rocflow/core/OptionSchema"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import { columnFields, flatRows } from "./internal/networks/tabular.ts"

const fields = {
  blocks: withDefault(count(1), 2),
  width: withDefault(count(1), 128),
  hiddenFactor: withDefault(positive, 2),
  hiddenDropout: withDefault(fraction, 0.25),
  residualDropout: withDefault(fraction, 0.1),
  ...columnFields({ scale: "quantile", oneHot: 9 }),
  learningRate: withDefault(positive, 1e-3),
  weightDecay: withDefault(nonNegative, 0.01)
}

const recipe = Recipe.define({
  id: "TabResnet",
  summary: "A residual network for tables: blocks of norm, two dense layers and dropout, added to what came in",
  versions: [1],
  options: fields,
  training: { epochs: 200, batchSize: 128, holdout: 0.2, patience: 20 },
  network: (options, seen) =>
    Result.map(flatRows("TabResnet", options, seen), (rows) => {
      const { blocks, hiddenDropout, hiddenFactor, residualDropout, width } = options
      return rows.pipe(
        Nn.linear(width),
        Nn.block(blocks, (block) =>
          block.pipe(
            Nn.residual((inner) =>
              inner.pipe(
                Nn.batchNorm(),
                Nn.linear(Math.max(1, Math.trunc(width * hiddenFactor))),
                Nn.relu(),
                Nn.dropout(hiddenDropout),
                Nn.linear(width),
                Nn.dropout(residualDropout)
              )
            )
          )
        ),
        Nn.batchNorm(),
        Nn.relu(),
        Nn.head()
      )
    }),
  optimizer: ({ learningRate, weightDecay }) => Optimizer.adamw({ learningRate, weightDecay })
})

/** `TabResnet.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `TabResnet.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

export const classif = recipe.classif

export const regr = recipe.regr
