/**
 * The fused engine and TensorFlow.js compute the same: random networks, losses, optimizers and batch sizes.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as fc from "fast-check"
import * as Engine from "../../../src/engine/Engine.ts"
import * as Fused from "../../../src/engine/fused/Fused.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import type { Definition } from "../../../src/pipeline/Stage.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Transform from "../../../src/pipeline/Transform.ts"
import { findNothing } from "../../../src/pipeline/Decode.ts"
import { cpu } from "../../support/engines.ts"
import { partOf } from "../../support/pipelines.ts"
import * as Networks from "./networks.ts"

const arithmetics = (["relaxed", "strict"] as const).flatMap((arithmetic) => {
  const engine = Fused.engine(arithmetic)
  return engine === undefined ? [] : [[arithmetic, engine] as const]
})

const reference = Effect.map(Engine.Engines, (engines) => engines[0]!)

/** The largest distance of two arrays of numbers. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.strictEqual(a.length, b.length)
  let most = 0
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!)
    if (!(d <= most)) most = d
  }
  return most
}

const largest = (...arrays: ReadonlyArray<ArrayLike<number>>): number =>
  arrays.reduce((most, array) => Array.from(array).reduce((m, x) => Math.max(m, Math.abs(x)), most), 1e-6)

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number, scale: number, what: string): void => {
  const d = distance(a, b)
  if (!(d <= tolerance * scale)) assert.fail(`${what} differ by ${d}, relative to ${scale}: ${d / scale}`)
}

const run = <A, E>(program: Effect.Effect<A, E, Engine.Engines | Scope.Scope>) =>
  Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(cpu)))

const transformOf = (definition: Definition<"optimizer">, options: object) =>
  partOf(definition.bind(options, findNothing), "optimizer").transform

const chain = (...transforms: ReadonlyArray<Transform.Transform>) =>
  Transform.sequence(Result.getOrThrow(Transform.all(transforms)).transforms)

const optimizers = {
  sgd: transformOf(Optimizer.sgdDefinition, { learningRate: 0.01 }),
  momentum: transformOf(Optimizer.sgdDefinition, { learningRate: 0.004, momentum: 0.8 }),
  nesterov: transformOf(Optimizer.sgdDefinition, { learningRate: 0.004, momentum: 0.8, nesterov: true }),
  adam: transformOf(Optimizer.adamDefinition, { learningRate: 0.01, epsilon: 0.001 }),
  "clip, L2, AdamW on kernels": chain(
    Transform.clip({ norm: 0.5 }),
    Transform.decay({ rate: 0.01 }),
    Transform.adam({ epsilon: 0.001 }),
    Transform.group("**.kernel", Transform.decay({ rate: 0.1 })),
    Transform.rate(0.01)
  ),
  "a rate of a group before Adam": chain(
    Transform.group("**.kernel", Transform.rate(0.1)),
    Transform.adam({ epsilon: 0.001 }),
    Transform.rate(0.01)
  ),
  adamw: transformOf(Optimizer.adamwDefinition, {
    learningRate: Schedule.cosine({ from: 0.01, warmUp: 0.1 }),
    weightDecay: Schedule.linear({ from: 0.1 }),
    epsilon: 0.001,
    clipNorm: 1,
    groups: [{ paths: ["**.bias"], rate: 0.1, weightDecay: 0.01 }]
  }),
  "L2 and a frozen group": transformOf(Optimizer.sgdDefinition, {
    learningRate: 0.01,
    momentum: Schedule.linear({ from: 0.9 }),
    weightDecay: 0.1,
    groups: [{ paths: ["**.bias"], rate: 0 }]
  }),
  rmsprop: transformOf(Optimizer.rmspropDefinition, { learningRate: 0.001, epsilon: 0.01, weightDecay: 0.01 }),
  "centered rmsprop with momentum": transformOf(Optimizer.rmspropDefinition, {
    learningRate: 0.001,
    alpha: 0.9,
    epsilon: 0.05,
    momentum: 0.5,
    centered: true
  }),
  adagrad: transformOf(Optimizer.adagradDefinition, { learningRate: 0.01, epsilon: 0.01 }),
  lion: transformOf(Optimizer.lionDefinition, { learningRate: 0.00001, weightDecay: 1 }),
  "an order without kernels": chain(
    Transform.momentum({ momentum: 0.5 }),
    Transform.clip({ norm: 1 }),
    Transform.rate(0.01)
  )
}

for (const [arithmetic, engine] of arithmetics) {
  describe(`fused ${arithmetic}`, () => {
    it("has the scores, losses and gradients of TensorFlow.js, to 1e-5", { timeout: 120_000 }, () =>
      fc.assert(
        fc.asyncProperty(Networks.cases(true), async (given) => {
          const [mine, theirs] = await run(
            Effect.gen(function* () {
              return [yield* Networks.derive(engine, given), yield* Networks.derive(yield* reference, given)] as const
            })
          )
          close(mine.scores, theirs.scores, 1e-5, largest(theirs.scores, [1]), "scores")
          close([mine.value], [theirs.value], 1e-5, largest([theirs.value]), "losses")
          const predicted = theirs.predicted.byTrainer
          close(mine.predicted.byTrainer, predicted, 1e-5, largest(predicted, [1]), "predictions")
          assert.deepStrictEqual(mine.predicted.byScorer, mine.predicted.byTrainer)
          // Gradients that cancel out leave rounding only.
          const scale = largest(...theirs.gradients, [0.01])
          mine.gradients.forEach((gradient, i) => close(gradient, theirs.gradients[i]!, 1e-5, scale, `gradients ${i}`))
        }),
        { numRuns: 400, seed: 9 }
      )
    )

    it("has the same trajectories of 50 steps, to 1e-3", { timeout: 120_000 }, () =>
      fc.assert(
        fc.asyncProperty(
          Networks.cases(false),
          fc.constantFrom(...Object.entries(optimizers)),
          async (given, [, optimizer]) => {
            const [mine, theirs] = await run(
              Effect.gen(function* () {
                return [
                  yield* Networks.train(engine, given, optimizer, 50),
                  yield* Networks.train(yield* reference, given, optimizer, 50)
                ] as const
              })
            )
            close(mine.losses, theirs.losses, 1e-3, largest(theirs.losses), "losses")
            close(mine.scores, theirs.scores, 1e-3, largest(theirs.scores, [1]), "scores")
            mine.state.slots.forEach((slot, i) => assert.strictEqual(slot.path, theirs.state.slots[i]!.path))
          }
        ),
        { numRuns: arithmetic === "relaxed" ? 100 : 25, seed: 5 }
      )
    )

    it("gives the same bits for the same seed", () =>
      fc.assert(
        fc.asyncProperty(Networks.cases(true), async (given) => {
          const twice = await run(
            Effect.gen(function* () {
              return [
                yield* Networks.train(engine, given, optimizers.adam, 5),
                yield* Networks.train(engine, given, optimizers.adam, 5)
              ] as const
            })
          )
          assert.deepStrictEqual(twice[0], twice[1])
        }),
        { numRuns: 20, seed: 3 }
      ))
  })
}
