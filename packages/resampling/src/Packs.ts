/**
 * The predictions of a run: blocks that processes append to files of their own, and nobody changes.
 *
 * ```
 * predictions/<machine>-<process>-<random>.pack   files of safetensors one behind the other, a job each: see `PredictionBytes`
 * ```
 *
 * The record of a job says where its block is, and its SHA-256. It is written behind the block, so that a process that is
 * killed in between leaves bytes of which no record speaks. Earlier versions wrote a Parquet file for each job,
 * `predictions/<id>.parquet`, which are read as they are.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"
import * as Checked from "./Checked.ts"
import * as ProcessName from "./internal/processName.ts"
import { readAt } from "./internal/readAt.ts"
import type * as Job from "./Job.ts"
import { RunError } from "./RunError.ts"

/** The folder of the packs. */
export const folder = "predictions"

/** The pack of this process. */
const pack = `${ProcessName.fresh()}.pack`

/** Where a block is can be said if nobody appends meanwhile. */
const alone = Semaphore.makeUnsafe(1)

/** Appends a block, and gives what a record says of it. Errors: those of the file system. */
export const append = Effect.fnUntraced(
  function* (
    directory: string,
    bytes: Uint8Array
  ): Effect.fn.Return<
    Required<Pick<Job.Result, "predictions" | "pack">>,
    PlatformError,
    FileSystem.FileSystem | Path.Path
  > {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const from = yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(path.join(directory, folder, pack), { flag: "a" })
        const { size } = yield* file.stat
        yield* file.writeAll(bytes)
        return Number(size)
      })
    )
    return { predictions: Checked.digest(bytes), pack: { file: pack, from, size: bytes.length } }
  },
  (effect) => alone.withPermit(effect)
)

/** A result whose predictions are in a pack. @category models */
export type Packed = Required<Pick<Job.Result, "id" | "predictions" | "pack">>

/** Whether the predictions of a job are in a pack. @category guards */
export const isPacked = <A extends Pick<Job.Result, "id" | "predictions" | "pack">>(result: A): result is A & Packed =>
  result.predictions !== undefined && result.pack !== undefined

/** Predictions that cannot be trusted. */
export const refuse = (directory: string, given: string, rule: string): RunError =>
  new RunError({
    directory,
    given,
    rule,
    advice:
      "delete the lines of the folder results that name it, and run the experiment again: these jobs are executed anew, the others are kept"
  })

/**
 * Reads the blocks of jobs, those of a pack in their order in it, and calls a function with each. Errors: `RunError` for a
 * block that was changed or is gone.
 */
export const each = Effect.fnUntraced(function* <A extends Packed, E>(
  directory: string,
  results: ReadonlyArray<A>,
  use: (result: A, bytes: Uint8Array) => Effect.Effect<unknown, E>
): Effect.fn.Return<void, RunError | PlatformError | E, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  for (const [name, own] of Map.groupBy(results, ({ pack }) => pack.file)) {
    const place = path.join(directory, folder, name)
    const given = ({ id }: A) => `the predictions of job ${id} in ${folder}/${name}`
    if (!(yield* fs.exists(place))) return yield* refuse(directory, given(own[0]!), "are gone")
    yield* Effect.scoped(
      Effect.gen(function* () {
        const file = yield* fs.open(place)
        for (const result of own.toSorted((a, b) => a.pack.from - b.pack.from)) {
          const bytes = yield* readAt(file, result.pack.from, result.pack.size)
          if (Checked.digest(bytes) !== result.predictions) {
            return yield* refuse(directory, given(result), "were changed since they were written")
          }
          yield* use(result, bytes)
        }
      })
    )
  }
})
