/**
 * How transforms are made.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Decode from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import type { Issue } from "../../PipelineError.ts"
import type { Begun, Transform as Bound, TransformFormula } from "../../Stage.ts"
import { within } from "../schedules/define.ts"

/** Marks transforms. @category models */
export const TypeId = "~rocflow/Transform"

/** A transform in its JSON form: `{ type: "Transform.clip", norm: 1 }`. @category models */
export interface Json {
  readonly type: string
  readonly [option: string]: unknown
}

/** A transform as it is written, and what it is bound to; options that break a rule are issues. @category models */
export interface Transform {
  readonly [TypeId]: typeof TypeId
  readonly json: Json
  readonly bound: Result.Result<{ readonly transform: Bound; readonly encoded: Json }, ReadonlyArray<Issue>>
}

/** Whether a value is a transform. */
export const isTransform = (value: unknown): value is Transform =>
  typeof value === "object" && value !== null && TypeId in value

/** A transform that options make: see `Transform.define`. @category models */
export interface Definition<out Encoded = unknown> extends Base.Definition<"transform", Encoded> {
  readonly bind: (given: object, find: Base.Find) => Transform
}

/** Whether a definition is one of a transform. */
export const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "transform" && "bind" in definition

/** Defines a transform by what it is bound to. */
export const defineBound = <Type, Encoded extends object>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Bound
}): Definition<Encoded> => {
  const { id, summary, options, make } = definition
  return {
    kind: "transform",
    id,
    summary,
    options,
    bind: (given, find) => {
      const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      return {
        [TypeId]: TypeId,
        json: { type: id, ...own },
        bound: Result.mapBoth(Decode.decode(options, own, find), {
          onSuccess: (decoded) => ({
            transform: { schedules: within(decoded), ...make(decoded) },
            encoded: { type: id, ...Schema.encodeSync(options)(decoded) }
          }),
          onFailure: (issues) => issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` }))
        })
      }
    }
  }
}

/** A transform that treats every parameter alike. @category models */
export interface Simple {
  /** The names of the arrays that it keeps for a parameter. Default: none. */
  readonly slots?: ReadonlyArray<string>
  /**
   * Rewrites every `update` of the step in place, and leaves `values` as they are. `slots[i]` are those of
   * `step.arrays[i]`, in the order of their names.
   */
  readonly apply: Begun["apply"]
  /** Whether it calls `step.search`. Default false. */
  readonly searches?: boolean
  /** Its formula, if it is one of those that engines know. */
  readonly formula?: TransformFormula
  /** The learning rate, if it is one: what the history shows. */
  readonly learningRate?: Bound["learningRate"]
}

/**
 * Defines a transform; `make` gets its options with defaults filled in. An option that may follow a schedule has the schema
 * `Schedule.value(…)`, and is read by `step.read` in `apply`.
 *
 * @example
 * // Sign descent: a step of the same size in every entry.
 * const sign = Transform.define({
 *   id: "Mine.sign", summary: "The sign of the gradient", options: Schema.Struct({}),
 *   make: () => ({
 *     apply: ({ arrays }) => {
 *       for (const { update } of arrays) for (let i = 0; i < update.length; i++) update[i] = Math.sign(update[i])
 *     }
 *   })
 * })
 * Optimizer.chain(Transform.make(sign), Transform.rate(0.01))
 * @category constructors
 */
export const define = <Type, Encoded extends object>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Base.Options<Type, Encoded>
  readonly make: (options: Type) => Simple
}): Definition<Encoded> =>
  defineBound({
    ...definition,
    make: (options) => {
      const { apply, formula, learningRate, searches = false, slots = [] } = definition.make(options)
      return {
        begin: (paths) => ({ slots: paths.map(() => slots), apply }),
        searches,
        learningRate,
        formulas: formula === undefined ? undefined : [formula]
      }
    }
  })

/** Gives a transform its options. @category constructors */
export const make = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Transform => definition.bind(options ?? {}, Decode.findNothing)
