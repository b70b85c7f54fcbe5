/**
 * Transformations of the target before a ready-made learner.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TaskModule from "../../data/Task.ts"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import { hashJson } from "../../Hash.ts"
import { fail } from "../../pipeline/Features.ts"
import type { PipelineError } from "../../pipeline/PipelineError.ts"
import type * as Target from "../../pipeline/Target.ts"
import { decodeOptions } from "./decodeOptions.ts"
import { type Fitted, fromParts, type Learner, type LearnerJson } from "./learner.ts"
import * as Transforms from "./targetTransforms.ts"

const State = Schema.Struct({ target: Schema.Array(Schema.Unknown), learner: Schema.Unknown })

/** Why a target cannot be transformed before a learner; undefined if it can. */
const whyNot = (id: string, json: LearnerJson): string | undefined => {
  if ("pipeline" in json) return `learner "${id}" is a pipeline; give its Model.regr the transformations, as target`
  if ("preprocess" in json) {
    return `learner "${id}" has preprocessing already; transform the target of the learner itself, and then preprocess`
  }
  return "target" in json
    ? `learner "${id}" has transformations of the target already; put all of them into one list`
    : undefined
}

/**
 * Puts transformations of the target before a ready-made learner of numbers: they are fitted on the training rows only,
 * the learner sees the target that they make, and what it predicts is brought back to the unit of the target.
 *
 * Errors when it is trained: those of the transformations and of the learner; `PipelineError` if the learner is a
 * pipeline, whose `Model.regr` has them as a setting, or has some already.
 *
 * *Gotcha*: what a learner measures by itself, such as a recipe of a network in its validation, is in the unit of the
 * transformed target; its predictions, and so all measures of them, are not.
 *
 * @example
 * const learner = Learner.targetTransformed([Target.log()], ElasticNet.cv())
 * learner.id // => "log target – ElasticNet.cv"
 * @category constructors
 */
export const targetTransformed = <K extends TargetKind, Columns extends string, E, R>(
  targets: readonly [Target.Target, ...ReadonlyArray<Target.Target>],
  learner: Learner<K, Columns, E, R> & ("regression" extends K ? unknown : "The learner is not for regression targets")
): Learner<"regression", Columns, E, R> => {
  const wrong = whyNot(learner.id, learner.json)
  const fit = (task: Task): Result.Result<Transforms.Learned, PipelineError> =>
    wrong === undefined ? Transforms.fit(targets, task.target) : fail("target", wrong)
  const transformed = (task: Task, learned: Transforms.Learned): Task =>
    TaskModule.withTarget(task, learned.apply(task.target))
  const fitted = (learned: Transforms.Learned, inner: Fitted<R>): Fitted<R> => ({
    predict: (rows) =>
      Effect.map(inner.predict(rows), (prediction) => ({
        ...prediction,
        response: learned.invert(prediction.response)
      })),
    state: () => ({ target: learned.state(), learner: inner.state() }),
    outcome: inner.outcome,
    notes: inner.notes,
    tuning: inner.tuning,
    parts:
      inner.parts &&
      (() => ({ _tag: "Transformed", target: Transforms.partsOf(targets, learned), inner: inner.parts!() })),
    shap:
      inner.shap &&
      (() =>
        Effect.fromResult(
          fail(
            "target",
            "SHAP values add up on the scale of the transformed target, and predictions are not on it; leave the transformation out, or see what the model relies on by permutation"
          )
        )),
    coefficients: inner.coefficients && (() => Transforms.inUnit(targets, learned, inner.coefficients!())),
    importance: inner.importance
  })
  const names = targets.map(({ json }) => json.type.replace("Target.", ""))
  const encoded = targets.map(({ bound, json }) => (Result.isSuccess(bound) ? bound.success.encoded : json))
  return fromParts<"regression", Columns, E, R>({
    ...learner,
    epochs: undefined,
    accepts: ["regression"],
    id: `${names.join(", ")} target – ${learner.id}`,
    json: { ...learner.json, target: targets.map(({ json }) => json) },
    hash: () => hashJson({ target: encoded, learner: learner.hash() }),
    check: (task) =>
      Effect.flatMap(Effect.fromResult(fit(task)), (learned) => learner.check(transformed(task, learned))),
    fit: (task, seed, resume) =>
      Effect.flatMap(Effect.fromResult(fit(task)), (learned) =>
        Effect.map(learner.fit(transformed(task, learned), seed, resume), (inner) => fitted(learned, inner))
      ),
    load: (task, json) =>
      Result.flatMap(decodeOptions("model state", State)(json), (state) =>
        Result.flatMap(Transforms.load(targets, state.target), (learned) =>
          Result.map(learner.load(task, state.learner), (inner) => fitted(learned, inner))
        )
      )
  })
}
