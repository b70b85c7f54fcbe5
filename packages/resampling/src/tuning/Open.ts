/**
 * A learner with open places: what is not decided yet has a name and a range, and values make it an ordinary learner.
 *
 * It does not train, and it is written like the learners that it becomes, with ranges in the place of values (`Template`).
 */
import type { Kind } from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import type { SearchSpace } from "@rocflow/core/learning/SearchSpace"
import * as Closing from "@rocflow/core/pipeline/Closing"
import { decode } from "@rocflow/core/pipeline/Decode"
import type { Find } from "@rocflow/core/pipeline/Definition"
import type * as Pipeline from "@rocflow/core/pipeline/Pipeline"
import { type Issue, PipelineError } from "@rocflow/core/pipeline/PipelineError"
import { canonicalJson } from "@rocflow/core/Hash"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import * as Range from "./Range.ts"
import * as Template from "./Template.ts"

declare const Value: unique symbol

/** A range whose values are of a type that the compiler knows. @category models */
export type Of<T> = Range.Range & { readonly [Value]?: () => T }

/** Ranges by name. @category models */
export interface Space {
  readonly [name: string]: Of<unknown>
}

/** A value for each name of a space. @category type-level */
export type Values<S extends Space> = { readonly [N in keyof S]: S[N] extends Of<infer T> ? T : never }

/**
 * A learner with open places, whose values are `V`.
 * @category models
 */
export interface Open<
  in V = never,
  out K extends Kind = Kind,
  out Columns extends string = string,
  out E = unknown,
  out R = unknown
> extends Learner.Open<V> {
  /** The learner in its JSON form, with ranges in place of values; or what is wrong with it. */
  readonly template: Result.Result<Template.Template, PipelineError>
  readonly json: unknown
  /** The learner of a configuration that closes every place. */
  readonly make: (given: Template.Configuration) => Result.Result<Learner.Learner<K, Columns, E, R>, PipelineError>
}

type Make<K extends Kind, Columns extends string, E, R> = Open<never, K, Columns, E, R>["make"]

const make = <V, K extends Kind, Columns extends string, E, R>(
  json: unknown,
  template: Result.Result<Template.Template, PipelineError>,
  make: Make<K, Columns, E, R>
): Open<V, K, Columns, E, R> => ({
  json,
  template,
  make,
  [Learner.OpenTypeId]: () => {}
})

const problem = (message: string) => new PipelineError({ issues: [{ path: [], message }] })

const issuesOf = <A>(read: Result.Result<A, PipelineError["issues"]>): Result.Result<A, PipelineError> =>
  Result.mapError(read, (issues) => new PipelineError({ issues }))

/** A value that is not known yet, where code hands values on. Whoever computes with it is stopped. */
class Unknown {
  readonly tune: string
  readonly name: string
  constructor(name: string, { type, ...range }: Range.Range) {
    this.tune = type
    this.name = name
    Object.assign(this, range)
  }
  [Symbol.toPrimitive](): never {
    throw problem(
      `computes with "${this.name}", which is not known yet; hand values on as they are, and tune over what is computed of them`
    )
  }
}

/** What was written with values that are not known yet, as the plain data that it will be read as. */
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

const written = (build: () => { readonly json: unknown }): Result.Result<unknown, PipelineError> =>
  Result.try({
    try: () => plain(build().json),
    catch: (error) => {
      if (error instanceof PipelineError) return error
      throw error
    }
  })

/**
 * Makes a learner with open places: a space of ranges by name, and a function from values to a learner. A name that is not
 * in the space does not compile.
 *
 * The function is also called with values that are not known yet, to write the learner: it may hand a value on to any option,
 * and choose by `oneOf`, but not compute with it.
 *
 * Errors when it is used: `PipelineError` for what is computed with or is used nowhere.
 *
 * @example
 * const open = Tune.over({ rate: Tune.log(1e-4, 10), units: Tune.integer(2, 64) }, ({ rate, units }) =>
 *   Ingress.numeric().pipe(Nn.linear(units), Nn.relu(), Nn.head(), Aum.loss(), Optimizer.sgd({ learningRate: rate }),
 *     Model.classif({ epochs: 100 }))
 * )
 * Tune.bind(open, { rate: 0.1, units: 8 }) // a learner
 * @category constructors
 */
