/**
 * Transforms of the gradient: what optimizers are chains of.
 *
 * As in optax, each transform takes the updates that the one before it left, beginning with the gradients, and rewrites
 * them in place; what the last one leaves is subtracted from the parameters. A transform may keep arrays of a parameter's
 * size (slots), which are part of the training state.
 *
 * @example
 * // Adam with decoupled weight decay on the kernels only, and gradients of a norm of at most 1:
 * Optimizer.chain(
 *   Transform.clip({ norm: 1 }),
 *   Transform.adam(),
 *   Transform.group("**.kernel", Transform.decay({ rate: 0.01 })),
 *   Transform.rate(0.001)
 * )
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../OptionSchema.ts"
import * as Decode from "./Decode.ts"
import type * as Base from "./Definition.ts"
import type { Issue } from "./PipelineError.ts"
import type { Begun, Step, Transform as Bound, TransformFormula } from "./Stage.ts"

export type { Begun, Step, Transform as Bound, Updated } from "./Stage.ts"

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

const isTransform = (value: unknown): value is Transform =>
  typeof value === "object" && value !== null && TypeId in value

/** A transform that options make: see `Transform.define`. @category models */
export interface Definition<out Encoded = unknown> extends Base.Definition<"transform", Encoded> {
  readonly bind: (given: object, find: Base.Find) => Transform
}

const isDefinition = (definition: Base.Definition): definition is Definition =>
  definition.kind === "transform" && "bind" in definition

const defineBound = <Type, Encoded extends object>(definition: {
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
            transform: make(decoded),
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
}

/**
 * Defines a transform; `make` gets its options with defaults filled in.
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
      const { apply, formula, searches = false, slots = [] } = definition.make(options)
      return {
        begin: (paths) => ({ slots: paths.map(() => slots), apply }),
        searches,
        formulas: formula === undefined ? undefined : [formula]
      }
    }
  })

/** Gives a transform its options. @category constructors */
export const make = <Encoded extends object>(
  definition: Definition<Encoded>,
  ...[options]: Base.Given<Encoded>
): Transform => definition.bind(options ?? {}, Decode.findNothing)

// ------------------------------------------------------------------------------------------------------ composition

/** Runs bound transforms one after the other, as one. */
export const sequence = (transforms: ReadonlyArray<Bound>): Bound => ({
  begin: (paths) => {
    const begun = transforms.map((transform) => transform.begin(paths))
    const all = paths.map((_, i) => begun.flatMap(({ slots }, t) => slots[i]!.map((name) => `${t}.${name}`)))
    // The slots of each transform stand behind those of the transforms before it.
    const own = (slots: ReadonlyArray<ReadonlyArray<Float32Array>>, t: number) =>
      slots.map((arrays, i) => {
        const from = begun.slice(0, t).reduce((sum, before) => sum + before.slots[i]!.length, 0)
        return arrays.slice(from, from + begun[t]!.slots[i]!.length)
      })
    let given: ReadonlyArray<ReadonlyArray<Float32Array>> | undefined
    let split: ReadonlyArray<ReadonlyArray<ReadonlyArray<Float32Array>>> = []
    return {
      slots: all,
      apply: (step, slots) => {
        // The same arrays come with every step.
        if (slots !== given) {
          given = slots
          split = begun.map((_, t) => own(slots, t))
        }
        begun.forEach(({ apply }, t) => apply(step, split[t]!))
      }
    }
  },
  searches: transforms.some(({ searches }) => searches),
  formulas: transforms.every(({ formulas }) => formulas !== undefined)
    ? transforms.flatMap(({ formulas = [] }) => formulas)
    : undefined
})

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&")

/** Whether a path matches a pattern: `*` stands for anything within a name, `**` for anything. */
export const matches = (pattern: string, path: string): boolean =>
  new RegExp(
    `^${pattern
      .split("**")
      .map((part) => part.split("*").map(escaped).join("[^/]*"))
      .join(".*")}$`
  ).test(path)

/** Runs a transform on the parameters whose path matches one of the patterns; the others pass by. */
const onlyOn = (patterns: ReadonlyArray<string>, transform: Bound): Bound => ({
  begin: (paths) => {
    const chosen = paths.flatMap((path, i) => (patterns.some((pattern) => matches(pattern, path)) ? [i] : []))
    const begun = transform.begin(chosen.map((i) => paths[i]!))
    return {
      slots: paths.map((_, i) => begun.slots[chosen.indexOf(i)] ?? []),
      apply: (step, slots) =>
        begun.apply(
          { ...step, arrays: chosen.map((i) => step.arrays[i]!) },
          chosen.map((i) => slots[i]!)
        )
    }
  },
  searches: transform.searches,
  formulas: transform.formulas && [
    {
      transform: "group",
      chooses: (path) => patterns.some((pattern) => matches(pattern, path)),
      formulas: transform.formulas
    }
  ]
})

const TransformJson = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** The schema of options that are transforms: `{ type: "Transform.clip", norm: 1 }`, or a name alone. */
export const reference: Base.Options<Transform, string | Json> = Decode.reference(
  "transform",
  Schema.Union([Schema.String, TransformJson]),
  isTransform,
  (given, find) => {
    const { type, ...options } = typeof given === "string" ? { type: given } : given
    return Result.match(find(type, "transform"), {
      onSuccess: (definition) => {
        const refused = (message: string) => Result.fail([{ path: ["type"], message }])
        if (!isDefinition(definition)) return refused(`"${type}" is no transform; define it by Transform.define`)
        const transform = definition.bind(options, find)
        return Result.map(transform.bound, () => transform)
      },
      onFailure: (message) => Result.fail([{ path: typeof given === "string" ? [] : ["type"], message }])
    })
  },
  ({ bound, json }) => (Result.isSuccess(bound) ? bound.success.encoded : json)
)

/** The bound forms of transforms, or all their issues under their places. */
export const all = (
  transforms: ReadonlyArray<Transform>
): Result.Result<
  { readonly transforms: ReadonlyArray<Bound>; readonly encoded: ReadonlyArray<Json> },
  ReadonlyArray<Issue>
> => {
  const issues = transforms.flatMap(({ bound }, i) =>
    Result.isSuccess(bound) ? [] : bound.failure.map(({ path, message }) => ({ path: [i, ...path], message }))
  )
  const bound = transforms.flatMap((transform) => (Result.isSuccess(transform.bound) ? [transform.bound.success] : []))
  return issues.length > 0
    ? Result.fail(issues)
    : Result.succeed({
        transforms: bound.map(({ transform }) => transform),
        encoded: bound.map(({ encoded }) => encoded)
      })
}

const Patterns = Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))
const GroupOptions = Schema.Struct({
  paths: Patterns,
  transforms: Schema.Array(reference).check(Schema.isMinLength(1))
})

