/**
 * The laws of the options of every definition whose stages are bound: they are JSON, and their defaults are filled in once.
 */
import * as Result from "effect/Result"
import { findNothing } from "../pipeline/Decode.ts"
import type { Find } from "../pipeline/Definition.ts"
import type { Issue } from "../pipeline/PipelineError.ts"
import { fact, holds, type Law, same, succeeded } from "./Law.ts"

/** What has options that can be bound. @category models */
export interface Bindable {
  readonly id: string
  readonly summary: string
  readonly bind: (
    given: object,
    find: Find
  ) => { readonly bound: Result.Result<{ readonly encoded: unknown }, ReadonlyArray<Issue>> }
}

/** The laws of a definition with some options; `find` resolves options that name other definitions. */
export const of = (definition: Bindable, given: object = {}, find: Find = findNothing): ReadonlyArray<Law> => {
  const encoded = (options: object) => {
    const { encoded } = succeeded(definition.bind(options, find).bound, `${definition.id} refuses its options`)
    // A transform writes its own type beside its options.
    const { type: _, ...rest } = encoded as Readonly<Record<string, unknown>>
    return rest
  }
  return [
    fact("says in one line what it is", () =>
      holds(/^\S[^\n]{3,120}$/.test(definition.summary), () => `the summary is ${JSON.stringify(definition.summary)}`)
    ),
    fact("has options that survive JSON, with a default for each that is left out", () => {
      const full = encoded(given)
      same(encoded(JSON.parse(JSON.stringify(full)) as object), full, "options that were written and read")
    }),
    fact("refuses an option that it does not know", () =>
      holds(
        Result.isFailure(definition.bind({ ...given, "no such option": 1 }, find).bound),
        () => "an option of an unknown name was taken"
      )
    )
  ]
}
