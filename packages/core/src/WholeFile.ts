/**
 * Files that appear whole or not at all: written under a name of their own beside their place, and then renamed.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"

let begun = 0

/** A name for a file before it is whole, which no other write has: several processes, or fibers, may write the same file. */
export const partial = (path: string): string => `${path}.${process.pid}-${begun++}.part`

/** Writes text or bytes into a folder that is there; a file of that name is replaced. */
export const write = Effect.fnUntraced(function* (
  path: string,
  content: string | Uint8Array
): Effect.fn.Return<void, PlatformError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const unfinished = partial(path)
  const written =
    typeof content === "string" ? fs.writeFileString(unfinished, content) : fs.writeFile(unfinished, content)
  yield* written.pipe(
    Effect.andThen(fs.rename(unfinished, path)),
    // Half a file on a full disk would be in the way of the next attempt.
    Effect.onError(() => Effect.ignore(fs.remove(unfinished, { force: true })))
  )
})
