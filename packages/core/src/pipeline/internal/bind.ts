/**
 * Makes definitions of stages: `bind` is the one place where the options of a stage are decoded.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../Decode.ts"
import type { Options } from "../Definition.ts"
import type { Definition, Part, Stage } from "../Stage.ts"

/**
 * Gives a definition its `bind`: options are decoded once, and `part` closes over them. Options that are undefined are
 * left out of the JSON.
 */
export const define = <K extends Part["kind"], Type, Encoded>(definition: {
  readonly kind: K
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  readonly part: (options: Type) => Part
}): Definition<K, Encoded> => {
  const { id, kind, options, part, summary } = definition
  return {
    kind,
    id,
    summary,
    options,
    bind: (given, find): Stage => {
      const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      return {
        id,
        kind,
        json: { type: id, ...own },
        bound: Result.mapBoth(Decode.decode(options, own, find), {
          onSuccess: (decoded) => ({ part: part(decoded), encoded: Schema.encodeSync(options)(decoded) }),
          onFailure: (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
        })
      }
    }
  }
}
