/**
 * What a measure is, and how measures are defined.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../../../data/Task.ts"
import { canonicalJson } from "../../../Hash.ts"
import * as Decode from "../../../pipeline/Decode.ts"
import type * as Definition from "../../../pipeline/Definition.ts"
import type { Issue } from "../../../pipeline/PipelineError.ts"
import { isLabelled, type Labelled, type Prediction } from "../../Prediction.ts"

/** A number that does not exist for this prediction, and why. Never 0, 0.5 or NaN. @category models */
export interface Undefined {
  readonly _tag: "Undefined"
  readonly reason: string
}

/** A number, or why there is none. @category models */
export type Measured = number | Undefined

/** Says why there is no number. @category constructors */
export const undefinedBecause = (reason: string): Undefined => ({ _tag: "Undefined", reason })

/** Whether there is a number. @category guards */
export const isDefined = (value: Measured): value is number => typeof value === "number"

/** Tells a measure that is undefined from whatever else a function may give. @category guards */
export const isUndefined = (value: unknown): value is Undefined =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "Undefined"

/** So many rows out of so many, at least one. @category models */
export interface Share {
  readonly of: number
  readonly all: number
}

/** A measure in its JSON form: its id, or with options `{ type: "fbeta", beta: 2 }`. @category models */
export type MeasureJson = string | { readonly type: string; readonly [option: string]: unknown }

/**
 * A number that judges predictions: its name, direction, range, and what it needs. One that has options is, as it is in
 * registries, the measure of their defaults; `bind` gives that of others, whose id tells them: `"fbeta(beta=2)"`.
 * @category models
 */
export interface Measure<out K extends TargetKind = TargetKind> extends Definition.Definition<"measure"> {
  readonly json: MeasureJson
  /** The measure of other options. */
  readonly bind?: (options: object) => Result.Result<Measure<K>, ReadonlyArray<Issue>>
  /** Of a measure with other options than the defaults: that of the defaults, which registries have. */
  readonly base?: Measure<K>
  /** The name in tables and figures. */
  readonly label: string
  /** Which way is better; without a direction a measure cannot stop training early. */
  readonly direction: "minimise" | "maximise" | undefined
  readonly range: readonly [lower: number, upper: number]
  readonly accepts: ReadonlyArray<K>
  /** The predict type that it needs. */
  readonly needs: "response" | "prob"
  /** Whether it compares the scores of rows with each other, as AUC does; scores of different models are then not alike. */
  readonly ranks?: boolean
  /** Of a measure in units of the scores, as AUM is: values of different learners have nothing in common. */
  readonly unit?: "score"
  /**
   * Measures a prediction. Rows whose target is not known, and a value that is not finite (the square of a huge error,
   * 0/0), are undefined and say so: tables and files hold finite numbers.
   */
  readonly evaluate: (prediction: Prediction) => Measured
  /**
   * Of a measure that is a share of rows: how many of how many, so that it may have the interval of a proportion. Undefined
   * where the value is, and for options by which it is none.
   */
  readonly share?: (prediction: Prediction) => Share | Undefined
}

/** How a measure judges rows whose target is known: by a number, by a share of rows, whose quotient it is, or by both. */
type Judging<Arguments extends ReadonlyArray<unknown>> =
  | {
      readonly evaluate: (prediction: Labelled, ...options: Arguments) => Measured
      readonly share?: ((prediction: Labelled, ...options: Arguments) => Share | Undefined) | undefined
    }
  | {
      readonly evaluate?: undefined
      readonly share: (prediction: Labelled, ...options: Arguments) => Share | Undefined
    }

const quotient = (share: Share | Undefined): Measured => (isUndefined(share) ? share : share.of / share.all)

/** The same of options that are known. */
const judgingBy = <Type>({ evaluate, share }: Judging<[options: Type]>, options: Type): Judging<[]> => {
  if (evaluate === undefined) return { share: (prediction) => share(prediction, options) }
  return {
    evaluate: (prediction) => evaluate(prediction, options),
    share: share && ((prediction) => share(prediction, options))
  }
}

/**
 * Defines a measure; `evaluate`, or of a share of rows `share`, judges rows whose target is known.
 *
 * Classes are indices into `prediction.levels`; 0 is the positive class of a binary target.
 * @category constructors
 */
export const define = <const K extends TargetKind>(
  measure: Omit<Measure<K>, "base" | "bind" | "evaluate" | "json" | "kind" | "options" | "share"> & Judging<[]>
): Measure<K> => {
  const { evaluate, share, ...rest } = measure
  const ofLabelled =
    <A>(judge: (prediction: Labelled) => A) =>
    (prediction: Prediction): A | Undefined =>
      isLabelled(prediction)
        ? judge(prediction)
        : undefinedBecause(`measure "${measure.id}" needs rows whose target is known`)
  return {
    ...rest,
    kind: "measure",
    json: measure.id,
    options: Schema.Struct({}),
    evaluate: ofLabelled((prediction) => {
      const value = evaluate === undefined ? quotient(share(prediction)) : evaluate(prediction)
      return isDefined(value) && !Number.isFinite(value)
        ? undefinedBecause(`measure "${measure.id}" gave ${value}`)
        : value
    }),
    ...(share !== undefined && { share: ofLabelled(share) })
  }
}

