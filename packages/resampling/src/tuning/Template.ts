/**
 * Plain data with open places: where a value would stand, a range stands with a name.
 *
 * ```yaml
 * learningRate: { tune: log, name: rate, from: 1.0e-4, to: 10 }
 * hidden: { tune: choice, name: layers, values: [[64], [64, 64]] }
 * optimizer: { tune: choice, name: how, of: { adam: Optimizer.adam, sgd: { type: Optimizer.sgd, learningRate: … } } }
 * ```
 *
 * Names are given by a configuration: a record of values by name. Two places of one name have one value. What is open in an
 * alternative that is not chosen is no part of a configuration.
 */
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Issue } from "@rocflow/core/pipeline/PipelineError"
import type * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Range from "./Range.ts"

/** Values by the names of what is open. @category models */
export type Configuration = Readonly<Record<string, Schema.Json>>

/** A place that is open. @category models */
export interface Place {
  readonly name: string
  readonly range: Range.Range
  /** What each label of the choice stands for, which may have open places itself. */
  readonly of: ReadonlyMap<string, Template> | undefined
}

/** Plain data with open places. @category models */
export type Template =
  | { readonly _tag: "Value"; readonly value: unknown }
  | { readonly _tag: "List"; readonly items: ReadonlyArray<Template> }
  | { readonly _tag: "Record"; readonly entries: ReadonlyArray<readonly [string, Template]> }
  | ({ readonly _tag: "Open" } & Place)

type Read = Result.Result<Template, ReadonlyArray<Issue>>
type Path = Issue["path"]

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const issue = (path: Path, message: string) => Result.fail([{ path, message }])

/** All of some parts, or the issues of all. */
const all = <A>(parts: ReadonlyArray<Result.Result<A, ReadonlyArray<Issue>>>) => {
  const issues = parts.flatMap((part) => (Result.isFailure(part) ? part.failure : []))
  return issues.length > 0 ? Result.fail(issues) : Result.succeed(parts.map((part) => Result.getOrThrow(part)))
}

const fields = (entries: Readonly<Record<string, unknown>>, path: Path) =>
  Result.map(all(Object.entries(entries).map(([key, value]) => readAt(value, [...path, key]))), (read) =>
    Object.keys(entries).map((key, i) => [key, read[i]!] as const)
  )

const readOpen = ({ name, of, tune, ...given }: Readonly<Record<string, unknown>>, path: Path): Read => {
  if (typeof name !== "string" || name === "") {
    return issue([...path, "name"], "is missing; what is tuned has a name, which configurations and tables call it by")
  }
  if (of !== undefined && (!isRecord(of) || "values" in given)) {
    return issue([...path, "of"], "has the alternatives of a choice by their labels, in place of values")
  }
  const labels = of === undefined ? {} : { values: Object.keys(of) }
  const range = Result.mapError(decode(Range.Range, { type: tune, ...given, ...labels }), (issues) =>
    issues.map((each) => ({ ...each, path: [...path, ...each.path.map((key) => (key === "type" ? "tune" : key))] }))
  )
  return Result.flatMap(range, (range) =>
    Result.map(fields(of ?? {}, [...path, "of"]), (entries): Template => {
      const alternatives = of === undefined ? undefined : new Map(entries)
      return { _tag: "Open", name, range, of: alternatives }
    })
  )
}

const readAt = (json: unknown, path: Path): Read => {
  if (Array.isArray(json)) {
    return Result.map(all(json.map((item, i) => readAt(item, [...path, i]))), (items) => ({ _tag: "List", items }))
  }
  if (!isRecord(json)) return Result.succeed({ _tag: "Value", value: json })
  return "tune" in json
    ? readOpen(json, path)
    : Result.map(fields(json, path), (entries) => ({ _tag: "Record", entries }))
}

const childrenOf = (self: Template): ReadonlyArray<Template> => {
  switch (self._tag) {
    case "Value":
      return []
    case "List":
      return self.items
    case "Record":
      return self.entries.map(([, value]) => value)
    case "Open":
      return [...(self.of?.values() ?? [])]
  }
}

/** All open places, those in alternatives too, in the order in which they stand. */
export const places = (self: Template): ReadonlyArray<Place> => [
  ...(self._tag === "Open" ? [self] : []),
  ...childrenOf(self).flatMap(places)
]

/** The ranges by name, in the order in which the names first occur. */
export const ranges = (self: Template): ReadonlyMap<string, Range.Range> =>
  // The first of a name stays at its place; later ones are equal.
  new Map(places(self).map(({ name, range }) => [name, range]))

/**
 * Reads plain data. Issues: an unknown kind of range, bounds that are none, a name that is missing or has two ranges.
 */
export const read = (json: unknown): Read =>
  Result.flatMap(readAt(json, []), (self) => {
    const seen = new Map<string, Range.Range>()
    const issues = places(self).flatMap(({ name, range }): ReadonlyArray<Issue> => {
      const known = seen.get(name)
      seen.set(name, range)
      return known === undefined || JSON.stringify(known) === JSON.stringify(range)
        ? []
        : [{ path: [], message: `"${name}" is tuned over two ranges; give them two names, or one range` }]
    })
    return issues.length > 0 ? Result.fail(issues) : Result.succeed(self)
  })

/** What a place holds once its value is known: an alternative, or the value itself. */
const chosen = ({ of }: Place, value: Schema.Json): Template => of?.get(String(value)) ?? { _tag: "Value", value }

