/**
 * Activations: a function of each entry by itself; the shape stays.
 *
 * They are written with operations whose gradients every backend of TensorFlow.js has.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type * as Stage from "../../Stage.ts"
import { define, stage } from "./define.ts"
import { exponential, functions, normalGate, tanhGate } from "./functions.ts"

type Tf = Stage.Pass["tf"]

const none = Schema.Struct({})
const plain = (id: string, summary: string, f: (x: tf.Tensor, t: Tf) => tf.Tensor) =>
  define({ id, summary, options: none, forward: (_, input, __, { tf }) => f(input, tf) })

/** `Nn.relu` as a definition, for registries. @category definitions */
export const reluDefinition = plain("Nn.relu", "max(0, x)", functions.relu)
/** `Nn.tanh` as a definition, for registries. @category definitions */
export const tanhDefinition = plain("Nn.tanh", "The hyperbolic tangent", functions.tanh)
/** `Nn.sigmoid` as a definition, for registries. @category definitions */
export const sigmoidDefinition = plain("Nn.sigmoid", "1 / (1 + e⁻ˣ)", functions.sigmoid)
/** `Nn.silu` as a definition, for registries. @category definitions */
export const siluDefinition = plain("Nn.silu", "x / (1 + e⁻ˣ)", functions.silu)
/** `Nn.softplus` as a definition, for registries. @category definitions */
export const softplusDefinition = plain("Nn.softplus", "ln(1 + eˣ)", functions.softplus)
/** `Nn.mish` as a definition, for registries. @category definitions */
export const mishDefinition = plain("Nn.mish", "x·tanh(ln(1 + eˣ))", functions.mish)

/** `Nn.selu` as a definition, for registries. @category definitions */
export const seluDefinition = plain("Nn.selu", "1.0507·x where x > 0, else 1.7581·(eˣ − 1)", functions.selu)

/** `Nn.elu` as a definition, for registries. @category definitions */
export const eluDefinition = define({
  id: "Nn.elu",
  summary: "x where x > 0, else alpha·(eˣ − 1)",
  options: Schema.Struct({
    alpha: OptionSchema.withDefault(
      OptionSchema.nonNegative,
      1,
      "The limit of the negative side, with its sign changed"
    )
  }),
  forward: ({ alpha }, input, _, { tf }) => exponential(input, alpha, tf)
})

/** `Nn.leakyRelu` as a definition, for registries. @category definitions */
export const leakyReluDefinition = define({
  id: "Nn.leakyRelu",
  summary: "x where x > 0, else slope·x",
  options: Schema.Struct({
    slope: OptionSchema.withDefault(OptionSchema.nonNegative, 0.01, "The slope of the negative side")
  }),
  forward: ({ slope }, input, _, { tf }) => tf.sub(tf.relu(input), tf.mul(tf.relu(tf.neg(input)), slope))
})

/** `Nn.gelu` as a definition, for registries. @category definitions */
export const geluDefinition = define({
  id: "Nn.gelu",
  summary: "x·Φ(x), with the normal distribution function Φ, exact or by a hyperbolic tangent",
  options: Schema.Struct({
    approximate: OptionSchema.withDefault(
      Schema.Literals(["none", "tanh"]),
      "none",
      "tanh computes it faster, and a little differently"
    )
  }),
  forward: ({ approximate }, input, _, { tf }) => (approximate === "none" ? normalGate : tanhGate)(input, tf)
})

/** `Nn.prelu` as a definition, for registries. @category definitions */
export const preluDefinition = define({
  id: "Nn.prelu",
  summary: "x where x > 0, else slope·x, with a slope that is learned",
  options: Schema.Struct({
    start: OptionSchema.withDefault(Schema.Finite, 0.25, "The slope of the negative side before training"),
    shared: OptionSchema.withDefault(Schema.Boolean, true, "Whether all entries have one slope")
  }),
  parameters: ({ shared, start }, input) => [
    { name: "slope", shape: [shared ? 1 : (input.at(-1) ?? 1)], initialise: (values) => values.fill(start) }
  ],
  forward: (_, input, [slope], { tf }) => tf.sub(tf.relu(input), tf.mul(tf.relu(tf.neg(input)), slope!))
})

/** Applies max(0, x) to every entry; the shape stays. @category stages */
export const relu = () => stage(reluDefinition)
/** Applies tanh(x) to every entry; the shape stays. @category stages */
export const tanh = () => stage(tanhDefinition)
/** Applies 1 / (1 + e⁻ˣ) to every entry; the shape stays. @category stages */
export const sigmoid = () => stage(sigmoidDefinition)
/** Applies x / (1 + e⁻ˣ), also called swish, to every entry (Elfwing et al. 2018); the shape stays. @category stages */
export const silu = () => stage(siluDefinition)
/** Applies ln(1 + eˣ), a smooth relu, to every entry; the shape stays. @category stages */
export const softplus = () => stage(softplusDefinition)
/** Applies x·tanh(ln(1 + eˣ)) to every entry (Misra 2020); the shape stays. @category stages */
export const mish = () => stage(mishDefinition)

/**
 * Applies λ·x where x > 0, else λ·α·(eˣ − 1), with λ ≈ 1.0507 and α ≈ 1.6733, to every entry (Klambauer et al. 2017);
 * the shape stays.
 * @category stages
 */
export const selu = () => stage(seluDefinition)

/**
 * Applies x where x > 0, else `alpha`·(eˣ − 1), to every entry (Clevert et al. 2016); the shape stays. `alpha` ≥ 0,
 * default 1.
 * @category stages
 */
export const elu = (options: { readonly alpha?: number } = {}) => stage(eluDefinition, options)

/**
 * Applies x where x > 0, else `slope`·x, to every entry (Maas et al. 2013); the shape stays. `slope` ≥ 0, default 0.01.
 * @category stages
 */
export const leakyRelu = (options: { readonly slope?: number } = {}) => stage(leakyReluDefinition, options)

/**
 * Applies x·Φ(x) to every entry (Hendrycks and Gimpel 2016); the shape stays. `approximate: "tanh"` takes
 * x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as some published models do; default `"none"`, the exact form.
 * @category stages
 */
export const gelu = (options: { readonly approximate?: "none" | "tanh" } = {}) => stage(geluDefinition, options)

/**
 * Applies x where x > 0, else slope·x, to every entry, with a slope that is learned (He et al. 2015); the shape stays.
 * One slope for all entries, or with `shared: false` one for each position of the last axis (a feature, or the channel
 * of an image); `start` is its first value, default 0.25.
 *
 * *Gotcha*: weight decay pulls the slope to 0; put it in a group without (`Transform.group`).
 * @category stages
 */
export const prelu = (options: { readonly start?: number; readonly shared?: boolean } = {}) =>
  stage(preluDefinition, options)

/** `Nn.identity` as a definition, for registries. @category definitions */
export const identityDefinition = plain("Nn.identity", "Leaves the rows as they are", (x) => x)

/** Leaves the rows as they are: a branch or a body in which nothing is done. @category stages */
export const identity = () => stage(identityDefinition)
