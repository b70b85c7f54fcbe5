import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Engine from "../../src/engine/Engine.ts"
import * as Fused from "../../src/engine/fused/Fused.ts"
import * as Averaging from "../../src/learning/Averaging.ts"
import type * as Callback from "../../src/learning/Callback.ts"
import * as Training from "../../src/learning/Training.ts"
import type { NamedArray } from "../../src/network/Graph.ts"
import { decode } from "../../src/pipeline/Decode.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import type { Source } from "../../src/pipeline/Stage.ts"
import * as Result from "effect/Result"
import { cpu, on } from "../support/engines.ts"
import * as Trainings from "../support/trainings.ts"

const optimizer = Trainings.transformOf(Optimizer.sgdDefinition, { learningRate: 0.3, momentum: 0.5 })
const first = Effect.map(Engine.Engines, ([engine]) => engine!)
const optionsOf = (averaging: Averaging.Averaging) => Result.getOrThrow(decode(Averaging.Options, averaging))

/** The arrays after every update, and after every epoch. */
const watching = () => {
  const updates: Array<ReadonlyArray<NamedArray>> = []
  const epochs: Array<ReadonlyArray<NamedArray>> = []
  const callback: Callback.Hooks = {
    batchEnd: (_, { state }) => void updates.push(state().arrays),
    epochEnd: (_, { state }) => Effect.sync(() => void epochs.push(state().arrays))
  }
  return { updates, epochs, callback }
}

const near = (actual: ReadonlyArray<NamedArray>, expected: ReadonlyArray<ReadonlyArray<number>>) =>
  expected.forEach((values, k) =>
    values.forEach((value, i) => assert.approximately(actual[k]!.values[i]!, value, 1e-5))
  )

/** The mean of arrays, each weight by itself. */
const mix = (
  all: ReadonlyArray<ReadonlyArray<NamedArray>>,
  fold: (values: ReadonlyArray<number>) => number
): ReadonlyArray<ReadonlyArray<number>> =>
  all[0]!.map(({ values }, k) => Array.from(values, (_, i) => fold(all.map((arrays) => arrays[k]!.values[i]!))))

describe("a moving average", () => {
  it.effect("is that of the weights and buffers after every update, and is kept", () =>
    Effect.gen(function* () {
      const engine = yield* first
      for (const [averaging, decay] of [
        [Averaging.ema({ decay: 0.8, warmUp: false }), () => 0.8],
        [Averaging.ema({ decay: 0.5 }), (n: number) => Math.min(0.5, (1 + n) / (10 + n))]
      ] as const) {
        const { callback, updates } = watching()
        const plan = Trainings.plan(engine, optimizer, {
          averaging: optionsOf(averaging),
          callbacks: [callback],
          norm: true
        })
        const { arrays } = yield* Training.run(plan)
        assert.lengthOf(updates, 6 * Trainings.batches)
        near(
          arrays,
          mix(updates, (values) =>
            values.reduce((mean, w, n) => (n === 0 ? w : decay(n) * mean + (1 - decay(n)) * w), 0)
          )
        )
      }
    }).pipe(on(cpu))
  )

  it.effect("does not change the weights that it looks on, and is what validation judges", () =>
    Effect.gen(function* () {
      const engine = yield* first
      const plain = yield* Training.run(Trainings.plan(engine, optimizer))
      const plan = Trainings.plan(engine, optimizer, { averaging: optionsOf(Averaging.ema({ decay: 0.9 })) })
      const averaged = yield* Training.run(plan)
      assert.deepStrictEqual(averaged.state.engine, plain.state.engine)
      assert.deepStrictEqual(averaged.arrays, averaged.state.averaged?.arrays)
      assert.notDeepEqual(averaged.history.at(-1)!.valid, plain.history.at(-1)!.valid)
      // The best epoch's average, by an ordinary run that ends there.
      const best = yield* Training.run({ ...plan, epochs: 12, validation: { ...plan.validation!, restoreBest: true } })
      const short = yield* Training.run({ ...plan, epochs: best.kept })
      assert.deepStrictEqual(best.arrays, short.arrays)
    }).pipe(on(cpu))
  )
})