const boundOf = (transforms: ReadonlyArray<Transform>): ReadonlyArray<Bound> =>
  transforms.flatMap(({ bound }) => (Result.isSuccess(bound) ? [bound.success.transform] : []))

/** `Transform.group` as a definition, for registries. @category definitions */
export const groupDefinition = defineBound({
  id: "Transform.group",
  summary: "Transforms of the parameters whose path matches a pattern",
  options: GroupOptions,
  make: ({ paths, transforms }) => onlyOn(paths, sequence(boundOf(transforms)))
})

/**
 * Runs transforms on the parameters whose path matches a pattern, or one of several; `*` stands for anything within a
 * name, `**` for anything: `"**.bias"`, `"scan/**"`. The other parameters pass by as they are.
 *
 * @example
 * Transform.group("**.kernel", Transform.decay({ rate: 0.01 }))
 * @category transforms
 */
export const group = (
  paths: string | ReadonlyArray<string>,
  ...transforms: readonly [Transform, ...ReadonlyArray<Transform>]
): Transform => {
  const { id } = groupDefinition
  const patterns = typeof paths === "string" ? [paths] : paths
  const under = (key: string) => (issues: ReadonlyArray<Issue>) =>
    issues.map(({ path, message }) => ({ path: [key, ...path], message: `${id}: ${message}` }))
  const checked = Result.mapError(Decode.decode(Patterns, patterns), under("paths"))
  return {
    [TypeId]: TypeId,
    json: { type: id, paths: patterns, transforms: transforms.map(({ json }) => json) },
    bound: Result.flatMap(checked, (paths) =>
      Result.mapBoth(all(transforms), {
        onSuccess: ({ encoded, transforms }) => ({
          transform: onlyOn(paths, sequence(transforms)),
          encoded: { type: id, paths, transforms: encoded }
        }),
        onFailure: under("transforms")
      })
    )
  }
}

// ----------------------------------------------------------------------------------------------------- the built-in

/** Calls a function for every entry of every update. */
const each = (step: Step, f: (update: Float32Array, i: number, values: Float32Array) => number): void => {
  for (const { update, values } of step.arrays) {
    for (let i = 0; i < update.length; i++) update[i] = f(update, i, values)
  }
}

/** `Transform.clip` as a definition, for registries. @category definitions */
export const clipDefinition = define({
  id: "Transform.clip",
  summary: "Scales the updates down to a largest Euclidean norm",
  options: Schema.Struct({ norm: OptionSchema.positive }),
  make: ({ norm }) => ({
    formula: { transform: "clip", norm },
    apply: (step) => {
      let squares = 0
      for (const { update } of step.arrays) for (const u of update) squares += u * u
      const scale = norm / Math.sqrt(squares)
      if (scale < 1) each(step, (update, i) => update[i]! * scale)
    }
  })
})

/**
 * Scales the updates of all parameters together so that their Euclidean norm is at most `norm` > 0 (Pascanu, Mikolov and
 * Bengio 2013). First in a chain it clips gradients.
 * @category transforms
 */
export const clip = (options: typeof clipDefinition.options.Encoded): Transform => make(clipDefinition, options)

