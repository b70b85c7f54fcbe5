/**
 * A model that was trained elsewhere and predicts here.
 */
import type { Kind } from "@rocflow/core/data/Task"
import type { Feature } from "@rocflow/core/data/TaskSchema"
import { all as core } from "@rocflow/core/Definitions"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Fused from "@rocflow/core/engine/fused/Fused"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Saved from "@rocflow/core/learning/Saved"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import * as Registry from "@rocflow/core/pipeline/Registry"
import { all as learners } from "@rocflow/learners/Definitions"
import { all as losses } from "@rocflow/losses/Definitions"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { named, type Predicted } from "./Predicted.ts"
import { type Columns, type Rows, toTable } from "./Rows.ts"

/** A model could not be fetched. @category errors */
export class LoadError extends Schema.TaggedError<LoadError>()("LoadError", {
  source: Schema.String,
  rule: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `${this.source}: ${this.rule}; ${this.advice}`
  }
}

/** Where a model is: the address of its file, or what is in it. @category models */
export type Source = string | URL | ArrayBuffer | Uint8Array

/** How a model is read. @category models */
export interface Options {
  /** Definitions of one's own that the model names, besides the built-in ones. */
  readonly definitions?: ReadonlyArray<Definition>
}

/** A model that predicts. @category models */
export interface Model {
  /** The name of its learner. */
  readonly learner: string
  readonly kind: Kind
  /** The name of the column that it predicts. */
  readonly target: string
  /** The classes; of two, the positive one first; none for numbers. */
  readonly levels: ReadonlyArray<string>
  /** The columns that it predicts from, each with its type and, of a factor, the levels that training saw. */
  readonly features: ReadonlyArray<Feature>
  /**
   * Predicts rows. Columns that the model does not know are of no account.
   *
   * Rejects with `PipelineError` for every column that is missing or whose values cannot be read as those of training, by name;
   * and for what the model's stages refuse, such as a level that training did not see; with `SchemaError` for columns of
   * different lengths; with `EngineUnavailable` where this browser cannot compute a network.
   *
   * @example
   * const { prob } = await model.predict([{ age: 61, smoker: "yes" }, { age: 48, smoker: null }])
   * prob[0].relapse // => 0.81
   * await model.predict({ age: [61, 48], smoker: ["yes", null] }) // the same by columns
   */
  readonly predict: (rows: Rows | Columns) => Promise<Predicted>
}

const notFetched = (source: string, rule: string) =>
  new LoadError({
    source,
    rule: `cannot be fetched (${rule})`,
    advice: "check the address, and that the page may connect to it"
  })

const fetched = Effect.fnUntraced(function* (url: string | URL) {
  const source = String(url)
  const attempt = <A>(run: () => Promise<A>) =>
    Effect.tryPromise({
      try: run,
      catch: (cause) => notFetched(source, cause instanceof Error ? cause.message : String(cause))
    })
  const response = yield* attempt(() => fetch(url))
  if (!response.ok) return yield* notFetched(source, `status ${response.status}`)
  return new Uint8Array(yield* attempt(() => response.arrayBuffer()))
})

const isAddress = (source: Source): source is string | URL => typeof source === "string" || source instanceof URL

const load = Effect.fnUntraced(function* (source: Source, { definitions = [] }: Options) {
  const registry = yield* Effect.fromResult(Registry.make([...core, ...losses, ...learners, ...definitions]))
  const [name, bytes] = isAddress(source)
    ? ([String(source), yield* fetched(source)] as const)
    : (["the model", source instanceof Uint8Array ? source : new Uint8Array(source)] as const)
  const trained = yield* Effect.fromResult(Saved.fromBytes(bytes, registry, name))
  const { features, kind, levels, target } = trained.task
  const engines = Engine.layer(Fused.engines())
  const model: Model = {
    learner: trained.learner.id,
    kind,
    target,
    levels,
    features,
    predict: (rows) =>
      toTable(features, rows).pipe(
        Effect.flatMap((table) => Learner.predict(trained, table)),
        Effect.map(named),
        Effect.provide(engines),
        Effect.runPromise
      )
  }
  return model
})

/**
 * Loads a model that `rocflow train --save`, a run with `models: true` or `Saved.write` wrote: from an address, or from the bytes
 * of the file.
 *
 * Rejects with `LoadError` for what cannot be fetched; with `PipelineError` for what is no saved model, was changed since it was
 * written, or names definitions that are not built in; with `RegistryError` for definitions of one's own whose names are taken.
 *
 * *Gotcha*: networks need WebAssembly, which a page with a Content-Security-Policy allows by `script-src 'wasm-unsafe-eval'`.
 * They are computed by the fused engine alone, so a model that names `engine: "tfjs"` does not predict here.
 *
 * @example
 * const model = await loadModel("model.json")
 * const { response } = await model.predict([{ age: 61, smoker: "yes" }])
 * @category constructors
 */
export const loadModel = (source: Source, options: Options = {}): Promise<Model> =>
  Effect.runPromise(load(source, options))
