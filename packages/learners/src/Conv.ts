/**
 * Small networks of convolutions for images.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "@rocflow/core/engine/Engine"
import type * as Learner from "@rocflow/core/learning/Learner"
import * as Recipe from "@rocflow/core/learning/Recipe"
import { count, fraction, nonNegative, optional, positive, width, withDefault } from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Image from "@rocflow/core/pipeline/Image"
import * as Ingress from "@rocflow/core/pipeline/Ingress"
import * as Nn from "@rocflow/core/pipeline/Nn"
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import type { Pipeline } from "@rocflow/core/pipeline/Pipeline"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import { type OnColumn, tensorOf } from "./internal/networks/tensors.ts"

const id = "Conv"

const fields = {
  column: optional(Schema.NonEmptyString, "The column of images; needed beside other features", "scan"),
  size: optional(
    Schema.Tuple([width(), width()]),
    "The height and width that all images get; needed where they have several sizes",
    [28, 28]
  ),
  stages: optional(
    count(0, 16, "each halves the image"),
    "Stages of two convolutions and a pooling; default: until the smaller side is below 8",
    2
  ),
  filters: withDefault(width(), 16, "Channels of the first stage; twice as many in each that follows"),
  hidden: withDefault(width(), 128, "Units of the dense layer"),
  dropout: withDefault(fraction, 0.25, "The share of the units that are set to 0 in training"),
  normalise: withDefault(Schema.Boolean, true, "Whether channels are standardised by the training rows"),
  learningRate: withDefault(positive, 1e-3, "The length of a step"),
  weightDecay: withDefault(nonNegative, 1e-4, "How much weights are pulled to 0")
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

/** The usual ranges to search: see `SearchSpace`. @category tuning */
export const space = [
  { option: "filters", values: [8, 16, 32, 64] },
  { option: "hidden", values: [64, 128, 256, 512] },
  { option: "dropout", from: 0, to: 0.5 },
  { option: "learningRate", from: 1e-4, to: 1e-2, log: true },
  { option: "weightDecay", from: 1e-6, to: 1e-2, log: true }
] as const satisfies SearchSpace

const recipe = Recipe.define({
  space,
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

/**
 * Makes a classifier of images: `stages` times two convolutions of 3 × 3, each with batch norm and relu, and a pooling that
 * halves height and width; then a dense layer of `hidden` units, relu, dropout and the head.
 *
 * - `column`: the column of images; not needed where it is the only feature. Other columns are not seen
 * - `size`: the height and width that all images get; needed where they have several
 * - `stages`: by default until the smaller side is below 8, four at most: 2 for 28 × 28
 * - `filters` of the first stage, twice as many in each that follows: default 16; `hidden`: default 128; `dropout`: default
 *   0.25
 * - `normalise`: whether each channel gets mean 0 and standard deviation 1 over the training rows; default true
 * - `learningRate`: default 0.001; `weightDecay` of the kernels: default 0.0001; `epochs`: default 60; `batchSize`: default 64
 *
 * Loss, validation and all else is as with `Mlp.classif`, but that training ends 8 epochs after the best one. Images of other
 * shapes are reshaped, and augmented, by stages before it: `Learner.preprocessed(Augment.flip({ axis: "horizontal" }), …)`.
 *
 * @example
 * Conv.classif({ loss: CrossEntropy.loss(), filters: 8 })
 * @see Simonyan, Zisserman (2015), Very deep convolutional networks for large-scale image recognition, ICLR.
 * @category constructors
 */
export const classif = <K extends "binary" | "multiclass", const Name extends string = never>(
  options: Omit<Recipe.ClassifOptions<typeof fields, K>, "column"> & OnColumn<Name>
): Learner.Learner<K, Name, never, Engines> => recipe.classif<K>(options)

/** Makes a network of images that predicts numbers: see `Conv.classif` and `Mlp.regr`. @category constructors */
export const regr = <const Name extends string = never>(
  options: Omit<Recipe.RegrOptions<typeof fields>, "column"> & OnColumn<Name>
): Learner.Learner<"regression", Name, never, Engines> => recipe.regr(options)
