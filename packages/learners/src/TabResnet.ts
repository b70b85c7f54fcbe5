/**
 * Residual networks for tables (Gorishniy, Rubachev, Khrulkov and Babenko 2021).
 */
import * as Result from "effect/Result"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { copies, fraction, nonNegative, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { columnFields, flatRows, takes } from "./internal/networks/tabular.ts"

const fields = {
  blocks: withDefault(copies(), 2, "Residual blocks"),
  width: withDefault(width(), 128, "Units between the blocks"),
  hiddenFactor: withDefault(positive, 2, "Units within a block, times the width"),
  hiddenDropout: withDefault(fraction, 0.25, "The share of the hidden units that are set to 0 in training"),
  residualDropout: withDefault(fraction, 0.1, "The share of what a block adds that is set to 0 in training"),
  ...columnFields({ scale: "quantile", oneHot: 9 }),
  learningRate: withDefault(positive, 1e-3, "The length of a step"),
  weightDecay: withDefault(nonNegative, 0.01, "How much weights are pulled to 0")
}

/** The usual ranges to search, those of Gorishniy et al. 2021: see `SearchSpace`. @category tuning */
export const space = [
  { option: "blocks", values: [1, 2, 3, 4, 5, 6, 7, 8] },
  { option: "width", values: [64, 128, 256, 512] },
  { option: "hiddenFactor", from: 1, to: 4 },
  { option: "hiddenDropout", from: 0, to: 0.5 },
  { option: "residualDropout", from: 0, to: 0.5 },
  { option: "learningRate", from: 1e-5, to: 1e-2, log: true },
  { option: "weightDecay", from: 1e-6, to: 1e-3, log: true }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  id: "TabResnet",
  summary: "A residual network for tables: blocks of norm, two dense layers and dropout, added to what came in",
  versions: [1],
  takes,
  space,
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

/**
 * Makes a classifier: a dense layer of `width`, then `blocks` times x + linear(dropout(relu(linear(norm(x))))), with batch
 * norms and `hiddenFactor`·`width` units between the two dense layers, then norm, relu and the head.
 *
 * - `blocks`: default 2; `width`: default 128; `hiddenFactor`: default 2
 * - `hiddenDropout` (default 0.25) behind the relu, `residualDropout` (default 0.1) of what is added
 * - `learningRate`: default 0.001; `weightDecay` of the kernels: default 0.01; `batchSize`: default 128
 *
 * Preprocessing, loss, validation and all else is as with `Mlp.classif`, but that numbers are mapped to a normal distribution
 * by their quantiles (`scale: "quantile"`). The defaults are those of TabZilla (McElfresh et al. 2023). With equal weights the
 * scores are those of `ResNet` in rtdl_revisiting_models 0.0.2.
 *
 * @example
 * TabResnet.classif({ blocks: 3, loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } })
 * @see Gorishniy, Rubachev, Khrulkov, Babenko (2021), Revisiting deep learning models for tabular data, NeurIPS.
 * @category constructors
 */
export const classif = recipe.classif

/** Makes a residual network that predicts numbers: see `TabResnet.classif` and `Mlp.regr`. @category constructors */
export const regr = recipe.regr