/** The first place, in the order in which they stand, that a configuration does not close. */
export const firstOpen = (self: Template, given: Configuration): Place | undefined => {
  if (self._tag === "Open") {
    const value = given[self.name]
    if (value === undefined) return self
    return firstOpen(chosen(self, value), given)
  }
  for (const child of childrenOf(self)) {
    const found = firstOpen(child, given)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The plain data of a configuration that closes every place. An alternative that is a list, where a list has it as an item,
 * becomes as many items.
 */
export const fill = (self: Template, given: Configuration): unknown => {
  switch (self._tag) {
    case "Value":
      return self.value
    case "List":
      return self.items.flatMap((item) => {
        const filled = fill(item, given)
        return item._tag === "Open" && item.of !== undefined && Array.isArray(filled)
          ? (filled as Array<unknown>)
          : [filled]
      })
    case "Record":
      return Object.fromEntries(self.entries.map(([key, value]) => [key, fill(value, given)]))
    case "Open":
      return fill(chosen(self, given[self.name]!), given)
  }
}

/** The names that have a say in what a configuration gives. */
const active = (self: Template, given: Configuration): ReadonlyArray<string> =>
  self._tag === "Open"
    ? [self.name, ...active(chosen(self, given[self.name]!), given)]
    : childrenOf(self).flatMap((child) => active(child, given))

/** Draws the value of each place that is open, as it is met, and so none of an alternative that is not chosen. */
export const complete = (
  self: Template,
  draw: (place: Place) => Schema.Json,
  given: Configuration = {}
): Configuration => {
  const place = firstOpen(self, given)
  return place === undefined ? given : complete(self, draw, { ...given, [place.name]: draw(place) })
}

const has = (self: Template, name: string): boolean => places(self).some((place) => place.name === name)

/** The choices of a configuration in whose other alternatives a name is open. */
const whereNot = (self: Template, given: Configuration, without: string): string =>
  places(self)
    .filter(({ name, of }) => name in given && [...(of?.values() ?? [])].some((other) => has(other, without)))
    .map(({ name }) => `${name} is ${JSON.stringify(given[name])}`)
    .join(" and ")

/** What is said of a name that is not open. */
export const notOpen = (self: Template, name: string): string => {
  const names = [...ranges(self).keys()]
  return `"${name}" is not open; ${names.length === 0 ? "nothing is open" : `open are ${names.join(", ")}`}`
}

/**
 * Why a configuration does not fit, or undefined: values that are missing, out of range, or of names that are not open.
 */
export const refusal = (self: Template, given: Configuration): ReadonlyArray<string> => {
  const known = ranges(self)
  const unknown = Object.keys(given).filter((name) => !known.has(name))
  const wrong = [...known].flatMap(([name, range]) => {
    const value = given[name]
    const why = value === undefined ? undefined : Range.refusal(range, value)
    return why === undefined ? [] : [`"${name}" ${why}, got ${JSON.stringify(value)}`]
  })
  if (unknown.length > 0 || wrong.length > 0) {
    return [...unknown.map((name) => notOpen(self, name)), ...wrong]
  }
  const first = firstOpen(self, given)
  if (first !== undefined) {
    const open = Object.keys(complete(self, ({ range }) => Range.at(range, 0), given)).filter(
      (name) => !(name in given)
    )
    return [`give values to: ${open.join(", ")}`]
  }
  const used = active(self, given)
  return Object.keys(given)
    .filter((name) => !used.includes(name))
    .map((name) => `"${name}" has no say where ${whereNot(self, given, name)}; leave it out`)
}

/** Every configuration whose values are among those that `values` gives for a place, in order, as they are asked for. */
export function* enumerate(
  self: Template,
  values: (place: Place) => Iterable<Schema.Json>,
  given: Configuration = {}
): Generator<Configuration> {
  const place = firstOpen(self, given)
  if (place === undefined) yield given
  else for (const value of values(place)) yield* enumerate(self, values, { ...given, [place.name]: value })
}

/** All configurations of an enumeration; undefined where there are more than `most`. */
export const atMost = (
  most: number,
  configurations: Iterable<Configuration>
): ReadonlyArray<Configuration> | undefined => {
  const found: Array<Configuration> = []
  for (const configuration of configurations) {
    if (found.length === most) return undefined
    found.push(configuration)
  }
  return found
}

/** A configuration in which a place has a value, and chooses what the place stands in; all else is the first of its range. */
const reaching = (self: Template, name: string, value: Schema.Json): Configuration =>
  complete(self, (place) => {
    if (place.name === name) return value
    const way = [...(place.of ?? [])].find(([, alternative]) => has(alternative, name))
    return way === undefined ? Range.at(place.range, 0) : way[0]
  })

/** The configuration of the first values of all ranges. */
export const first = (self: Template): Configuration => complete(self, ({ range }) => Range.at(range, 0))

/** A configuration at a corner of the space, and the value that makes it one. */
export interface Corner {
  readonly values: Configuration
  readonly name: string | undefined
}

/** Configurations that between them have every value of every choice, and both bounds of every range of numbers. */
export const corners = (self: Template): Arr.NonEmptyReadonlyArray<Corner> => [
  { values: first(self), name: undefined },
  ...[...ranges(self)].flatMap(([name, range]) =>
    Range.grid(range, 2).map((value) => ({ values: reaching(self, name, value), name }))
  )
]
