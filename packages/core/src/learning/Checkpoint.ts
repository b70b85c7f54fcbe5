/**
 * A checkpoint is where a training stood after an epoch, with what it was a training of: plain data, and a file.
 *
 * Going on from one gives the same weights, history and predictions, to the last bit, as a training that was never stopped:
 * see `resume` of `Learner.train`. A file appears whole or not at all, and carries a checksum. It is one of the format
 * safetensors, so that other programs can read the arrays: `arrays/linear.kernel`, `slots/…` of the optimizer, `best/…`,
 * `averaged/…`.
 *
 * @example
 * const { state } = yield* Checkpoint.read("checkpoints/epoch-000010.checkpoint")
 * state.history.at(-1)?.loss // => the mean loss of epoch 10
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fs, path } from "../internal/node.ts"
import { CheckpointError } from "./CheckpointError.ts"
import * as Files from "./internal/callbacks/files.ts"
import { fromBytes } from "./internal/checkpoint/bytes.ts"
import { belonging, type Checkpoint, type Origin } from "./internal/checkpoint/origin.ts"

export { fromBytes, toBytes } from "./internal/checkpoint/bytes.ts"
export { belonging, type Checkpoint, nowhere, type Origin } from "./internal/checkpoint/origin.ts"

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
    Effect.tryPromise({ try: () => fs().readFile(file), catch: (cause) => damaged(file, Files.why(cause)) }),
    (bytes) => Effect.mapError(Effect.fromResult(fromBytes(bytes)), (why) => damaged(file, why))
  )

/** The name of the file of an epoch: in the order of epochs. */
export const fileOf = (epoch: number): string => `epoch-${String(epoch).padStart(6, "0")}.checkpoint`

/** Whether a file has the name of one of an epoch. */
export const isFileOfEpoch = (name: string): boolean => /^epoch-\d+\.checkpoint$/.test(name)

const readBelonging = (file: string, now: Origin) =>
  Effect.flatMap(read(file), (found) => Effect.fromResult(belonging(found, now, file)))

/**
 * Finds what a training goes on from: the file, or in a directory the latest checkpoint that is whole and of this training.
 *
 * Errors: `CheckpointError` for a path that is not there, a directory without a checkpoint, or the reason why the latest one
 * cannot be used if no other one can.
 */
export const latest = Effect.fnUntraced(function* (
  place: string,
  now: Origin
): Effect.fn.Return<Checkpoint, CheckpointError> {
  const names = yield* Effect.promise(() =>
    fs()
      .readdir(place)
      .catch(() => undefined)
  )
  if (names === undefined) return yield* readBelonging(place, now)
  let first: CheckpointError | undefined
  for (const name of names.filter(isFileOfEpoch).toSorted().reverse()) {
    const found = yield* Effect.result(readBelonging(path().join(place, name), now))
    if (Result.isSuccess(found)) return found.success
    first ??= found.failure
  }
  return yield* (
    first ??
      new CheckpointError({
        file: place,
        given: "the directory",
        rule: "has no checkpoint of an epoch",
        advice: "name the directory of Callback.checkpoint, or train without resume"
      })
  )
})
