/**
 * An engine computes: it turns a network, a loss and an optimizer into something that trains and scores.
 *
 * Training and learners reach every engine through this one interface; descriptions know of none.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type * as Loss from "../pipeline/Loss.ts"
import type * as Optimizer from "../pipeline/Optimizer.ts"
import type * as Shape from "../pipeline/Shape.ts"
import type { Seed } from "../Seed.ts"

/** No engine, or no part of one, can do what was asked on this machine. @category errors */
export class EngineUnavailable extends Schema.TaggedError<EngineUnavailable>()("EngineUnavailable", {
  engine: Schema.String,
  reason: Schema.String,
  advice: Schema.String
}) {
  override get message(): string {
    return `engine "${this.engine}": ${this.reason}; ${this.advice}`
  }
}

/** A learned array, as plain data. @category models */
export interface Weights {
  /** `"0.kernel"`: the layer's place in the network and the parameter's name. */
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/** One batch. `features` is row-major [rows, input], `targets` and `weights` are [rows]. @category models */
export interface Batch {
  readonly rows: number
  readonly features: Float32Array
  readonly targets: Float32Array
  readonly weights: Float32Array | undefined
}

/** A compiled network in training. All functions are synchronous; none leaks memory. @category models */
export interface Trainer {
  /**
   * Computes the loss, its gradients and one update. Returns the loss before the update and the scores [rows, outputs]
   * of the forward pass; `onGradients` sees the gradients, in the order of `weights`, and may change them in place.
   * A loss that is not finite makes no update.
   */
  readonly step: (
    batch: Batch,
    onGradients?: (gradients: ReadonlyArray<Float32Array>) => void
  ) => { readonly loss: number; readonly scores: Float32Array }
  /** The scores [rows, outputs] of a prediction pass. */
  readonly scores: (features: Float32Array, rows: number) => Float32Array
  /** A copy of the weights. */
  readonly weights: () => ReadonlyArray<Weights>
}

/** What a network is compiled with. `seed` decides the first weights and every random mask. @category models */
export interface Training {
  readonly network: Shape.Network
  readonly loss: Loss.Kernel
  readonly optimizer: Optimizer.Kernel
  readonly seed: Seed
}

/**
 * The service that compiles networks.
 * @category services
 */
export class Engine extends Context.Service<
  Engine,
  {
    /** The engine and its backend, as recorded in results: `"tfjs-wasm"`. */
    readonly name: string
    /** Compiles a network for training; what it holds is freed with the scope. */
    readonly trainer: (training: Training) => Effect.Effect<Trainer, EngineUnavailable, Scope.Scope>
    /** Scores rows, [rows, outputs], with learned weights. */
    readonly scores: (
      network: Shape.Network,
      weights: ReadonlyArray<Weights>,
      features: Float32Array,
      rows: number
    ) => Effect.Effect<Float32Array, EngineUnavailable>
  }
>()("rocflow/core/Engine") {}