export const over = <const S extends Space, K extends Kind, Columns extends string, E, R>(
  space: S,
  build: (values: Values<S>) => Learner.Learner<K, Columns, E, R>
): Open<Partial<Values<S>>, K, Columns, E, R> => {
  const unknown = Object.fromEntries(Object.entries(space).map(([name, range]) => [name, new Unknown(name, range)]))
  // They stand where values will stand, and nowhere else: whoever looks into one is stopped.
  const json = written(() => build(unknown as unknown as Values<S>))
  const template = Result.flatMap(json, (json) =>
    Result.flatMap(issuesOf(Template.read(json)), (template) => {
      const used = Template.ranges(template)
      const unused = Object.keys(space).filter((name) => !used.has(name))
      return unused.length === 0
        ? Result.succeed(template)
        : Result.fail(
            problem(`tunes ${unused.map((name) => `"${name}"`).join(", ")}, which no option of the learner gets`)
          )
    })
  )
  return make(Result.getOrUndefined(json), template, (given) =>
    Result.gen(function* () {
      const learner = build(given as Values<S>)
      const meant = Template.fill(yield* template, given)
      if (canonicalJson(plain(learner.json)) === canonicalJson(meant)) return learner
      return yield* Result.fail(
        problem(
          `makes another learner of the values ${JSON.stringify(given)} than it is written as; hand values on as they are, and choose by Tune.oneOf`
        )
      )
    })
  )
}

/** Reads a learner with open places from its JSON form; its parts are found when it is given values. @category constructors */
export const fromJson = (json: unknown, find: Find): Open<Template.Configuration, Kind, string, never, Engines> => {
  const template = issuesOf(Template.read(json))
  return make(json, template, (given) =>
    Result.flatMap(template, (template) => issuesOf(decode(Learner.reference, Template.fill(template, given), find)))
  )
}

/** A learner without an open place. */
export const closed = <K extends Kind, Columns extends string, E, R>(
  learner: Learner.Learner<K, Columns, E, R>
): Open<never, K, Columns, E, R> =>
  make(learner.json, Result.succeed({ _tag: "Value", value: learner.json }), () => Result.succeed(learner))

/** The range of an entry of a learner's usual space. */
const rangeOf = (entry: SearchSpace[number]): Range.Range => {
  if ("values" in entry) return { type: "choice", values: entry.values as ReadonlyArray<Schema.Json> }
  const { from, log = false, to, whole = false } = entry
  if (whole) return { type: "integer", from, to, ...(log && { log }) }
  return { type: log ? "log" : "real", from, to }
}

/** The values of an entry of a learner's usual space. */
type ValueOf<E> = E extends { readonly values: ReadonlyArray<infer T> } ? T : number

/**
 * Makes a space of the ranges that are usually searched of a learner, with the names of its options.
 *
 * @example
 * const open = Tune.over(Tune.usual(TabM.space), (values) => TabM.classif({ ...values, loss: Bce.loss() }))
 * @category ranges
 */
export const usual = <const S extends SearchSpace>(
  space: S
): { readonly [E in S[number] as E["option"]]: Of<ValueOf<E>> } =>
  Object.fromEntries(space.map((entry) => [entry.option, rangeOf(entry)])) as never

/**
 * Puts the ranges that are usually searched in the place of the options of a ready-made learner that are not given. Issues: a
 * learner that has none.
 */
export const withUsual = (json: unknown, find: Find): Result.Result<unknown, Issue> => {
  const { type, ...given } = typeof json === "string" ? { type: json } : (json as { readonly type?: unknown })
  const found = typeof type === "string" ? Result.getOrUndefined(find(type, "learner")) : undefined
  const space = found !== undefined && Learner.isDefinition(found) ? found.space : undefined
  if (space === undefined) {
    const what = typeof type === "string" ? type : "a pipeline"
    return Result.fail({
      path: ["space"],
      message: `${what} has no ranges that are usually searched; write { tune: log, name: rate, from: 0.001, to: 1 } in the place of its options`
    })
  }
  const marks = space
    .filter(({ option }) => !(option in given))
    .map((entry) => {
      const { type: tune, ...range } = rangeOf(entry)
      return [entry.option, { tune, name: entry.option, ...range }] as const
    })
  return Result.succeed({ type, ...given, ...Object.fromEntries(marks) })
}

/** The ranges of what is open in the JSON form of a learner, by name; none where it cannot be read. */
export const spaceOf = (json: unknown): ReadonlyMap<string, Range.Range> =>
  Result.match(Template.read(json), { onSuccess: Template.ranges, onFailure: () => new Map() })

const isPut = (value: unknown): value is (self: Pipeline.Any) => Pipeline.Any => typeof value === "function"

const isLearner = (value: unknown): value is Learner.Learner<Kind, string, unknown, unknown> =>
  typeof value === "object" && value !== null && Learner.TypeId in value

/** A learner that is not known yet, written as JSON of any form. */
const refused = (json: object, message: string) =>
  Learner.refused({ id: "open", json: json as Learner.LearnerJson, hash: () => canonicalJson(json) }, problem(message))

