/**
 * Optimizers whose steps are scaled by moments of the gradient.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { written } from "../schedules/define.ts"
import {
  adagrad as adagradOf,
  adam as adamOf,
  lion as lionOf,
  momentum,
  rmsprop as rmspropOf,
  share
} from "../transforms/moments.ts"
import { defineShared, learningRate, shared, stage, weightDecay } from "./define.ts"

const moments = {
  learningRate: OptionSchema.withDefault(learningRate, 0.001, "The length of a step: a number, or a schedule"),
  beta1: OptionSchema.withDefault(share, 0.9, "How slowly the running mean of the gradient forgets"),
  beta2: OptionSchema.withDefault(share, 0.999, "How slowly the running square of the gradient forgets"),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8, "Added to the divisor")
}

const AdamOptions = Schema.Struct({ ...moments, ...shared })
const AdamwOptions = Schema.Struct({
  ...moments,
  ...shared,
  weightDecay: OptionSchema.withDefault(
    weightDecay,
    0.01,
    "The share by which weights shrink at each step, times the learning rate"
  )
})

const adamMoments = ({ beta1, beta2, epsilon }: typeof AdamOptions.Type) => [
  adamOf({ beta1: written(beta1), beta2: written(beta2), epsilon })
]

/** Adam, as a definition for registries. @category definitions */
export const adamDefinition = defineShared({
  id: "Optimizer.adam",
  summary: "Adam: steps scaled by running moments of the gradient",
  options: AdamOptions,
  decoupled: false,
  moments: adamMoments
})

/**
 * Steps by Adam (Kingma and Ba, 2015): `w ← w − learningRate·m̂ / (√v̂ + epsilon)` with bias-corrected running moments
 * of the gradient. Defaults as in the paper: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-8; the first three may
 * follow schedules.
 *
 * `weightDecay` (default 0) is an L2 penalty, which the moments scale as they do gradients; `Optimizer.adamw` decays
 * weights beside them. What else all optimizers share is said by `Optimizer`.
 *
 * The chain `adam → rate`.
 *
 * @example
 * Optimizer.adam({ learningRate: 0.01 })
 * @category stages
 */
export const adam = (options: typeof AdamOptions.Encoded = {}) => stage(adamDefinition, options)

/** AdamW, as a definition for registries. @category definitions */
export const adamwDefinition = defineShared({
  id: "Optimizer.adamw",
  summary: "AdamW: Adam with weight decay beside the moments",
  options: AdamwOptions,
  decoupled: true,
  moments: adamMoments
})

/**
 * Steps by Adam with decoupled weight decay (Loshchilov and Hutter 2019):
 * `w ← w − learningRate·(m̂ / (√v̂ + epsilon) + weightDecay·w)`. Defaults of the moments as `Optimizer.adam`;
 * `weightDecay` ≥ 0, or a schedule, by default 0.01 as in PyTorch.
 *
 * *Gotcha*: decay is for kernels only, where PyTorch's decays all that it is given: see `Optimizer`.
 *
 * The chain `adam → decay of kernels → rate`.
 *
 * @example
 * Optimizer.adamw({ learningRate: Schedule.cosine({ from: 0.01 }), weightDecay: 0.02 })
 * @category stages
 */
export const adamw = (options: typeof AdamwOptions.Encoded = {}) => stage(adamwDefinition, options)

const RmspropOptions = Schema.Struct({
  learningRate: OptionSchema.withDefault(learningRate, 0.01, "The length of a step: a number, or a schedule"),
  alpha: OptionSchema.withDefault(share, 0.99, "How slowly the running square of the gradient forgets"),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8, "Added to the divisor"),
  momentum: OptionSchema.withDefault(share, 0, "How much of the last update goes on in the next"),
  centered: OptionSchema.withDefault(
    Schema.Boolean,
    false,
    "Whether the running mean is taken from the running square"
  ),
  ...shared
})

