/**
 * What a training of a pipeline goes on from.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Note from "../../data/Note.ts"
import type { Task } from "../../data/Task.ts"
import { hashJson } from "../../Hash.ts"
import type { Seed } from "../../Seed.ts"
import type { Stage } from "../../pipeline/Stage.ts"
import type { Hooks } from "../Callback.ts"
import * as Checkpoint from "../Checkpoint.ts"
import { CheckpointError } from "../CheckpointError.ts"
import type * as Learner from "../Learner.ts"
import type { State } from "../State.ts"
import type { Outcome } from "../Training.ts"
import * as Settings from "./settings.ts"

/** The hash of what has a say in the weights. */
const hashOf = (stages: ReadonlyArray<Stage>, settings: Settings.Settings): string =>
  hashJson(
    stages.map(({ bound, id, json, kind }) => {
      const encoded = Result.isSuccess(bound) ? bound.success.encoded : json
      return [
        id,
        kind === "model" && typeof encoded === "object" ? Settings.decisive(encoded ?? {}, settings) : encoded
      ]
    })
  )

/** What the checkpoints of a training say that it is one of. */
export const origin = (
  stages: ReadonlyArray<Stage>,
  settings: Settings.Settings,
  { hash, kind, roles, rows }: Task,
  seed: Seed,
  engine: string
): Checkpoint.Origin => ({
  learner: hashOf(stages, settings),
  task: { hash, kind, target: roles.target, features: roles.feature, rows },
  seed,
  engine,
  epochs: settings.epochs
})

const begunAnew = ({ message }: CheckpointError): Note.Note =>
  Note.make({
    code: "not-resumed",
    finding: `began anew, as what was there is not to be gone on from: ${message}`,
    advice: "Take the files away, or give the learner and the task that they were made with."
  })

/** Where a training begins, and what is to be said of it. */
export interface Found {
  readonly from: State | undefined
  readonly notes: ReadonlyArray<Note.Note>
}

const nothing: Found = { from: undefined, notes: [] }

/** What the first of the callbacks left that left anything. */
const left = Effect.fnUntraced(function* <E, R>(callbacks: ReadonlyArray<Hooks<E, R>>, now: Checkpoint.Origin) {
  for (const { resume } of callbacks) {
    const found = yield* Effect.result(resume?.(now) ?? Effect.succeed(undefined))
    if (Result.isFailure(found)) {
      const error = found.failure
      return error instanceof CheckpointError ? { ...nothing, notes: [begunAnew(error)] } : yield* Effect.fail(error)
    }
    if (found.success === undefined) continue
    const checked = Checkpoint.belonging(found.success, now)
    return Result.isSuccess(checked)
      ? { ...nothing, from: checked.success.state }
      : { ...nothing, notes: [begunAnew(checked.failure)] }
  }
  return nothing
})

/** Finds where a training begins. Errors: `CheckpointError` where a checkpoint is named that is none of this training. */
export const find = Effect.fnUntraced(function* <E, R>(
  resume: Learner.Resume | undefined,
  now: Checkpoint.Origin,
  callbacks: ReadonlyArray<Hooks<E, R>>
): Effect.fn.Return<Found, CheckpointError | E, R> {
  if (resume === undefined) return nothing
  if (resume === true) return yield* left(callbacks, now)
  const checkpoint =
    typeof resume === "string"
      ? yield* Checkpoint.latest(resume, now)
      : yield* Effect.fromResult(Checkpoint.belonging(resume, now))
  return { from: checkpoint.state, notes: [] }
})

/** What is said of a training that was over when it was to be gone on with. */
export const afterEnd = (
  resume: Learner.Resume | undefined,
  from: State | undefined,
  { epochs, reason }: Outcome
): ReadonlyArray<Note.Note> =>
  // What a learner left by itself is the same training, of which nothing else is to be said than of one without a stop.
  from === undefined || resume === true || from.epoch !== epochs || reason === "epochs"
    ? []
    : [
        Note.make({
          code: "already-ended",
          finding: `had ended after ${epochs} epochs, by ${reason === "callback" ? "a callback" : reason}, and is given back as it was`,
          advice: "Train anew, without resume, for another result."
        })
      ]
