/**
 * Transforms one after the other, and transforms of some parameters only.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import type * as Base from "../../Definition.ts"
import type { Issue } from "../../PipelineError.ts"
import type { Transform as Bound } from "../../Stage.ts"
import { defineBound, isDefinition, isTransform, type Json, type Transform, TypeId } from "./define.ts"

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
    : undefined,
  groups: transforms.flatMap(({ groups = [] }) => groups),
  schedules: transforms.flatMap(({ schedules = [] }) => schedules),
  learningRate: productOf(transforms.flatMap(({ learningRate }) => (learningRate === undefined ? [] : [learningRate])))
})

type Rate = NonNullable<Bound["learningRate"]>

const productOf = (rates: ReadonlyArray<Rate>): Rate | undefined =>
  rates.length === 0 ? undefined : (read) => rates.reduce((product, rate) => product * rate(read), 1)

/**
 * Whether a path matches a pattern: `*` stands for anything within a name, `**` for anything. The time is the product of both
 * lengths; a regular expression takes exponential time for many stars.
 */
export const matches = (pattern: string, path: string): boolean => {
  // Which beginnings of the path, by their length, the pattern so far matches.
  let reached = Array.from({ length: path.length + 1 }, (_, end) => end === 0)
  for (const [token] of pattern.matchAll(/\*\*|[^]/g)) {
    const before = reached
    reached = before.map(() => false)
    for (let end = 0; end <= path.length; end++) {
      const last = path[end - 1]
      if (token === "*" || token === "**") {
        reached[end] = before[end]! || (end > 0 && reached[end - 1]! && (token === "**" || last !== "/"))
      } else reached[end] = end > 0 && last === token && before[end - 1]!
    }
  }
  return reached[path.length]!
}

/** Chooses the paths for which the last pattern that matches has no `!` before it. */
export const choosing =
  (patterns: ReadonlyArray<string>) =>
  (path: string): boolean => {
    const last = patterns.findLast((pattern) => matches(pattern.replace(/^!/, ""), path))
    return last !== undefined && !last.startsWith("!")
  }

/** Runs a transform on the parameters whose path is chosen; the others pass by. */
export const onlyOn = (chooses: (path: string) => boolean, transform: Bound): Bound => ({
  begin: (paths) => {
    const chosen = paths.flatMap((path, i) => (chooses(path) ? [i] : []))
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
  formulas: transform.formulas && [{ transform: "group", chooses, formulas: transform.formulas }],
  schedules: transform.schedules
})

/** The same by patterns, for those who look for patterns that choose nothing. */
const onlyAt = (patterns: ReadonlyArray<string>, transform: Bound): Bound => {
  const chooses = choosing(patterns)
  return { ...onlyOn(chooses, transform), groups: [{ patterns, chooses }] }
}

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

/** The schema of patterns of paths. */
export const Patterns = Schema.Array(Schema.NonEmptyString).check(Schema.isMinLength(1))
const GroupOptions = Schema.Struct({
  paths: OptionSchema.required(Patterns, "Patterns of paths of parameters; * stands for one part, ** for several", [
    "**.kernel"
  ]),
  transforms: OptionSchema.required(
    Schema.Array(reference).check(Schema.isMinLength(1)),
    "What happens to the updates of these parameters",
    [{ type: "Transform.decay", rate: 0.01 }]
  )
})

const boundOf = (transforms: ReadonlyArray<Transform>): ReadonlyArray<Bound> =>
  transforms.flatMap(({ bound }) => (Result.isSuccess(bound) ? [bound.success.transform] : []))

/** `Transform.group` as a definition, for registries. @category definitions */
export const groupDefinition = defineBound({
  id: "Transform.group",
  summary: "Transforms of the parameters whose path matches a pattern",
  options: GroupOptions,
  make: ({ paths, transforms }) => onlyAt(paths, sequence(boundOf(transforms)))
})

/**
 * Runs transforms on the parameters whose path matches a pattern, or one of several; `*` stands for anything within a
 * name, `**` for anything: `"**.bias"`, `"scan/**"`. With a `!` before it a pattern leaves out what those before it chose:
 * `["scan/**", "!**.bias"]`. The other parameters pass by as they are.
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
          transform: onlyAt(paths, sequence(transforms)),
          encoded: { type: id, paths, transforms: encoded }
        }),
        onFailure: under("transforms")
      })
    )
  }
}
