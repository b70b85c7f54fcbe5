/**
 * Threads that decode images while this one trains.
 *
 * A JPEG of 224 × 224 pixels takes about 7 ms, a PNG 5, one of 28 × 28 a quarter of a millisecond; to start a thread takes
 * about 100 ms. So there are threads only where there is enough to decode.
 */
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Answer, Request } from "./decodeWorker.ts"

/** Rows of so many numbers in all are worth threads. */
export const worthwhile = 2 ** 22

const mostThreads = 4

interface Waiting {
  readonly resolve: (values: Float32Array) => void
  readonly reject: (cause: Error) => void
}

/** Decodes an image file in another thread. */
export type Decode = (path: string) => Promise<Float32Array>

/** The thread's module has the ending of this one: TypeScript in the repository, JavaScript where it is installed. */
const entry = new URL(import.meta.url.replace(/[^/]*(\.[jt]s)$/, "decodeWorker$1"))

const start = (): { readonly decode: Decode; readonly stop: () => Promise<unknown> } => {
  const worker = new Worker(entry)
  const waiting = new Map<number, Waiting>()
  const failAll = (cause: Error) => {
    for (const { reject } of waiting.values()) reject(cause)
    waiting.clear()
  }
  worker.on("message", (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ("values" in answer) asked?.resolve(answer.values)
    else asked?.reject(new Error(answer.problem))
  })
  worker.on("error", (cause: unknown) => failAll(cause instanceof Error ? cause : new Error(String(cause))))
  worker.on("exit", () => failAll(new Error("the decoding thread has ended")))
  let id = 0
  return {
    decode: (path) =>
      new Promise((resolve, reject) => {
        id += 1
        waiting.set(id, { resolve, reject })
        const request: Request = { id, path }
        worker.postMessage(request, [])
      }),
    stop: () => worker.terminate()
  }
}

/** Starts threads, one less than there are processors, which take turns; they end with the scope. */
export const open: Effect.Effect<Decode, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() =>
      Array.from({ length: Math.min(mostThreads, Math.max(1, availableParallelism() - 1)) }, () => start())
    ),
    (threads) => Effect.promise(() => Promise.all(threads.map(({ stop }) => stop())))
  ),
  (threads) => {
    let turn = 0
    return (path) => {
      turn = (turn + 1) % threads.length
      return threads[turn]!.decode(path)
    }
  }
)
