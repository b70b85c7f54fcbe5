/**
 * Trained models as plain data: what was learned, with the learner and the task that it belongs to.
 *
 * A saved model predicts where it was not trained: it knows its features with their types and levels, and the classes in
 * their order, so that neither has to be made up again.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "../engine/Engine.ts"
import type { Kind } from "../data/Task.ts"
import { TaskSchema } from "../data/TaskSchema.ts"
import { hashJson } from "../Hash.ts"
import { PipelineError } from "../pipeline/PipelineError.ts"
import type * as Registry from "../pipeline/Registry.ts"
import * as WholeFile from "../WholeFile.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
import * as Learner from "./Learner.ts"

/** The schema of a saved model. @category schemas */
export const Saved = Schema.Struct({
  /** Version of this form. */
  format: Schema.Literal(1),
  learner: Schema.Struct({ id: Schema.String, json: Schema.Record(Schema.String, Schema.Unknown) }),
  task: TaskSchema,
  /** What the learner learned, in a form of its own. */
  state: Schema.Unknown,
  /** The SHA-256 of all the rest. */
  hash: Schema.String
})

/** @category models */
export type Saved = typeof Saved.Type

/** A trained learner that was read. @category models */
export type Loaded = Learner.Trained<Kind, string, Engines>

/** Writes a trained learner as plain JSON. @category conversions */
export const toJson = ({ fitted, learner, task }: Learner.Trained<Kind, string, unknown>): Saved => {
  const model = {
    format: 1 as const,
    learner: { id: learner.id, json: learner.json },
    task,
    state: fitted.state()
  }
  return { ...model, hash: hashJson(model) }
}

const refuse = (message: string) =>
  Result.fail(new PipelineError({ issues: [{ path: [], message: `saved model: ${message}` }] }))

/**
 * Reads what `toJson` wrote. The registry must have every definition that the learner names.
 *
 * Errors: `PipelineError` for what is no saved model, was changed since, or names definitions that the registry lacks.
 * @category conversions
 */
export const fromJson = (json: unknown, registry: Registry.Registry): Result.Result<Loaded, PipelineError> =>
  Result.gen(function* () {
    const { hash, ...model } = yield* decodeOptions("saved model", Saved)(json)
    if (hashJson(model) !== hash)
      return yield* refuse("it was changed since it was written; write it again by Saved.write")
    const read = yield* Learner.fromJson(model.learner.json, registry)
    const learner = Learner.named(read, model.learner.id)
    return { learner, task: model.task, fitted: yield* learner.load(model.task, model.state) }
  })

/**
 * Writes a trained learner to a file, which appears whole or not at all; one of that name is replaced.
 *
 * @example
 * const trained = yield* Learner.train(learner, sonar)
 * yield* Saved.write(trained, "sonar.model.json")
 */
export const write = (
  trained: Learner.Trained<Kind, string, unknown>,
  file: string
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> => WholeFile.write(file, JSON.stringify(toJson(trained)))

const parse = (name: string, bytes: Uint8Array): Result.Result<unknown, PipelineError> =>
  Result.try({
    try: (): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
    catch: () =>
      new PipelineError({ issues: [{ path: [], message: `${name} is no JSON; name a file that Saved.write wrote` }] })
  })

/**
 * Reads a trained learner from the content of a file that `write` wrote, wherever it came from; `name` stands before what is
 * wrong with it.
 *
 * Errors: those of `fromJson`, and what is no JSON.
 *
 * @example
 * const bytes = new Uint8Array(yield* Effect.promise(async () => (await fetch(url)).arrayBuffer()))
 * const trained = yield* Effect.fromResult(Saved.fromBytes(bytes, registry, url))
 * @category conversions
 */
export const fromBytes = (
  bytes: Uint8Array,
  registry: Registry.Registry,
  name: string
): Result.Result<Loaded, PipelineError> =>
  Result.flatMap(parse(name, bytes), (json) =>
    Result.mapError(
      fromJson(json, registry),
      ({ issues }) =>
        new PipelineError({ issues: issues.map((issue) => ({ ...issue, message: `${name}: ${issue.message}` })) })
    )
  )

/**
 * Reads a trained learner from a file.
 *
 * @example
 * const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.Definitions.all]))
 * const trained = yield* Saved.read("sonar.model.json", registry)
 * const prediction = yield* Learner.predict(trained, yield* Table.fromFile("new.csv"))
 */
export const read = Effect.fnUntraced(function* (
  file: string,
  registry: Registry.Registry
): Effect.fn.Return<Loaded, PipelineError | PlatformError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.fromResult(fromBytes(yield* fs.readFile(file), registry, file))
})
