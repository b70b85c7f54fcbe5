/**
 * An engine computes: it turns a network, a loss and an optimizer into something that trains and scores.
 *
 * Training and learners reach every engine through this one interface; descriptions know of none. An engine owns its
 * memory: inputs, targets, weights and scores are views that the training loop fills and reads.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { NamedArray, Network } from "../network/Graph.ts"
import type { Loss, Read, Transform } from "../pipeline/Stage.ts"
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

/** What a network is trained with. `seed` decides the first weights and every random mask. @category models */
export interface Program {
  readonly network: Network
  readonly loss: Loss
  readonly optimizer: Transform
  readonly seed: Seed
  /**
   * Whether each row has two targets, each with its weight: the loss is that of the scores twice, one half for each. It
   * must take weights. Default false.
   */
  readonly pairs?: boolean
}

/** The arrays of a training, by path: parameters, buffers, and the slots of the optimizer. @category models */
export interface State {
  /** Updates made so far. */
  readonly step: number
  /** The parameters and then the buffers of the network: what predicts. */
  readonly arrays: ReadonlyArray<NamedArray>
  /** What the optimizer keeps: `"linear.kernel/0.velocity"`. */
  readonly slots: ReadonlyArray<NamedArray>
}

/** A network that scores rows. @category models */
export interface Scorer {
  /** For each input of the network, memory for `rows` rows, one after the other: written by the caller. */
  readonly inputs: ReadonlyArray<Float32Array>
  /** The scores [rows, outputs] of the last pass. */
  readonly scores: Float32Array
  /** Computes the scores of the first `rows` rows of the inputs. */
  readonly score: (rows: number) => void
}

/** A batch that is one of several for an update. @category models */
export interface Part {
  /** What the gradients of the batches before it, as they were added up, are multiplied by. */
  readonly before: number
  /** What its own gradients are multiplied by. */
  readonly share: number
  /** Whether the update is made after it. */
  readonly last: boolean
}

/** A network in training. All functions are synchronous; none leaks memory. @category models */
export interface Trainer extends Scorer {
  /**
   * Memory for the targets of a step, [rows]: binary 1 = positive, 0 = negative. Of pairs [2 · rows]: those of the rows
   * of the step, and right behind them the second ones.
   */
  readonly targets: Float32Array
  /** Memory for the weights of the targets of a step. */
  readonly weights: Float32Array
  /**
   * Computes the loss of the first `rows` rows, its gradients and one update; `weighted` says whether `weights` count, which
   * those of pairs always do.
   * Returns the loss before the update; `scores` are those of the forward pass. A loss that is not finite leaves
   * parameters and slots as they are; `step` is counted and buffers may have moved, so do not go on from there.
   * `read` gives the numbers that follow schedules, as they are now; default: as at the beginning.
   * With a `part` the gradients are added to those of the parts before, each times its factor, and the update waits for the
   * last one; `scores` and the loss are those of the part.
   */
  readonly step: (rows: number, weighted: boolean, read?: Read, part?: Part) => number
  /**
   * Leaves the parameters at these paths, and what the optimizer keeps of them, as they are in the next steps; their
   * gradients count as 0. All others are trained.
   */
  readonly freeze: (paths: ReadonlySet<string>) => void
  /** The parameters and then the buffers of the network, as they are: views. */
  readonly arrays: ReadonlyArray<NamedArray>
  /** A training pass of the first `rows` rows without an update: only buffers move. */
  readonly settle: (rows: number, read?: Read) => void
  /** A copy of everything that training has changed; gradients that wait for their update are not in it. */
  readonly state: () => State
  /** Puts a state back: the next step is as if it had never stopped. */
  readonly load: (state: State) => void
}

/** An engine. What it makes is freed with the scope. @category models */
export interface Engine {
  /** The engine and its backend, as recorded in results: `"tfjs-wasm"`. */
  readonly name: string
  /** Whether it can train the program, or which part of it is in the way. */
  readonly supports: (program: Omit<Program, "seed">) => Result.Result<void, string>
  /** A trainer with memory for `rows` rows at a time. */
  readonly trainer: (program: Program, rows: number) => Effect.Effect<Trainer, EngineUnavailable, Scope.Scope>
  /** A scorer with memory for `rows` rows at a time. */
  readonly scorer: (
    network: Network,
    arrays: ReadonlyArray<NamedArray>,
    rows: number
  ) => Effect.Effect<Scorer, EngineUnavailable, Scope.Scope>
}

/**
 * The engines of a program, best first. As a requirement it reads as the sentence that a compiler prints when none is
 * provided.
 * @category services
 */
export type Engines = "No engine is provided: add Effect.provide(Auto.layer())"

/** The service that holds the engines of a program. @category services */
export const Engines: Context.Service<Engines, ReadonlyArray<Engine>> = Context.Service<Engines, ReadonlyArray<Engine>>(
  "rocflow/core/Engines"
)

/** The names of engines as recorded with a run: `"tfjs-wasm"`. */
export const names = (engines: ReadonlyArray<Engine>): string => engines.map(({ name }) => name).join(", ")

/** What is in the way of engines, each reason once, with the names of those that have it. */
const obstacles = (engines: ReadonlyArray<Engine>, program: Omit<Program, "seed">): string => {
  const reasons = engines.flatMap((engine) => {
    const supported = engine.supports(program)
    return Result.isFailure(supported) ? [{ name: engine.name, reason: supported.failure }] : []
  })
  return Array.from(
    Map.groupBy(reasons, ({ reason }) => reason),
    ([reason, those]) => `${those.map(({ name }) => name).join(", ")}: ${reason}`
  ).join("; ")
}

/**
 * Chooses the first engine that can train a program; never by its size, so that the choice is the same everywhere. With
 * `wanted` only engines whose name begins so; `"auto"` stands for any. Errors: `EngineUnavailable`, where none is named so
 * or none can, with the reason of each.
 */
export const choose = (
  engines: ReadonlyArray<Engine>,
  program: Omit<Program, "seed">,
  wanted = "auto"
): Result.Result<Engine, EngineUnavailable> => {
  const asked = engines.filter(({ name }) => wanted === "auto" || name.startsWith(wanted))
  const able = asked.find((engine) => Result.isSuccess(engine.supports(program)))
  if (able !== undefined) return Result.succeed(able)
  return Result.fail(
    new EngineUnavailable({
      engine: wanted,
      reason: asked.length === 0 ? "is not among the engines provided" : obstacles(asked, program),
      advice:
        asked.length === 0
          ? `provided are ${engines.length === 0 ? "none" : names(engines)}`
          : "choose another engine, or change the part that is in the way"
    })
  )
}

/**
 * Says which engine computes a program, and what is in the way of the engines before it.
 *
 * @example
 * Engine.explain(engines, program) // => tfjs-wasm, since fused-relaxed, fused-strict: Mine.scale at "scale" has no kernels
 */
export const explain = (
  engines: ReadonlyArray<Engine>,
  program: Omit<Program, "seed">,
  wanted = "auto"
): Result.Result<string, EngineUnavailable> =>
  Result.map(choose(engines, program, wanted), (chosen) => {
    if (wanted !== "auto") return `${chosen.name}, which the learner names`
    const reasons = obstacles(engines.slice(0, engines.indexOf(chosen)), program)
    return reasons === "" ? chosen.name : `${chosen.name}, since ${reasons}`
  })

/** Provides engines that are made already: for tests, and for engines of one's own. @category layers */
export const layer = (engines: ReadonlyArray<Engine>): Layer.Layer<Engines> => Layer.succeed(Engines, engines)
