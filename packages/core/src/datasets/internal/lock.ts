/**
 * A lock between processes: a file that only one can create.
 *
 * Its owner touches it every few seconds. A lock whose process is gone, or which nobody has touched for a minute (its
 * machine may be another one that shares the folder), is taken over, by one of those who see it.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import * as Fs from "node:fs/promises"
import { hostname } from "node:os"
import { DatasetError } from "../DatasetError.ts"
import { codeOf, on, parseJson } from "./storage.ts"

const touched = Duration.seconds(5)
const stale = Duration.minutes(1)
const pause = Duration.millis(200)

/** Signal 0 reaches whoever is there, and does nothing. */
const isAlive = (pid: number): boolean =>
  Result.match(Result.try({ try: () => process.kill(pid, 0), catch: (cause) => cause }), {
    onSuccess: () => true,
    onFailure: (cause) => codeOf(cause) === "EPERM"
  })

const Owner = Schema.Struct({ pid: Schema.Int, host: Schema.String })

/** What this process writes into its locks; no other lock has the same text. */
const textOf = (): string => JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() })

/** Undefined in the place of one error of Node, such as of a file that is not there. */
const unless =
  (code: string) =>
  (cause: unknown): undefined | Promise<never> =>
    codeOf(cause) === code ? undefined : Promise.reject(cause)

/** Whether the file was created by this call. */
const create = (path: string, text: string): Effect.Effect<boolean, DatasetError> =>
  on(path, () => Fs.writeFile(path, text, { flag: "wx" }).then(() => true, unless("EEXIST"))).pipe(
    Effect.map((created) => created === true)
  )

const read = (path: string) => on(path, () => Fs.readFile(path, "utf8").catch(unless("ENOENT")))

/** Who holds a lock of this text; undefined where its owner is gone. A lock that is just being written has no owner yet. */
const ownerOf = Effect.fnUntraced(function* (path: string, text: string) {
  const stat = yield* on(path, () => Fs.stat(path).catch(unless("ENOENT")))
  if (stat !== undefined && Date.now() - stat.mtimeMs > Duration.toMillis(stale)) return undefined
  const owner = Result.getOrUndefined(parseJson(text))
  if (!Schema.is(Owner)(owner)) return "another process"
  const { host, pid } = owner
  return host === hostname() && !isAlive(pid) ? undefined : `process ${pid} on ${host}`
})

/** Removes the lock if it has this text; another one, which somebody has just created, is put back. */
const removeOf = Effect.fnUntraced(function* (path: string, text: string) {
  if ((yield* read(path)) !== text) return
  const aside = `${path}.${randomUUID()}`
  const moved = yield* on(path, () => Fs.rename(path, aside).then(() => true, unless("ENOENT")))
  if (moved === undefined) return
  if ((yield* read(aside)) !== text) yield* Effect.ignore(on(path, () => Fs.link(aside, path)))
  yield* on(aside, () => Fs.rm(aside, { force: true }))
})

/** Creates the file, or tells who holds it. */
const attempt = Effect.fnUntraced(function* (path: string, text: string) {
  if (yield* create(path, text)) return undefined
  const found = yield* read(path)
  const owner = found === undefined ? undefined : yield* ownerOf(path, found)
  if (owner !== undefined) return owner
  if (found !== undefined) yield* removeOf(path, found)
  return (yield* create(path, text)) ? undefined : "another process"
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
  const text = textOf()
  const acquire = Effect.gen(function* () {
    for (let waited = 0; ; waited += Duration.toMillis(pause)) {
      const owner = yield* attempt(path, text)
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
  return Effect.acquireRelease(acquire, () => Effect.ignore(removeOf(path, text)), { interruptible: true }).pipe(
    Effect.andThen(Effect.forkScoped(Effect.repeat(touch, Schedule.spaced(touched)))),
    Effect.asVoid
  )
}
