/**
 * Learners of classes around another one: they change what it predicts, by what it predicted of rows that it was not trained on.
 */
import type { Kind, Task } from "@rocflow/core/data/Task"
import type { Engines } from "@rocflow/core/engine/Engine"
import { hashJson } from "@rocflow/core/Hash"
import * as Learner from "@rocflow/core/learning/Learner"
import type { Prediction } from "@rocflow/core/learning/Prediction"
import type { Find, Options } from "@rocflow/core/pipeline/Definition"
import type { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Features from "@rocflow/core/pipeline/Features"
import * as Seed from "@rocflow/core/Seed"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decodeBy } from "../ensemble/members.ts"
import { innerFolds, type Option } from "../innerFolds.ts"
import { outOfFold } from "../outOfFold.ts"

/** Predictions of the training rows by learners that did not see them, each with its rows. */
export type Held = ReadonlyArray<{ readonly rows: ArrayLike<number>; readonly prediction: Prediction }>

/** What stands around a learner. */
export interface Around<Kept> {
  readonly id: string
  readonly options: object
  readonly accepts: ReadonlyArray<Kind>
  /** The folds whose rows it learns of; absent where it learns nothing. */
  readonly folds: typeof Option.Type | undefined
  /** Why it cannot be used on a task; undefined where it can. */
  readonly check: (task: Task) => string | undefined
  readonly learn: (held: Held, task: Task) => Result.Result<Kept, string>
  readonly state: Options<Kept, unknown>
  readonly change: (kept: Kept, prediction: Prediction) => Prediction
  /** Whether scores and probabilities stay those of the learner, so that its SHAP values are those of the whole. */
  readonly keepsScores: boolean
}

const State = Schema.Struct({ kept: Schema.Unknown, learner: Schema.Unknown })

/** Why a learner has no probabilities to change; undefined where it has. */
export const needsProbabilities = ({ predictType }: { readonly predictType: "prob" | "response" }) =>
  predictType === "response" ? 'needs probabilities; set the learner\'s predictType to "prob"' : undefined

/** Puts something around a learner; `written` are its options as they were given. */
export const wrapped = <K extends Kind, Columns extends string, E, R, Kept>(
  learner: Learner.Learner<K, Columns, E, R>,
  written: object,
  around: Result.Result<Around<Kept>, PipelineError>,
  type: string
): Learner.Learner<K, Columns, E, R> => {
  const json = { type, learner: learner.json, ...written }
  const known = Result.getOrUndefined(around)
  const noShap = () =>
    Effect.fromResult(
      Features.fail(
        type,
        `its probabilities are a map of the scores of "${learner.id}", which SHAP values do not add up to; explain that learner without ${type}`
      )
    )
  const fitted = (
    { change, keepsScores, options, state }: Around<Kept>,
    kept: Kept,
    inner: Learner.Fitted<R>
  ): Learner.Fitted<R> => {
    const written = () => Schema.encodeUnknownSync(state as Schema.Codec<Kept, unknown>)(kept)
    return {
      ...inner,
      predict: (rows) => Effect.map(inner.predict(rows), (prediction) => change(kept, prediction)),
      state: () => ({ kept: written(), learner: inner.state() }),
      parts: inner.parts && (() => ({ _tag: "Changed", type, options, state: written(), inner: inner.parts!() })),
      shap: keepsScores ? inner.shap : inner.shap && noShap
    }
  }
  const usable = (task: Task) =>
    Result.flatMap(around, (found) => {
      const why = found.check(task)
      return why === undefined ? Result.succeed(found) : Features.fail(type, why)
    })
  return Learner.fromParts<K, Columns, E, R>({
    id: `${type.replace(/^(\w+)\.classif$/, "$1")} – ${learner.id}`,
    json,
    hash: () => hashJson({ type, options: known?.options ?? written, learner: learner.hash() }),
    accepts: learner.accepts.filter((kind) => known === undefined || known.accepts.includes(kind)),
    weighted: learner.weighted,
    takes: learner.takes,
    predictType: learner.predictType,
    check: (task) => Effect.flatMap(Effect.fromResult(usable(task)), () => learner.check(task)),
    fit: Effect.fnUntraced(function* (task, seed, resume) {
      const found = yield* Effect.fromResult(usable(task))
      yield* learner.check(task)
      const inner = yield* learner.fit(task, Seed.derive(seed, "learner"), resume)
      const held =
        found.folds === undefined
          ? []
          : yield* Effect.flatMap(
              Effect.fromResult(
                Result.orElse(innerFolds(task, found.folds, Seed.derive(seed, "folds")), ({ message }) =>
                  Features.fail(type, message)
                )
              ),
              (foldOf) =>
                outOfFold(type, learner, task, foldOf, "fold", (fold) => Seed.derive(seed, "fold", fold), resume)
            )
      const kept = yield* Effect.fromResult(
        Result.orElse(found.learn(held, task), (message) => Features.fail(type, message))
      )
      return fitted(found, kept, inner)
    }),
    load: (task, given) =>
      Result.gen(function* () {
        const found = yield* around
        const state = yield* decodeBy("model state", State, given)
        const kept = yield* decodeBy("model state", found.state, state.kept)
        return fitted(found, kept, yield* learner.load(task, state.learner))
      })
  })
}

/** A classifier of any kind. */
export type Classifier = Learner.Learner<"binary" | "multiclass", string, never, Engines>

/** Makes the definition of what stands around a learner, which its options name. */
export const definition = <Type, Encoded>(
  id: string,
  summary: string,
  accepts: ReadonlyArray<Kind>,
  options: Options<Type, Encoded>,
  make: (decoded: Type, given: object, find: Find) => Learner.Learner<Kind, string, never, Engines>
): Learner.Definition => ({
  kind: "learner",
  id,
  summary,
  accepts,
  weighted: true,
  options,
  bind: (given, find) =>
    Result.map(decodeBy(id, options, given, find), (decoded) => ({
      ...make(decoded, given, find),
      json: { type: id, ...given }
    }))
})
