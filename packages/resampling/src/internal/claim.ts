/**
 * The claim of a design on a directory: whichever of two different runs that start at once is first has it, before either
 * has written anything else; so it is with two changes of a run that is there.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Live from "../Live.ts"
import { RunError } from "../RunError.ts"

const taken = (directory: string): RunError =>
  new RunError({
    directory,
    given: "the directory",
    rule: "was taken by another design (by one that starts at this moment, or was stopped before it had begun)",
    advice: "choose another directory, or delete this one"
  })

const extended = (directory: string): RunError =>
  new RunError({
    directory,
    given: "the run there",
    rule: "is just being changed by another start (or that one was killed at it)",
    advice: "wait for it; where there is none, delete the file design.next"
  })

const computed = (directory: string, process: string): RunError =>
  new RunError({
    directory,
    given: "the run there",
    rule: `is computed by another start (${process}), whose design is not this one`,
    advice: "wait until that has ended, or end it; or choose another directory"
  })

/** Looks so often, a twentieth of a second apart, for what another process is just writing. */
const looks = 20

type Files = FileSystem.FileSystem | Path.Path

/**
 * Makes a file that holds a hash; where there is one, it must hold the same. Gives whether this made it. A file that stays
 * without a hash is of a process that was killed: it is made anew.
 */
const hold = Effect.fnUntraced(function* (
  file: string,
  hash: string,
  refused: RunError
): Effect.fn.Return<boolean, RunError | PlatformError, Files> {
  const fs = yield* FileSystem.FileSystem
  const first = yield* fs.writeFileString(file, hash, { flag: "wx" }).pipe(
    Effect.as(true),
    Effect.catchIf(
      ({ reason }) => reason._tag === "AlreadyExists",
      () => Effect.succeed(false)
    )
  )
  if (first) return true
  for (let look = 0; look < looks; look++) {
    const found = yield* Effect.orElseSucceed(fs.readFileString(file), () => "")
    if (found === hash) return false
    if (found.length >= hash.length) return yield* refused
    yield* Effect.sleep("50 millis")
  }
  yield* fs.writeFileString(file, hash)
  return true
})

/**
 * Takes a directory without a run for the design of a hash: its file `design.hash` is made by one process only. Later starts
 * of the same design share the directory, and one of another design is refused.
 */
export const claim = Effect.fnUntraced(function* (directory: string, hash: string) {
  const path = yield* Path.Path
  yield* hold(path.join(directory, "design.hash"), hash, taken(directory))
})

/**
 * Changes the design of the run in a directory, or goes on with the same: one process does so at a time, by the file
 * `design.next`. It is refused where another start has changed the run since its design was read (`now` reads it again), or
 * computes another design at this moment; `write` opens `Live` before it writes, so that later starts see this one.
 */
export const change = Effect.fnUntraced(function* <A, E, R, E2, R2>(
  directory: string,
  {
    before,
    hash,
    now
  }: { readonly before: string; readonly hash: string; readonly now: Effect.Effect<string | undefined, E2, R2> },
  write: Effect.Effect<A, E, R>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const next = path.join(directory, "design.next")
  return yield* Effect.acquireUseRelease(
    hold(next, hash, extended(directory)),
    () =>
      Effect.gen(function* () {
        const found = yield* now
        if (found !== before && found !== hash) return yield* taken(directory)
        const { processes } = yield* Live.look(directory)
        const other = [...processes].find(([, { alive, design = hash }]) => alive && design !== hash)
        if (other !== undefined) return yield* computed(directory, other[0])
        yield* fs.writeFileString(path.join(directory, "design.hash"), hash)
        return yield* write
      }),
    () => Effect.ignore(fs.remove(next, { force: true }))
  )
})
