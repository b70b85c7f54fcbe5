/**
 * Transformations of the target, the way back: what is predicted, in the units of the data.
 */
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { decoded } from "./decoded.ts"

const Linear = Schema.Struct({ centre: Schema.Finite, scale: Schema.Finite })
const Power = Schema.Struct({ lambda: Schema.Finite, lowest: Schema.Finite, highest: Schema.Finite })

const linear = (to: Builder, name: Name, type: string, state: unknown): Name => {
  const { centre, scale } = decoded(type, Linear, state)
  return to.op("Add", [to.doubles([centre]), to.op("Mul", [name, to.doubles([scale])])])
}

const atMost = (to: Builder, name: Name): Name => to.op("Min", [name, to.doubles([Number.MAX_VALUE])])

/** The exponential of z, or (1 + λz)^(1/λ). */
const power = (to: Builder, z: Name, lambda: number): Name => {
  if (lambda === 0) return to.op("Exp", [z])
  // Below −1 the root has no value: nothing, or endless, by the sign of λ.
  const inside = to.op("Add", [to.doubles([1]), to.op("Mul", [z, to.doubles([lambda])])])
  return to.op("Pow", [to.op("Max", [inside, to.doubles([0])]), to.doubles([1 / lambda])])
}

const within = (to: Builder, name: Name, { highest, lowest }: typeof Power.Type): Name =>
  to.op("Min", [to.op("Max", [name, to.doubles([lowest])]), to.doubles([highest])])

const minusOne = (to: Builder, name: Name): Name => to.op("Sub", [name, to.doubles([1])])

const inverses: Readonly<Record<string, (to: Builder, name: Name, type: string, state: unknown) => Name>> = {
  "Target.standardise": linear,
  "Target.minMax": linear,
  "Target.log": (to, name) => atMost(to, to.op("Exp", [name])),
  "Target.log1p": (to, name) => atMost(to, minusOne(to, to.op("Exp", [name]))),
  "Target.boxCox": (to, name, type, json) => {
    const state = decoded(type, Power, json)
    return within(to, power(to, name, state.lambda), state)
  },
  "Target.yeoJohnson": (to, name, type, json) => {
    const state = decoded(type, Power, json)
    const above = minusOne(to, power(to, to.op("Max", [name, to.doubles([0])]), state.lambda))
    const below = minusOne(to, power(to, to.op("Max", [to.op("Neg", [name]), to.doubles([0])]), 2 - state.lambda))
    const isAbove = to.op("GreaterOrEqual", [name, to.doubles([0])])
    return within(to, to.op("Where", [isAbove, above, to.op("Neg", [below])]), state)
  }
}

/** Brings numbers back through transformations, the last one first. */
export const inverted = (to: Builder, name: Name, targets: ReadonlyArray<Parts.Target>): Name =>
  targets.reduceRight((now, { state, type }) => {
    const inverse = inverses[type]
    if (inverse === undefined)
      return refuse(type, "is no transformation of rocflow's own", "transform the target outside of the model")
    return inverse(to, now, type, state)
  }, name)
