/**
 * Makes preprocessing stages of the functions that they are.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Note } from "../../../data/Note.ts"
import { type Outcome, toEffect } from "../../../internal/outcome.ts"
import * as Decode from "../../Decode.ts"
import type * as Definition from "../../Definition.ts"
import * as Features from "../../Features.ts"
import type * as Pipeline from "../../Pipeline.ts"
import { PipelineError } from "../../PipelineError.ts"
import type { Definition as StageDefinition, Fitting, Preprocessor, Training } from "../../Stage.ts"
import { define as defineStage } from "../bind.ts"
import { selectorNotes } from "../selectorNotes.ts"
import { starting } from "../pipeline.ts"

/** The definition of a preprocessing stage. @category models */
export type Preprocess<Encoded = unknown> = StageDefinition<"preprocess", Encoded>

/**
 * Defines a preprocessing stage.
 *
 * - `fit` learns from the features of the training rows; `fitting.seed` is for whatever it draws at random, and
 *   `fitting.target` has the target where the rows are those of a task.
 * - `apply` changes the features of any rows by what was learned.
 * - `state` is the schema of what is learned, plain JSON.
 * - `training` says what becomes of the training rows where that is not what `apply` makes of them: other features
 *   (cross-fitting), fewer or more rows (balancing).
 * - `notes` says what is probably not meant in fitting it to some rows.
 * - `sourceOf` names the one column of which it makes another: `site` of `site=north`. SHAP values are added up by it; columns
 *   that are made of several stand for themselves.
 *
 * The first two functions and `training` may give a `Result` or an `Effect`.
 * @category constructors
 */
export const define = <Type, Encoded, State, StateJson>(definition: {
  readonly id: string
  readonly summary: string
  readonly options: Definition.Options<Type, Encoded>
  readonly state: Schema.Codec<State, StateJson>
  readonly fit: (options: Type, features: Features.Features, fitting: Fitting) => Outcome<State, PipelineError>
  readonly apply: (state: State, features: Features.Features) => Outcome<Features.Features, PipelineError>
  readonly training?: (
    options: Type,
    state: State,
    features: Features.Features,
    fitting: Fitting
  ) => Outcome<Training, PipelineError>
  readonly notes?: (options: Type, features: Features.Features) => ReadonlyArray<Note>
  readonly sourceOf?: (state: State, made: string) => string | undefined
}): Preprocess<Encoded> => {
  const { apply, fit, id, notes, sourceOf, state, training } = definition
  const fitted = (learned: State) => ({
    apply: (features: Features.Features) => toEffect(() => apply(learned, features)),
    state: (): unknown => Schema.encodeSync(state)(learned),
    sourceOf: sourceOf && ((made: string) => sourceOf(learned, made))
  })
  const preprocessor = (options: Type): Preprocessor => ({
    notes: (features) => [...selectorNotes(id, options, features), ...(notes?.(options, features) ?? [])],
    fit: Effect.fnUntraced(function* (features, fitting) {
      const learned = yield* toEffect(() => fit(options, features, fitting))
      if (training === undefined) return fitted(learned)
      return { ...fitted(learned), training: yield* toEffect(() => training(options, learned, features, fitting)) }
    }),
    load: (json) =>
      Result.mapBoth(Decode.decode(state, json), {
        onSuccess: fitted,
        onFailure: (issues) =>
          new PipelineError({ issues: issues.map(({ path, message }) => ({ path, message: `${id}: ${message}` })) })
      })
  })
  return defineStage({
    ...definition,
    kind: "preprocess",
    part: (options) => ({ kind: "preprocess", preprocessor: preprocessor(options) })
  })
}

/**
 * A preprocessing stage: a pipeline by itself, or appended to one. An interface and no intersection: only so does the
 * compiler infer `P` when the stage stands in a `pipe`.
 * @category models
 */
export interface Stage<out Columns extends string> extends Pipeline.Pipeline<"preprocess", Columns> {
  <P extends Pipeline.Any>(
    self: P & Pipeline.After<P, "preprocess", "a preprocessing stage">
  ): Pipeline.Pipeline<"preprocess", Pipeline.ColumnsOf<P> | Columns>
}

/** Puts a preprocessing stage first or on a pipeline: the constructor for custom stages. @category stages */
export const stage = <Columns extends string = never>(definition: Preprocess, options: object = {}): Stage<Columns> =>
  starting<Stage<Columns>>(definition.bind(options, Decode.findNothing))

/**
 * Gives the stage of options as a user writes them, to fit and apply it by itself. Errors: `PipelineError` with every issue
 * of the options.
 *
 * @example
 * const { fit } = yield* Effect.fromResult(Preprocess.bind(Preprocess.standardiseDefinition))
 * const fitted = yield* fit(Features.fromTask(train), { seed: Seed.root(1) })
 * const features = yield* fitted.apply(Features.fromTask(test))
 */
export const bind = (definition: Preprocess, given: object = {}): Result.Result<Preprocessor, PipelineError> =>
  Result.match(definition.bind(given, Decode.findNothing).bound, {
    onSuccess: ({ part }) =>
      part.kind === "preprocess"
        ? Result.succeed(part.preprocessor)
        : Features.fail(definition.id, "is no preprocessing stage; define it by Preprocess.define"),
    onFailure: (issues) => Result.fail(new PipelineError({ issues }))
  })
