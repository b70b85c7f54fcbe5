/**
 * Files that callbacks write, whole or not at all. Callbacks need no service for it: the type of a learner that was read
 * from JSON could not name one.
 */
import * as Effect from "effect/Effect"
import { fs, path } from "../../../internal/node.ts"
import * as WholeFile from "../../../WholeFile.ts"
import { CallbackError } from "../../CallbackError.ts"

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "it does not exist"],
  ["EACCES", "you may not use it"],
  ["EISDIR", "it is a directory"],
  ["ENOTDIR", "a file stands in its way"],
  ["EEXIST", "a file stands in its way"],
  ["EROFS", "nothing can be written there"],
  ["ENOSPC", "the disk is full"]
])

/** What the operating system says of a file. */
export const why = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
  return reasons.get(code) ?? code
}

/** Does something with a file; what goes wrong is said of the callback. */
export const attempt = <A>(callback: string, file: string, run: () => Promise<A>): Effect.Effect<A, CallbackError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new CallbackError({
        callback,
        given: `the file ${file}`,
        rule: `cannot be written: ${why(cause)}`,
        advice: "give a place where you may write"
      })
  })

/** Writes a file, which appears whole or not at all, and the directories above it. */
export const write = (
  callback: string,
  file: string,
  content: string | Uint8Array
): Effect.Effect<void, CallbackError> =>
  attempt(callback, file, async () => {
    await fs().mkdir(path().dirname(file), { recursive: true })
    const unfinished = WholeFile.partial(file)
    try {
      await fs().writeFile(unfinished, content)
      await fs().rename(unfinished, file)
    } catch (cause) {
      // What is left of it would go on filling a full disk.
      await fs()
        .rm(unfinished, { force: true })
        .catch(() => undefined)
      throw cause
    }
  })

/** The text of a file; undefined if it is not there. */
export const readText = (callback: string, file: string): Effect.Effect<string | undefined, CallbackError> =>
  attempt(callback, file, () =>
    fs()
      .readFile(file, "utf8")
      .catch((cause: unknown) => {
        if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
        throw cause
      })
  )

/** Removes a file if it is there. */
export const remove = (callback: string, file: string): Effect.Effect<void, CallbackError> =>
  attempt(callback, file, () => fs().rm(file, { force: true }))
