/**
 * The preprocessing stages of a pipeline: fitted in order, each on what the ones before it made; applied; saved.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Features } from "../../pipeline/Features.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { type Issue, PipelineError } from "../../pipeline/PipelineError.ts"
import type { Preprocess } from "../../pipeline/Preprocess.ts"
import * as Registry from "../../pipeline/Registry.ts"
import { decodeOptions } from "./decodeOptions.ts"

/** What the stages learned, a state each, and what they made of the rows that they learned from. */
export interface Fitted {
  readonly states: ReadonlyArray<unknown>
  readonly features: Features
}

const stagesOf = (pipeline: Pipeline.Any): ReadonlyArray<Pipeline.Stage> =>
  pipeline.stages.filter(({ definition }) => definition.kind === "preprocess")

const definitionsOf = (pipeline: Pipeline.Any): ReadonlyArray<Preprocess> =>
  stagesOf(pipeline).map(({ definition }) => definition as Preprocess)

/** Fits the stages to the features of training rows. */
export const fit = (pipeline: Pipeline.Any, training: Features): Result.Result<Fitted, PipelineError> =>
  Result.gen(function* () {
    let features = training
    const states: Array<unknown> = []
    for (const stage of stagesOf(pipeline)) {
      const { fit, apply } = stage.definition as Preprocess
      const options = yield* Pipeline.resolve<object>(stage)
      const state: unknown = yield* fit(options, features)
      features = yield* apply(state, features)
      states.push(state)
    }
    return { states, features }
  })

/** Applies what the stages learned to the features of any rows. */
export const apply = (
  pipeline: Pipeline.Any,
  states: ReadonlyArray<unknown>,
  features: Features
): Result.Result<Features, PipelineError> =>
  definitionsOf(pipeline).reduce<Result.Result<Features, PipelineError>>(
    (sofar, { apply }, i) => Result.flatMap(sofar, (known) => apply(states[i], known)),
    Result.succeed(features)
  )

/** Writes what the stages learned as plain JSON. */
export const toJson = (pipeline: Pipeline.Any, states: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  definitionsOf(pipeline).map(({ state }, i): unknown => Schema.encodeUnknownSync(state)(states[i]))

/** Reads what `toJson` wrote; a state that is not one of its stage is an error that names the stage. */
export const fromJson = (
  pipeline: Pipeline.Any,
  json: ReadonlyArray<unknown>
): Result.Result<ReadonlyArray<unknown>, PipelineError> => {
  const definitions = definitionsOf(pipeline)
  return json.length === definitions.length
    ? Result.all(definitions.map(({ id, state }, i) => decodeOptions<unknown, unknown>(id, state)(json[i])))
    : Result.fail(
        new PipelineError({
          issues: [
            {
              path: ["preprocess"],
              message: `the model state has ${json.length} preprocessing states for ${definitions.length} stages; load it with the learner that was trained`
            }
          ]
        })
      )
}

/** Reads a pipeline that has preprocessing stages only, with the path of every problem. */
export const read = (
  json: unknown,
  registry: Registry.Registry
): Result.Result<Pipeline.Pipeline<"preprocess">, PipelineError> => {
  const misplaced = (Array.isArray(json) ? json : []).flatMap((entry: unknown, i): ReadonlyArray<Issue> => {
    const type = typeof entry === "string" ? entry : (entry as { readonly type?: unknown } | null)?.type
    const definition = typeof type === "string" ? registry.definitions.get(type) : undefined
    return definition === undefined || definition.kind === "preprocess"
      ? []
      : [
          {
            path: [i, "type"],
            message: `"${definition.id}" is a ${definition.kind}, and only preprocessing stages come before a ready-made learner; take it out, or write the whole learner as a pipeline`
          }
        ]
  })
  return misplaced.length > 0
    ? Result.fail(new PipelineError({ issues: misplaced }))
    : Result.map(Pipeline.fromJson(json, registry), ({ stages }) => Pipeline.unsafeMake(stages))
}
