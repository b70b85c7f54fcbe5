/**
 * What a run remembers of its queue, in `workers/queue.json`: the database, without a password, and its name there.
 */
import * as Events from "@rocflow/core/learning/Events"
import * as WholeFile from "@rocflow/core/WholeFile"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { RunError } from "../../RunError.ts"
import * as Address from "./Address.ts"
import * as Database from "./Database.ts"
import * as Queue from "./Queue.ts"

declare module "@rocflow/core/learning/Events" {
  interface Kinds {
    /** Jobs are in a queue for workers; `address` has no password. */
    readonly JobsQueued: {
      readonly address: string
      readonly jobs: number
      /** Why workers need the experiment on their machine; empty where they do not. */
      readonly needs: string
    }
    /** The queue of a run is away, or back. */
    readonly QueueTrouble: { readonly message: string }
  }
}

/** @category schemas */
export const Link = Schema.Struct({
  /** The address without a password. */
  address: Schema.String,
  /** The name of the run in the database. */
  run: Schema.String,
  /** The hash of the design that was sent, as written. */
  design: Schema.String
})

/** @category models */
export type Link = typeof Link.Type

const LinkJson = Schema.fromJsonString(Link)

const name = "workers/queue.json"

const fileOf = (directory: string) => Effect.map(Path.Path, (path) => path.join(directory, ...name.split("/")))

/** Reads it; undefined where the run has no queue. */
export const read = Effect.fnUntraced(function* (
  directory: string
): Effect.fn.Return<Link | undefined, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fileOf(directory)
  if (!(yield* fs.exists(file))) return undefined
  return yield* Schema.decodeUnknownEffect(LinkJson)(yield* fs.readFileString(file)).pipe(
    Effect.mapError(
      ({ message }) =>
        new RunError({
          directory,
          given: `the file ${name}`,
          rule: `is not one that rocflow wrote (${message.split("\n")[0]})`,
          advice: "delete it, and run the experiment again: finished jobs are kept"
        })
    )
  )
})

/** Writes it. */
export const write = Effect.fnUntraced(function* (directory: string, link: Link) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = yield* fileOf(directory)
  yield* fs.makeDirectory(path.dirname(file), { recursive: true })
  yield* WholeFile.write(file, Schema.encodeSync(LinkJson)(link))
})

/** Forgets it: the run has no queue any more. Its folder goes, too, unless other workers use it. */
export const remove = Effect.fnUntraced(function* (directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const file = yield* fileOf(directory)
  yield* fs.remove(file, { force: true })
  const folder = path.dirname(file)
  const rest = yield* Effect.orElseSucceed(fs.readDirectory(folder), () => [file])
  if (rest.length === 0) yield* fs.remove(folder, { recursive: true })
})

/**
 * Opens the queue of a run; undefined where it has none. The password is that of the environment. Errors: `RunError` for a
 * database that cannot be reached.
 */
export const open = Effect.fnUntraced(function* (directory: string) {
  const link = yield* read(directory)
  if (link === undefined) return undefined
  const address = Address.complete(link.address, process.env)
  if (Result.isFailure(address)) {
    return yield* new RunError({
      directory,
      given: `the address in ${name}`,
      rule: address.failure,
      advice: "delete the file, and run the experiment again: finished jobs are kept"
    })
  }
  const database = yield* Database.open(address.success, (message) => Events.emit({ _tag: "QueueTrouble", message }))
  return { run: link.run, address: link.address, queue: Queue.make(database) }
})
