/**
 * The laws of transformations of the target: they keep the order of values and can be undone.
 */
import * as Result from "effect/Result"
import { findNothing } from "../pipeline/Decode.ts"
import type * as Target from "../pipeline/Target.ts"
import type { Generator } from "../Seed.ts"
import { close, draw, holds, law, type Law, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

/** What is true of a transformation beside the laws of all. @category models */
export interface Claims {
  /** Whether it is for numbers above 0 only. */
  readonly positive?: boolean
}

/** The largest numbers of single precision, which networks may give, and some between. */
const scores = [-3.4028234e38, -1e9, -50, -1, -1e-30, 0, 1e-30, 1, 50, 1e9, 3.4028234e38]

/** The laws of a transformation with some options. */
export const of = (definition: Target.Definition, given: object = {}, claims: Claims = {}): ReadonlyArray<Law> => {
  const bound = () => succeeded(definition.bind(given, findNothing).bound, `${definition.id} refuses its options`)
  const values = (random: Generator): Float64Array => {
    const scale = 10 ** (random.below(7) - 2)
    return draw(3 + random.below(30), () =>
      claims.positive === true ? scale * Math.exp(random.normal()) : scale * random.normal()
    )
  }
  const fitted = (target: Float64Array) => succeeded(bound().fit(target), "the training rows are refused")
  return [
    ...OptionLaws.of(definition, given),
    law("brings the training rows back", (random) => {
      const target = values(random)
      const { apply, invert } = fitted(target)
      const size = Math.max(...target.map(Math.abs))
      const back = target.map((value) => invert(apply(value)))
      close(
        back.map((value) => value / size),
        target.map((value) => value / size),
        1e-9,
        "values that were brought back, in units of the largest"
      )
    }),
    law("keeps the order of values", (random) => {
      const target = values(random).toSorted()
      const { apply, invert } = fitted(target)
      const learned = target.map(apply)
      holds(
        learned.every((value, i) => i === 0 || value > learned[i - 1]! || target[i] === target[i - 1]),
        () => `${target.join(", ")} become ${learned.join(", ")}`
      )
      const predicted = scores.map(invert)
      holds(
        predicted.every((value, i) => i === 0 || value >= predicted[i - 1]!),
        () => `${scores.join(", ")} are predicted as ${predicted.join(", ")}`
      )
    }),
    law("predicts a finite value for every number, also of a target of one value", (random) => {
      const target = values(random)
      for (const rows of [target, target.map(() => target[0]!), target.subarray(0, 1)]) {
        const { apply, invert } = fitted(rows)
        const all = [...scores.map(invert), ...rows.map(apply)]
        holds(all.every(Number.isFinite), () => `${rows.join(", ")}: ${all.join(", ")}`)
      }
    }),
    law("survives JSON", (random) => {
      const target = values(random)
      const { apply, invert, state } = fitted(target)
      const loaded = succeeded(bound().load(JSON.parse(JSON.stringify(state()))), "its own state is refused")
      same(target.map(loaded.apply), target.map(apply), "values after loading")
      same(scores.map(loaded.invert), scores.map(invert), "predictions after loading")
      holds(Result.isFailure(bound().load({ "no such state": 1 })), () => "a state of another kind was taken")
    })
  ]
}