describe("stochastic weight averaging", () => {
  it.effect("is the mean of the weights at the ends of the last epochs", () =>
    Effect.gen(function* () {
      const { callback, epochs } = watching()
      const averaging = optionsOf(Averaging.swa({ from: 0.5 }))
      const plan = Trainings.plan(yield* first, optimizer, { averaging, callbacks: [callback] })
      const { arrays, state } = yield* Training.run(plan)
      assert.strictEqual(state.averaged?.count, 3)
      near(
        arrays,
        mix(epochs.slice(3), (values) => values.reduce((sum, w) => sum + w, 0) / 3)
      )
      const early = yield* Training.run({ ...plan, epochs: 3, scheduleEpochs: 6 })
      assert.isUndefined(early.state.averaged)
      assert.deepStrictEqual(early.arrays, early.state.engine.arrays)
    }).pipe(on(cpu))
  )

  it.effect("brings the moments of batch normalisation to the averaged weights", () =>
    Effect.gen(function* () {
      for (const engine of [yield* first, ...Fused.engines("strict").slice(0, 1)]) {
        const averaging = optionsOf(Averaging.swa({ from: 0 }))
        const plan = Trainings.plan(engine, optimizer, { averaging, norm: true, batchSize: "all", epochs: 4 })
        const { arrays, state } = yield* Training.run(plan)
        const of = (path: string) => arrays.find((array) => array.path === path)!.values
        // With the batch of all rows the running mean becomes that of what the linear layer gives.
        const [kernel, bias, mean] = [of("linear.kernel"), of("linear.bias"), of("batchNorm.mean")]
        const rows = new Float32Array(2 * 30)
        plan.train.sources[0]!.fill(
          Uint32Array.from({ length: 30 }, (_, i) => i),
          rows
        )
        const x = [0, 1].map((j) => Array.from({ length: 30 }, (_, i) => rows[2 * i + j]!).reduce((a, b) => a + b) / 30)
        mean.forEach((value, unit) =>
          assert.approximately(value, x[0]! * kernel[unit]! + x[1]! * kernel[4 + unit]! + bias[unit]!, 0.01)
        )
        assert.notDeepEqual(
          of("batchNorm.mean"),
          state.engine.arrays.find(({ path }) => path === "batchNorm.mean")!.values
        )
      }
    }).pipe(on(cpu))
  )
})

describe("swa's passes", () => {
  it.effect("have batches as training draws them, and leave out what it leaves out", () =>
    Effect.gen(function* () {
      const averaging = optionsOf(Averaging.swa({ from: 0 }))
      const plan = Trainings.plan(yield* first, optimizer, { averaging, norm: true, batchSize: 7, epochs: 1 })
      const [source] = plan.train.sources
      const batches: Array<ReadonlyArray<number>> = []
      const fill: Source["fill"] = (rows, into) => {
        batches.push(Array.from(rows))
        source!.fill(rows, into)
      }
      yield* Training.run({ ...plan, dropLast: true, train: { ...plan.train, sources: [{ ...source!, fill }] } })
      const passed = batches.slice(4, 8).flat()
      assert.strictEqual(new Set(passed).size, 28)
      assert.notDeepEqual(
        passed,
        passed.toSorted((a, b) => a - b)
      )
      assert.isTrue(batches.every((rows) => rows.length === 7))
    }).pipe(on(cpu))
  )
})

describe("averages", () => {
  it.effect("are resumed as if training had never stopped, also from a file", () =>
    Effect.gen(function* () {
      for (const engine of [yield* first, ...Fused.engines()]) {
        for (const averaging of [Averaging.ema({ decay: 0.9 }), Averaging.swa({ from: 0.4 })]) {
          const plan = Trainings.plan(engine, optimizer, { averaging: optionsOf(averaging), norm: true })
          const never = yield* Training.run(plan)
          for (const cut of [1, 3, 5]) {
            const { state } = yield* Training.run({ ...plan, epochs: cut, scheduleEpochs: plan.epochs })
            const resumed = yield* Training.run(plan, Trainings.throughFile(state))
            assert.deepStrictEqual(Trainings.numbers(resumed), Trainings.numbers(never))
          }
        }
      }
    }).pipe(on(cpu))
  )

  it("refuse options out of range", () => {
    for (const given of [
      { type: "ema", decay: 1 },
      { type: "swa", from: 1 },
      { type: "mean" },
      { type: "ema", from: 0 }
    ]) {
      assert.isTrue(Result.isFailure(decode(Averaging.Options, given)))
    }
  })
})
