/**
 * The claim of a design on a directory: whichever of two different runs that start at once is first has it, before either
 * has written anything else.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import { RunError } from "../RunError.ts"

const taken = (directory: string): RunError =>
  new RunError({
    directory,
    given: "the directory",
    rule: "was taken by another design (by one that starts at this moment, or was stopped before it had begun)",
    advice: "choose another directory, or delete this one"
  })

/** Looks so often, a twentieth of a second apart, for what another process is just writing. */
const looks = 20

/**
 * Takes a directory for the design of a hash: its file `design.hash` is made by one process only. Later starts of the same
 * design share the directory, and one of another design is refused, unless it goes on with the run that is there.
 */
export const claim = Effect.fnUntraced(function* (
  directory: string,
  hash: string,
  goesOn: boolean
): Effect.fn.Return<void, RunError | PlatformError, FileSystem.FileSystem | Path.Path> {
  const fs = yield* FileSystem.FileSystem
  const file = (yield* Path.Path).join(directory, "design.hash")
  const first = yield* fs.writeFileString(file, hash, { flag: "wx" }).pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => reason._tag === "AlreadyExists",
      () => Effect.succeed(false)
    )
  )
  if (first) return
  for (let look = goesOn ? looks : 0; look < looks; look++) {
    const found = yield* fs.readFileString(file)
    if (found === hash) return
    if (found.length >= hash.length) return yield* taken(directory)
    yield* Effect.sleep("50 millis")
  }
  // Whoever made it was killed before it could say its design, and has written nothing else; or its run changed in part.
  yield* fs.writeFileString(file, hash)
})
