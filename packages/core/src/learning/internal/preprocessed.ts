/**
 * Preprocessing before a ready-made learner.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as TaskModule from "../../data/Task.ts"
import type { Kind as TargetKind, Task } from "../../data/Task.ts"
import { hashJson } from "../../Hash.ts"
import * as Pipeline from "../../pipeline/Pipeline.ts"
import { PipelineError } from "../../pipeline/PipelineError.ts"
import * as Seed from "../../Seed.ts"
import { decodeOptions } from "./decodeOptions.ts"
import { ofFeatures } from "./featureUse.ts"
import { type Fitted, fromParts, type Learner, type LearnerJson } from "./learner.ts"
import * as Preprocessing from "./preprocessing.ts"
import { regroup } from "./shap.ts"

const PreprocessedState = Schema.Struct({ ...Preprocessing.Json.fields, learner: Schema.Unknown })

/** Why stages cannot be put before a learner; undefined if they can. */
const whyNotPreprocessed = (id: string, json: LearnerJson): string | undefined => {
  if ("pipeline" in json) {
    return `learner "${id}" is a pipeline; put the preprocessing stages at the beginning of it`
  }
  return "preprocess" in json
    ? `learner "${id}" has preprocessing already; put all stages into one pipeline before the learner`
    : undefined
}

/**
 * Puts preprocessing before a ready-made learner: the stages are fitted on the training rows only and applied to the
 * rows that are predicted. All else, weights, groups and prediction types, is as without.
 *
 * Errors when it is trained: those of the stages and of the learner; `PipelineError` if the learner is a pipeline, whose
 * stages stand in it, or has preprocessing already.
 *
 * *Gotcha*: a learner that chooses something by cross-validation of its own (`ElasticNet.cv`) does so on rows that were
 * preprocessed together; rows that are predicted still have no part in it.
 *
 * @example
 * const learner = Learner.preprocessed(
 *   Preprocess.impute({ method: "median" }).pipe(Preprocess.oneHot()),
 *   ElasticNet.cv()
 * )
 * learner.id // => "impute, oneHot – ElasticNet.cv"
 * @category constructors
 */
export const preprocessed = <K extends TargetKind, Columns extends string, Inner extends string, E, R>(
  pipeline: Pipeline.Pipeline<"preprocess", Columns>,
  learner: Learner<K, Inner, E, R>
): Learner<K, Columns | Inner, E, R> => {
  const wrong = whyNotPreprocessed(learner.id, learner.json)
  const checked =
    wrong === undefined
      ? Pipeline.check(pipeline)
      : Result.fail(new PipelineError({ issues: [{ path: ["preprocess"], message: wrong }] }))
  const { stages } = pipeline
  const fit = (task: Task, seed: Seed.Seed) =>
    Effect.flatMap(Effect.fromResult(checked), () => Preprocessing.fit(stages, task, seed, learner.takes))
  const transformed = (task: Task, { features }: Preprocessing.Made) => TaskModule.withFeatures(task, features.columns)
  const sourceOf = (learned: Preprocessing.Learned) => (made: string) => Preprocessing.sourceOf(learned, made)
  const fitted = (learned: Preprocessing.Learned, inner: Fitted<R>): Fitted<R> => ({
    predict: (rows) =>
      Effect.flatMap(Preprocessing.apply(stages, learned, rows), ({ features: { columns } }) =>
        inner.predict({ ...rows, columns })
      ),
    state: () => ({ ...Preprocessing.toJson(learned), learner: inner.state() }),
    outcome: inner.outcome,
    notes: inner.notes,
    tuning: inner.tuning,
    parts:
      inner.parts &&
      (() => ({
        _tag: "Preprocessed",
        stages,
        preprocess: Preprocessing.toJson(learned).preprocess.map(([path, state]) => ({ path, state })),
        inner: inner.parts!()
      })),
    shap:
      inner.shap &&
      ((rows) =>
        Effect.flatMap(Preprocessing.apply(stages, learned, rows), ({ features: { columns } }) =>
          Effect.map(inner.shap!({ ...rows, columns }), (shap) =>
            regroup(shap, [...rows.columns.keys()], sourceOf(learned))
          )
        )),
    coefficients: inner.coefficients && (() => ofFeatures(inner.coefficients!(), sourceOf(learned))),
    importance: inner.importance && (() => ofFeatures(inner.importance!(), sourceOf(learned)))
  })
  const names = stages.map(({ id }) => id.replace("Preprocess.", ""))
  return fromParts<K, Columns | Inner, E, R>({
    ...learner,
    plan: undefined,
    epochs: undefined,
    id: `${names.join(", ")} – ${learner.id}`,
    json: { ...learner.json, preprocess: Pipeline.toJson(pipeline) },
    hash: () => hashJson({ preprocess: Pipeline.hash(pipeline), learner: learner.hash() }),
    // Any seed will do: what a stage draws is no reason to fail.
    check: (task) =>
      Effect.flatMap(fit(task, Seed.root(0)), ({ made, steps, task: rows }) =>
        Effect.map(learner.check(transformed(rows, made)), ({ notes, stages: behind, ...rest }) => {
          const before = Preprocessing.checked(steps)
          return { ...rest, stages: [...before.stages, ...behind], notes: [...before.notes, ...notes] }
        })
      ),
    fit: (task, seed, resume) =>
      Effect.flatMap(fit(task, seed), ({ learned, made, task: rows }) =>
        Effect.map(learner.fit(transformed(rows, made), seed, resume), (inner) => fitted(learned, inner))
      ),
    load: (task, json) =>
      Result.flatMap(checked, () =>
        Result.flatMap(decodeOptions("model state", PreprocessedState)(json), (state) =>
          Result.flatMap(Preprocessing.fromJson(stages, state), (learned) =>
            Result.map(learner.load(task, state.learner), (inner) => fitted(learned, inner))
          )
        )
      )
  })
}
