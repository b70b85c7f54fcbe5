/**
 * Small networks of convolutions for images.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, positive, withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Image from "@rocflow/core/pipeline/Image"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import { tensorOf } from "./internal/networks/tensors.ts"

const id = "Conv"

const fields = {
  column: Schema.optionalKey(Schema.NonEmptyString),
  size: Schema.optionalKey(Schema.Tuple([count(1), count(1)])),
  stages: Schema.optionalKey(count(0)),
  filters: withDefault(count(1), 16),
  hidden: withDefault(count(1), 128),
  dropout: withDefault(fraction, 0.25),
  normalise: withDefault(Schema.Boolean, true),
  learningRate: withDefault(positive, 1e-3),
  weightDecay: withDefault(nonNegative, 1e-4)
}

type Settings = Recipe.Settings<typeof fields>

type Images = Pipeline<"ingress" | "layer", string, readonly [number, number, number]>

/** How often height and width can be halved until the smaller of them is below 8, at most four times. */
const halvings = (height: number, width: number): number =>
  Math.max(0, Math.min(4, Math.floor(Math.log2(Math.min(height, width) / 4))))

/** The images, of one size, and that size. */
const imagesOf = (
  { column, normalise, size }: Settings,
  seen: Recipe.Seen
): Result.Result<{ readonly images: Images; readonly size: readonly [number, number] }, PipelineError> =>
  Result.flatMap(tensorOf(id, column, seen), ({ column: name, shape }) => {
    if (shape !== undefined && shape.length !== 3) {
      return Features.fail(
        id,
        `takes images of shape [height, width, channels], and the rows of "${name}" have shape [${shape.join(", ")}]; put Image.reshape before it`
      )
    }
    const [height, width] = size ?? shape ?? []
    if (height === undefined || width === undefined) {
      return Features.fail(id, `the images of "${name}" have several sizes; say by size which one all of them get`)
    }
    const columns = [name]
    const steps = [
      ...(size === undefined ? [] : [Image.resize([height, width], { columns })]),
      ...(normalise ? [Image.normalise({ columns })] : [])
    ]
    const ingress = Ingress.tensor<string, readonly [number, number, number]>(name)
    const [first, ...others] = steps
    const images: Images =
      first === undefined
        ? ingress
        : others.reduce((before: Pipeline<"preprocess", string>, step) => before.pipe(step), first).pipe(ingress)
    return Result.succeed({ images, size: [height, width] as const })
  })

const recipe = Recipe.define({
  id,
  summary: "A small network of convolutions: stages of two convolutions and a pooling, then a dense layer",
  versions: [1],
  options: fields,
  training: { epochs: 60, batchSize: 64, holdout: 0.2, patience: 8 },
  network: (options, seen) =>
    Result.map(imagesOf(options, seen), ({ images, size: [height, width] }) => {
      const { dropout, filters, hidden } = options
      const stages = options.stages ?? halvings(height, width)
      const widths = Array.from({ length: stages }, (_, i) => filters * 2 ** i)
      const convolution = (body: Images, many: number): Images =>
        body.pipe(Nn.conv2d({ filters: many, size: 3, padding: "same", bias: false }), Nn.batchNorm(), Nn.relu())
      const features = widths.reduce(
        (body: Images, many): Images => convolution(convolution(body, many), many).pipe(Nn.maxPool2d({ size: 2 })),
        images
      )
      return features.pipe(Nn.flatten(), Nn.linear(hidden), Nn.relu(), Nn.dropout(dropout), Nn.head())
    }),
  optimizer: ({ learningRate, weightDecay }) => Optimizer.adamw({ learningRate, weightDecay })
})

/** `Conv.classif` as a definition, for registries. @category definitions */
export const classifDefinition = recipe.classifDefinition
/** `Conv.regr` as a definition, for registries. @category definitions */
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
