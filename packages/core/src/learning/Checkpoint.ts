/**
 * A checkpoint is where a training stood after an epoch, with what it was a training of: plain data, and a file.
 *
 * Going on from one gives the same weights, history and predictions, to the last bit, as a training that was never stopped:
 * see `resume` of `Learner.train`. A file appears whole or not at all, and carries a checksum. It is one of the format
 * safetensors, so that other programs can read the arrays: `arrays/linear.kernel`, `slots/…` of the optimizer, `best/…`, `averaged/…`.
 *
 * @example
 * const { state } = yield* Checkpoint.read("checkpoints/epoch-000010.checkpoint")
 * state.history.at(-1)?.loss // => the mean loss of epoch 10
 */
import * as Fs from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { sha256 } from "../Hash.ts"
import type { NamedArray } from "../network/Graph.ts"
import type { Seed } from "../Seed.ts"
import { CheckpointError } from "./CheckpointError.ts"
import { History } from "./History.ts"
import * as Files from "./internal/callbacks/files.ts"
import * as Safetensors from "./internal/safetensors.ts"
import type { State } from "./State.ts"

const Origin = Schema.Struct({
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

const Header = Schema.fromJsonString(
  Schema.Struct({
    origin: Origin,
    epoch: Schema.Int,
    step: Schema.Int,
    stopping: Schema.Array(
      Schema.Struct({
        best: Schema.optionalKey(Schema.Struct({ epoch: Schema.Int, score: Schema.Finite })),
        stagnation: Schema.Int,
        improved: Schema.Boolean,
        stop: Schema.Boolean
      })
    ),
    history: History,
    schedules: Schema.Array(Schema.Unknown),
    /** Of how many weights the average is, if it has begun. */
    averaged: Schema.optionalKey(Schema.Int),
    frozen: Schema.Array(Schema.String),
    stopped: Schema.optionalKey(Schema.Literals(["time limit", "callback"])),
    callbacks: Schema.Array(Schema.Struct({ id: Schema.String, saved: Schema.Unknown })),
    /** Whether the arrays of the best epoch are there. */
    best: Schema.Boolean
  })
)

const parts = ["arrays", "slots", "best", "averaged"] as const
type Part = (typeof parts)[number]

const under = (part: Part, arrays: ReadonlyArray<NamedArray>): ReadonlyArray<NamedArray> =>
  arrays.map((array) => ({ ...array, path: `${part}/${array.path}` }))

const within = (part: Part, arrays: ReadonlyArray<NamedArray>): ReadonlyArray<NamedArray> =>
  arrays.flatMap((array) =>
    array.path.startsWith(`${part}/`) ? [{ ...array, path: array.path.slice(part.length + 1) }] : []
  )

/** The SHA-256 of all that a file says. */
const checksum = (header: string, arrays: ReadonlyArray<NamedArray>): string => {
  const hash = sha256().update(header)
  for (const { path, shape, values } of arrays) {
    hash.update(JSON.stringify([path, shape]))
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  return hash.digest("hex")
}

const format = "rocflow checkpoint 1"

/** The bytes of a file, or why there are none: a score or what a callback remembers is no JSON. @category conversions */
export const toBytes = ({ origin, state }: Checkpoint): Result.Result<Uint8Array, string> => {
  const { averaged, best, callbacks, engine, epoch, frozen, history, schedules, stopped, stopping } = state
  const header = Schema.encodeResult(Header)({
    origin,
    epoch,
    step: engine.step,
    stopping: stopping.map(({ best, ...rest }) => (best === undefined ? rest : { ...rest, best })),
    history,
    schedules,
    ...(averaged === undefined ? {} : { averaged: averaged.count }),
    frozen,
    ...(stopped === undefined ? {} : { stopped }),
    callbacks,
    best: best !== undefined
  })
  return Result.mapBoth(header, {
    onSuccess: (text) => {
      const arrays = [
        ...under("arrays", engine.arrays),
        ...under("slots", engine.slots),
        ...under("best", best ?? []),
        ...under("averaged", averaged?.arrays ?? [])
      ]
      return Safetensors.write({ texts: { format, checkpoint: text, sha256: checksum(text, arrays) }, arrays })
    },
    onFailure: ({ message }) => message.split("\n")[0]!
  })
}

/** Reads what `toBytes` gave, or says what is wrong with it. @category conversions */
export const fromBytes = (bytes: Uint8Array): Result.Result<Checkpoint, string> =>
  Result.gen(function* () {
    const { arrays, texts } = yield* Safetensors.read(bytes)
    const text = texts["checkpoint"]
    if (texts["format"] !== format || text === undefined) return yield* Result.fail("rocflow did not write it")
    if (checksum(text, arrays) !== texts["sha256"]) return yield* Result.fail("its checksum is another one")
    const read = yield* Result.mapError(Schema.decodeUnknownResult(Header)(text), () => "its header cannot be read")
    const { averaged, best, callbacks, epoch, frozen, history, origin, schedules, step, stopped, stopping } = read
    const state: State = {
      epoch,
      engine: { step, arrays: within("arrays", arrays), slots: within("slots", arrays) },
      stopping: stopping.map(({ best, ...rest }) => ({ best, ...rest })),
      best: best ? within("best", arrays) : undefined,
      history,
      schedules,
      averaged: averaged === undefined ? undefined : { count: averaged, arrays: within("averaged", arrays) },
      frozen,
      stopped,
      callbacks
    }
    return { origin, state }
  })

const damaged = (file: string, why: string) =>
  new CheckpointError({
    file,
    given: "the file",
    rule: `is no whole checkpoint (${why})`,
    advice: "go on from another one, or train anew"
  })

/**
 * Reads a checkpoint from a file. Errors: `CheckpointError` for a file that is not there, that rocflow did not write, or
 * whose checksum is wrong.
 */
export const read = (file: string): Effect.Effect<Checkpoint, CheckpointError> =>
  Effect.flatMap(
    Effect.tryPromise({ try: () => Fs.readFile(file), catch: (cause) => damaged(file, Files.why(cause)) }),
    (bytes) => Effect.mapError(Effect.fromResult(fromBytes(bytes)), (why) => damaged(file, why))
  )

/** The name of the file of an epoch: in the order of epochs. */
export const fileOf = (epoch: number): string => `epoch-${String(epoch).padStart(6, "0")}.checkpoint`

/** Whether a file has the name of one of an epoch. */
export const isFileOfEpoch = (name: string): boolean => /^epoch-\d+\.checkpoint$/.test(name)

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

const readBelonging = (file: string, now: Origin) =>
  Effect.flatMap(read(file), (found) => Effect.fromResult(belonging(found, now, file)))

/**
 * Finds what a training goes on from: the file, or in a directory the latest checkpoint that is whole and of this training.
 *
 * Errors: `CheckpointError` for a path that is not there, a directory without a checkpoint, or the reason why the latest one
 * cannot be used if no other one can.
 */
export const latest = Effect.fnUntraced(function* (
  path: string,
  now: Origin
): Effect.fn.Return<Checkpoint, CheckpointError> {
  const names = yield* Effect.promise(() => Fs.readdir(path).catch(() => undefined))
  if (names === undefined) return yield* readBelonging(path, now)
  let first: CheckpointError | undefined
  for (const name of names.filter(isFileOfEpoch).toSorted().reverse()) {
    const found = yield* Effect.result(readBelonging(join(path, name), now))
    if (Result.isSuccess(found)) return found.success
    first ??= found.failure
  }
  return yield* (
    first ??
      new CheckpointError({
        file: path,
        given: "the directory",
        rule: "has no checkpoint of an epoch",
        advice: "name the directory of Callback.checkpoint, or train without resume"
      })
  )
})