const shown = (options: object): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : canonicalJson(value)}`)
    .join(", ")

/** The options that differ from their defaults. */
const changed = (given: object, defaults: object): object => {
  const known = new Map<string, unknown>(Object.entries(defaults))
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => canonicalJson(value) !== canonicalJson(known.get(name)))
  )
}

/** What a measure with options is defined by. @category models */
export type Optioned<K extends TargetKind, Type, Encoded> = Omit<
  Measure<K>,
  "base" | "bind" | "evaluate" | "json" | "kind" | "label" | "needs" | "options" | "share"
> & {
  /** Each has a default. */
  readonly options: Definition.Options<Type, Encoded>
  readonly label: (options: Type) => string
  /** The predict type that it needs, which may depend on the options. */
  readonly needs: Measure["needs"] | ((options: Type) => Measure["needs"])
} & Judging<[options: Type]>

/**
 * Defines a measure with options, each of which has a default.
 *
 * @returns the measure of the defaults, for registries, and the constructor of others. One whose options break a rule is
 * undefined everywhere, and says which.
 * @category constructors
 */
export const defineWith = <const K extends TargetKind, Type extends object, Encoded extends object>(
  definition: Optioned<K, Type, Encoded>
): { readonly definition: Measure<K>; readonly make: (options?: Encoded) => Measure<K> } => {
  const { evaluate: _, id, label, needs, options, share: __, ...rest } = definition
  const decoded = (given: object) => Decode.decode(options, given)
  const encode = (read: Type): object => Schema.encodeSync(options as Schema.Codec<Type, Encoded>)(read)
  const of = (read: Type, ownId: string): Measure<K> =>
    define({
      ...rest,
      id: ownId,
      label: label(read),
      needs: typeof needs === "function" ? needs(read) : needs,
      ...judgingBy(definition, read)
    })
  const defaults = Result.getOrThrow(decoded({}))
  const bind = (given: object): Result.Result<Measure<K>, ReadonlyArray<Issue>> =>
    Result.map(decoded(given), (read) => {
      const own = changed(encode(read), encode(defaults))
      return Object.keys(own).length === 0
        ? base
        : { ...of(read, `${id}(${shown(own)})`), options, bind, base, json: { type: id, ...own } }
    })
  const base: Measure<K> = { ...of(defaults, id), options, bind }
  return {
    definition: base,
    make: (given = {} as Encoded) =>
      Result.getOrElse(bind(given), (issues) => {
        const reason = issues.map(({ message, path }) => `${[id, ...path].join(".")}: ${message}`).join("; ")
        return {
          ...of(defaults, id),
          base,
          bind,
          json: { type: id, ...given },
          evaluate: () => undefinedBecause(reason),
          share: () => undefinedBecause(reason)
        }
      })
  }
}

/** The mean over rows, in [0, n). */
export const mean = (prediction: Labelled, f: (row: number) => number): Measured => {
  const n = prediction.truth.length
  if (n === 0) return undefinedBecause("there are no rows")
  let sum = 0
  for (let i = 0; i < n; i++) sum += f(i)
  return sum / n
}

/** What probabilities give, where there are any. */
export const withProb = (p: Labelled, name: string, f: (prob: Float64Array) => Measured): Measured =>
  p.prob === undefined ? undefinedBecause(`${name} needs probabilities; train with predictType "prob"`) : f(p.prob)

const isMeasure = (value: unknown): value is Measure =>
  typeof value === "object" && value !== null && "kind" in value && value.kind === "measure" && "evaluate" in value

const read = (given: MeasureJson, find: Definition.Find): Result.Result<Measure, ReadonlyArray<Issue>> => {
  const { type: id, ...options } = typeof given === "string" ? { type: given } : given
  const at = typeof given === "string" ? [] : ["type"]
  return Result.match(find(id, "measure"), {
    onSuccess: (definition) => {
      if (!isMeasure(definition)) {
        return Result.fail([{ path: at, message: `"${id}" has no evaluate; define it by Measure.define` }])
      }
      const [first] = Object.keys(options)
      if (definition.bind !== undefined) return definition.bind(options)
      return first === undefined
        ? Result.succeed(definition)
        : Result.fail([{ path: [first], message: `is no option of the measure ${id}, which has none; leave it out` }])
    },
    onFailure: (message) => Result.fail([{ path: at, message }])
  })
}

const isJson = (value: unknown): value is MeasureJson =>
  typeof value === "string" || (Predicate.isObject(value) && "type" in value && typeof value.type === "string")

/** The schema of options that are measures: `"auc"`, or with options `{ type: "fbeta", beta: 2 }`. */
export const reference: Definition.Options<Measure, MeasureJson> = Decode.reference(
  "measure",
  Schema.declare(isJson, {
    toCodecJson: () => undefined,
    message: "is no measure; write its name, or { type: fbeta, beta: 2 }"
  }),
  isMeasure,
  read,
  ({ json }) => json
)

/** The measures that registries have, of which these are. */
export const definitionsOf = (measures: ReadonlyArray<Measure>): ReadonlyArray<Measure> =>
  measures.map((measure) => measure.base ?? measure)
