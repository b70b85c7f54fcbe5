/**
 * Dense layers in the parametrisation of the neural tangent kernel: the kernel is of order 1 and is divided by the root of
 * the width when it is used, so that one learning rate suits layers of every width.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { findNothing } from "../../Decode.ts"
import type * as Pipeline from "../../Pipeline.ts"
import * as Shape from "../../Shape.ts"
import type * as Stage from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { append } from "../pipeline.ts"
import { define, partOf } from "./define.ts"
import { draw } from "./start.ts"
import { meanAndSdOf } from "../numeric/moments.ts"

/** The standard deviations of the first values, and whether training rows move them. */
const fields = {
  start: OptionSchema.withDefault(
    Schema.Literals(["normal", "data"]),
    "normal",
    "Whether the first values are drawn alone, or also moved by the training rows"
  ),
  kernelScale: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "The standard deviation of the first kernel"),
  biasScale: OptionSchema.withDefault(OptionSchema.nonNegative, 1, "The standard deviation of the first biases")
}

interface Starts {
  readonly start: "normal" | "data"
  readonly kernelScale: number
  readonly biasScale: number
}

const normal = (scale: number): Stage.Parameter["initialise"] => draw((random) => scale * random.normal())

/** How many rows a bias mixes. */
const mixed = 5

/**
 * Scales the kernel so that over these rows each unit has standard deviation 1, and sets its bias to minus a mixture of what
 * it is in some of them.
 */
const startFrom: Stage.StartingFrom = (input, rows, [kernel, bias], random) => {
  const units = bias!.length
  const width = kernel!.length / units
  const made = new Float64Array(rows)
  for (let unit = 0; unit < units; unit++) {
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let i = 0; i < width; i++) sum += input[row * width + i]! * kernel![i * units + unit]!
      made[row] = sum / Math.sqrt(width)
    }
    const factor = 1 / meanAndSdOf(made).sd
    for (let i = 0; i < width; i++) kernel![i * units + unit]! *= factor
    const shares = Array.from({ length: mixed }, () => -Math.log(1 - random.float()))
    const total = shares.reduce((sum, share) => sum + share, 0)
    bias![unit] = shares.reduce((sum, share) => sum - (share / total) * factor * made[random.below(rows)]!, 0)
  }
}

const start = ({ start }: Starts): Stage.StartingFrom | undefined => (start === "data" ? startFrom : undefined)

const parameters = (
  { biasScale, kernelScale }: Starts,
  [input = 1]: Shape.Shape,
  [width = 1]: Shape.Shape
): ReadonlyArray<Stage.Parameter> => [
  { name: "kernel", shape: [input, width], initialise: normal(kernelScale) },
  { name: "bias", shape: [width], initialise: normal(biasScale) }
]

const forward = (input: tf.Tensor, [kernel, bias]: ReadonlyArray<tf.Tensor>, { tf }: Stage.Pass): tf.Tensor =>
  tf.add(tf.mul(tf.matMul(input, kernel!), 1 / Math.sqrt(kernel!.shape[0]!)), bias!)

const flat = (input: Shape.Shape) => Shape.ofRank(input, 1, "put Nn.flatten before it")

/** `Nn.ntkLinear` as a definition, for registries. @category definitions */
export const ntkLinearDefinition = define({
  id: "Nn.ntkLinear",
  summary: "A dense layer whose kernel is divided by the root of the width: x·kernel/√width + bias",
  options: Schema.Struct({
    units: OptionSchema.required(OptionSchema.width(), "The number of outputs of the layer", 64),
    ...fields
  }),
  shape: ({ units }, input) => Result.map(flat(input), () => [units]),
  parameters,
  start,
  forward: (_, input, parameters, pass) => forward(input, parameters, pass)
})

/**
 * Maps x of shape [rows, width] to `x·kernel/√width + bias` of shape [rows, units] (Jacot, Gabriel and Hongler 2018, "NTK
 * parametrisation"). Kernel and bias start normal with the standard deviations `kernelScale` and `biasScale`, default 1
 * both.
 *
 * With `start: "data"` the training rows move them: the kernel is scaled so that each unit has standard deviation 1 over up to
 * 1024 of them, before its bias, and that is minus a mixture of what the unit is in five, so that it bends where the data are
 * (Holzmüller et al. 2024, "std" and "he+5"; the mixture is uniform on the simplex).
 *
 * With Adam it learns as `Nn.linear` would with a rate of its own for each layer, that divides by √width: one rate fits wide
 * and narrow layers. It is the dense layer of RealMLP (Holzmüller, Grinsztajn and Steinwart 2024), whose rate is 0.04.
 *
 * *Gotcha*: rates that suit `Nn.linear` are too small for it.
 *
 * @example
 * Ingress.numeric().pipe(Nn.ntkLinear(256), Nn.selu(), Nn.ntkHead({ kernelScale: 0, biasScale: 0 }))
 * @category stages
 */
export const ntkLinear =
  <const Units extends number>(units: Units, options: Partial<Starts> = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "layer", "Nn.ntkLinear"> & Pipeline.Rank<P, 1, "Nn.ntkLinear">
  ): Pipeline.Pipeline<"layer", Pipeline.ColumnsOf<P>, readonly [Units], Pipeline.AcceptsOf<P>> =>
    append(self, ntkLinearDefinition.bind({ units, ...options }, findNothing))

/** `Nn.ntkHead` as a definition, for registries. @category definitions */
export const ntkHeadDefinition = defineStage({
  kind: "head",
  id: "Nn.ntkHead",
  summary: "The last dense layer, its kernel divided by the root of the width",
  options: Schema.Struct(fields),
  part: (options) =>
    partOf(
      "head",
      {
        shape: (_, input, outputs) => Result.map(flat(input), () => [outputs]),
        parameters: (_, input, output) => parameters(options, input, output),
        start,
        forward: (_, input, parameters, pass) => forward(input, parameters, pass)
      },
      options
    )
})

/**
 * Ends a network as `Nn.head` does, by the dense layer of `Nn.ntkLinear`. With both scales 0 all scores are 0 before the
 * first step.
 * @category stages
 */
export const ntkHead =
  (options: Partial<Starts> = {}) =>
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "head", "Nn.ntkHead"> & Pipeline.Rank<P, 1, "Nn.ntkHead">
  ): Pipeline.Pipeline<"head", Pipeline.ColumnsOf<P>, readonly [number], Pipeline.AcceptsOf<P>> =>
    append(self, ntkHeadDefinition.bind(options, findNothing))
