/**
 * Learners from their JSON form: pipelines that a model closes, and ready-made ones with preprocessing before them.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../../data/Task.ts"
import type { Engines } from "../../engine/Engine.ts"
import * as Closing from "../../pipeline/Closing.ts"
import * as Decode from "../../pipeline/Decode.ts"
import type { Find, Options } from "../../pipeline/Definition.ts"
import { fail } from "../../pipeline/Features.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { type Issue, PipelineError } from "../../pipeline/PipelineError.ts"
import * as Registry from "../../pipeline/Registry.ts"
import * as Target from "../../pipeline/Target.ts"
import { type Closed, isDefinition, type Learner, TypeId } from "./learner.ts"
import { preprocessed } from "./preprocessed.ts"
import { targetTransformed } from "./targetTransformed.ts"

const isLearner = (value: unknown): value is Closed => typeof value === "object" && value !== null && TypeId in value

/**
 * Gives the learner of a complete pipeline. Errors: `PipelineError` with every problem of its stages and their order.
 * @category constructors
 */
export const fromPipeline = (pipeline: Pipeline.Any): Result.Result<Closed, PipelineError> =>
  Result.flatMap(Pipeline.check(pipeline, { complete: true }), () => {
    const made = Closing.close(pipeline)
    return isLearner(made)
      ? Result.succeed(made)
      : Result.fail(
          new PipelineError({
            issues: [{ path: [], message: "the last stage of the pipeline makes no learner; end it with a Model" }]
          })
        )
  })

/**
 * Reads a learner from its JSON form.
 *
 * Errors: `PipelineError` with every issue and its path.
 */
export const fromJson = (
  json: unknown,
  registry: Registry.Registry
): Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError> => read(json, Registry.lookup(registry))

/** Reads a learner from its JSON form, with the definitions that `find` finds. */
const read = (json: unknown, find: Find): Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError> => {
  const entry: unknown = typeof json === "string" ? { type: json } : json
  const refuse = (path: Issue["path"], message: string) =>
    Result.fail(new PipelineError({ issues: [{ path, message }] }))
  if (typeof entry !== "object" || entry === null) {
    return refuse([], `a learner is { pipeline: [...] } or { type: "Featureless" }, got ${JSON.stringify(json)}`)
  }
  if ("pipeline" in entry) {
    const { pipeline, ...rest } = entry
    const extra = Object.keys(rest)[0]
    if (extra !== undefined) return refuse([extra], `"${extra}" is not a key of a learner; options stand in the stages`)
    return Result.mapError(
      Result.flatMap(Pipeline.read(pipeline, find, { complete: true }), fromPipeline),
      ({ issues }) => new PipelineError({ issues: issues.map(under("pipeline")) })
    )
  }
  return readyMade(entry, find)
}

interface Written {
  readonly [key: string]: unknown
}

/**
 * The schema of options that are learners: a name, `{ type, …options }` with `preprocess` if need be, or `{ pipeline }`.
 * @category schemas
 */
export const reference: Options<Learner<TargetKind, string, never, Engines>, string | Written> = Decode.reference(
  "learner",
  Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.Unknown)]),
  isLearner,
  (given, find) => Result.mapError(read(given, find), ({ issues }) => issues),
  ({ json }) => json
)

const under =
  (key: string) =>
  ({ path, message }: Issue): Issue => ({ path: [key, ...path], message })

type Read = Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError>

/** The issues of a part of a learner, under its key. */
const partOf = <A>(key: string, read: Result.Result<A, PipelineError>): Result.Result<A, PipelineError> =>
  Result.mapError(read, ({ issues }) => new PipelineError({ issues: issues.map(under(key)) }))

/** Reads a ready-made learner, and what stands before it, with the issues of all. */
const readyMade = (
  {
    type,
    preprocess,
    target,
    ...options
  }: { readonly type?: unknown; readonly preprocess?: unknown; readonly target?: unknown },
  find: Find
): Result.Result<Learner<TargetKind, string, never, Engines>, PipelineError> => {
  const own: Read = readLearner(type, options, find)
  const learner = target === undefined ? own : onTarget(own, partOf("target", readTargets(target, find)))
  return preprocess === undefined
    ? learner
    : both(learner, partOf("preprocess", readPreprocessing(preprocess, find)), (learner, stages) =>
        Result.succeed(preprocessed(stages, learner))
      )
}

