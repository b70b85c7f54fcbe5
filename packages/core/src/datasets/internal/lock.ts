/**
 * A lock between processes: a file that only one can create.
 *
 * Its owner touches it every few seconds. A lock whose process is gone, or which nobody has touched for a minute (its
 * machine may be another one that shares the folder), is taken over. Should two processes take the same one over at once,
 * both write, and the check of the hash refuses a file that suffered from it.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Fs from "node:fs/promises"
import { hostname } from "node:os"
import { DatasetError } from "../DatasetError.ts"
import { codeOf, on, readJson } from "./storage.ts"

const touched = Duration.seconds(5)
const stale = Duration.minutes(1)
const pause = Duration.millis(200)

/** Signal 0 reaches whoever is there, and does nothing. */
const isAlive = (pid: number): boolean =>
  Result.match(Result.try({ try: () => process.kill(pid, 0), catch: (cause) => cause }), {
    onSuccess: () => true,
    onFailure: (cause) => codeOf(cause) === "EPERM"
  })

/** Whether the file was created by this call. */
const create = (path: string): Effect.Effect<boolean, DatasetError> =>
  on(path, () =>
    Fs.writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: "wx" }).then(
      () => true,
      (cause: unknown) => (codeOf(cause) === "EEXIST" ? false : Promise.reject(cause))
    )
  )

/** Who holds the lock; undefined where its owner is gone. A lock that is just being written has no owner yet. */
const ownerOf = Effect.fnUntraced(function* (path: string) {
  const age = yield* on(path, () =>
    Fs.stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      (cause: unknown) => (codeOf(cause) === "ENOENT" ? 0 : Promise.reject(cause))
    )
  )
  if (age > Duration.toMillis(stale)) return undefined
  const { host, pid } = ((yield* readJson(path)) ?? {}) as { readonly host?: unknown; readonly pid?: unknown }
  if (typeof pid !== "number") return "another process"
  return host === hostname() && !isAlive(pid) ? undefined : `process ${pid} on ${String(host)}`
})

const release = (path: string) => Effect.ignore(on(path, () => Fs.rm(path, { force: true })))

/** Creates the file, or tells who holds it. */
const attempt = Effect.fnUntraced(function* (path: string) {
  if (yield* create(path)) return undefined
  const owner = yield* ownerOf(path)
  if (owner !== undefined) return owner
  yield* release(path)
  return (yield* create(path)) ? undefined : "another process"
})

/**
 * Holds a lock until the scope ends, and waits for it before; `waiting` is told once whom it waits for.
 *
 * Errors: `DatasetError` where the file cannot be written, and after `patience`.
 */
export const hold = (
  path: string,
  patience: Duration.Duration,
  waiting: (owner: string) => Effect.Effect<void>
): Effect.Effect<void, DatasetError, Scope.Scope> => {
  const acquire = Effect.gen(function* () {
    for (let waited = 0; ; waited += Duration.toMillis(pause)) {
      const owner = yield* attempt(path)
      if (owner === undefined) return
      if (waited === 0) yield* waiting(owner)
      if (waited >= Duration.toMillis(patience)) {
        return yield* new DatasetError({
          reason: "Locked",
          given: path,
          rule: `is held by ${owner} for longer than ${Duration.format(patience)}`,
          advice: "Let it finish or end it, and remove that file if no process has it."
        })
      }
      yield* Effect.sleep(pause)
    }
  })
  const touch = Effect.ignore(on(path, () => Fs.utimes(path, new Date(), new Date())))
  return Effect.acquireRelease(acquire, () => release(path), { interruptible: true }).pipe(
    Effect.andThen(Effect.forkScoped(Effect.repeat(touch, Schedule.spaced(touched)))),
    Effect.asVoid
  )
}
