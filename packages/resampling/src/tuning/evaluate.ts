/**
 * Tries a configuration: trains its learner on every inner training set, and measures it on the test set of each.
 */
import * as Task from "@rocflow/core/data/Task"
import * as Duration from "@rocflow/core/Duration"
import type { Checkpoint } from "@rocflow/core/learning/Checkpoint"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Measure from "@rocflow/core/learning/Measure"
import * as Place from "@rocflow/core/learning/Place"
import type { Evaluation } from "@rocflow/core/learning/Tuning"
import * as Validation from "@rocflow/core/learning/Validation"
import { PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import type { Split } from "@rocflow/core/splitting/Split"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { mean } from "../internal/statistics.ts"
import type { Proposal } from "./Tuner.ts"

type AnyLearner<R> = Learner.Learner<Task.Kind, string, unknown, R>

/** How epochs are tuned inside. */
export interface Epochs {
  /** The most of a training; schedules have this length. */
  readonly most: number | undefined
  /** Evaluations without a gain that end a training. */
  readonly patience: number | undefined
  readonly minDelta: number
}

/** What all configurations of a tuning have in common. */
export interface Setting<R> {
  readonly task: Task.Task
  readonly splits: ReadonlyArray<Split>
  readonly measure: Measure.Measure
  readonly seed: Seed.Seed
  readonly make: (values: Proposal["values"]) => Result.Result<AnyLearner<R>, PipelineError>
  /** Absent where a learner is trained as it is. */
  readonly epochs: Epochs | undefined
  /** Where trainings stopped that may go on, by configuration and split. */
  readonly states: Map<string, Checkpoint>
  /** Whether what callbacks left of a training is gone on from. */
  readonly resume: boolean
}

/** What a training on an inner split gave. */
interface Tried {
  readonly score: Measure.Measured
  readonly epochs?: number
  readonly trained?: number
}

const refuse = (message: string) => Effect.fail(new PipelineError({ issues: [{ path: [], message }] }))

/** The seed of a training on an inner split: the same for all configurations, which differ by their values alone. */
const seedOf = <R>({ seed }: Setting<R>, split: number): Seed.Seed => Seed.derive(seed, "split", split)

/** Trains as the learner says, and measures what it predicts. */
const asItIs = Effect.fnUntraced(function* <R>(setting: Setting<R>, learner: AnyLearner<R>, split: number) {
  const { measure, resume, splits, task } = setting
  const { test, train } = splits[split]!
  const trained = yield* Learner.train(learner, Task.take(task, train), {
    seed: seedOf(setting, split),
    ...(resume && { resume })
  })
  const tried: Tried = { score: measure.evaluate(yield* Learner.predict(trained, Task.take(task, test))) }
  return tried
})

/** The learner of a step that is trained in epochs; its schedules have the length of the most that there may be. */
const epochsOf = <R>({ id, epochs }: AnyLearner<R>) =>
  epochs === undefined
    ? refuse(`learner "${id}" is not trained in epochs, so that there are none to tune; leave epochs out`)
    : Effect.succeed(epochs)

/** The most epochs of a learner that tunes them. */
export const mostOf = (epochs: Epochs, own: number): number => epochs.most ?? own

const goesOn = (from: Checkpoint | undefined, resume: boolean): Learner.Options =>
  from !== undefined ? { resume: from } : resume ? { resume } : {}

/** Trains with the test set as rows that are held out, and finds the best epoch. */
const toBestEpoch = Effect.fnUntraced(function* <R>(
  setting: Setting<R>,
  epochs: Epochs,
  learner: AnyLearner<R>,
  split: number,
  { bracket, budget, values }: Proposal
) {
  const { measure, resume, splits, states, task } = setting
  const key = JSON.stringify([bracket, split, values])
  const { test, train } = splits[split]!
  const own = yield* epochsOf(learner)
  const most = mostOf(epochs, own.most)
  const held = Array.from(test, (_, i) => train.length + i)
  const { fitted } = yield* Learner.train(
    own.change({
      epochs: Math.min(most, budget ?? most),
      scheduleEpochs: most,
      validation: Validation.rows(held, {
        measures: [measure],
        patience: epochs.patience ?? most,
        minDelta: epochs.minDelta
      })
    }),
    Task.take(task, [...train, ...test]),
    { seed: seedOf(setting, split), ...goesOn(states.get(key), resume) }
  )
  const { outcome } = fitted
  if (budget !== undefined && outcome !== undefined) states.set(key, outcome)
  const best = outcome?.best
  const tried: Tried =
    best === undefined
      ? {
          score: Measure.undefinedBecause(`${measure.label} was undefined in every epoch`),
          trained: outcome?.epochs ?? 0
        }
      : { score: best.score, epochs: best.epoch, trained: outcome!.epochs }
  return tried
})

const describe = (cause: Cause.Cause<unknown>): { readonly tag: string; readonly message: string } => {
  const error: unknown = Cause.squash(cause)
  const tag = typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "Defect"
  return { tag, message: error instanceof Error ? error.message : String(error) }
}

/**
 * Tries a configuration. It does not fail: a training that does, expected or not, ends the trial, which has no score then.
 */
export const evaluate = Effect.fnUntraced(function* <R>(
  setting: Setting<R>,
  proposal: Proposal,
  folder: string
): Effect.fn.Return<Evaluation, never, R> {
  const { epochs, make, splits } = setting
  const started = yield* Duration.now
  const tried: Array<Tried> = []
  const trial = Effect.gen(function* () {
    const learner = yield* Effect.fromResult(make(proposal.values))
    for (const split of splits.keys()) {
      const training =
        epochs === undefined ? asItIs(setting, learner, split) : toBestEpoch(setting, epochs, learner, split, proposal)
      tried.push(yield* Place.within(`${folder}/${split}`)(training))
    }
  })
  const exit = yield* Effect.exit(trial)
  if (exit._tag === "Failure" && Cause.hasInterrupts(exit.cause)) return yield* Effect.interrupt
  const seconds = (yield* Duration.now) - started
  const { bracket, budget, values } = proposal
  const scores = tried.map(({ score }) => score)
  const defined = scores.filter(Measure.isDefined)
  const best = tried.flatMap(({ epochs: best }) => best ?? [])
  return {
    values,
    ...(exit._tag === "Success" && defined.length > 0 && { score: mean(defined) }),
    scores,
    ...(best.length > 0 && { epochs: Math.ceil(mean(best)) }),
    ...(epochs !== undefined && { trained: tried.reduce((sum, { trained = 0 }) => sum + trained, 0) }),
    ...(bracket !== undefined && { bracket }),
    ...(budget !== undefined && { budget }),
    seconds,
    ...(exit._tag === "Failure" && { error: describe(exit.cause) })
  }
})
