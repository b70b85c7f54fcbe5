/**
 * The heartbeat of a worker: a thread of its own, because training may not let go of the main one for minutes. It ends with
 * its process, however that ends.
 */
import { closeSync, constants, openSync, writeSync } from "node:fs"
import { isMainThread, Worker, workerData } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

interface Given {
  readonly file: string
  /** Milliseconds. */
  readonly interval: number
  /** What stands behind the number. */
  readonly words?: string
}

/** What a beat leaves in its file. */
export const text = (count: number, words: string | undefined): string =>
  `${count}${words === undefined ? "" : ` ${words}`}`

if (!isMainThread) {
  const { file, interval, words } = workerData as Given
  let count = 0
  const beat = () => {
    count += 1
    try {
      // Not truncated: whoever reads it meanwhile finds the beat before, and texts only grow.
      const open = openSync(file, constants.O_WRONLY | constants.O_CREAT)
      try {
        writeSync(open, text(count, words))
      } finally {
        closeSync(open)
      }
    } catch {
      // A file system that is away for a moment: the next beat may reach it.
    }
  }
  beat()
  setInterval(beat, interval)
}

/** A thread that cannot start, for lack of open files, processes or memory, costs the beats and not the work. */
const launch = (given: Given): Worker | undefined => {
  try {
    const thread = new Worker(new URL(import.meta.url), { workerData: given })
    thread.on("error", () => {})
    thread.unref()
    return thread
  } catch {
    return undefined
  }
}

/** Beats into a file until the scope ends. */
export const start = (given: Given): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => launch(given)),
      (thread) => Effect.promise(async () => thread?.terminate())
    )
  )
