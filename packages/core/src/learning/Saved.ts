/**
 * Trained models as plain data and as files: what was learned, with the learner and the task that it belongs to.
 *
 * A saved model predicts where it was not trained: it knows its features with their types and levels, and the classes in
 * their order, so that neither has to be made up again.
 *
 * ## The file
 *
 * A file in the format of safetensors, which other programs read, too. The weights of networks are its arrays, called by their
 * paths (`"linear.kernel"`, `"members/0/linear.kernel"`); the metadata `model` is all the rest as JSON, and `hash` the SHA-256 of
 * both.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Engines } from "../engine/Engine.ts"
import type { Kind } from "../data/Task.ts"
import { TaskSchema } from "../data/TaskSchema.ts"
import { hashJson, sha256 } from "../Hash.ts"
import type { NamedArray } from "../network/Graph.ts"
import { PipelineError } from "../pipeline/PipelineError.ts"
import type * as Registry from "../pipeline/Registry.ts"
import { version } from "../Version.ts"
import * as WholeFile from "../WholeFile.ts"
import { decodeOptions } from "./internal/decodeOptions.ts"
import { lift, putBack } from "./internal/lifted.ts"
import * as Safetensors from "./internal/safetensors.ts"
import * as Learner from "./Learner.ts"

const content = {
  /** Version of this form; 1 had no origin and was a file of JSON. */
  format: Schema.Literal(2),
  /** The version of rocflow that wrote it. */
  rocflow: Schema.String,
  learner: Schema.Struct({ id: Schema.String, json: Schema.Record(Schema.String, Schema.Unknown) }),
  task: TaskSchema,
  /** How it was trained; absent where that is not known. */
  origin: Schema.optionalKey(Learner.Origin),
  /** What the learner learned, in a form of its own. */
  state: Schema.Unknown
}

const Content = Schema.Struct(content)

/** The schema of a saved model. @category schemas */
export const Saved = Schema.Struct({
  ...content,
  /** The SHA-256 of all the rest. */
  hash: Schema.String
})

/** @category models */
export type Saved = typeof Saved.Type

/** A trained learner that was read. @category models */
export type Loaded = Learner.Trained<Kind, string, Engines>

type AnyTrained = Learner.Trained<Kind, string, unknown>

const contentOf = ({ fitted, learner, origin, task }: AnyTrained): typeof Content.Type => ({
  format: 2,
  rocflow: version,
  learner: { id: learner.id, json: learner.json },
  task,
  ...(origin !== undefined && { origin }),
  state: fitted.state()
})

/** Writes a trained learner as plain JSON. @category conversions */
export const toJson = (trained: AnyTrained): Saved => {
  const model = contentOf(trained)
  return { ...model, hash: hashJson(model) }
}

const refuse = (message: string) =>
  Result.fail(new PipelineError({ issues: [{ path: [], message: `saved model: ${message}` }] }))

const changed = "it was changed since it was written; write it again by Saved.write"

const load = ({ learner, origin, state, task }: typeof Content.Type, registry: Registry.Registry) =>
  Result.gen(function* () {
    const read = Learner.named(yield* Learner.fromJson(learner.json, registry), learner.id)
    const loaded: Loaded = { learner: read, task, fitted: yield* read.load(task, state) }
    return origin === undefined ? loaded : { ...loaded, origin }
  })

/** Refuses what versions of before wrote, by name. */
const current = (json: unknown): Result.Result<unknown, PipelineError> =>
  typeof json === "object" && json !== null && "format" in json && json.format === 1
    ? refuse("an earlier version wrote it, in format 1; train it again")
    : Result.succeed(json)

/**
 * Reads what `toJson` wrote. The registry must have every definition that the learner names.
 *
 * Errors: `PipelineError` for what is no saved model, was changed since, or names definitions that the registry lacks.
 * @category conversions
 */
export const fromJson = (json: unknown, registry: Registry.Registry): Result.Result<Loaded, PipelineError> =>
  Result.gen(function* () {
    const { hash, ...model } = yield* decodeOptions("saved model", Saved)(yield* current(json))
    if (hashJson(model) !== hash) return yield* refuse(changed)
    return yield* load(model, registry)
  })

const hashOf = (model: string, arrays: ReadonlyArray<NamedArray>): string => {
  const hash = sha256().update(model)
  for (const { path, shape, values } of arrays) {
    hash.update(`${path} ${shape.join()}`).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest("hex")
}

/** Writes a trained learner as the content of a file. @category conversions */
export const toBytes = (trained: AnyTrained): Uint8Array => {
  const { arrays, json } = lift(contentOf(trained))
  const model = JSON.stringify(json)
  return Safetensors.write({ arrays, texts: { format: "rocflow", model, hash: hashOf(model, arrays) } })
}

/**
 * Writes a trained learner to a file, which appears whole or not at all; one of that name is replaced.
 *
 * @example
 * const trained = yield* Learner.train(learner, sonar)
 * yield* Saved.write(trained, "sonar.safetensors")
 */
export const write = (trained: AnyTrained, file: string): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  WholeFile.write(file, toBytes(trained))

const parse = (text: string): Result.Result<unknown, PipelineError> =>
  Result.try({
    try: (): unknown => JSON.parse(text),
    catch: () => new PipelineError({ issues: [{ path: [], message: "saved model: it is cut off" }] })
  })

const ofFile = (bytes: Uint8Array, registry: Registry.Registry): Result.Result<Loaded, PipelineError> =>
  Result.gen(function* () {
    // Models of JSON begin as JSON does.
    if (bytes[0] === "{".charCodeAt(0)) return yield* fromJson(yield* parse(new TextDecoder().decode(bytes)), registry)
    const read = Safetensors.read(bytes)
    if (Result.isFailure(read) || read.success.texts["model"] === undefined) {
      const why = Result.isFailure(read) ? ` (${read.failure})` : ""
      return yield* refuse(`it is none${why}; name a file that Saved.write wrote`)
    }
    const { arrays, texts } = read.success
    const model = texts["model"]!
    if (hashOf(model, arrays) !== texts["hash"]) return yield* refuse(changed)
    const json = putBack({ arrays, json: yield* parse(model) })
    return yield* load(yield* decodeOptions("saved model", Content)(json), registry)
  })

/**
 * Reads a trained learner from the content of a file that `write` wrote, wherever it came from, or of the JSON of `toJson`;
 * `name` stands before what is wrong with it.
 *
 * Errors: those of `fromJson`, and what is neither.
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
  Result.mapError(
    ofFile(bytes, registry),
    ({ issues }) =>
      new PipelineError({ issues: issues.map((issue) => ({ ...issue, message: `${name}: ${issue.message}` })) })
  )

/**
 * Reads a trained learner from a file.
 *
 * @example
 * const registry = Result.getOrThrow(Registry.make([...Definitions.all, ...Losses.Definitions.all]))
 * const trained = yield* Saved.read("sonar.safetensors", registry)
 * const prediction = yield* Learner.predict(trained, yield* Table.fromFile("new.csv"))
 */
export const read = Effect.fnUntraced(function* (
  file: string,
  registry: Registry.Registry
): Effect.fn.Return<Loaded, PipelineError | PlatformError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.fromResult(fromBytes(yield* fs.readFile(file), registry, file))
})
