/** The engines that are timed. One that is not there is named with its reason and left out. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Engine from "../src/engine/Engine.ts"
import * as Fused from "../src/engine/fused/Fused.ts"
import * as Tfjs from "../src/engine/tfjs/Tfjs.ts"

const layers: ReadonlyArray<Layer.Layer<Engine.Engines, Engine.EngineUnavailable>> = [
  Fused.layer(),
  Tfjs.layer(["node"]),
  Tfjs.layer(["wasm"])
]

/** Every engine that starts on this machine, and why the others did not. */
export const start = Effect.gen(function* () {
  const engines: Array<Engine.Engine> = []
  const absent: Array<string> = []
  for (const layer of layers) {
    const built = yield* Effect.result(Layer.build(Layer.fresh(layer)))
    if (built._tag === "Success") engines.push(...Context.get(built.success, Engine.Engines))
    else absent.push(built.failure.message)
  }
  return { engines, absent }
})
