/**
 * The example images of a run's tasks, kept in its directory: a report shows them long after the data went elsewhere.
 */
import * as Examples from "@rocflow/core/data/Examples"
import type { Task } from "@rocflow/core/data/Task"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Checked from "./Checked.ts"
import { unreadable } from "./RunError.ts"

/** The example images of a column of a task; see `Examples.ofTask`. @category schemas */
export const TaskImages = Schema.Struct({
  task: Schema.String,
  column: Schema.String,
  levels: Schema.Array(Schema.String),
  subsets: Schema.Array(Schema.String),
  images: Schema.Array(
    Schema.Struct({
      level: Schema.String,
      subset: Schema.String,
      row: Schema.Int,
      height: Schema.Int,
      width: Schema.Int,
      channels: Schema.Literals([1, 3]),
      pixels: Schema.Uint8ArrayFromBase64
    })
  ),
  more: Schema.Struct({ levels: Schema.Int, subsets: Schema.Int })
})

/** @category models */
export type TaskImages = typeof TaskImages.Type

const Kept = Schema.Struct({ images: Schema.Array(TaskImages) })
const encode = Schema.encodeSync(Kept)

const fileOf = Effect.fnUntraced(function* (directory: string) {
  const path = yield* Path.Path
  return path.join(directory, "images.json")
})

/**
 * Keeps the example images of tasks in the directory of a run; no file if there are none. An image that cannot be read is
 * no reason not to run: the jobs that need it fail, and say why.
 */
export const write = Effect.fnUntraced(function* (directory: string, tasks: ReadonlyArray<Task>) {
  const found = yield* Effect.forEach(tasks, (task) =>
    Effect.map(
      Effect.orElseSucceed(Examples.ofTask(task), () => []),
      (examples) => examples.map((each): TaskImages => ({ task: task.id, ...each }))
    )
  )
  if (found.flat().length > 0) {
    yield* WholeFile.write(yield* fileOf(directory), Checked.write(encode({ images: found.flat() })))
  }
})

/** Reads the example images of a run; none if it has none. */
export const read = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fileOf(directory)
  if (!(yield* fs.exists(file))) return []
  const read = Result.flatMap(Checked.read(yield* fs.readFileString(file)), (json) =>
    Result.mapBoth(Schema.decodeUnknownResult(Kept)(json), {
      onSuccess: ({ images }) => images,
      onFailure: ({ message }) => message.split("\n")[0]!
    })
  )
  if (Result.isFailure(read)) return yield* unreadable(directory, "images.json", read.failure)
  return read.success
})
