/**
 * Normalisation: entries are moved to mean 0 and variance 1, and then scaled and shifted by what is learned.
 *
 * The last axis is that of features, or of the channels of an image.
 */
import type * as tf from "@tensorflow/tfjs-core"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { define, stage } from "./define.ts"
import { learned, normalise, widthOf } from "./normalise.ts"
import { ones, zeros } from "./start.ts"

const epsilon = OptionSchema.withDefault(OptionSchema.positive, 1e-5, "Added to the variance")
const affine = OptionSchema.withDefault(Schema.Boolean, true, "Whether a scale and a shift are learned")

/** `Nn.layerNorm` as a definition, for registries. @category definitions */
export const layerNormDefinition = define({
  id: "Nn.layerNorm",
  summary: "Moves each row to mean 0 and variance 1 along the last axis",
  options: Schema.Struct({ epsilon, affine }),
  parameters: ({ affine }, input) => learned(affine, input),
  forward: ({ epsilon }, input, parameters, pass) =>
    normalise(input, pass.tf.moments(input, -1, true), epsilon, parameters, pass)
})

/**
 * Normalises every row by itself along the last axis: (x − mean) / √(variance + `epsilon`), with the variance that
 * divides by n, then `scale`·x + `shift`, which are learned for each position (Ba et al. 2016); the shape stays.
 * `epsilon` > 0, default 1e-5; `affine: false` leaves scale and shift out.
 * @category stages
 */
export const layerNorm = (options: typeof layerNormDefinition.options.Encoded = {}) =>
  stage(layerNormDefinition, options)

/** `Nn.batchNorm` as a definition, for registries. @category definitions */
export const batchNormDefinition = define({
  id: "Nn.batchNorm",
  summary: "Moves each position of the last axis to mean 0 and variance 1 over the batch",
  options: Schema.Struct({
    momentum: OptionSchema.withDefault(OptionSchema.proportion, 0.1, "The share of a new batch in the running moments"),
    epsilon,
    affine
  }),
  parameters: ({ affine }, input) => learned(affine, input),
  buffers: (_, input) => [
    { name: "mean", shape: [widthOf(input)], initialise: zeros },
    { name: "variance", shape: [widthOf(input)], initialise: ones }
  ],
  forward: ({ epsilon, momentum }, input, parameters, pass) => {
    const { buffers, tf, training, update } = pass
    const running = { mean: buffers[0]!, variance: buffers[1]! }
    const n = input.size / widthOf(input.shape)
    if (!training || n === 1) return normalise(input, running, epsilon, parameters, pass)
    const axes = input.shape.slice(0, -1).map((_, axis) => axis)
    const batch = tf.moments(input, axes)
    const towards = (old: tf.Tensor, now: tf.Tensor) => tf.add(tf.mul(old, 1 - momentum), tf.mul(now, momentum))
    update(0, towards(running.mean, batch.mean))
    update(1, towards(running.variance, tf.mul(batch.variance, n / (n - 1))))
    return normalise(input, batch, epsilon, parameters, pass)
  }
})

/**
 * Normalises every position of the last axis (a feature, or the channel of an image): (x − mean) / √(variance +
 * `epsilon`), then `scale`·x + `shift`, which are learned (Ioffe and Szegedy 2015); the shape stays.
 *
 * Training takes mean and variance (that divides by n) of the batch, over its rows and all other axes, and moves running
 * ones towards them: running ← (1 − `momentum`)·running + `momentum`·batch, the variance with n − 1. Prediction takes the
 * running ones, which are saved with the model; so each row is predicted by itself. `momentum` in [0, 1], default 0.1;
 * `epsilon` > 0, default 1e-5; `affine: false` leaves scale and shift out.
 *
 * *Gotcha*: a batch with one value a position (the last batch may have one row) has no variance: it is normalised by the
 * running ones, and leaves them as they are.
 * @category stages
 */
export const batchNorm = (options: typeof batchNormDefinition.options.Encoded = {}) =>
  stage(batchNormDefinition, options)
