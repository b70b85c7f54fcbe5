/**
 * TabM: many perceptrons in one, which share most of their weights and are averaged.
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
import { columnFields, numberNames, numbersOf, flatRows, type Rows } from "./internal/networks/tabular.ts"

const fields = {
  variant: withDefault(Schema.Literals(["full", "mini"]), "full"),
  members: withDefault(count(1), 32),
  blocks: Schema.optionalKey(count(1)),
  width: withDefault(count(1), 512),
  dropout: withDefault(fraction, 0.1),
  numbers: withDefault(Schema.Literals(["plain", "piecewiseLinear"]), "plain"),
  bins: withDefault(count(1), 48),
  numberSize: withDefault(count(1), 16),
  ...columnFields({ scale: "quantile", oneHot: 100 }),
  learningRate: withDefault(positive, 2e-3),
  weightDecay: withDefault(nonNegative, 3e-4),
  clip: withDefault(positive, 1)
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

const recipe = Recipe.define({
  id: "TabM",
  summary:
    "Many perceptrons in one that share their kernels (TabM): each learns by its own loss, predictions are averaged",
  versions: [1],
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

export const classif = recipe.classif

export const regr = recipe.regr
