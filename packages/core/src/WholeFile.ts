/**
 * Files that appear whole or not at all: written under a name of their own beside their place, and then renamed.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"

/** The name under which this process writes a file before it is whole. */
export const partial = (path: string): string => `${path}.${process.pid}.part`

/** Writes text or bytes into a folder that is there; a file of that name is replaced. */
export const write = Effect.fnUntraced(function* (
  path: string,
  content: string | Uint8Array
): Effect.fn.Return<void, PlatformError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const unfinished = partial(path)
  yield* typeof content === "string" ? fs.writeFileString(unfinished, content) : fs.writeFile(unfinished, content)
  yield* fs.rename(unfinished, path)
})
