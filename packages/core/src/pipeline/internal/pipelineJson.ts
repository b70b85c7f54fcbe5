/**
 * Pipelines to JSON and back. Reading checks everything that the types check in code: the names of stages, their
 * options, their order, what is missing, and that the loss fits the model.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { hashJson } from "../../Hash.ts"
import * as Decode from "../Decode.ts"
import type { Definition, Kind } from "../Definition.ts"
import type * as Loss from "../Loss.ts"
import type * as Optimizer from "../Optimizer.ts"
import { type Reached, problem } from "../Order.ts"
import * as Pipeline from "../Pipeline.ts"
import { type Issue, PipelineError } from "../PipelineError.ts"
import * as Registry from "../Registry.ts"

const stageKinds = ["preprocess", "ingress", "layer", "head", "loss", "optimizer", "model"] as const

/** Decodes the options of a definition, with every default filled in, or gives all issues under the path. */
const decodeAt = (
  definition: Definition,
  options: unknown,
  path: Issue["path"]
): Result.Result<unknown, ReadonlyArray<Issue>> =>
  Result.mapError(Decode.decode(definition.options, options), (issues) =>
    issues.map((issue) => ({ path: [...path, ...issue.path], message: `${definition.id}: ${issue.message}` }))
  )

/** The options of the callbacks that a stage lists: the stage's own schema knows only their ids. */
const callbackIssues = (stage: Pipeline.Stage, path: Issue["path"]): ReadonlyArray<Issue> => {
  const listed = stage.options["callbacks"]
  if (!Array.isArray(listed)) return []
  return listed.flatMap((entry: unknown, i) => {
    if (typeof entry !== "object" || entry === null) return []
    const { type, ...options } = entry as { readonly type?: unknown }
    const definition = stage.parts.find((part) => part.kind === "callback" && part.id === type)
    const decoded = definition && decodeAt(definition, options, [...path, "callbacks", i])
    return decoded !== undefined && Result.isFailure(decoded) ? decoded.failure : []
  })
}

/** Decodes a stage's options and those of the callbacks that it lists. */
const decode = (stage: Pipeline.Stage, path: Issue["path"]): Result.Result<unknown, ReadonlyArray<Issue>> => {
  const own = decodeAt(stage.definition, stage.options, path)
  const issues = [...(Result.isFailure(own) ? own.failure : []), ...callbackIssues(stage, path)]
  return issues.length === 0 ? own : Result.fail(issues)
}

/**
 * Gives the options of a stage with every default filled in.
 * @throws nothing: an invalid option is a `PipelineError` that names the stage and the option
 */
export const resolve = <Type>(stage: Pipeline.Stage): Result.Result<Type, PipelineError> =>
  Result.mapError(
    decode(stage, []) as Result.Result<Type, ReadonlyArray<Issue>>,
    (issues) => new PipelineError({ issues })
  )

/**
 * Writes a pipeline as JSON: a list with an object a stage, `type` its id, the options beside it.
 *
 * @example
 * Pipeline.toJson(Ingress.numeric().pipe(Nn.linear(2))) // => [{ type: "Ingress.numeric" }, { type: "Nn.linear", units: 2 }]
 */
export const toJson = (self: Pipeline.Any): ReadonlyArray<Pipeline.StageJson> =>
  self.stages.map(({ definition, options }) => ({ type: definition.id, ...options }))

/** A stable hash of the description, in hexadecimal. Options left out hash like their defaults. */
export const hash = (self: Pipeline.Any): string =>
  hashJson(
    self.stages.map((stage) => ({
      type: stage.definition.id,
      options: Result.match(decode(stage, []), {
        onSuccess: (options): unknown => Schema.encodeUnknownSync(stage.definition.options)(options),
        onFailure: () => stage.options
      })
    }))
  )

/** The definitions that options mention by id, under keys that say of which kind they are. */
const mentions = { measures: "measure", callbacks: "callback" } as const satisfies Record<string, Kind>

const collectParts = (
  value: unknown,
  registry: Registry.Registry,
  path: Issue["path"],
  issues: Array<Issue>
): ReadonlyArray<Definition> => {
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if (!(key in mentions) || !Array.isArray(inner)) return collectParts(inner, registry, [...path, key], issues)
    const kind = mentions[key as keyof typeof mentions]
    return inner.flatMap((part: unknown, i) => {
      const id = typeof part === "string" ? part : (part as { readonly type?: unknown } | null)?.type
      if (typeof id !== "string") return []
      const found = Registry.find(registry, id, kind)
      if (Result.isSuccess(found)) return [found.success]
      issues.push({ path: [...path, key, i], message: found.failure.message })
      return []
    })
  })
}

