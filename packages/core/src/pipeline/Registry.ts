/**
 * The definitions that a description read from JSON or YAML may name.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Definition, Find, Kind } from "./Definition.ts"
import * as Excerpt from "../Excerpt.ts"
import { meant } from "../internal/suggest.ts"

/** Definitions by id. @category models */
export interface Registry {
  readonly definitions: ReadonlyMap<string, Definition>
}

/** Names an id that no definition has, or that two definitions share. @category errors */
export class RegistryError extends Schema.TaggedError<RegistryError>()("RegistryError", {
  id: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `"${Excerpt.of(this.id, 80)}" ${this.rule}; ${this.advice}`
  }
}

/**
 * Collects definitions. The same definition may come twice; two different ones with one id are refused, because a
 * description would change its meaning with the order of the list.
 * @category constructors
 */
export const make = (definitions: Iterable<Definition>): Result.Result<Registry, RegistryError> => {
  const byId = new Map<string, Definition>()
  for (const definition of definitions) {
    const known = byId.get(definition.id)
    if (known !== undefined && known !== definition) {
      return Result.fail(
        new RegistryError({
          id: definition.id,
          rule: `is defined twice, ${known.kind === definition.kind ? `both times as a ${known.kind}` : `as a ${known.kind} and as a ${definition.kind}`}`,
          advice: "give one of them another id"
        })
      )
    }
    byId.set(definition.id, definition)
  }
  return Result.succeed({ definitions: byId })
}

/** The definitions of some kinds, in the order in which they were given. */
export const ofKind = <K extends Kind>(registry: Registry, ...kinds: ReadonlyArray<K>): ReadonlyArray<Definition<K>> =>
  [...registry.definitions.values()].filter((d): d is Definition<K> => (kinds as ReadonlyArray<Kind>).includes(d.kind))

/** What is written where, of kinds that are taken for one another. */
const place: Partial<Record<Kind, string>> = {
  learner: "it is a learner: write it in the place of a whole pipeline, as { type, preprocess: [stages before it] }",
  callback: "write it among the callbacks of the model",
  measure: "write it among measures",
  schedule: "write it in the place of a number, such as learningRate",
  timing: "write it among the measures at the top of an experiment: it is of a whole job, and nothing is chosen by it",
  target: "write it in the list `target` of a regression's model or learner",
  transform: "write it among the transforms of Optimizer.chain"
}

/** What to write: the members of a family, the place of another kind, the nearest name, or those that begin alike. */
const advise = (registry: Registry, id: string, ids: ReadonlyArray<string>): string => {
  const family = ids.filter((known) => known.toLowerCase().startsWith(`${id.trim().toLowerCase()}.`))
  if (family.length > 0) return `write ${family.join(" or ")}`
  const kind = registry.definitions.get(id)?.kind
  const elsewhere = kind === undefined ? undefined : place[kind]
  if (elsewhere !== undefined) return elsewhere
  const alike = ids.filter((known) => id.includes(".") && known.startsWith(id.slice(0, id.indexOf(".") + 1)))
  return meant(id, ids, `known are ${(alike.length > 0 ? alike : ids).join(", ")}`)
}

/** Finds the definition of an id among some kinds, or says which id was probably meant. */
export const find = <K extends Kind>(
  registry: Registry,
  id: string,
  ...kinds: ReadonlyArray<K>
): Result.Result<Definition<K>, RegistryError> => {
  const candidates = ofKind(registry, ...kinds)
  const found = candidates.find((definition) => definition.id === id)
  if (found !== undefined) return Result.succeed(found)
  const ids = candidates.map((definition) => definition.id)
  return Result.fail(
    new RegistryError({
      id,
      rule: `is not a known ${kinds.length > 3 ? "stage" : kinds.join(" or ")}`,
      advice: advise(registry, id, ids)
    })
  )
}

/** What options that name other definitions ask: see `Lookup`. */
export const lookup =
  (registry: Registry): Find =>
  (id, ...kinds) =>
    Result.mapError(find(registry, id, ...kinds), ({ message }) => message)
