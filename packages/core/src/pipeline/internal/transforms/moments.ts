/**
 * The transforms that keep running moments of the updates: momentum, Adam, RMSprop, Adagrad, Lion.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import { value } from "../schedules/define.ts"
import { define, make, type Transform } from "./define.ts"

/** A share of what was before, in [0, 1), that may follow a schedule. */
export const share = value(OptionSchema.fraction)

/** `Transform.momentum` as a definition, for registries. @category definitions */
export const momentumDefinition = define({
  id: "Transform.momentum",
  summary: "Adds up past updates, each weighing less than the one after it",
  options: Schema.Struct({
    momentum: OptionSchema.required(share, "How much of the last update goes on in the next", 0.9),
    nesterov: OptionSchema.withDefault(
      Schema.Boolean,
      false,
      "Whether the gradient is that of the point ahead (Nesterov)"
    )
  }),
  make: ({ momentum, nesterov }) => ({
    formula: { transform: "momentum", momentum, nesterov },
    slots: ["velocity"],
    apply: ({ arrays, read }, slots) => {
      const mu = read(momentum)
      arrays.forEach(({ update }, k) => {
        const velocity = slots[k]![0]!
        for (let i = 0; i < update.length; i++) {
          const v = (velocity[i] = mu * velocity[i]! + update[i]!)
          update[i] = nesterov ? update[i]! + mu * v : v
        }
      })
    }
  })
})

/**
 * Replaces the update u by `v ← momentum·v + u`, or with Nesterov momentum by `u + momentum·v`, as PyTorch. `momentum` in
 * [0, 1), or a schedule.
 * @category transforms
 */
export const momentum = (options: typeof momentumDefinition.options.Encoded): Transform =>
  make(momentumDefinition, options)

const AdamOptions = Schema.Struct({
  beta1: OptionSchema.withDefault(share, 0.9, "How slowly the running mean of the gradient forgets"),
  beta2: OptionSchema.withDefault(share, 0.999, "How slowly the running square of the gradient forgets"),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8, "Added to the divisor")
})

/** `Transform.adam` as a definition, for registries. @category definitions */
export const adamDefinition = define({
  id: "Transform.adam",
  summary: "Divides the running mean of the updates by the root of their running square",
  options: AdamOptions,
  make: ({ beta1, beta2, epsilon }) => ({
    formula: { transform: "adam", beta1, beta2, epsilon },
    slots: ["first", "second"],
    apply: ({ arrays, read, step }, slots) => {
      const [b1, b2] = [read(beta1), read(beta2)]
      const correction1 = 1 - b1 ** step
      const correction2 = 1 - b2 ** step
      arrays.forEach(({ update }, k) => {
        const [first, second] = [slots[k]![0]!, slots[k]![1]!]
        for (let i = 0; i < update.length; i++) {
          const u = update[i]!
          const m = (first[i] = b1 * first[i]! + (1 - b1) * u)
          const v = (second[i] = b2 * second[i]! + (1 - b2) * u * u)
          update[i] = m / correction1 / (Math.sqrt(v / correction2) + epsilon)
        }
      })
    }
  })
})

/**
 * Replaces the update by `m̂ / (√v̂ + epsilon)`, the bias-corrected running moments of Adam (Kingma and Ba, 2015). Defaults
 * as in the paper: beta1 0.9, beta2 0.999, epsilon 1e-8. The betas may follow schedules; the corrections are then by their
 * values at the update, as in PyTorch.
 * @category transforms
 */
export const adam = (options: typeof AdamOptions.Encoded = {}): Transform => make(adamDefinition, options)

const RmspropOptions = Schema.Struct({
  alpha: OptionSchema.withDefault(share, 0.99, "How slowly the running square of the gradient forgets"),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8, "Added to the divisor"),
  centered: OptionSchema.withDefault(Schema.Boolean, false, "Whether the running mean is taken from the running square")
})

