/**
 * `Callback.tensorBoard`: losses and measures for TensorBoard.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { fs, os, path } from "../../../internal/node.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import type { CallbackError } from "../../CallbackError.ts"
import * as Place from "../../Place.ts"
import { define, type Hooks, make } from "../callback.ts"
import * as Files from "./files.ts"
import { numbersOf } from "./logs.ts"
import * as TfEvents from "./tfEvents.ts"

const id = "Callback.tensorBoard"

const hooks = (directory: string): Hooks<CallbackError> => {
  let file = directory
  const append = Effect.fnUntraced(function* (step: number, ...events: ReadonlyArray<TfEvents.Event>) {
    const seconds = (yield* Clock.currentTimeMillis) / 1000
    const bytes = Buffer.concat(events.map((event) => TfEvents.encode(seconds, step, event)))
    yield* Files.attempt(id, file, () => fs().appendFile(file, bytes))
  })
  return {
    begin: Effect.fnUntraced(function* ({ epoch }) {
      const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const folder = yield* Place.at(directory)
      file = path().join(
        folder,
        `events.out.tfevents.${String(seconds).padStart(10, "0")}.${os().hostname()}.${process.pid}.${epoch}`
      )
      yield* Files.attempt(id, file, () => fs().mkdir(path().dirname(file), { recursive: true }))
      yield* append(0, { _tag: "Begin" })
      // What a session wrote that went on longer than its last checkpoint comes again.
      yield* append(epoch + 1, { _tag: "Session" })
    }),
    epochEnd: ({ row }) =>
      append(row.epoch, {
        _tag: "Scalars",
        values: [...numbersOf(row)].flatMap(([name, value]) =>
          name === "epoch" || value === null ? [] : [[name.replace(".", "/"), value] as const]
        )
      })
  }
}

/** `Callback.tensorBoard` as a definition, for registries. @category definitions */
export const tensorBoardDefinition = define({
  id,
  summary: "Writes losses and measures of each epoch for TensorBoard",
  observes: true,
  options: Schema.Struct({
    directory: OptionSchema.withDefault(Schema.NonEmptyString, "tensorboard", "The directory that TensorBoard reads")
  }),
  make: ({ directory }) => hooks(directory)
})

/**
 * Writes event files of TensorBoard into a directory (default "tensorboard"), a scalar for each number of an epoch: `loss`,
 * `seconds`, `train/auc`, `valid/auc`; the step is the epoch. A relative path is in `Place`. A training that is resumed
 * writes a file of its own, which voids what came after the epoch that it goes on from. Numbers are in single precision.
 *
 * Errors: `CallbackError` where nothing can be written.
 *
 * *Gotcha*: TensorBoard takes the files of one directory for one training; give each its own.
 *
 * @example
 * // tensorboard --logdir runs
 * Model.classif({ epochs: 100, callbacks: [Callback.tensorBoard("runs/first")] })
 * @category callbacks
 */
export const tensorBoard = (directory?: string) =>
  make(tensorBoardDefinition, directory === undefined ? {} : { directory })
