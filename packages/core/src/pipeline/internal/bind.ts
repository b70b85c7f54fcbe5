/**
 * Makes definitions of stages: `bind` is the one place where the options of a stage are decoded.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../Decode.ts"
import type { Options } from "../Definition.ts"
import type { Issue } from "../PipelineError.ts"
import type { Definition, Part, Stage } from "../Stage.ts"

/**
 * Gives a definition its `bind`: options are decoded once, and `part` closes over them, or says what else is wrong with
 * them. Options that are undefined are left out of the JSON.
 */
export const define = <K extends Part["kind"], Type, Encoded>(definition: {
  readonly kind: K
  readonly id: string
  readonly summary: string
  readonly options: Options<Type, Encoded>
  readonly part: (options: Type) => Part | Result.Result<Part, ReadonlyArray<Issue>>
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
        bound: Result.mapError(
          Result.flatMap(Decode.decode(options, own, find), (decoded) => {
            const made = part(decoded)
            const encoded = Schema.encodeSync(options)(decoded)
            return Result.map(Result.isResult(made) ? made : Result.succeed(made), (part) => ({ part, encoded }))
          }),
          (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
        )
      }
    }
  }
}
