/**
 * A definition says what a named part of a description means: its id, the schema of its options and its functions.
 *
 * Stages, losses, optimizers, measures, callbacks and learners are all definitions, and the built-in ones are made by
 * the same public constructors as anybody's own. A description holds only ids and options; a `Registry` finds the
 * definition of an id that was read from a file.
 */
import * as Context from "effect/Context"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"

/** What a definition defines. @category models */
export type Kind =
  | "preprocess"
  | "ingress"
  | "layer"
  | "head"
  | "block"
  | "merge"
  | "loss"
  | "optimizer"
  | "transform"
  | "schedule"
  | "model"
  | "measure"
  | "timing"
  | "callback"
  | "target"
  | "learner"

/**
 * The schema of options: `Type` has every default filled in and every reference resolved, `Encoded` is what a user
 * writes, in code or YAML. Options that name other definitions use the schemas of these (`Measure.reference`,
 * `Transform.reference`), which find them in the `Lookup`.
 */
export type Options<Type, Encoded = Type> = Schema.Codec<Type, Encoded, Lookup>

/**
 * The part that all definitions share. Kind-specific interfaces (`Loss.Definition`, `Measure.Measure`, …) add the
 * functions.
 * @category models
 */
export interface Definition<out K extends Kind = Kind, out Encoded = unknown> {
  readonly kind: K
  /** The name in code and in JSON and YAML: `"Nn.linear"`. */
  readonly id: string
  /** One line for documentation and for `rocflow schema`. */
  readonly summary: string
  readonly options: Schema.Codec<unknown, Encoded, Lookup>
}

/**
 * Where options that name other definitions find them: by id, or the sentence that says what was probably meant.
 * @category services
 */
export class Lookup extends Context.Service<Lookup, Find>()("rocflow/core/Lookup") {}

/** Finds a definition by its id among some kinds, or says what was probably meant. @category models */
export type Find = (id: string, ...kinds: ReadonlyArray<Kind>) => Result.Result<Definition, string>

/**
 * The arguments that give a definition its options: none are needed if every option has a default.
 * @category type-level
 */
export type Given<Encoded> =
  Record<never, never> extends Encoded ? readonly [options?: Encoded] : readonly [options: Encoded]
