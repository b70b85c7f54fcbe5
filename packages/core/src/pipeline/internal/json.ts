/**
 * Pipelines to JSON and back. Reading checks everything that the types check in code: the names of stages, their
 * options, their order, what is missing, and that the loss fits the model.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { hashJson } from "../../Hash.ts"
import * as Decode from "../Decode.ts"
import type { Definition as Base, Find, Options } from "../Definition.ts"
import { type Issue, PipelineError } from "../PipelineError.ts"
import * as Registry from "../Registry.ts"
import type { Definition, Stage, StageJson } from "../Stage.ts"
import { check as checkStages } from "./order.ts"
import { type Any, fromStages } from "./pipeline.ts"

/**
 * Writes a pipeline as JSON: a list with an object a stage, `type` its id, the options beside it.
 *
 * @example
 * Pipeline.toJson(Ingress.numeric().pipe(Nn.linear(2))) // => [{ type: "Ingress.numeric" }, { type: "Nn.linear", units: 2 }]
 */
export const toJson = (self: Any): ReadonlyArray<StageJson> => self.stages.map(({ json }) => json)

/** The options of a stage with every default filled in; as given where they break a rule. */
const filledIn = ({ json: { type: _, ...given }, bound }: Stage): unknown =>
  Result.match(bound, { onSuccess: ({ encoded }) => encoded, onFailure: () => given })

/** Stages in their JSON form, with every default filled in: what options that are stages are encoded as. */
export const explicit = (stages: ReadonlyArray<Stage>): ReadonlyArray<unknown> =>
  stages.map((stage) => Object.assign({ type: stage.id }, filledIn(stage)))

/** A stable hash of the description, in hexadecimal. Options left out hash like their defaults. */
export const hash = (self: Any): string =>
  hashJson(self.stages.map((stage) => ({ type: stage.id, options: filledIn(stage) })))

const stageKinds = [
  "preprocess",
  "ingress",
  "merge",
  "layer",
  "block",
  "head",
  "loss",
  "optimizer",
  "model"
] as const satisfies ReadonlyArray<Stage["kind"]>

const isStage = (definition: Base): definition is Definition => "bind" in definition

/** A merge may be written by its name, with its branches below it: `{ "Merge.concat": { a: […], b: […] } }`. */
const mergeBelow = (json: unknown, find: Find): unknown => {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return json
  const [[id, branches] = [""], ...others] = Object.entries(json)
  return others.length === 0 && Result.isSuccess(find(id, "merge")) ? { type: id, branches } : json
}

/** Says of what has no type how a stage is written: of the one that was probably meant, where a key names it. */
const noStage = (json: unknown, find: Find): string => {
  const keys = typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : []
  const [id] = keys
  const found = id !== undefined && keys.length === 1 && id.includes(".") ? find(id, ...stageKinds) : undefined
  if (found !== undefined && Result.isFailure(found)) return found.failure
  const given = JSON.stringify(json)
  const shown = given.length > 80 ? `${given.slice(0, 79)}…` : given
  return `a stage is written as { type: "${found === undefined ? "Nn.linear" : id}", … }, got ${shown}`
}

/** Reads one stage; a text is a stage without options. */
const readStage = (json: unknown, find: Find): Result.Result<Stage, Issue> => {
  const entry: unknown = typeof json === "string" ? { type: json } : mergeBelow(json, find)
  if (typeof entry !== "object" || entry === null || !("type" in entry) || typeof entry.type !== "string") {
    return Result.fail({ path: [], message: noStage(json, find) })
  }
  const { type: id, ...options } = entry
  return Result.match(find(id, ...stageKinds), {
    onSuccess: (definition) =>
      isStage(definition)
        ? Result.succeed(definition.bind(options, find))
        : Result.fail({ path: ["type"], message: `"${id}" has no bind; define it by the constructor of its kind` }),
    onFailure: (message) => Result.fail({ path: ["type"], message })
  })
}