/** RMSprop, as a definition for registries. @category definitions */
export const rmspropDefinition = defineShared({
  id: "Optimizer.rmsprop",
  summary: "RMSprop: steps scaled by the running square of the gradient",
  options: RmspropOptions,
  decoupled: false,
  moments: ({ alpha, centered, epsilon, ...options }) => [
    rmspropOf({ alpha: written(alpha), epsilon, centered }),
    ...(options.momentum === 0 ? [] : [momentum({ momentum: written(options.momentum) })])
  ]
})

/**
 * Steps by RMSprop (Tieleman and Hinton 2012): `w ← w − learningRate·g / (√v + epsilon)` with `v ← alpha·v + (1 − alpha)·g²`;
 * `centered` takes the squared running mean of g from v. With `momentum` the quotients are added up as a velocity.
 *
 * Formulas and defaults are PyTorch's: learningRate 0.01, alpha 0.99, epsilon 1e-8, momentum 0, not centered. `weightDecay`
 * (default 0) is an L2 penalty. What else all optimizers share is said by `Optimizer`.
 *
 * The chain `rmsprop → momentum → rate`.
 *
 * @example
 * Optimizer.rmsprop({ learningRate: 0.001, momentum: 0.9 })
 * @category stages
 */
export const rmsprop = (options: typeof RmspropOptions.Encoded = {}) => stage(rmspropDefinition, options)

const AdagradOptions = Schema.Struct({
  learningRate: OptionSchema.withDefault(learningRate, 0.01, "The length of a step: a number, or a schedule"),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-10, "Added to the divisor"),
  ...shared
})

/** Adagrad, as a definition for registries. @category definitions */
export const adagradDefinition = defineShared({
  id: "Optimizer.adagrad",
  summary: "Adagrad: steps scaled by the sum of all squares of the gradient",
  options: AdagradOptions,
  decoupled: false,
  moments: ({ epsilon }) => [adagradOf({ epsilon })]
})

/**
 * Steps by Adagrad (Duchi, Hazan and Singer 2011): `w ← w − learningRate·g / (√s + epsilon)`, where s is the sum of all
 * squares of g so far. Defaults are PyTorch's: learningRate 0.01, epsilon 1e-10. `weightDecay` (default 0) is an L2 penalty.
 * What else all optimizers share is said by `Optimizer`.
 *
 * The chain `adagrad → rate`.
 *
 * @example
 * Optimizer.adagrad({ learningRate: 0.1 })
 * @category stages
 */
export const adagrad = (options: typeof AdagradOptions.Encoded = {}) => stage(adagradDefinition, options)

const LionOptions = Schema.Struct({
  learningRate: OptionSchema.withDefault(learningRate, 0.0001, "The length of a step: a number, or a schedule"),
  beta1: OptionSchema.withDefault(share, 0.9, "How much of the running mean is in the sign"),
  beta2: OptionSchema.withDefault(share, 0.99, "How slowly the running mean forgets"),
  ...shared
})

/** Lion, as a definition for registries. @category definitions */
export const lionDefinition = defineShared({
  id: "Optimizer.lion",
  summary: "Lion: steps of one size, by the sign of a mean of gradients",
  options: LionOptions,
  decoupled: true,
  moments: ({ beta1, beta2 }) => [lionOf({ beta1: written(beta1), beta2: written(beta2) })]
})

/**
 * Steps by Lion (Chen et al. 2023): `w ← w − learningRate·(sign(beta1·m + (1 − beta1)·g) + weightDecay·w)`, and then
 * `m ← beta2·m + (1 − beta2)·g`. Defaults: learningRate 0.0001, beta1 0.9, beta2 0.99, weightDecay 0.
 *
 * Every entry moves by the learning rate, so that it is to be a third to a tenth of that of Adam, and `weightDecay`, which
 * is decoupled, as much larger. What else all optimizers share is said by `Optimizer`.
 *
 * The chain `lion → decay of kernels → rate`.
 *
 * @example
 * Optimizer.lion({ learningRate: 0.001, weightDecay: 0.1 })
 * @category stages
 */
export const lion = (options: typeof LionOptions.Encoded = {}) => stage(lionDefinition, options)