/** The stages that a function puts on a pipeline, one as it is and several as a list; the JSON of a learner; or plain data. */
const jsonOf = (alternative: unknown): unknown => {
  if (isLearner(alternative)) return alternative.json
  if (!isPut(alternative)) return alternative
  const stages = Closing.stagesOf(alternative).map(({ json }) => json)
  return stages.length === 1 ? stages[0] : stages
}

/**
 * Chooses one of some alternatives, stages, learners or plain options, by its label: a value of a `choice` of their labels.
 * What is open in an alternative is tuned only where that is chosen.
 *
 * @example
 * Tune.over({ how: Tune.choice(["sgd", "adam"]), rate: Tune.log(1e-4, 1) }, ({ how, rate }) =>
 *   net.pipe(Tune.oneOf(how, { sgd: Optimizer.sgd({ learningRate: rate }), adam: Optimizer.adam() }), Model.classif({ epochs: 9 }))
 * )
 */
export const oneOf = <Label extends string, A extends { readonly [L in Label]: unknown }>(
  label: Label,
  alternatives: A
): A[Label] => {
  const given: unknown = label
  if (!(given instanceof Unknown)) return alternatives[label]
  const all = Object.values<unknown>(alternatives)
  const of = Object.fromEntries(Object.entries<unknown>(alternatives).map(([name, each]) => [name, jsonOf(each)]))
  const json = { tune: "choice", name: given.name, of }
  const message = `stands for one of ${Object.keys(of).join(", ")}; give a value to ${given.name}`
  const kind = all.filter(isPut).flatMap(Closing.stagesOf)[0]?.kind
  const placeholder: unknown =
    kind !== undefined ? Closing.openStage(kind, json, message) : all.some(isLearner) ? refused(json, message) : json
  // It stands where the alternatives would, and nobody uses it.
  return placeholder as A[Label]
}

/**
 * Gives values to all that is open. A name that is not open does not compile; a missing one, or a value out of its range, is
 * a `PipelineError` that says which.
 *
 * @example
 * const learner = Tune.bind(open, { rate: 0.1, units: 8 })
 */
export const bind = <V extends object, K extends Kind, Columns extends string, E, R>(
  open: Open<V, K, Columns, E, R>,
  values: V
): Result.Result<Learner.Learner<K, Columns, E, R>, PipelineError> =>
  Result.flatMap(open.template, (template) => {
    const given = values as Template.Configuration
    const [first, ...others] = Template.refusal(template, given)
    return first === undefined
      ? open.make(given)
      : Result.fail(new PipelineError({ issues: [first, ...others].map((message) => ({ path: [], message })) }))
  })

/** Learners of more combinations are a slip. */
const mostCombinations = 10_000

/**
 * Every configuration of some values for each name; what is open in an alternative only has a value where that is chosen.
 *
 * Errors: `PipelineError` for names that are not open, have no values, or no say in any combination, and for more than 10 000.
 *
 * @example
 * Tune.combinations(open, { how: ["sgd", "adam"], rate: [0.1, 0.01] }) // three where only sgd has a rate
 */
export const combinations = (
  { template }: Pick<Open, "template">,
  values: Readonly<Record<string, ReadonlyArray<Schema.Json>>>
): Result.Result<ReadonlyArray<Template.Configuration>, PipelineError> =>
  Result.flatMap(template, (template) => {
    const known = Template.ranges(template)
    const unknown = Object.keys(values).find((name) => !known.has(name))
    if (unknown !== undefined) return Result.fail(problem(Template.notOpen(template, unknown)))
    const lacking = new Set<string>()
    const found = Template.atMost(
      mostCombinations,
      Template.enumerate(template, ({ name, range }) => {
        if (values[name] === undefined) lacking.add(name)
        return values[name] ?? [Range.at(range, 0)]
      })
    )
    if (lacking.size > 0) return Result.fail(problem(`give values to: ${[...lacking].join(", ")}`))
    if (found === undefined) {
      return Result.fail(
        problem(`has more than ${mostCombinations} combinations; give fewer values, or use Tune.random`)
      )
    }
    const idle = Object.keys(values).find((name) => !found.some((each) => name in each))
    return idle === undefined
      ? Result.succeed(found)
      : Result.fail(problem(`"${idle}" has no say in any combination; leave it out`))
  })

/** The learners at the corners of the space, or what is wrong with the first that is none: so does a misspelt option show at once. */
export const corners = <K extends Kind, Columns extends string, E, R>({
  make,
  template
}: Open<never, K, Columns, E, R>) =>
  Result.flatMap(template, (template) =>
    Result.all(
      Arr.map(Template.corners(template), ({ name, values }) =>
        Result.mapError(
          make(values),
          ({ issues }) =>
            new PipelineError({
              issues: issues.map(({ message, path }) => ({
                path,
                message: name === undefined ? message : `${message} (where ${name} is ${JSON.stringify(values[name])})`
              }))
            })
        )
      )
    )
  )
