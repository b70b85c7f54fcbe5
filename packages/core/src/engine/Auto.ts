/**
 * The engines that a program usually wants: the fused one, and behind it TensorFlow.js for what has no kernels.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Engine from "./Engine.ts"
import * as Fused from "./fused/Fused.ts"
import * as Tfjs from "./tfjs/Tfjs.ts"

/** How the engines are chosen. @category models */
export interface Options {
  /** The arithmetic of the fused engine that comes first: see `Fused.layer`. Default `"relaxed"`. */
  readonly arithmetic?: Fused.Arithmetic
  /** Of TensorFlow.js: see `Tfjs.layer`. */
  readonly backends?: ReadonlyArray<Tfjs.Backend>
}

/**
 * Provides the fused engine where this machine runs it, in either arithmetic, and then TensorFlow.js. A learner takes the first that supports
 * its network, whatever its size, unless it names one: `Model.classif({ engine: "tfjs", … })`. What keeps a network off
 * the fused engine is said by `rocflow inspect`.
 *
 * @example
 * Learner.train(learner, task).pipe(Effect.provide(Auto.layer()))
 * @category layers
 */
export const layer = ({ arithmetic, backends }: Options = {}): Layer.Layer<Engine.Engines, Engine.EngineUnavailable> =>
  Layer.effect(
    Engine.Engines,
    Effect.map(Tfjs.deferred(backends), (general) => [...Fused.engines(arithmetic), general])
  )
