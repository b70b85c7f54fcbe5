/**
 * What processes that were killed left half written.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"

/**
 * Removes the files below a directory that were to be renamed when they were whole, and were last written before a time in
 * milliseconds: whoever wrote them is gone.
 */
export const sweep = Effect.fnUntraced(function* (
  directory: string,
  before: number
): Effect.fn.Return<void, PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const parts = (yield* fs.readDirectory(directory, { recursive: true })).filter((name) =>
    /\.\d+-\d+\.part$/.test(name)
  )
  for (const name of parts) {
    const file = path.join(directory, name)
    const info = yield* Effect.option(fs.stat(file))
    const written = Option.flatMap(info, ({ mtime }) => mtime)
    if (Option.isSome(written) && written.value.getTime() < before) yield* fs.remove(file, { force: true })
  }
})
