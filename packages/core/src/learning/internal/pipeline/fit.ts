/**
 * Training a pipeline: rows are split, preprocessing is fitted, the network is trained, and what it learned is looked at.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Note } from "../../../data/Note.ts"
import type { Task } from "../../../data/Task.ts"
import * as Features from "../../../pipeline/Features.ts"
import type { PipelineError } from "../../../pipeline/PipelineError.ts"
import type * as Seed from "../../../Seed.ts"
import type * as Learner from "../../Learner.ts"
import * as Measure from "../../Measure.ts"
import * as Prediction from "../../Prediction.ts"
import * as Training from "../../Training.ts"
import { intercept } from "../intercept.ts"
import * as Preprocessing from "../preprocessing.ts"
import * as Resuming from "../resuming.ts"
import * as Scheduling from "../scheduling.ts"
import * as Settings from "../settings.ts"
import * as Starting from "../starting.ts"
import * as Transforms from "../targetTransforms.ts"
import * as TrainingNotes from "../trainingNotes.ts"
import * as TrainingRows from "../trainingRows.ts"
import { checkCallbacks, hooksOf } from "./check.ts"
import { deviations, isLinear } from "./linear.ts"
import { combined, dataOf, networkOf, type Parts, programOf, takerOf } from "./parts.ts"
import { scoresOf } from "./scoring.ts"
import { fitted } from "./trained.ts"

/** Why the first validation measure had no value in any epoch; undefined if it had one, or was not asked for. */
const neverDefined = ({ best, history }: Training.Outcome, { validation }: Settings.Settings): string | undefined => {
  const [first] = validation?.measures ?? []
  if (first?.direction === undefined || best !== undefined) return undefined
  const last = history.at(-1)?.valid[first.id]
  return last === undefined || Measure.isDefined(last) ? undefined : last.reason
}

/** The measure that chooses epochs, or ends training, where it only ranks rows. */
const rankedBy = ({ validation }: Settings.Settings): string | undefined => {
  const [first] = validation?.measures ?? []
  const chooses = validation !== undefined && (validation.restoreBest || validation.patience > 0)
  return chooses && first?.ranks === true ? first.id : undefined
}

/** What training showed that is probably not meant; an error where the user wants one. */
const afterTraining = (
  parts: Parts,
  outcome: Training.Outcome,
  held: number
): Result.Result<ReadonlyArray<Note>, PipelineError> => {
  const { validation } = parts.settings
  const reason = neverDefined(outcome, parts.settings)
  if (reason === undefined || validation === undefined) return Result.succeed([])
  const note = TrainingNotes.undefinedValidation(validation.measures[0].id, held, reason)
  return validation.whenUndefined === "fail"
    ? Features.fail("Validation", `${note.finding}; hold out more rows, or choose another measure`)
    : Result.succeed([note])
}

/** Trains, from the beginning or from where a checkpoint stopped. */
export const fit = Effect.fnUntraced(function* (parts: Parts, task: Task, seed: Seed.Seed, resume?: Learner.Resume) {
  const { loss, settings, stages } = parts
  yield* Effect.fromResult(Settings.check(settings, task))
  yield* Effect.fromResult(Scheduling.check(parts.optimizer.transform, settings.validation))
  const { validation } = settings
  const { train: given, valid } = yield* Effect.fromResult(Settings.splitRows(task, validation, seed))
  const { learned, made, task: train } = yield* Preprocessing.fit(stages, given, seed)
  const transforms = yield* Effect.fromResult(Transforms.fit(settings.target ?? [], train.target))
  const { grouped, weights } = yield* Effect.fromResult(TrainingRows.of(settings, train))
  const data = { ...(yield* dataOf(train, learned, made, transforms)), weights }
  const network = yield* Effect.fromResult(networkOf(parts, learned, task))
  yield* Effect.fromResult(TrainingRows.check(parts.settings, takerOf(parts), network))
  const held =
    valid === undefined
      ? undefined
      : yield* dataOf(valid, learned, yield* Preprocessing.apply(stages, learned, Features.fromTask(valid)), transforms)
  const { engine, program } = yield* programOf(parts, network, task)
  const callbacks = hooksOf(settings)
  yield* Effect.fromResult(checkCallbacks(callbacks, network))
  const origin = Resuming.origin(stages, settings, task, seed, engine.name)
  const begun = yield* Resuming.find(resume, origin, callbacks)
  const outcome = yield* Training.run(
    {
      engine,
      program: { ...program, network: yield* Starting.network(engine, program.network, data, seed), seed },
      epochs: settings.epochs,
      scheduleEpochs: settings.scheduleEpochs,
      averaging: settings.averaging,
      batchSize: settings.batchSize,
      dropLast: settings.dropLast,
      accumulate: settings.accumulate,
      grouped,
      evalFreq: settings.evalFreq,
      train: data,
      mixup: settings.mixup,
      trainMeasures: settings.measures,
      validation: validation === undefined || held === undefined ? undefined : { ...validation, data: held },
      callbacks,
      predict: (outputs, { rows, truth }) =>
        Prediction.fromOutputs(
          { schema: task, rows, truth },
          combined(parts, network, task, transforms, outputs),
          "prob"
        ),
      origin
    },
    begun.from
  )
  const notes = yield* Effect.fromResult(afterTraining(parts, outcome, held?.rows ?? 0))
  const scores = combined(parts, network, task, transforms, yield* scoresOf(engine, network, outcome.arrays, data))
  const undecided = task.kind === "binary" && loss.translationInvariant
  const constant = undecided ? intercept(scores, data.targets, data.weights) : 0
  const own = Prediction.fromOutputs(
    { schema: task, rows: data.rows, truth: data.truth },
    scores.map((score) => score + constant),
    "prob"
  )
  return fitted(
    parts,
    {
      before: learned,
      target: transforms,
      arrays: outcome.arrays,
      intercept: constant,
      deviations: isLinear(parts) ? deviations(learned, made, train.weights) : undefined
    },
    task,
    outcome,
    [
      ...begun.notes,
      ...Resuming.afterEnd(resume, begun.from, outcome),
      ...TrainingNotes.limited(outcome.epochs, settings.epochs, outcome.reason),
      ...notes,
      ...TrainingNotes.usefulness(train, own, {
        epochs: outcome.epochs,
        loss: loss.loss,
        classWeights: settings.classWeights !== undefined,
        rankedBy: rankedBy(settings)
      })
    ]
  )
})
