/**
 * What a transformation of the target is, and how one is defined.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import { fail } from "../../Features.ts"
import { type Issue, PipelineError } from "../../PipelineError.ts"

/** A transformation of the target that has learned. @category models */
export interface Fitted {
  /** What is learned in the place of a value of the target. */
  readonly apply: (value: number) => number
  /** The value of the target that is predicted: for every number of single precision a finite one. */
  readonly invert: (predicted: number) => number
  /** What it learned, as plain JSON that `load` reads. */
  readonly state: () => unknown
}

/** A transformation bound to its options. @category models */
export interface Bound {
  /** Learns from the target of training rows, at least one; fails for values that it cannot transform. */
  readonly fit: (values: Float64Array) => Result.Result<Fitted, PipelineError>
  readonly load: (state: unknown) => Result.Result<Fitted, PipelineError>
  /** The options with every default filled in. */
  readonly encoded: Json
}

/** Marks transformations of the target. @category models */
export const TypeId = "~rocflow/Target"

/** A transformation in its JSON form: `{ type: "Target.boxCox", lambda: 0.5 }`. @category models */
export interface Json {
  readonly type: string
  readonly [option: string]: unknown
}

/** A transformation of the target with its options; those that break a rule are issues. @category models */
export interface Target {
  readonly [TypeId]: typeof TypeId
  readonly definition: Definition
  readonly json: Json
  readonly bound: Result.Result<Bound, ReadonlyArray<Issue>>
}

/** A transformation that options make: see `Target.define`. @category models */
export interface Definition<out Encoded = unknown> extends Base.Definition<"target", Encoded> {
  readonly bind: (given: object, find: Base.Find) => Target
}

export const isTarget = (value: unknown): value is Target =>
  typeof value === "object" && value !== null && TypeId in value

export const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "target" && "bind" in definition

const refusal = (row: number, value: number): string =>
  `the target of training row ${row} is ${value}, which overflows when it is transformed and brought back; correct or rescale it`

/** Names the largest of some numbers. */
const tooLarge = (values: Float64Array): string => {
  const row = values.reduce((top, value, i) => (Math.abs(value) > Math.abs(values[top]!) ? i : top), 0)
  return refusal(row, values[row]!)
}

/** Says which number is not finite there or back; undefined if all are. */
const overflow = ({ apply, invert }: Fitted, values: Float64Array): string | undefined => {
  const row = values.findIndex((value) => {
    const there = apply(value)
    return !Number.isFinite(there) || !Number.isFinite(invert(there))
  })
  return row < 0 ? undefined : refusal(row, values[row]!)
}

/**
 * Defines a transformation of the target: strictly increasing, from values to numbers and back.
 *
 * - `fit` learns from the target of the training rows, or says why it cannot. What overflows there or back is refused
 *   for it, with the row.
 * - `state` is the schema of what is learned, plain JSON.
 * - `apply` and `invert` undo each other on the training rows; `invert` is finite for every number of single precision.
 * @category constructors
 */
export const define = <Type, Encoded extends object, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly fit: (options: Type, values: Float64Array) => Result.Result<State, string>
  readonly apply: (state: State, value: number) => number
  readonly invert: (state: State, predicted: number) => number
}): Definition<Encoded> => {
  const { apply, fit, id, invert, options, state, summary } = definition
  const fitted = (learned: State): Fitted => ({
    apply: (value) => apply(learned, value),
    invert: (predicted) => invert(learned, predicted),
    state: () => Schema.encodeSync(state)(learned)
  })
  const named = (issues: ReadonlyArray<Issue>) =>
    issues.map(({ message, path }) => ({ path, message: `${id}: ${message}` }))
  const made: Definition<Encoded> = {
    kind: "target",
    id,
    summary,
    options,
    bind: (given, find) => ({
      [TypeId]: TypeId,
      definition: made,
      json: { type: id, ...given },
      bound: Result.mapBoth(Decode.decode(options, given, find), {
        onSuccess: (decoded) => ({
          fit: (values) =>
            Result.match(fit(decoded, values), {
              onSuccess: (learned) => {
                const problem = Schema.is(state)(learned) ? overflow(fitted(learned), values) : tooLarge(values)
                return problem === undefined ? Result.succeed(fitted(learned)) : fail(id, problem)
              },
              onFailure: (message) => fail(id, message)
            }),
          load: (json) =>
            Result.mapBoth(Decode.decode(state, json), {
              onSuccess: fitted,
              onFailure: (issues) => new PipelineError({ issues: named(issues) })
            }),
          encoded: { type: id, ...Schema.encodeSync(options)(decoded) }
        }),
        onFailure: named
      })
    })
  }
  return made
}

/** Gives a transformation its options. @category constructors */
export const make = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Target => definition.bind(options ?? {}, Decode.findNothing)
