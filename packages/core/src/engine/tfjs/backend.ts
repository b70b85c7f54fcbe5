/**
 * Which TensorFlow.js backend runs: native (if the user installed it), WebAssembly, or plain JavaScript.
 */
import type * as Tf from "@tensorflow/tfjs-core"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import { EngineUnavailable } from "../Engine.ts"
import * as Native from "./native.ts"

/** The backends, best first. */
export const backends = ["node", "wasm", "cpu"] as const

/** A backend of TensorFlow.js: native, WebAssembly or plain JavaScript. */
export type Backend = (typeof backends)[number]

/** What a look at a backend found. */
export interface Found {
  readonly backend: Backend
  readonly available: boolean
  readonly detail: string
}

const require = createRequire(import.meta.url)

const reason = (cause: unknown): string => {
  const text = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!
  return text.startsWith("Cannot find package") ? "not installed" : text
}

const attempt = <A>(backend: Backend, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      new EngineUnavailable({
        engine: `tfjs-${backend}`,
        reason: reason(cause),
        advice:
          backend === "node"
            ? "`rocflow doctor --install tfjs-node` builds it, or leave the choice to rocflow"
            : "reinstall rocflow's dependencies"
      })
  })

/**
 * Loads tensors, gradients and one backend, and makes it the current one; `name` is what TensorFlow.js calls it. Layers are imported for a side effect:
 * tfjs-core's own Node bundle registers no gradients, that of tfjs-layers does.
 */
const activate = (
  backend: Backend
): Effect.Effect<{ readonly tf: typeof Tf; readonly name: string }, EngineUnavailable> =>
  attempt(backend, async () => {
    const tf = await import("@tensorflow/tfjs-core")
    await import("@tensorflow/tfjs-layers")
    // Before a backend is loaded, which would warn of what it replaces.
    tf.env().set("PROD", true)
    if (backend === "node") {
      await Native.load()
    } else if (backend === "wasm") {
      const wasm = await import("@tensorflow/tfjs-backend-wasm")
      wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`)
      // One thread: results do not depend on the number of cores, and workers use the other ones.
      wasm.setThreadsCount(1)
    } else {
      await import("@tensorflow/tfjs-backend-cpu")
    }
    const name = backend === "node" ? "tensorflow" : backend
    if (!(await tf.setBackend(name))) throw new Error(`the backend "${name}" did not start`)
    await tf.ready()
    return { tf, name }
  })

/** Starts the first backend of the list that works here; `name` is what TensorFlow.js calls it. */
export const start = (
  wanted: ReadonlyArray<Backend> = backends
): Effect.Effect<{ readonly tf: typeof Tf; readonly name: string; readonly backend: Backend }, EngineUnavailable> =>
  Effect.firstSuccessOf(wanted.map((backend) => Effect.map(activate(backend), (active) => ({ ...active, backend }))))

/**
 * Looks at every backend, for `rocflow doctor`: which are there, and why not the others. The one in use stays in use.
 */
export const survey: Effect.Effect<ReadonlyArray<Found>> = Effect.gen(function* () {
  const tf = yield* Effect.promise(() => import("@tensorflow/tfjs-core"))
  const current: string | undefined = tf.getBackend()
  const found = yield* Effect.forEach(backends, (backend) =>
    activate(backend).pipe(
      Effect.map((): Found => ({ backend, available: true, detail: `TensorFlow.js ${tf.version_core}` })),
      Effect.catchTag("EngineUnavailable", (error) =>
        Effect.succeed<Found>({ backend, available: false, detail: error.reason })
      )
    )
  )
  if (current !== undefined) yield* Effect.promise(() => tf.setBackend(current))
  return found
})