/** `Transform.momentum` as a definition, for registries. @category definitions */
export const momentumDefinition = define({
  id: "Transform.momentum",
  summary: "Adds up past updates, each weighing less than the one after it",
  options: Schema.Struct({
    momentum: OptionSchema.fraction,
    nesterov: OptionSchema.withDefault(Schema.Boolean, false)
  }),
  make: ({ momentum, nesterov }) => ({
    formula: { transform: "momentum", momentum, nesterov },
    slots: ["velocity"],
    apply: ({ arrays }, slots) =>
      arrays.forEach(({ update }, k) => {
        const velocity = slots[k]![0]!
        for (let i = 0; i < update.length; i++) {
          const v = (velocity[i] = momentum * velocity[i]! + update[i]!)
          update[i] = nesterov ? update[i]! + momentum * v : v
        }
      })
  })
})

/**
 * Replaces the update u by `v ← momentum·v + u`, or with Nesterov momentum by `u + momentum·v`, as PyTorch. `momentum` in
 * [0, 1).
 * @category transforms
 */
export const momentum = (options: typeof momentumDefinition.options.Encoded): Transform =>
  make(momentumDefinition, options)

const AdamOptions = Schema.Struct({
  beta1: OptionSchema.withDefault(OptionSchema.fraction, 0.9),
  beta2: OptionSchema.withDefault(OptionSchema.fraction, 0.999),
  epsilon: OptionSchema.withDefault(OptionSchema.positive, 1e-8)
})

/** `Transform.adam` as a definition, for registries. @category definitions */
export const adamDefinition = define({
  id: "Transform.adam",
  summary: "Divides the running mean of the updates by the root of their running square",
  options: AdamOptions,
  make: ({ beta1, beta2, epsilon }) => ({
    formula: { transform: "adam", beta1, beta2, epsilon },
    slots: ["first", "second"],
    apply: ({ arrays, step }, slots) => {
      const correction1 = 1 - beta1 ** step
      const correction2 = 1 - beta2 ** step
      arrays.forEach(({ update }, k) => {
        const [first, second] = [slots[k]![0]!, slots[k]![1]!]
        for (let i = 0; i < update.length; i++) {
          const u = update[i]!
          const m = (first[i] = beta1 * first[i]! + (1 - beta1) * u)
          const v = (second[i] = beta2 * second[i]! + (1 - beta2) * u * u)
          update[i] = m / correction1 / (Math.sqrt(v / correction2) + epsilon)
        }
      })
    }
  })
})

/**
 * Replaces the update by `m̂ / (√v̂ + epsilon)`, the bias-corrected running moments of Adam (Kingma and Ba, 2015). Defaults
 * as in the paper: beta1 0.9, beta2 0.999, epsilon 1e-8.
 * @category transforms
 */
export const adam = (options: typeof AdamOptions.Encoded = {}): Transform => make(adamDefinition, options)

/** `Transform.decay` as a definition, for registries. @category definitions */
export const decayDefinition = define({
  id: "Transform.decay",
  summary: "Adds a multiple of the parameter to its update",
  options: Schema.Struct({ rate: OptionSchema.nonNegative }),
  make: ({ rate }) => ({
    formula: { transform: "decay", rate },
    apply: (step) => each(step, (update, i, values) => update[i]! + rate * values[i]!)
  })
})

/**
 * Adds `rate`·w to the update of a parameter w; `rate` ≥ 0. After `Transform.adam` it is the decoupled weight decay of
 * AdamW (Loshchilov and Hutter 2019); before it, or with plain gradients, an L2 penalty of `rate`/2·‖w‖².
 * @category transforms
 */
export const decay = (options: typeof decayDefinition.options.Encoded): Transform => make(decayDefinition, options)

/** `Transform.rate` as a definition, for registries. @category definitions */
export const rateDefinition = define({
  id: "Transform.rate",
  summary: "Multiplies the updates by the learning rate",
  options: Schema.Struct({ rate: OptionSchema.positive }),
  make: ({ rate }) => ({
    formula: { transform: "rate", rate },
    apply: (step) => each(step, (update, i) => rate * update[i]!)
  })
})

/** Multiplies the updates by the learning rate, above 0. Without it a chain steps by its updates as they are. @category transforms */
export const rate = (rate: number): Transform => make(rateDefinition, { rate })

/** `Transform.lineSearch` as a definition, for registries. @category definitions */
export const lineSearchDefinition = define({
  id: "Transform.lineSearch",
  summary: "Scales the updates to the exact minimum of the loss along them; for linear models",
  options: Schema.Struct({}),
  make: () => ({
    searches: true,
    apply: (step) => {
      const length = step.search()
      each(step, (update, i) => length * update[i]!)
    }
  })
})

/**
 * Multiplies the updates u of all parameters by the exact minimiser s ≥ 0 of the loss of scores − s·(scores of u): see
 * `Optimizer.lineSearch`, which is this transform of the plain gradient.
 * @category transforms
 */
export const lineSearch = (): Transform => make(lineSearchDefinition)

/** The transforms of this package, for registries. */
export const definitions: ReadonlyArray<Definition> = [
  clipDefinition,
  momentumDefinition,
  adamDefinition,
  decayDefinition,
  rateDefinition,
  lineSearchDefinition,
  groupDefinition
]
