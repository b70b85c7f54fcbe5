/**
 * Transformations of the target, the way back: what is predicted, in the units of the data.
 */
import type * as Parts from "@rocflow/core/learning/Parts"
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { decoded } from "./decoded.ts"
import { expMinusOne, logOnePlus } from "./exponentials.ts"

const Linear = Schema.Struct({ centre: Schema.Finite, scale: Schema.Finite })
const Power = Schema.Struct({ lambda: Schema.Finite, lowest: Schema.Finite, highest: Schema.Finite })

const linear = (to: Builder, name: Name, type: string, state: unknown): Name => {
  const { centre, scale } = decoded(type, Linear, state)
  return to.op("Add", [to.doubles([centre]), to.op("Mul", [name, to.doubles([scale])])])
}

const atMost = (to: Builder, name: Name): Name => to.op("Min", [name, to.doubles([Number.MAX_VALUE])])

/** ln(1 + λz)/λ, which is z at λ = 0, and endless where the logarithm has no value. */
const logarithm = (to: Builder, z: Name, lambda: number): Name => {
  if (lambda === 0) return z
  const product = to.op("Mul", [z, to.doubles([lambda])])
  const above = to.op("Max", [product, to.doubles([0])])
  const below = to.op("Add", [to.op("Min", [product, to.doubles([0])]), to.doubles([1])])
  // Above 0 as exact as the library; below 1 is subtracted from.
  const isAbove = to.op("GreaterOrEqual", [product, to.doubles([0])])
  const log = to.op("Where", [isAbove, logOnePlus(to, above), to.op("Log", [to.op("Max", [below, to.doubles([0])])])])
  return to.op("Div", [log, to.doubles([lambda])])
}

/** The exponential of z, or (1 + λz)^(1/λ). */
const power = (to: Builder, z: Name, lambda: number): Name => to.op("Exp", [logarithm(to, z, lambda)])

/** The same, minus 1. */
const powerMinusOne = (to: Builder, z: Name, lambda: number): Name => expMinusOne(to, logarithm(to, z, lambda))

const within = (to: Builder, name: Name, { highest, lowest }: typeof Power.Type): Name =>
  to.op("Min", [to.op("Max", [name, to.doubles([lowest])]), to.doubles([highest])])

const inverses: Readonly<Record<string, (to: Builder, name: Name, type: string, state: unknown) => Name>> = {
  "Target.standardise": linear,
  "Target.minMax": linear,
  "Target.log": (to, name) => atMost(to, to.op("Exp", [name])),
  "Target.log1p": (to, name) => atMost(to, expMinusOne(to, name)),
  "Target.boxCox": (to, name, type, json) => {
    const state = decoded(type, Power, json)
    return within(to, power(to, name, state.lambda), state)
  },
  "Target.yeoJohnson": (to, name, type, json) => {
    const state = decoded(type, Power, json)
    const above = powerMinusOne(to, to.op("Max", [name, to.doubles([0])]), state.lambda)
    const below = powerMinusOne(to, to.op("Max", [to.op("Neg", [name]), to.doubles([0])]), 2 - state.lambda)
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