/** Reads stages, each by itself; `undefined` stands for one that cannot be read. */
export const readStages = (
  json: ReadonlyArray<unknown>,
  find: Find
): { readonly stages: ReadonlyArray<Stage | undefined>; readonly issues: ReadonlyArray<Issue> } => {
  const read = json.map((entry) => readStage(entry, find))
  return {
    stages: read.map(Result.getOrUndefined),
    issues: read.flatMap((stage, i) =>
      Result.isSuccess(stage) ? [] : [{ ...stage.failure, path: [i, ...stage.failure.path] }]
    )
  }
}

/**
 * Reads a pipeline from its JSON form. Stages without options may be written as their name alone, and a merge by its name
 * with its branches below it: `{ "Merge.concat": { a: […], b: […] } }`.
 *
 * Errors: `PipelineError` with every issue and its path. With `complete` a pipeline that does not end in a model is
 * refused, and the message names the stages that are missing.
 */
export const fromJson = (
  json: unknown,
  registry: Registry.Registry,
  options: { readonly complete?: boolean } = {}
): Result.Result<Any, PipelineError> => read(json, Registry.lookup(registry), options)

/** Reads a pipeline from its JSON form, with the definitions that `find` finds. */
export const read = (
  json: unknown,
  find: Find,
  options: { readonly complete?: boolean } = {}
): Result.Result<Any, PipelineError> => {
  if (!Array.isArray(json) || json.length === 0) {
    return Result.fail(
      new PipelineError({ issues: [{ path: [], message: "a pipeline is a list of at least one stage" }] })
    )
  }
  const { stages, issues } = readStages(json, find)
  const all = [...issues, ...checkStages(stages, options.complete ?? false)]
  return all.length > 0
    ? Result.fail(new PipelineError({ issues: all }))
    : Result.succeed(fromStages(stages.filter((stage) => stage !== undefined)))
}

/**
 * Checks a pipeline made in code as strictly as one that was read: its options, which the compiler cannot see. With
 * `complete` it must end in a model.
 */
export const check = (self: Any, options: { readonly complete?: boolean } = {}): Result.Result<Any, PipelineError> => {
  const issues = checkStages(self.stages, options.complete ?? false)
  return issues.length > 0 ? Result.fail(new PipelineError({ issues })) : Result.succeed(self)
}

const isStageOf =
  (kind: Stage["kind"]) =>
  (value: unknown): value is Stage =>
    typeof value === "object" && value !== null && "bound" in value && "kind" in value && value.kind === kind

const StageEntry = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])

/** The schema of options that are one stage of a kind: a loss, an optimizer. */
export const stageReference = (kind: "loss" | "optimizer"): Options<Stage, string | StageJson> =>
  Decode.reference(
    kind,
    Schema.Union([Schema.String, StageEntry]),
    isStageOf(kind),
    (given, find) => {
      const at = typeof given === "string" ? [] : ["type"]
      const { type, ...options } = typeof given === "string" ? { type: given } : given
      return Result.match(find(type, kind), {
        onSuccess: (definition) => {
          if (!isStage(definition)) return Result.fail([{ path: at, message: `"${type}" has no bind; define it anew` }])
          const stage = definition.bind(options, find)
          return Result.map(stage.bound, () => stage)
        },
        onFailure: (message) => Result.fail([{ path: at, message }])
      })
    },
    (stage) => Object.assign({ type: stage.id }, filledIn(stage))
  )

const isStages = (value: unknown): value is ReadonlyArray<Stage> => Array.isArray(value)

/** The schema of options that are lists of stages: branches, bodies of blocks. */
export const stagesReference: Options<ReadonlyArray<Stage>, ReadonlyArray<unknown>> = Decode.reference(
  "stages",
  Schema.Array(Schema.Unknown).annotate({ message: "is no list of stages; write one in brackets: [Ingress.numeric]" }),
  isStages,
  (given, find) => {
    const { issues, stages } = readStages(given, find)
    return issues.length > 0 ? Result.fail(issues) : Result.succeed(stages.filter((stage) => stage !== undefined))
  },
  explicit
)
