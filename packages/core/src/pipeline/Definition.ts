/**
 * A definition says what a named part of a description means: its id, the schema of its options and its functions.
 *
 * Stages, losses, optimizers, measures, callbacks and learners are all definitions, and the built-in ones are made by
 * the same public constructors as anybody's own. A description holds only ids and options; a `Registry` finds the
 * definition of an id that was read from a file.
 */
import type * as Schema from "effect/Schema"

/** What a definition defines. @category models */
export type Kind =
  | "preprocess"
  | "ingress"
  | "layer"
  | "head"
  | "loss"
  | "optimizer"
  | "model"
  | "measure"
  | "callback"
  | "learner"

/** The schema of options: `Type` has every default filled in, `Encoded` is what a user writes, in code or YAML. */
export type Options<Type, Encoded = Type> = Schema.Codec<Type, Encoded>

/**
 * The part that all definitions share. Kind-specific interfaces (`Loss.Definition`, `Measure.Measure`, …) add the
 * functions.
 * @category models
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a definition of any options
export interface Definition<out K extends Kind = Kind, out Encoded = any> {
  readonly kind: K
  /** The name in code and in JSON and YAML: `"Nn.linear"`. */
  readonly id: string
  /** One line for documentation and for `rocflow schema`. */
  readonly summary: string
  // oxlint-disable-next-line typescript/no-explicit-any -- what options become is known to the kind's own functions only
  readonly options: Schema.Codec<any, Encoded>
}

/**
 * The arguments that give a definition its options: none are needed if every option has a default.
 * @category type-level
 */
export type Given<Encoded> =
  Record<never, never> extends Encoded ? readonly [options?: Encoded] : readonly [options: Encoded]
