/**
 * What a training is one of, and whether a checkpoint is of the same one.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Seed } from "../../../Seed.ts"
import { CheckpointError } from "../../CheckpointError.ts"
import type { State } from "../../State.ts"

/** The schema of an origin. */
export const Origin = Schema.Struct({
  /** The hash of all stages and options that have a say in the weights, the number of epochs aside. */
  learner: Schema.String,
  task: Schema.Struct({
    hash: Schema.String,
    kind: Schema.String,
    target: Schema.String,
    features: Schema.Array(Schema.String),
    rows: Schema.Int
  }),
  seed: Schema.Struct({ high: Schema.Int, low: Schema.Int }),
  /** The engine and its backend: numbers of different engines agree to rounding only. */
  engine: Schema.String,
  /** The most epochs that there were to be. */
  epochs: Schema.Int
})

/** What a training is one of: a checkpoint of another one is refused. @category models */
export type Origin = typeof Origin.Type

/** The origin of trainings that are not to be resumed. */
export const nowhere: Origin = {
  learner: "",
  task: { hash: "", kind: "", target: "", features: [], rows: 0 },
  seed: { high: 0, low: 0 },
  engine: "",
  epochs: 0
}

/** Where a training stood, and what it is one of. @category models */
export interface Checkpoint {
  readonly origin: Origin
  readonly state: State
}

const equal = (a: Seed, b: Seed): boolean => a.high === b.high && a.low === b.low

/** Why a checkpoint is not one of a training: what was given, and what to do; undefined if it is. */
const whyNot = ({ origin }: Checkpoint, now: Origin): readonly [rule: string, advice: string] | undefined => {
  const [then, task] = [origin.task, now.task]
  if (origin.learner !== now.learner) {
    return [
      "is of another pipeline",
      "give the stages and options that it was made with; only epochs, and callbacks that look on, may differ"
    ]
  }
  if (then.target !== task.target || then.kind !== task.kind || then.features.join("\0") !== task.features.join("\0")) {
    const of = ({ features, kind, target }: Origin["task"]) => `${kind} "${target}" by ${features.join(", ")}`
    return [`is of another task: ${of(then)}, and now ${of(task)}`, "give the task that it was made with"]
  }
  if (then.rows !== task.rows) {
    return [`was trained on ${then.rows} rows, and there are ${task.rows} now`, "give the rows that it was made with"]
  }
  if (then.hash !== task.hash) {
    return [
      "was trained on other rows, or on other values, levels or roles",
      "give the task that it was made with, its rows in the same order"
    ]
  }
  if (!equal(origin.seed, now.seed)) return ["was made with another seed", "give that seed, or train anew"]
  if (origin.engine !== now.engine) {
    return [
      `was made by the engine ${origin.engine}, and this is ${now.engine}, which agrees with it to rounding only`,
      `name it: engine: ${origin.engine}`
    ]
  }
  return origin.epochs > now.epochs
    ? [
        `is of a training of ${origin.epochs} epochs, and there are to be ${now.epochs}`,
        `give epochs: ${origin.epochs} or more`
      ]
    : undefined
}

/** Takes a checkpoint that is one of this training, or says why it is not. `file` is for the message. */
export const belonging = (
  checkpoint: Checkpoint,
  now: Origin,
  file?: string
): Result.Result<Checkpoint, CheckpointError> => {
  const problem = whyNot(checkpoint, now)
  if (problem === undefined) return Result.succeed(checkpoint)
  const [rule, advice] = problem
  return Result.fail(
    new CheckpointError({ ...(file === undefined ? {} : { file }), given: "the checkpoint", rule, advice })
  )
}
