/** Engines for tests. The backend of TensorFlow.js is one of the whole process, so a file uses one at a time. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Layer from "effect/Layer"
import type { Engines } from "../../src/engine/Engine.ts"
import * as Tfjs from "../../src/engine/tfjs/Tfjs.ts"

export const cpu = Tfjs.layer(["cpu"])
export const wasm = Tfjs.layer(["wasm"])

/** tfjs-node, which is not among the dependencies. */
export const native = Tfjs.layer(["node"])

/** Whether tfjs-node is installed, by `rocflow doctor --install tfjs-node` or by hand. */
export const hasNative = Tfjs.hasNative()

/** Runs a program on a backend that is started anew. */
export const on =
  (engine: typeof cpu) =>
  <A, E>(program: Effect.Effect<A, E, Engines | Scope.Scope>) =>
    program.pipe(Effect.scoped, Effect.provide(Layer.fresh(engine)))
