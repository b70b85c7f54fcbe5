/**
 * The laws of schedules: a value depends on progress alone, and on a state that survives JSON where validation is answered.
 */
import { findNothing } from "../pipeline/Decode.ts"
import type { Find } from "../pipeline/Definition.ts"
import type * as Schedule from "../pipeline/Schedule.ts"
import * as Result from "effect/Result"
import { holds, law, type Law, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

/**
 * The laws of a schedule with some options.
 *
 * @example
 * for (const { check, name } of ScheduleLaws.of(definition, { from: 0.1 })) it(name, check)
 */
export const of = (
  definition: Schedule.Definition,
  options: object = {},
  find: Find = findNothing
): ReadonlyArray<Law> => {
  const bound = (given: object = options) =>
    succeeded(definition.bind(given, find), `${definition.id} refuses its options`)
  const { bind, id, summary } = definition
  return [
    ...OptionLaws.of(
      {
        id,
        summary,
        bind: (given, find) => ({ bound: Result.map(bind(given, find), ({ json }) => ({ encoded: json })) })
      },
      options,
      find
    ),
    law("has finite values that depend on progress alone", (random) => {
      const { adapts, at } = bound()
      const progress = [0, 1, ...Array.from({ length: 8 }, () => random.float())]
      const values = progress.map((each) => at(each, adapts?.initial))
      holds(values.every(Number.isFinite), () => `values ${values.join(", ")} after ${progress.join(", ")}`)
      const again = progress.toReversed().map((each) => at(each, adapts?.initial))
      same(again.toReversed(), values, "the values in another order")
    }),
    law("has the same values when it was written and read, with what it remembers", (random) => {
      const { adapts, at, json } = bound()
      const { type: _, ...written } = JSON.parse(JSON.stringify(json)) as Schedule.Json
      const read = bound(written)
      let state = adapts?.initial
      for (let evaluation = 0; evaluation < 12; evaluation++) {
        const progress = random.float()
        const restored: unknown = state === undefined ? undefined : JSON.parse(JSON.stringify(state))
        same(read.at(progress, restored), at(progress, state), "the value of the schedule that was read")
        const score = random.float() < 0.1 ? Number.NaN : random.float()
        const next = adapts?.next(state, score, "maximise")
        same(read.adapts?.next(restored, score, "maximise"), next, "what it remembers")
        state = next
      }
    })
  ]
}
