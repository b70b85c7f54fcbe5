/**
 * Folders that are called 1, 2, 3, …: each belongs to the one process that made it.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"

/** The numbers of the folders that are there, ascending. */
export const all = Effect.fnUntraced(function* (
  parent: string
): Effect.fn.Return<ReadonlyArray<number>, never, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(fs.readDirectory(parent), (): ReadonlyArray<string> => [])
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
})

/** Makes the next folder. Making one is atomic, so that of two processes one takes the number after it. */
export const make: (parent: string) => Effect.Effect<number, PlatformError, FileSystem.FileSystem | Path.Path> =
  Effect.fnUntraced(function* (parent) {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* fs.makeDirectory(parent, { recursive: true })
    const number = ((yield* all(parent)).at(-1) ?? 0) + 1
    return yield* fs.makeDirectory(path.join(parent, String(number))).pipe(
      Effect.as(number),
      Effect.catchIf(
        ({ reason }) => reason._tag === "AlreadyExists",
        () => make(parent)
      )
    )
  })
