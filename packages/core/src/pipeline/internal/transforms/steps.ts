/**
 * The transforms without memory: clipping, decay, the learning rate, the exact line search.
 */
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { ScheduleJson, Step } from "../../Stage.ts"
import { value } from "../schedules/define.ts"
import { define, make, type Transform } from "./define.ts"

/** Calls a function for every entry of every update. */
const each = (step: Step, f: (update: Float32Array, i: number, values: Float32Array) => number): void => {
  for (const { update, values } of step.arrays) {
    for (let i = 0; i < update.length; i++) update[i] = f(update, i, values)
  }
}

/** `Transform.clip` as a definition, for registries. @category definitions */
export const clipDefinition = define({
  id: "Transform.clip",
  summary: "Scales the updates down to a largest Euclidean norm",
  options: Schema.Struct({
    norm: OptionSchema.required(OptionSchema.positive, "The largest Euclidean norm of all updates together", 1)
  }),
  make: ({ norm }) => ({
    formula: { transform: "clip", norm },
    apply: (step) => {
      let squares = 0
      for (const { update } of step.arrays) for (const u of update) squares += u * u
      const scale = norm / Math.sqrt(squares)
      if (scale < 1) each(step, (update, i) => update[i]! * scale)
    }
  })
})

/**
 * Scales the updates of all parameters together so that their Euclidean norm is at most `norm` > 0 (Pascanu, Mikolov and
 * Bengio 2013). First in a chain it clips gradients.
 * @category transforms
 */
export const clip = (options: typeof clipDefinition.options.Encoded): Transform => make(clipDefinition, options)

/** `Transform.decay` as a definition, for registries. @category definitions */
export const decayDefinition = define({
  id: "Transform.decay",
  summary: "Adds a multiple of the parameter to its update",
  options: Schema.Struct({
    rate: OptionSchema.required(
      value(OptionSchema.nonNegative),
      "The share of the parameter that is added to its update",
      0.01
    )
  }),
  make: ({ rate }) => ({
    formula: { transform: "decay", rate },
    apply: (step) => {
      const now = step.read(rate)
      each(step, (update, i, values) => update[i]! + now * values[i]!)
    }
  })
})

/**
 * Adds `rate`·w to the update of a parameter w; `rate` ≥ 0, or a schedule. After `Transform.adam` it is the decoupled weight
 * decay of AdamW (Loshchilov and Hutter 2019); before it, or with plain gradients, an L2 penalty of `rate`/2·‖w‖².
 *
 * *Gotcha*: it works on every parameter; `Transform.group("**.kernel", …)` spares the others.
 * @category transforms
 */
export const decay = (options: typeof decayDefinition.options.Encoded): Transform => make(decayDefinition, options)

/** `Transform.rate` as a definition, for registries. @category definitions */
export const rateDefinition = define({
  id: "Transform.rate",
  summary: "Multiplies the updates by the learning rate",
  options: Schema.Struct({
    rate: OptionSchema.required(
      value(OptionSchema.nonNegative),
      "What updates are multiplied by: the learning rate",
      0.01
    )
  }),
  make: ({ rate }) => ({
    formula: { transform: "rate", rate },
    learningRate: (read) => read(rate),
    apply: (step) => {
      const now = step.read(rate)
      each(step, (update, i) => now * update[i]!)
    }
  })
})

/**
 * Multiplies the updates by the learning rate, a number ≥ 0 or a schedule. Without it a chain steps by its updates as they
 * are. In a group a rate of 0 freezes the parameters.
 * @category transforms
 */
export const rate = (rate: number | ScheduleJson): Transform => make(rateDefinition, { rate })

/** `Transform.lineSearch` as a definition, for registries. @category definitions */
export const lineSearchDefinition = define({
  id: "Transform.lineSearch",
  summary: "Scales the updates to the exact minimum of the loss along them; for linear models",
  options: Schema.Struct({}),
  make: () => ({
    searches: true,
    apply: (step) => {
      const length = step.search()
      each(step, (update, i) => length * update[i]!)
    }
  })
})

/**
 * Multiplies the updates u of all parameters by the exact minimiser s ≥ 0 of the loss of scores − s·(scores of u): see
 * `Optimizer.lineSearch`, which is this transform of the plain gradient.
 * @category transforms
 */
export const lineSearch = (): Transform => make(lineSearchDefinition)