const readStage = (
  json: unknown,
  registry: Registry.Registry,
  path: Issue["path"],
  issues: Array<Issue>
): Pipeline.Stage | undefined => {
  const entry: unknown = typeof json === "string" ? { type: json } : json
  if (typeof entry !== "object" || entry === null || typeof (entry as { type?: unknown }).type !== "string") {
    issues.push({ path, message: `a stage is written as { type: "Nn.linear", … }, got ${JSON.stringify(json)}` })
    return undefined
  }
  const { type, ...options } = entry as Pipeline.StageJson
  const found = Registry.find(registry, type, ...stageKinds)
  if (Result.isFailure(found)) {
    issues.push({ path: [...path, "type"], message: found.failure.message })
    return undefined
  }
  const stage: Pipeline.Stage = {
    definition: found.success,
    options,
    parts: collectParts(options, registry, path, issues)
  }
  const decoded = decode(stage, path)
  if (Result.isFailure(decoded)) issues.push(...decoded.failure)
  return stage
}

/** Target kinds that a loss, or a model, says it accepts. */
const acceptsOf = (definition: Definition): ReadonlyArray<string> =>
  "accepts" in definition ? (definition.accepts as ReadonlyArray<string>) : []

/** An optimizer that searches needs scores that are linear in the parameters, and a loss that can search. */
const checkSearch = (stages: ReadonlyArray<Pipeline.Stage | undefined>): ReadonlyArray<Issue> => {
  const at = stages.findIndex((stage) => (stage?.definition as Optimizer.Definition | undefined)?.searches === true)
  if (at < 0) return []
  const { id } = stages[at]!.definition
  const layer = stages.findIndex((stage) => stage?.definition.kind === "layer")
  const loss = stages.find((stage) => stage?.definition.kind === "loss")?.definition as Loss.Definition | undefined
  return [
    ...(layer < 0
      ? []
      : [
          {
            path: [layer],
            message: `${id} is for linear models, so ${stages[layer]!.definition.id} cannot stand in the network; take it out, or choose Optimizer.sgd or Optimizer.adam`
          }
        ]),
    ...(loss === undefined || loss.searchable === true
      ? []
      : [
          {
            path: [at],
            message: `${id} needs a loss with an exact line search, and ${loss.id} has none; choose Aum.loss, Optimizer.sgd or Optimizer.adam`
          }
        ])
  ]
}

const checkOrder = (stages: ReadonlyArray<Pipeline.Stage | undefined>, complete: boolean): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  let reached: Reached = "preprocess"
  let loss: Definition | undefined
  let unread = false
  stages.forEach((stage, i) => {
    if (stage === undefined) {
      unread = true
      return
    }
    const { definition } = stage
    const kind = definition.kind as Reached
    // A stage that could not be read may be the one that this one needs.
    const wrong = unread ? undefined : problem(reached, kind, definition.id)
    unread = false
    if (wrong !== undefined) {
      issues.push({ path: [i], message: wrong.startsWith(definition.id) ? wrong : `${definition.id}: ${wrong}` })
    }
    reached = kind
    if (kind === "loss") loss = definition
    if (kind === "model" && loss !== undefined) {
      const common = acceptsOf(loss).filter((target) => acceptsOf(definition).includes(target))
      if (common.length === 0) {
        issues.push({
          path: [i],
          message: `${loss.id} accepts ${acceptsOf(loss).join(" and ")} targets, ${definition.id} makes ${acceptsOf(definition).join(" and ")} learners; choose another loss or model`
        })
      }
    }
  })
  issues.push(...checkSearch(stages))
  if (complete && (reached as Reached) !== "model" && issues.length === 0 && stages.every((s) => s !== undefined)) {
    issues.push({
      path: [],
      message:
        problem(reached, "model", "Model") ?? "Stage not set: model; end the pipeline with Model.classif or Model.regr"
    })
  }
  return issues
}

/**
 * Reads a pipeline from its JSON form. Stages without options may be written as their name alone.
 *
 * Errors: `PipelineError` with every issue and its path. With `complete` a pipeline that does not end in a model is
 * refused, and the message names the stages that are missing.
 */
export const fromJson = (
  json: unknown,
  registry: Registry.Registry,
  options: { readonly complete?: boolean } = {}
): Result.Result<Pipeline.Any, PipelineError> => {
  if (!Array.isArray(json) || json.length === 0) {
    return Result.fail(
      new PipelineError({ issues: [{ path: [], message: "a pipeline is a list of at least one stage" }] })
    )
  }
  const issues: Array<Issue> = []
  const stages = json.map((entry: unknown, i) => readStage(entry, registry, [i], issues))
  issues.push(...checkOrder(stages, options.complete ?? false))
  return issues.length > 0
    ? Result.fail(new PipelineError({ issues }))
    : Result.succeed(Pipeline.unsafeMake(stages.filter((stage) => stage !== undefined)))
}

/** Checks a pipeline made in code as strictly as one that was read: its options, which the compiler cannot see. */
export const check = (self: Pipeline.Any): Result.Result<Pipeline.Any, PipelineError> => {
  const issues = self.stages.flatMap((stage, i) =>
    Result.match(decode(stage, [i]), { onSuccess: () => [], onFailure: (found) => found })
  )
  issues.push(...checkOrder(self.stages, false))
  return issues.length > 0 ? Result.fail(new PipelineError({ issues })) : Result.succeed(self)
}