/** `Transform.rmsprop` as a definition, for registries. @category definitions */
export const rmspropDefinition = define({
  id: "Transform.rmsprop",
  summary: "Divides the updates by the root of their running square",
  options: RmspropOptions,
  make: ({ alpha, centered, epsilon }) => ({
    formula: { transform: "rmsprop", alpha, epsilon, centered },
    slots: centered ? ["square", "mean"] : ["square"],
    apply: ({ arrays, read }, slots) => {
      const a = read(alpha)
      arrays.forEach(({ update }, k) => {
        const [square, mean] = slots[k]!
        for (let i = 0; i < update.length; i++) {
          const u = update[i]!
          const v = (square![i] = a * square![i]! + (1 - a) * u * u)
          const m = mean === undefined ? 0 : (mean[i] = a * mean[i]! + (1 - a) * u)
          // Rounding may take a little more than there is.
          update[i] = u / (Math.sqrt(Math.max(0, v - m * m)) + epsilon)
        }
      })
    }
  })
})

/**
 * Replaces the update u by `u / (√v + epsilon)` with `v ← alpha·v + (1 − alpha)·u²` (Tieleman and Hinton 2012); `centered`
 * takes the square of the running mean of u from v (Graves 2013). Defaults as in PyTorch: alpha 0.99, epsilon 1e-8.
 * @category transforms
 */
export const rmsprop = (options: typeof RmspropOptions.Encoded = {}): Transform => make(rmspropDefinition, options)

const AdagradOptions = Schema.Struct({
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-10, "Added to the divisor")
})

/** `Transform.adagrad` as a definition, for registries. @category definitions */
export const adagradDefinition = define({
  id: "Transform.adagrad",
  summary: "Divides the updates by the root of the sum of their squares",
  options: AdagradOptions,
  make: ({ epsilon }) => ({
    formula: { transform: "adagrad", epsilon },
    slots: ["sum"],
    apply: ({ arrays }, slots) =>
      arrays.forEach(({ update }, k) => {
        const sum = slots[k]![0]!
        for (let i = 0; i < update.length; i++) {
          const u = update[i]!
          const s = (sum[i]! += u * u)
          update[i] = u / (Math.sqrt(s) + epsilon)
        }
      })
  })
})

/**
 * Replaces the update u by `u / (√s + epsilon)`, where s is the sum of all squares of u so far (Duchi, Hazan and Singer
 * 2011). `epsilon` 1e-10, as in PyTorch.
 * @category transforms
 */
export const adagrad = (options: typeof AdagradOptions.Encoded = {}): Transform => make(adagradDefinition, options)

const LionOptions = Schema.Struct({
  beta1: OptionSchema.withDefault(share, 0.9, "How much of the running mean is in the sign"),
  beta2: OptionSchema.withDefault(share, 0.99, "How slowly the running mean forgets")
})

/** `Transform.lion` as a definition, for registries. @category definitions */
export const lionDefinition = define({
  id: "Transform.lion",
  summary: "Takes the sign of a mean of the update and the running mean",
  options: LionOptions,
  make: ({ beta1, beta2 }) => ({
    formula: { transform: "lion", beta1, beta2 },
    slots: ["mean"],
    apply: ({ arrays, read }, slots) => {
      const [b1, b2] = [read(beta1), read(beta2)]
      arrays.forEach(({ update }, k) => {
        const mean = slots[k]![0]!
        for (let i = 0; i < update.length; i++) {
          const [u, m] = [update[i]!, mean[i]!]
          update[i] = Math.sign(b1 * m + (1 - b1) * u)
          mean[i] = b2 * m + (1 - b2) * u
        }
      })
    }
  })
})

/**
 * Replaces the update u by `sign(beta1·m + (1 − beta1)·u)`, and then lets `m ← beta2·m + (1 − beta2)·u` (Chen et al. 2023).
 * Defaults as in the paper: beta1 0.9, beta2 0.99.
 * @category transforms
 */
export const lion = (options: typeof LionOptions.Encoded = {}): Transform => make(lionDefinition, options)