/** Makes something of two things that were read, or has the issues of both. */
const both = <A, B, C>(
  a: Result.Result<A, PipelineError>,
  b: Result.Result<B, PipelineError>,
  make: (a: A, b: B) => Result.Result<C, PipelineError>
): Result.Result<C, PipelineError> => {
  if (Result.isSuccess(a) && Result.isSuccess(b)) return make(a.success, b.success)
  const issuesOf = (read: Result.Result<unknown, PipelineError>) => (Result.isFailure(read) ? read.failure.issues : [])
  return Result.fail(new PipelineError({ issues: [...issuesOf(a), ...issuesOf(b)] }))
}

const onTarget = (learner: Read, targets: Result.Result<typeof Targets.Type, PipelineError>): Read =>
  both(learner, targets, (learner, targets) =>
    forNumbers(learner)
      ? Result.succeed(targetTransformed(targets, learner))
      : partOf(
          "target",
          fail(
            learner.id,
            `is for ${learner.accepts.join(" and ")} targets, which have no transformations; leave them out`
          )
        )
  )

const forNumbers = (
  learner: Learner<TargetKind, string, never, Engines>
): learner is Learner<"regression", string, never, Engines> => learner.accepts.includes("regression")

const Targets = Schema.NonEmptyArray(Target.reference)

const readTargets = (json: unknown, find: Find): Result.Result<typeof Targets.Type, PipelineError> =>
  Result.mapError(Decode.decode(Targets, json, find), (issues) => new PipelineError({ issues }))

const readLearner = (type: unknown, options: object, find: Find): Read => {
  const refuse = (path: Issue["path"], message: string) =>
    Result.fail(new PipelineError({ issues: [{ path, message }] }))
  if (typeof type !== "string") return refuse([], 'a learner needs "pipeline" or "type"')
  return Result.match(find(type, "learner"), {
    onSuccess: (definition) =>
      isDefinition(definition)
        ? definition.bind(options, find)
        : refuse(["type"], `"${type}" is no learner; define it by Learner.define`),
    onFailure: (message) => refuse(["type"], message)
  })
}

const isPreprocessing = (pipeline: Pipeline.Any): pipeline is Pipeline.Pipeline<"preprocess"> =>
  pipeline.stages.every(({ kind }) => kind === "preprocess")

/** What a pipeline has behind its preprocessing. */
const otherStages = ["ingress", "merge", "layer", "block", "head", "loss", "optimizer", "model"] as const

/** Reads a pipeline that has preprocessing stages only, with the path of every problem. */
const readPreprocessing = (
  json: unknown,
  find: Find
): Result.Result<Pipeline.Pipeline<"preprocess">, PipelineError> => {
  const misplaced = (Array.isArray(json) ? json : []).flatMap((entry: unknown, i): ReadonlyArray<Issue> => {
    const type = typeof entry === "string" ? entry : (entry as { readonly type?: unknown } | null)?.type
    const definition = typeof type === "string" ? Result.getOrUndefined(find(type, ...otherStages)) : undefined
    return definition === undefined
      ? []
      : [
          {
            path: [i, "type"],
            message: `"${definition.id}" is a ${definition.kind}, and only preprocessing stages come before a ready-made learner; take it out, or write the whole learner as a pipeline`
          }
        ]
  })
  if (misplaced.length > 0) return Result.fail(new PipelineError({ issues: misplaced }))
  return Result.flatMap(Pipeline.read(json, find), (pipeline) =>
    isPreprocessing(pipeline)
      ? Result.succeed(pipeline)
      : Result.fail(
          new PipelineError({ issues: [{ path: [], message: "only preprocessing stages come before a learner" }] })
        )
  )
}
