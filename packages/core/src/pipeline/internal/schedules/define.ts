/**
 * How schedules are made, and how options say that a number may follow one.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import type { Issue } from "../../PipelineError.ts"
import type { Adapting, Schedule as Bound, ScheduleJson as Json, Value } from "../../Stage.ts"

/** Marks schedules that were made in code: they know their definition. @category models */
export const TypeId = "~rocflow/Schedule"

/** A schedule that options make: see `Schedule.define`. @category models */
export interface Definition<out Encoded = unknown> extends Base.Definition<"schedule", Encoded> {
  readonly bind: (given: object, find: Base.Find) => Result.Result<Bound, ReadonlyArray<Issue>>
}

/** A schedule: its JSON form, which stands in options where a number would. @category models */
export interface Schedule extends Json {
  readonly [TypeId]: Definition
}

/** What a schedule is by its options: a function of progress alone, or one that validation answers. @category models */
export type Curve =
  | ((progress: number) => number)
  | { readonly at: (progress: number, state: unknown) => number; readonly adapts: Adapting }

/**
 * Defines a schedule; `make` gets its options with defaults filled in, and gives the value as a function of progress: 0 at
 * the first update, near 1 at the last.
 *
 * @example
 * // Waves around a rate:
 * const wave = Schedule.define({
 *   id: "Mine.wave", summary: "Waves around a rate", options: Schema.Struct({ rate: Schema.Finite }),
 *   make: ({ rate }) => (progress) => rate * (1 + 0.5 * Math.sin(20 * Math.PI * progress))
 * })
 * Optimizer.adam({ learningRate: Schedule.make(wave, { rate: 0.01 }) })
 * @category constructors
 */
export const define = <Type, Encoded extends object>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Curve
}): Definition<Encoded> => {
  const { id, summary, options } = definition
  const made: Definition<Encoded> = {
    kind: "schedule",
    id,
    summary,
    options,
    bind: (given, find) =>
      Result.mapBoth(Decode.decode(options, given, find), {
        onSuccess: (decoded) => {
          const curve = definition.make(decoded)
          return {
            ...(typeof curve === "function" ? { at: curve } : curve),
            json: make(made, Schema.encodeSync(options)(decoded))
          }
        },
        onFailure: (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
      })
  }
  return made
}

/** Gives a schedule its options. @category constructors */
export const make = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Schedule => {
  const own = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== undefined))
  // Not enumerable, so that a schedule is the same data whether it was made in code or read.
  const schedule = Object.defineProperty({ type: definition.id, ...own }, TypeId, { value: definition })
  return schedule as Schedule
}

const isMade = (json: Json): json is Schedule => TypeId in json

const isJson = (value: unknown): value is Json =>
  Predicate.isObject(value) && !Array.isArray(value) && "type" in value && typeof value.type === "string"

/** What an option was written as: the number, or the schedule. For options that are handed on to a transform. */
export const written = (value: Value): number | Json => (typeof value === "number" ? value : value.json)

/**
 * The number or schedule that an option was encoded as, for those who read options again. What was encoded knows its
 * definition, and is in order.
 */
export const valueOf = (encoded: number | Json): Value =>
  typeof encoded === "number" ? encoded : Result.getOrThrow(bind(encoded, Decode.findNothing))

/** Whether a value is a schedule that is bound to its options. */
export const isBound = (value: unknown): value is Bound =>
  Predicate.isObject(value) && "at" in value && typeof value.at === "function" && "json" in value

const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "schedule" && "bind" in definition

/** Binds a schedule; one that was read finds its definition by its type. */
export const bind = (given: Json, find: Base.Find): Result.Result<Bound, ReadonlyArray<Issue>> => {
  const { type, ...options } = given
  if (isMade(given)) return given[TypeId].bind(options, find)
  const refused = (message: string) => Result.fail([{ path: ["type"], message }])
  return Result.match(find(type, "schedule"), {
    onSuccess: (definition) =>
      isDefinition(definition)
        ? definition.bind(options, find)
        : refused(`"${type}" is no schedule; define it by Schedule.define`),
    onFailure: refused
  })
}

/** Where the values of a schedule are looked at before anything is trained. */
const grid = Array.from({ length: 101 }, (_, i) => i / 100)

/** Says which value breaks the rule of the option in whose place a schedule stands; undefined if none does. */
const misplaced = (rule: Schema.Codec<number>, { adapts, at, json }: Bound): string | undefined => {
  for (const progress of grid) {
    const decoded = Decode.decode(rule, at(progress, adapts?.initial))
    if (Result.isFailure(decoded)) {
      const [issue] = decoded.failure
      return `${json.type}: after ${100 * progress} % of the updates: ${issue?.message}`
    }
  }
  return undefined
}

const reference: Base.Options<Bound, Json> = Decode.reference(
  "schedule",
  // Declared, so that a schedule that was made in code comes as it is, and still knows its definition.
  Schema.declare(isJson, {
    toCodecJson: () => undefined,
    message: "is no number and no schedule; write one as { type: Schedule.cosine, from: 0.01 }"
  }),
  isBound,
  bind,
  ({ json }) => json
)

/**
 * The schema of an option that is a number, or a schedule that it follows. `rule` is that of the number; `scheduled` that of
 * the values of a schedule, default the same.
 *
 * @example
 * Schedule.value(OptionSchema.positive, OptionSchema.nonNegative) // 0.01, or { type: "Schedule.cosine", from: 0.01 }
 * @category schemas
 */
export const value = (rule: Schema.Codec<number>, scheduled = rule): Base.Options<Value, number | Json> =>
  Schema.Union([rule, reference.check(Schema.makeFilter((bound: Bound) => misplaced(scheduled, bound)))])

/**
 * The same where nobody is told of validation, as in layers: a schedule that answers to it is refused.
 * @category schemas
 */
export const ofProgress = (rule: Schema.Codec<number>): Base.Options<Value, number | Json> =>
  value(rule).check(
    Schema.makeFilter((given: Value) =>
      typeof given === "number" || given.adapts === undefined
        ? undefined
        : `${given.json.type} answers to validation, of which this option is not told; take a schedule of progress alone`
    )
  )

/** The schedules among options, in the order in which they stand there. */
export const within = (options: unknown): ReadonlyArray<Bound> => {
  if (isBound(options)) return [options]
  if (!Predicate.isObject(options)) return []
  return Object.values(options).flatMap(within)
}
