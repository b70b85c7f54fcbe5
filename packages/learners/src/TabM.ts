/**
 * TabM: many perceptrons in one, which share most of their weights and are averaged (Gorishniy, Kotelnikov and Babenko
 * 2024).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { bins, copies, fraction, nonNegative, optional, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Merge from "@rocflow/core/pipeline/Merge"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { columnFields, numberNames, numbersOf, flatRows, takes, type Rows } from "./internal/networks/tabular.ts"

const fields = {
  variant: withDefault(
    Schema.Literals(["full", "mini"]),
    "full",
    "mini has members that differ by the factors of the first input and by their heads only"
  ),
  members: withDefault(copies(), 32, "Networks that are trained together and averaged"),
  blocks: optional(copies(), "The number of dense layers; default 3, with piecewiseLinear numbers 2", 3),
  width: withDefault(width(), 512, "Units of a dense layer"),
  dropout: withDefault(fraction, 0.1, "The share of the units that are set to 0 in training"),
  numbers: withDefault(
    Schema.Literals(["plain", "piecewiseLinear"]),
    "plain",
    "Numbers as they are, or as vectors by bins"
  ),
  bins: withDefault(bins(1), 48, "Bins of a number"),
  numberSize: withDefault(width(), 16, "Numbers in the vector of a number"),
  ...columnFields({ scale: "quantile", oneHot: 100 }),
  learningRate: withDefault(positive, 2e-3, "The length of a step"),
  weightDecay: withDefault(nonNegative, 3e-4, "How much weights are pulled to 0"),
  clip: withDefault(positive, 1, "The largest norm of the gradient")
}

type Members = Pipeline<"layer", string, readonly [number, number]>

/** Numbers as sums of a line and of pieces of lines, whose part is 0 at the start; all features side by side. */
const embedded = (seen: Recipe.Seen, { bins, numberSize, scale }: Settings): Rows =>
  numbersOf(seen, scale).pipe(
    Merge.sum({
      lines: Ingress.numeric().pipe(Nn.featureTokens(numberSize)),
      pieces: Ingress.piecewiseLinear({ bins }).pipe(Nn.featureLinear(numberSize, { start: "zeros" }))
    }),
    Nn.flatten()
  )

type Settings = Recipe.Settings<typeof fields>

/** The rows that all members share. */
const rowsOf = (options: Settings, seen: Recipe.Seen): ReturnType<typeof flatRows> => {
  if (options.numbers === "plain" || numberNames(seen).length === 0) return flatRows("TabM", options, seen)
  const { categories } = seen
  if (categories.length === 0) return Result.map(flatRows("TabM", options, seen), () => embedded(seen, options))
  const others = { ...seen, numbers: [], booleans: [], dates: [] }
  return Result.map(flatRows("TabM", options, others), (kinds) =>
    Merge.concat({ kinds, numbers: embedded(seen, options) })
  )
}

/** The usual ranges to search, those of Gorishniy et al. 2024: see `SearchSpace`. @category tuning */
export const space = [
  { option: "blocks", values: [1, 2, 3, 4, 5] },
  { option: "width", values: [64, 128, 256, 512, 1024] },
  { option: "dropout", from: 0, to: 0.5 },
  { option: "numbers", values: ["plain", "piecewiseLinear"] },
  { option: "bins", values: [8, 16, 32, 48, 64, 128] },
  { option: "numberSize", values: [8, 16, 24, 32] },
  { option: "learningRate", from: 1e-4, to: 5e-3, log: true },
  { option: "weightDecay", from: 1e-4, to: 1e-1, log: true }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  id: "TabM",
  summary:
    "Many perceptrons in one that share their kernels (TabM): each learns by its own loss, predictions are averaged",
  versions: [1],
  takes,
  space,
  options: fields,
  training: { epochs: 200, batchSize: "auto", holdout: 0.2, patience: 16 },
  network: (options, seen) =>
    Result.map(rowsOf(options, seen), (rows) => {
      const { dropout, members, numbers, variant, width } = options
      const isEmbedded = numbers === "piecewiseLinear" && numberNames(seen).length > 0
      const blocks = options.blocks ?? (isEmbedded ? 2 : 3)
      const first = isEmbedded ? "normal" : "signs"
      const later = variant === "full" ? "ones" : "none"
      const begun: Members =
        variant === "full"
          ? rows.pipe(Nn.members(members), Nn.memberLinear(width, { adapter: first }), Nn.relu(), Nn.dropout(dropout))
          : rows.pipe(
              Nn.members(members, { adapter: first }),
              Nn.memberLinear(width, { adapter: later }),
              Nn.relu(),
              Nn.dropout(dropout)
            )
      const body: Members =
        blocks === 1
          ? begun
          : begun.pipe(
              Nn.block(blocks - 1, (block) =>
                block.pipe(Nn.memberLinear(width, { adapter: later }), Nn.relu(), Nn.dropout(dropout))
              )
            )
      return body.pipe(Nn.memberHead())
    }),
  optimizer: ({ clip, learningRate, weightDecay }) => Optimizer.adamw({ learningRate, weightDecay, clipNorm: clip })
})

/** `TabM.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `TabM.regr` as a definition, for registries. @category definitions */
export const regrDefinition = recipe.regrDefinition

/**
 * Makes a classifier of `members` perceptrons: each multiplies what comes into and out of the dense layers, which all share,
 * by factors of its own, and has its own biases and head. Each learns by its own loss, and their probabilities are averaged.
 *
 * - `variant`: `"full"` (default), or `"mini"`, where members differ by the factors of the first input and their heads only
 * - `members`: default 32; `blocks` of a dense layer, relu and dropout: default 3, or 2 with embeddings of numbers; `width`:
 *   default 512; `dropout`: default 0.1
 * - `numbers`: `"plain"` (default), or `"piecewiseLinear"`: each becomes a vector of `numberSize` (default 16), a line plus
 *   pieces of lines between `bins` (default 48) quantiles of the training rows
 * - `oneHot`: default 100, see `Mlp.classif`
 * - `learningRate`: default 0.002; `weightDecay` of the kernels: default 0.0003; `clip`: largest norm of the gradient, default
 *   1; `batchSize`: default `"auto"`, 32 below 2800 rows to 1024 above 108 000
 *
 * Preprocessing, loss, validation and all else is as with `Mlp.classif`, but that numbers are mapped to a normal distribution
 * by their quantiles, and training ends 16 epochs after the best one. With equal weights the scores are those of `TabM` in
 * tabm 0.0.3, whose defaults these are; the reference draws one sign for all indicators of a category, here each has its own,
 * and it decays all parameters, here kernels decay.
 *
 * *Gotcha*: it multiplies 32 times as much as a perceptron of its width. On a table of 4000 rows the default takes some
 * seconds an epoch on one core; `width: 128` takes a tenth of that, and is often as good.
 *
 * *Gotcha*: on a few hundred rows the fifth that is held out to choose the epoch is missed, and too small to choose well. Of
 * 208 rows of sonar (60 columns, 5 folds) the AUC is .88 so, .92 where epochs are tuned inside and all rows train
 * (`Tune.epochs` of @rocflow/resampling), and .95 by `{ scale: "standardise", validation: "none", epochs: 50 }`.
 *
 * @example
 * TabM.classif({ width: 128, loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } })
 * @see Gorishniy, Kotelnikov, Babenko (2024), TabM: advancing tabular deep learning with parameter-efficient ensembling.
 * @category constructors
 */
export const classif = recipe.classif

/** Makes a TabM that predicts numbers: see `TabM.classif` and `Mlp.regr`. @category constructors */
export const regr = recipe.regr
