/**
 * Brings what a job wrote elsewhere into the directory of its run.
 */
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Checked from "../../Checked.ts"
import * as Job from "../../Job.ts"
import * as Packs from "../../Packs.ts"
import { RunError } from "../../RunError.ts"
import * as Segments from "../../Segments.ts"
import { blockOf, isOutputOf } from "./outputs.ts"
import type { Queue } from "./Queue.ts"

const isResult = Schema.is(Job.Result)

/**
 * Writes the files of a job and then its record, as the job would have done here. Refused is what no job of this id writes:
 * others may write into the database.
 */
export const collect = Effect.fnUntraced(function* (queue: Queue, run: string, id: string, directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const refuse = (given: string, rule: string) =>
    new RunError({
      directory,
      given: `${given} of job ${id} in the queue`,
      rule,
      advice: "see who writes into the database"
    })
  const text = yield* queue.result(run, id)
  // Another start of the same run was quicker.
  if (text === undefined) return
  const result: unknown = JSON.parse(text)
  if (!isResult(result) || result.id !== id) return yield* refuse("the result", "is not one that rocflow wrote")
  const { pack, ...own } = result
  let packed: Pick<Job.Result, "pack"> = {}
  for (const file of yield* queue.outputs(run, id)) {
    if (!isOutputOf(id, file.path)) return yield* refuse(`the file ${file.path}`, "is not one that a job writes")
    const bytes = yield* queue.outputContent(run, id, file)
    if (file.path === blockOf(id)) {
      if (Checked.digest(bytes) !== result.predictions) {
        return yield* refuse(`the file ${file.path}`, "was changed since it was written")
      }
      packed = yield* Packs.append(directory, bytes)
      continue
    }
    const place = path.join(directory, file.path)
    yield* fs.makeDirectory(path.dirname(place), { recursive: true })
    yield* WholeFile.write(place, bytes)
  }
  if (pack !== undefined && packed.pack === undefined) return yield* refuse("the result", "lacks its predictions")
  yield* Segments.append(directory, { ...own, ...packed })
})
